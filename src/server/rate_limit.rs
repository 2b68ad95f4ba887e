//! Rate limits: token buckets that know no clock and keep no timer; the caller brings the time.
//!
//! A bucket is kept as the one moment at which it will be full again (the generic cell rate algorithm, ITU-T I.371),
//! so that it costs one number, never drifts, and can be forgotten as soon as that moment has passed.
//!
//! Who may use it: everything right of `rate_limit` in `server`.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// How often something may happen, and how often at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Time in which one token comes back. `None` = no limit.
    refill: Option<Duration>,
    burst: u32,
}

/// The bucket is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too fast: wait {retry_after_ms} ms")]
pub struct TooFast {
    /// Least wait until the same request succeeds, rounded up.
    pub retry_after_ms: u32,
}

/// One counter of one person, connection or address.
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
    buckets: HashMap<K, TokenBucket>,
    /// Shared by newcomers while [`KEYS_MAX`] others are being counted.
    crowd: TokenBucket,
    next_prune: Option<Instant>,
}

/// Most keys that one [`KeyedBuckets`] counts one by one.
pub const KEYS_MAX: usize = 65_536;

const PRUNE_EVERY: Duration = Duration::from_secs(1);

impl Rate {
    /// So many per minute, all of them at once if need be. 0 = no limit.
    #[must_use]
    pub fn per_minute(count: u32) -> Self {
        Self { refill: Duration::from_secs(60).checked_div(count), burst: count }
    }

    /// So many per hour, all of them at once if need be. 0 = no limit.
    #[must_use]
    pub fn per_hour(count: u32) -> Self {
        Self { refill: Duration::from_secs(3_600).checked_div(count), burst: count }
    }

    /// Changes how many may come at once; 0 counts as 1.
    #[must_use]
    pub const fn with_burst(self, burst: u32) -> Self {
        Self { burst, ..self }
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
        let Some(refill) = self.rate.refill else { return Ok(()) };
        let full_at = self.full_at.unwrap_or(now).max(now) + refill;
        let wait = full_at.duration_since(now).saturating_sub(refill * self.rate.burst.max(1));
        if wait.is_zero() {
            self.full_at = Some(full_at);
            return Ok(());
        }
        let retry_after_ms = u32::try_from(wait.as_nanos().div_ceil(1_000_000)).unwrap_or(u32::MAX);
        Err(TooFast { retry_after_ms })
    }

    fn is_full(&self, now: Instant) -> bool {
        self.full_at.is_none_or(|full_at| full_at <= now)
    }
}

impl<K: Eq + Hash> KeyedBuckets<K> {
    /// No keys yet; each will have this rate.
    #[must_use]
    pub fn new(rate: Rate) -> Self {
        Self { rate, buckets: HashMap::new(), crowd: TokenBucket::new(rate), next_prune: None }
    }

    /// Takes one token of this key.
    ///
    /// # Errors
    /// [`TooFast`] with the wait when there is none.
    pub fn take(&mut self, key: K, now: Instant) -> Result<(), TooFast> {
        if self.rate.refill.is_none() {
            return Ok(());
        }
        self.prune(now);
        if self.buckets.len() >= KEYS_MAX && !self.buckets.contains_key(&key) {
            return self.crowd.take(now);
        }
        self.buckets.entry(key).or_insert_with(|| TokenBucket::new(self.rate)).take(now)
    }

    /// Keys in memory.
    #[must_use]
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    /// Whether no key is in memory.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// At most once a second, so that its cost is spread over the requests of that second.
    fn prune(&mut self, now: Instant) {
        if self.next_prune.is_none_or(|due| due <= now) {
            self.buckets.retain(|_, bucket| !bucket.is_full(now));
            self.next_prune = Some(now + PRUNE_EVERY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_passes_and_then_one_for_each_token_that_comes_back() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(Rate::per_minute(60).with_burst(3));
        assert_eq!([(); 4].map(|()| bucket.take(start).is_ok()), [true, true, true, false]);
        assert_eq!(bucket.take(start), Err(TooFast { retry_after_ms: 1_000 }));
        assert_eq!(bucket.take(start + SECOND / 4), Err(TooFast { retry_after_ms: 750 }));
        assert_eq!(bucket.take(start + SECOND), Ok(()));
        assert!(bucket.take(start + SECOND).is_err());
    }

    #[test]
    fn the_wait_that_is_told_is_long_enough() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(Rate::per_minute(7).with_burst(1));
        assert_eq!(bucket.take(start), Ok(()));
        let wait = bucket.take(start).expect_err("empty").retry_after_ms;
        assert_eq!(bucket.take(start + Duration::from_millis(u64::from(wait))), Ok(()));
    }

    #[test]
    fn a_long_silence_earns_no_more_than_the_burst() {
        let start = Instant::now();
        let mut bucket = TokenBucket::new(Rate::per_minute(60).with_burst(2));
        assert_eq!(bucket.take(start), Ok(()));
        let later = start + 1_000 * SECOND;
        assert_eq!([(); 3].map(|()| bucket.take(later).is_ok()), [true, true, false]);
    }

    #[test]
    fn zero_turns_the_limit_off_and_a_burst_of_zero_is_one_at_a_time() {
        let now = Instant::now();
        let mut off = TokenBucket::new(Rate::per_minute(0).with_burst(0));
        assert!((0..10_000).all(|_| off.take(now).is_ok()));
        let mut single = TokenBucket::new(Rate::per_hour(1).with_burst(0));
        assert_eq!(single.take(now), Ok(()));
        assert_eq!(single.take(now), Err(TooFast { retry_after_ms: 3_600_000 }));
    }

    #[test]
    fn keys_do_not_share_their_tokens() {
        let now = Instant::now();
        let mut buckets = KeyedBuckets::new(Rate::per_minute(1));
        assert_eq!(buckets.take("a", now), Ok(()));
        assert!(buckets.take("a", now).is_err());
        assert_eq!(buckets.take("b", now), Ok(()));
    }

    #[test]
    fn full_buckets_are_forgotten_and_others_are_not() {
        let start = Instant::now();
        let mut buckets = KeyedBuckets::new(Rate::per_minute(60).with_burst(10));
        for _ in 0..5 {
            assert_eq!(buckets.take(0, start), Ok(()));
        }
        assert!((1..1_000).all(|key| buckets.take(key, start).is_ok()));
        assert_eq!(buckets.take(2_000, start + 2 * SECOND), Ok(()));
        assert_eq!(buckets.len(), 2, "the busy key and the newcomer");
    }

    #[test]
    fn a_flood_of_addresses_stays_in_bounded_memory_and_does_not_free_the_known_ones() {
        let now = Instant::now();
        let mut buckets = KeyedBuckets::new(Rate::per_minute(1));
        assert!((0..KEYS_MAX).all(|key| buckets.take(key, now).is_ok()));
        assert_eq!(buckets.take(KEYS_MAX, now), Ok(()), "the first of the crowd");
        assert!(buckets.take(KEYS_MAX + 1, now).is_err(), "the crowd shares one bucket");
        assert!(buckets.take(7, now).is_err(), "a known address is still counted");
        assert_eq!(buckets.len(), KEYS_MAX);
    }
}
