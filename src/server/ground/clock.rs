//! The server's clock: the one place that asks the operating system for the time of day.
//! Used for display times only; order comes from seqs, and durations from `std::time::Instant`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::protocol::Timestamp;

/// Now, in milliseconds since the Unix epoch. A clock set before 1970 reads as 1970.
#[must_use]
pub fn now() -> Timestamp {
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

/// The moment that lies this long after `at`.
#[must_use]
pub fn after(at: Timestamp, wait: Duration) -> Timestamp {
    let wait_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(at.unix_ms().saturating_add(wait_ms))
}

/// The moment that lies this long before `at`.
#[must_use]
pub fn before(at: Timestamp, age: Duration) -> Timestamp {
    let age_ms = i64::try_from(age.as_millis()).unwrap_or(i64::MAX);
    Timestamp::from_unix_ms(at.unix_ms().saturating_sub(age_ms))
}
