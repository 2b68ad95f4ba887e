//! The rate limits that are counted per person or per address, so that reconnecting does not refill them.
//! Not here: limits of one connection (`connection`), the bucket itself (`rate_limit`).

use std::hash::Hash;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::protocol::{ErrorCode, Refusal, UserId};
use crate::server::config::LimitsConfig;
use crate::server::rate_limit::{KeyedBuckets, Rate};

/// Whose lines are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Speaker {
    /// Somebody with a session.
    Guest(UserId),
    /// A program on the plain socket, by address and folded nickname: a classroom behind one address is many people.
    Program(IpAddr, String),
}

/// All shared budgets. Each lock is innermost and held for one look-up.
pub struct Budgets {
    sends: Mutex<KeyedBuckets<Speaker>>,
    nicknames: Mutex<KeyedBuckets<IpAddr>>,
    new_rooms: Mutex<KeyedBuckets<IpAddr>>,
    reads: Mutex<KeyedBuckets<IpAddr>>,
    handshakes: Mutex<KeyedBuckets<IpAddr>>,
}

impl Budgets {
    /// Budgets as the settings say; 0 turns one off.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let per_minute = |rate: u32| Mutex::new(KeyedBuckets::new(Rate::per_minute(rate)));
        Self {
            sends: Mutex::new(KeyedBuckets::new(
                Rate::per_minute(limits.sends_per_minute).with_burst(limits.sends_burst),
            )),
            nicknames: per_minute(limits.nicknames_per_minute),
            new_rooms: Mutex::new(KeyedBuckets::new(Rate::per_hour(limits.new_rooms_per_hour))),
            reads: per_minute(limits.reads_per_minute),
            handshakes: per_minute(limits.handshakes_per_minute),
        }
    }

    /// One line.
    pub fn send(&self, speaker: Speaker) -> Result<(), Refusal> {
        take(&self.sends, speaker)
    }

    /// One attempt at a nickname, by a guest or by a program.
    pub fn nickname(&self, address: IpAddr) -> Result<(), Refusal> {
        take(&self.nicknames, address)
    }

    /// One new room.
    pub fn new_room(&self, address: IpAddr) -> Result<(), Refusal> {
        take(&self.new_rooms, address)
    }

    /// One read of the log by HTTP.
    pub fn read(&self, address: IpAddr) -> Result<(), Refusal> {
        take(&self.reads, address)
    }

    /// One WebSocket handshake.
    pub fn handshake(&self, address: IpAddr) -> Result<(), Refusal> {
        take(&self.handshakes, address)
    }
}

fn take<K: Eq + Hash>(buckets: &Mutex<KeyedBuckets<K>>, key: K) -> Result<(), Refusal> {
    let mut buckets = buckets.lock().unwrap_or_else(PoisonError::into_inner);
    buckets
        .take(key, Instant::now())
        .map_err(|too_fast| Refusal::retry_after(ErrorCode::TooFast, too_fast.retry_after_ms))
}
