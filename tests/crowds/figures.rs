//! Sums up what was measured. Plain arithmetic.

use std::fmt;
use std::time::Duration;

use tokio::time::Instant;

/// A duration as people compare it.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Milliseconds(pub f64);

impl From<Duration> for Milliseconds {
    fn from(duration: Duration) -> Self {
        Self(duration.as_secs_f64() * 1_000.0)
    }
}

impl fmt::Display for Milliseconds {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:.1} ms", self.0)
    }
}

/// The smallest value that so large a share of all values does not exceed; zero when there are none.
pub fn percentile(values: &mut [Duration], share: f64) -> Milliseconds {
    values.sort_unstable();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length is a length")]
    let rank = (values.len() as f64 * share).ceil() as usize;
    values.get(rank.saturating_sub(1)).copied().unwrap_or_default().into()
}

/// How far values lie from their mean, as a rule.
pub fn standard_deviation(values: &[Milliseconds]) -> Milliseconds {
    let count = values.len().max(1) as f64;
    let mean = values.iter().map(|value| value.0).sum::<f64>() / count;
    let variance = values.iter().map(|value| (value.0 - mean).powi(2)).sum::<f64>() / count;
    Milliseconds(variance.sqrt())
}

/// The most moments that lie within any window of this length.
pub fn peak(moments: &mut [Instant], window: Duration) -> usize {
    moments.sort_unstable();
    let mut first = 0;
    let mut peak = 0;
    for last in 0..moments.len() {
        while moments[last] - moments[first] >= window {
            first += 1;
        }
        peak = peak.max(last + 1 - first);
    }
    peak
}
