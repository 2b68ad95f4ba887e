//! When to reconnect: full jitter over a doubling ceiling. The chance is an argument.
//!
//! "Full jitter" spreads a crowd that lost its server over the whole interval (M. Brooker, "Exponential Backoff And
//! Jitter", AWS Architecture Blog, 2015).

/// Ceiling of the first wait.
const FIRST_CEILING_MS: u32 = 500;
/// Ceiling of every later wait.
const CEILING_MS: u32 = 30_000;
/// A connection that held this long was a good one: the next loss starts over. Short, so that several restarts in a minute
/// do not make people wait longer each time; a server that accepts and drops at once is still given time.
const STABLE_MS: i64 = 5_000;

/// Counts failed attempts and draws the wait before the next one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Draws the wait before the next attempt, in milliseconds: `chance` (0..1) of min(30 s, 0.5 s × 2ⁿ), where n counts
    /// the earlier draws.
    #[must_use]
    pub fn delay_ms(&mut self, chance: f64) -> u32 {
        let doublings = 2_u32.saturating_pow(self.failures);
        self.failures = self.failures.saturating_add(1);
        let ceiling = FIRST_CEILING_MS.saturating_mul(doublings).min(CEILING_MS);
        share(ceiling, chance)
    }

    /// A connection ended that was good for `lived_ms`.
    pub fn connection_ended(&mut self, lived_ms: i64) {
        if lived_ms >= STABLE_MS {
            self.failures = 0;
        }
    }
}

/// `chance` (0..1, anything else is clamped) of `whole_ms`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a u32 is a u32")]
pub(super) fn share(whole_ms: u32, chance: f64) -> u32 {
    (f64::from(whole_ms) * chance.clamp(0.0, 1.0)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ceilings(backoff: &mut Backoff, count: usize) -> Vec<u32> {
        (0..count).map(|_| backoff.delay_ms(1.0)).collect()
    }

    #[test]
    fn the_ceiling_doubles_up_to_half_a_minute_and_stays_there() {
        let mut backoff = Backoff::default();
        assert_eq!(ceilings(&mut backoff, 8), [500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]);
        for _ in 0..100 {
            assert_eq!(backoff.delay_ms(1.0), 30_000, "no overflow, however long the server is away");
        }
    }

    #[test]
    fn the_wait_is_spread_over_the_whole_interval() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.delay_ms(0.0), 0);
        assert_eq!(backoff.delay_ms(0.5), 500);
        assert_eq!(backoff.delay_ms(f64::NAN), 0, "a broken source of chance never waits for ever");
    }

    #[test]
    fn only_a_connection_that_held_starts_the_count_over() {
        let mut backoff = Backoff::default();
        ceilings(&mut backoff, 5);
        backoff.connection_ended(4_999);
        assert_eq!(backoff.delay_ms(1.0), 16_000, "a server that accepts and drops at once is not a good one");
        backoff.connection_ended(5_000);
        assert_eq!(backoff.delay_ms(1.0), 500);
    }
}
