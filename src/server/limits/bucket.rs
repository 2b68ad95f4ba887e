//! Token buckets that know no clock and keep no timer; the caller brings the time.
//!
//! A bucket is kept as the one moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371),
//! so that it costs one number, never drifts, and can be forgotten as soon as that moment has passed.
//!
//! Not here: which action has which rate (`table`). Who may use it: `limits`, and `connection` for the budget that each
//! connection owns.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// How often something may happen, and how often at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Time in which one token comes back. `None` = no limit.
    refill: Option<Duration>,
    /// At least 1.
    burst: u32,
}

/// The bucket does not hold enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too fast: wait {retry_after_ms} ms")]
pub struct TooFast {
    /// Least wait until the same request succeeds, rounded up.
    pub retry_after_ms: u32,
}

/// One bucket with its own rate.
#[derive(Clone, Debug)]
pub struct TokenBucket {
    rate: Rate,
    /// `None` = never used, so full.
    full_at: Option<Instant>,
}

/// A bucket per key, in bounded memory: full buckets are forgotten, since they differ in nothing from new ones.
#[derive(Debug)]
pub struct KeyedBuckets<K> {
    rate: Rate,
    /// When each bucket is full again. At most [`KEYS_MAX`].
    full_at: HashMap<K, Instant>,
    /// Shared by newcomers while [`KEYS_MAX`] others are being counted.
    crowd: TokenBucket,
    next_prune: Option<Instant>,
}

/// Most keys that one [`KeyedBuckets`] counts one by one.
pub const KEYS_MAX: usize = 65_536;

const PRUNE_EVERY: Duration = Duration::from_secs(1);

impl Rate {
    /// So many in a period, at most `burst` of them at once. A count of 0 is no limit; a burst of 0 is one at a time.
    #[must_use]
    pub fn new(count: u32, period: Duration, burst: u32) -> Self {
        Self { refill: period.checked_div(count), burst: burst.max(1) }
    }

    /// So many per minute, at most `burst` of them at once.
    #[must_use]
    pub fn per_minute(count: u32, burst: u32) -> Self {
        Self::new(count, Duration::from_secs(60), burst)
    }

    /// So many per hour, at most `burst` of them at once.
    #[must_use]
    pub fn per_hour(count: u32, burst: u32) -> Self {
        Self::new(count, Duration::from_secs(3_600), burst)
    }

    /// So many per day, at most `burst` of them at once.
    #[must_use]
    pub fn per_day(count: u32, burst: u32) -> Self {
        Self::new(count, Duration::from_secs(86_400), burst)
    }

    /// The rate of so many who share one bucket. 0 = no limit.
    #[must_use]
    pub fn times(self, factor: u32) -> Self {
        Self {
            refill: self.refill.and_then(|refill| refill.checked_div(factor)),
            burst: self.burst.saturating_mul(factor),
        }
    }

    /// Whether nothing is ever refused.
    #[must_use]
    pub const fn is_off(self) -> bool {
        self.refill.is_none()
    }

    /// When a bucket that is full again at `full_at` will be so after `cost` more tokens are taken. What costs more than
    /// the burst costs the burst, since it could not happen otherwise.
    fn take(self, full_at: Option<Instant>, cost: u32, now: Instant) -> Result<Option<Instant>, TooFast> {
        let Some(refill) = self.refill else { return Ok(full_at) };
        let full_at = full_at.unwrap_or(now).max(now) + refill * cost.min(self.burst);
        let wait = full_at.duration_since(now).saturating_sub(refill * self.burst);
        if wait.is_zero() {
            return Ok(Some(full_at));
        }
        let retry_after_ms = u32::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX);
        Err(TooFast { retry_after_ms })
    }
}

impl TokenBucket {
    /// A full bucket.
    #[must_use]
    pub const fn new(rate: Rate) -> Self {
        Self { rate, full_at: None }
    }

    /// Takes one token.
    ///
    /// # Errors
    /// [`TooFast`] with the wait when there is none; asking again costs nothing.
    pub fn take(&mut self, now: Instant) -> Result<(), TooFast> {
        self.take_many(1, now)
    }

    fn take_many(&mut self, cost: u32, now: Instant) -> Result<(), TooFast> {
        self.full_at = self.rate.take(self.full_at, cost, now)?;
        Ok(())
    }
}

impl<K: Eq + Hash> KeyedBuckets<K> {
    /// No keys yet; each will have this rate.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, full_at: HashMap::new(), crowd: TokenBucket::new(rate), next_prune: None }
    }

    /// Looks whether `cost` tokens of this key can be taken, without taking them.
    ///
    /// # Errors
    /// [`TooFast`] with the wait when there are not so many.
    pub fn look(&self, key: &K, cost: u32, now: Instant) -> Result<(), TooFast> {
        let full_at = match self.full_at.get(key) {
            Some(full_at) => Some(*full_at),
            None if self.full_at.len() >= KEYS_MAX => self.crowd.full_at,
            None => None,
        };
        self.rate.take(full_at, cost, now).map(drop)
    }

    /// Takes `cost` tokens of this key.
    ///
    /// # Errors
    /// [`TooFast`] with the wait when there are not so many.
    pub fn take(&mut self, key: K, cost: u32, now: Instant) -> Result<(), TooFast> {
        if self.rate.is_off() {
            return Ok(());
        }
        self.prune(now);
        let full_at = self.full_at.get(&key).copied();
        if full_at.is_none() && self.full_at.len() >= KEYS_MAX {
            return self.crowd.take_many(cost, now);
        }
        if let Some(full_at) = self.rate.take(full_at, cost, now)? {
            self.full_at.insert(key, full_at);
        }
        Ok(())
    }

    /// Gives back one token that was taken of this key. A bucket is never more than full.
    pub fn give_back(&mut self, key: &K) {
        if let (Some(refill), Some(full_at)) = (self.rate.refill, self.full_at.get_mut(key))
            && let Some(earlier) = full_at.checked_sub(refill)
        {
            *full_at = earlier;
        }
    }

    /// At most once a second, so that its cost is spread over the requests of that second.
    fn prune(&mut self, now: Instant) {
        if self.next_prune.is_none_or(|due| due <= now) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.next_prune = Some(now + PRUNE_EVERY);
        }
    }
}

#[cfg(test)]
mod tests;
