//! A small pool of permits that is shared fairly: one address holds a quarter of it at most, one network half of it, and
//! nobody waits for ever.
//! A permit is held for work of the server only, never while a client is waited for. Not here: what the work is.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::address::{Address, Source};
use crate::protocol::{ErrorCode, Refusal};
use crate::server::config::{LimitsConfig, limit};

/// After how long somebody who waited in vain may try again.
const RETRY_MS: u32 = 2_000;

/// The pool.
pub struct FairPermits {
    /// None = no limit.
    pool: Option<Pool>,
    /// None = somebody may wait for ever.
    wait_max: Option<Duration>,
}

struct Pool {
    permits: Arc<Semaphore>,
    of_address: usize,
    of_network: usize,
    shares: Arc<Mutex<Shares>>,
}

/// A source has an entry for as long as it waits or has a permit, so that open connections bound them. Its lock is innermost.
type Shares = HashMap<Source, Share>;

struct Share {
    permits: Arc<Semaphore>,
    users: usize,
}

/// One permit, given back when it is dropped.
pub struct ArrivalPermit(#[expect(dead_code, reason = "it is held, not read")] Option<Held>);

/// In the order in which they are given back.
struct Held {
    _of_pool: OwnedSemaphorePermit,
    _of_network: OwnedSemaphorePermit,
    _of_address: OwnedSemaphorePermit,
    _users: [User; 2],
}

/// Keeps the entry of a source.
struct User {
    shares: Arc<Mutex<Shares>>,
    source: Source,
}

impl FairPermits {
    /// The pool of those who come in: `limits.arrivals` permits, for each of which somebody waits for
    /// `limits.arrival_timeout` at most. Where networks are not limited, one may have all of it.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let permits = limits.arrivals.min(Semaphore::MAX_PERMITS);
        let pool = (permits > 0).then(|| Pool {
            permits: Arc::new(Semaphore::new(permits)),
            of_address: (permits / 4).max(1),
            of_network: if limits.network_factor == 0 { permits } else { (permits / 2).max(1) },
            shares: Arc::default(),
        });
        Self { pool, wait_max: limit(limits.arrival_timeout) }
    }

    /// Waits for a permit. Cancel-safe.
    ///
    /// # Errors
    /// `busy` when none was free in time.
    pub async fn permit(&self, address: Address) -> Result<ArrivalPermit, Refusal> {
        let Some(pool) = &self.pool else { return Ok(ArrivalPermit(None)) };
        let permit = pool.permit(address);
        match self.wait_max {
            Some(most) => tokio::time::timeout(most, permit).await.ok().flatten(),
            None => permit.await,
        }
        .ok_or(Refusal::retry_after(ErrorCode::Busy, RETRY_MS))
    }
}

impl Pool {
    /// Of the address's own share first, then of its network's: its others wait there, and not in front of other sources.
    async fn permit(&self, address: Address) -> Option<ArrivalPermit> {
        let [of_address, of_network] = address.sources();
        let (of_address, address_user) = self.share(of_address, self.of_address);
        let (of_network, network_user) = self.share(of_network, self.of_network);
        let of_address = of_address.acquire_owned().await.ok()?;
        let of_network = of_network.acquire_owned().await.ok()?;
        let of_pool = Arc::clone(&self.permits).acquire_owned().await.ok()?;
        Some(ArrivalPermit(Some(Held {
            _of_pool: of_pool,
            _of_network: of_network,
            _of_address: of_address,
            _users: [address_user, network_user],
        })))
    }

    fn share(&self, source: Source, permits: usize) -> (Arc<Semaphore>, User) {
        let mut shares = lock(&self.shares);
        let new = || Share { permits: Arc::new(Semaphore::new(permits)), users: 0 };
        let share = shares.entry(source).or_insert_with(new);
        share.users += 1;
        (Arc::clone(&share.permits), User { shares: Arc::clone(&self.shares), source })
    }
}

impl Drop for User {
    fn drop(&mut self) {
        let mut shares = lock(&self.shares);
        if let Some(share) = shares.get_mut(&self.source) {
            share.users -= 1;
            if share.users == 0 {
                shares.remove(&self.source);
            }
        }
    }
}

/// Every operation leaves the map whole.
fn lock(shares: &Mutex<Shares>) -> MutexGuard<'_, Shares> {
    shares.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
