//! A small pool of permits that is shared fairly: one address holds a quarter of it at most, and nobody waits for ever.
//! A permit is held for work of the server only, never while a client is waited for. Not here: what the work is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::Address;
use crate::protocol::{ErrorCode, Refusal};

/// After how long somebody who waited in vain may try again.
const RETRY_MS: u32 = 2_000;

/// The pool.
pub struct Turns {
    /// None = no limit.
    pool: Option<Pool>,
    /// None = somebody may wait for ever.
    wait_max: Option<Duration>,
}

struct Pool {
    permits: Arc<Semaphore>,
    share: usize,
    /// An address has an entry for as long as it waits or has a turn, so that open connections bound them. Innermost.
    shares: Arc<Mutex<HashMap<Address, Share>>>,
}

struct Share {
    permits: Arc<Semaphore>,
    users: usize,
}

/// One permit, given back when it is dropped.
pub struct Turn(#[expect(dead_code, reason = "it is held, not read")] Option<Held>);

/// In the order in which they are given back.
struct Held {
    _of_pool: OwnedSemaphorePermit,
    _of_share: OwnedSemaphorePermit,
    _user: User,
}

/// Keeps the entry of an address.
struct User {
    shares: Arc<Mutex<HashMap<Address, Share>>>,
    address: Address,
}

impl Turns {
    /// A pool of so many permits; 0 = no limit. Waiting for `wait_max` ends with a refusal.
    #[must_use]
    pub fn new(permits: usize, wait_max: Option<Duration>) -> Self {
        let pool = (permits > 0).then(|| Pool {
            permits: Arc::new(Semaphore::new(permits.min(Semaphore::MAX_PERMITS))),
            share: (permits / 4).clamp(1, Semaphore::MAX_PERMITS),
            shares: Arc::default(),
        });
        Self { pool, wait_max }
    }

    /// Waits for a permit. Cancel-safe.
    ///
    /// # Errors
    /// `busy` when none was free in time.
    pub async fn turn(&self, address: Address) -> Result<Turn, Refusal> {
        let Some(pool) = &self.pool else { return Ok(Turn(None)) };
        let turn = pool.turn(address);
        match self.wait_max {
            Some(most) => tokio::time::timeout(most, turn).await.ok().flatten(),
            None => turn.await,
        }
        .ok_or(Refusal::retry_after(ErrorCode::Busy, RETRY_MS))
    }
}

impl Pool {
    /// Of the address's own share first: its others wait there, and not in front of other addresses.
    async fn turn(&self, address: Address) -> Option<Turn> {
        let (share, user) = self.share(address);
        let of_share = share.acquire_owned().await.ok()?;
        let of_pool = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        Some(Turn(Some(Held { _of_pool: of_pool, _of_share: of_share, _user: user })))
    }

    fn share(&self, address: Address) -> (Arc<Semaphore>, User) {
        let mut shares = lock(&self.shares);
        let share =
            shares.entry(address).or_insert_with(|| Share { permits: Arc::new(Semaphore::new(self.share)), users: 0 });
        share.users += 1;
        (Arc::clone(&share.permits), User { shares: Arc::clone(&self.shares), address })
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let mut shares = lock(&self.shares);
        if let Some(share) = shares.get_mut(&self.address) {
            share.users -= 1;
            if share.users == 0 {
                shares.remove(&self.address);
            }
        }
    }
}

/// Every operation leaves the map whole.
fn lock(shares: &Mutex<HashMap<Address, Share>>) -> MutexGuard<'_, HashMap<Address, Share>> {
    shares.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};

    use futures::FutureExt as _;

    use super::*;

    fn address(last: u8) -> Address {
        Address::of(IpAddr::V4(Ipv4Addr::new(192, 0, 2, last)))
    }

    #[test]
    fn one_address_holds_a_quarter_and_its_others_wait_in_nobodys_way() {
        let turns = Turns::new(8, None);
        let take = |last| turns.turn(address(last)).now_or_never();
        let mut of_one: Vec<_> = (0..2).map(|_| take(1).expect("its share").unwrap()).collect();
        let mut waiting = Box::pin(turns.turn(address(1)));
        assert!(waiting.as_mut().now_or_never().is_none(), "beyond its share it waits");
        let of_others: Vec<_> = (0..6).map(|number| take(2 + number / 2)).collect();
        assert!(of_others.iter().all(|turn| matches!(turn, Some(Ok(_)))), "the rest of the pool is for others");
        assert!(take(9).is_none(), "the pool is empty");
        of_one.pop();
        assert!(matches!(waiting.now_or_never(), Some(Ok(_))));
    }

    #[tokio::test(start_paused = true)]
    async fn whoever_waits_in_vain_is_told_when_to_come_back() {
        let turns = Turns::new(1, Some(Duration::from_secs(5)));
        let held = turns.turn(address(1)).await.unwrap();
        let refusal = turns.turn(address(2)).await.err().expect("nobody gave a permit back");
        assert_eq!((refusal.code, refusal.retry_after_ms), (ErrorCode::Busy, Some(RETRY_MS)));
        drop(held);
        assert!(turns.turn(address(2)).await.is_ok());
    }

    #[test]
    fn whoever_waits_no_more_costs_no_memory() {
        let turns = Turns::new(1, None);
        let held = turns.turn(address(1)).now_or_never();
        let mut waiting = Box::pin(turns.turn(address(2)));
        assert!(waiting.as_mut().now_or_never().is_none());
        drop((waiting, held));
        assert!(lock(&turns.pool.as_ref().unwrap().shares).is_empty());
    }

    #[test]
    fn zero_is_no_limit() {
        let turns = Turns::new(0, None);
        let all: Vec<_> = (0..100).map(|_| turns.turn(address(1)).now_or_never()).collect();
        assert!(all.iter().all(|turn| matches!(turn, Some(Ok(_)))));
    }
}
