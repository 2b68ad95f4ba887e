//! How one client behaves: frames per minute, refused frames in a row, silence, slowness. A plain synchronous struct,
//! with time as an argument. Not here: what is counted for all connections of a client together
//! (`limits`).

use std::time::{Duration, Instant};

use crate::protocol::{CloseCode, ErrorCode, Refusal};
use crate::server::config::LimitsConfig;
use crate::server::limits::{Action, TokenBucket};

/// The record of one connection.
pub struct Conduct {
    frames: TokenBucket,
    refused_in_a_row: u32,
    refused_max: u32,
    heard_at: Instant,
    idle_timeout: Duration,
    behind_at: Option<Instant>,
    gap_interval: Duration,
}

impl Conduct {
    /// A clean record.
    #[must_use]
    pub fn new(limits: &LimitsConfig, now: Instant) -> Self {
        Self {
            frames: TokenBucket::new(Action::Frame.rate_of_connection(limits)),
            refused_in_a_row: 0,
            refused_max: limits.refused_frames,
            heard_at: now,
            idle_timeout: limits.idle_timeout,
            behind_at: None,
            gap_interval: limits.gap_interval,
        }
    }

    /// A frame came: a message, each fragment of one, a ping or a pong. The client lives.
    ///
    /// # Errors
    /// `too_fast` when it is one too many.
    pub fn frame(&mut self, now: Instant) -> Result<(), Refusal> {
        self.heard_at = now;
        self.frames.take(now).map_err(|too_fast| Refusal::retry_after(ErrorCode::TooFast, too_fast.retry_after_ms))
    }

    /// A frame was accepted: the row of refusals ends.
    pub fn accepted(&mut self) {
        self.refused_in_a_row = 0;
    }

    /// A frame was refused. `Some` when it was one too many in a row.
    pub fn refused(&mut self) -> Option<CloseCode> {
        self.refused_in_a_row += 1;
        (self.refused_max > 0 && self.refused_in_a_row >= self.refused_max).then_some(CloseCode::TooFast)
    }

    /// The client was too slow for its sendq. `Some` when it had been so a short while ago.
    pub fn fell_behind(&mut self, now: Instant) -> Option<CloseCode> {
        let before = self.behind_at.replace(now)?;
        (now.saturating_duration_since(before) < self.gap_interval).then_some(CloseCode::Slow)
    }

    /// `Some` when nothing was heard for too long.
    #[must_use]
    pub fn idle(&self, now: Instant) -> Option<CloseCode> {
        let silent = now.saturating_duration_since(self.heard_at);
        (!self.idle_timeout.is_zero() && silent > self.idle_timeout).then_some(CloseCode::Idle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::Config;

    fn conduct(change: impl FnOnce(&mut LimitsConfig), now: Instant) -> Conduct {
        let mut limits = Config::default().limits;
        change(&mut limits);
        Conduct::new(&limits, now)
    }

    #[test]
    fn refusals_in_a_row_end_the_connection_and_a_good_frame_forgives_them() {
        let mut conduct = conduct(|limits| limits.refused_frames = 3, Instant::now());
        assert_eq!(conduct.refused(), None);
        assert_eq!(conduct.refused(), None);
        conduct.accepted();
        assert_eq!(conduct.refused(), None);
        assert_eq!(conduct.refused(), None);
        assert_eq!(conduct.refused(), Some(CloseCode::TooFast));
    }

    #[test]
    fn silence_beyond_the_timeout_is_idle_and_any_sign_of_life_is_not() {
        let start = Instant::now();
        let mut conduct = conduct(|limits| limits.idle_timeout = Duration::from_secs(60), start);
        assert_eq!(conduct.idle(start + Duration::from_secs(60)), None);
        assert_eq!(conduct.idle(start + Duration::from_secs(61)), Some(CloseCode::Idle));
        conduct.frame(start + Duration::from_secs(50)).unwrap();
        assert_eq!(conduct.idle(start + Duration::from_secs(61)), None);
    }

    #[test]
    fn falling_behind_is_forgiven_unless_it_comes_again_within_the_interval() {
        let start = Instant::now();
        let mut conduct = conduct(|limits| limits.gap_interval = Duration::from_secs(60), start);
        assert_eq!(conduct.fell_behind(start), None);
        assert_eq!(conduct.fell_behind(start + Duration::from_secs(60)), None);
        assert_eq!(conduct.fell_behind(start + Duration::from_secs(119)), Some(CloseCode::Slow));
    }

    #[test]
    fn without_an_interval_nobody_is_closed_for_falling_behind() {
        let now = Instant::now();
        let mut conduct = conduct(|limits| limits.gap_interval = Duration::ZERO, now);
        assert_eq!(conduct.fell_behind(now), None);
        assert_eq!(conduct.fell_behind(now), None);
    }

    #[test]
    fn frames_beyond_the_burst_are_told_how_long_to_wait() {
        let start = Instant::now();
        let mut conduct = conduct(
            |limits| {
                limits.frames_per_minute = 60;
                limits.frames_burst = 2;
            },
            start,
        );
        assert!(conduct.frame(start).is_ok());
        assert!(conduct.frame(start).is_ok());
        let refusal = conduct.frame(start).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::TooFast);
        let wait = Duration::from_millis(refusal.retry_after_ms.unwrap().into());
        assert!(conduct.frame(start + wait).is_ok());
    }
}
