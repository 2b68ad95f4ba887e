//! The limits of one connection: frames per minute, refused frames in a row, silence, slowness. A plain synchronous struct,
//! with time as an argument. Not here: what all connections of a client may cost together (`server::limits`).

use std::time::{Duration, Instant};

use crate::protocol::{CloseCode, ErrorCode, Refusal};
use crate::server::config::LimitsConfig;
use crate::server::limits::{Action, TokenBucket};

/// Counts what one connection does against its limits.
pub struct ConnectionLimits {
    frames: TokenBucket,
    refused_in_a_row: u32,
    refused_max: u32,
    heard_at: Instant,
    idle_timeout: Duration,
    behind_at: Option<Instant>,
    gap_interval: Duration,
}

impl ConnectionLimits {
    /// Nothing is counted yet.
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

    /// Counts a frame: a message, a fragment of one, a ping or a pong. It shows that the client is alive.
    ///
    /// # Errors
    /// `too_fast` when the connection sent more frames than it may.
    pub fn frame(&mut self, now: Instant) -> Result<(), Refusal> {
        self.heard_at = now;
        self.frames.take(now).map_err(|too_fast| Refusal::retry_after(ErrorCode::TooFast, too_fast.retry_after_ms))
    }

    /// Notes that a frame was accepted, which ends the row of refusals.
    pub fn accepted(&mut self) {
        self.refused_in_a_row = 0;
    }

    /// Notes that a frame was refused. `Some` when too many in a row were: the connection is to be closed.
    pub fn refused(&mut self) -> Option<CloseCode> {
        self.refused_in_a_row += 1;
        (self.refused_max > 0 && self.refused_in_a_row >= self.refused_max).then_some(CloseCode::TooFast)
    }

    /// Notes that the sendq overflowed. `Some` when it did so shortly before: the connection is to be closed.
    pub fn fell_behind(&mut self, now: Instant) -> Option<CloseCode> {
        let before = self.behind_at.replace(now)?;
        (now.saturating_duration_since(before) < self.gap_interval).then_some(CloseCode::Slow)
    }

    /// `Some` when the client was silent for too long: the connection is to be closed.
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

    fn limits_with(change: impl FnOnce(&mut LimitsConfig), now: Instant) -> ConnectionLimits {
        let mut limits = Config::default().limits;
        change(&mut limits);
        ConnectionLimits::new(&limits, now)
    }

    #[test]
    fn refusals_in_a_row_end_the_connection_and_a_good_frame_forgives_them() {
        let mut limits = limits_with(|limits| limits.refused_frames = 3, Instant::now());
        assert_eq!(limits.refused(), None);
        assert_eq!(limits.refused(), None);
        limits.accepted();
        assert_eq!(limits.refused(), None);
        assert_eq!(limits.refused(), None);
        assert_eq!(limits.refused(), Some(CloseCode::TooFast));
    }

    #[test]
    fn silence_beyond_the_timeout_is_idle_and_any_sign_of_life_is_not() {
        let start = Instant::now();
        let mut limits = limits_with(|limits| limits.idle_timeout = Duration::from_secs(60), start);
        assert_eq!(limits.idle(start + Duration::from_secs(60)), None);
        assert_eq!(limits.idle(start + Duration::from_secs(61)), Some(CloseCode::Idle));
        limits.frame(start + Duration::from_secs(50)).unwrap();
        assert_eq!(limits.idle(start + Duration::from_secs(61)), None);
    }

    #[test]
    fn falling_behind_is_forgiven_unless_it_comes_again_within_the_interval() {
        let start = Instant::now();
        let mut limits = limits_with(|limits| limits.gap_interval = Duration::from_secs(60), start);
        assert_eq!(limits.fell_behind(start), None);
        assert_eq!(limits.fell_behind(start + Duration::from_secs(60)), None);
        assert_eq!(limits.fell_behind(start + Duration::from_secs(119)), Some(CloseCode::Slow));
    }

    #[test]
    fn without_an_interval_nobody_is_closed_for_falling_behind() {
        let now = Instant::now();
        let mut limits = limits_with(|limits| limits.gap_interval = Duration::ZERO, now);
        assert_eq!(limits.fell_behind(now), None);
        assert_eq!(limits.fell_behind(now), None);
    }

    #[test]
    fn frames_beyond_the_burst_are_told_how_long_to_wait() {
        let start = Instant::now();
        let mut limits = limits_with(
            |limits| {
                limits.frames_per_minute = 60;
                limits.frames_burst = 2;
            },
            start,
        );
        assert!(limits.frame(start).is_ok());
        assert!(limits.frame(start).is_ok());
        let refusal = limits.frame(start).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::TooFast);
        let wait = Duration::from_millis(refusal.retry_after_ms.unwrap().into());
        assert!(limits.frame(start + wait).is_ok());
    }
}
