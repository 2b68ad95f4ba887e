//! Counts of durations, precise to one per cent, at a fixed cost however many are recorded. The counting is that of
//! HdrHistogram; here are durations, and a largest one that is exact.

use std::time::Duration;

/// How many digits of a number of microseconds are kept.
const DIGITS: u8 = 2;

/// How often each duration was seen.
#[derive(Clone)]
pub struct Histogram {
    micros: hdrhistogram::Histogram<u64>,
    max: Duration,
}

impl Default for Histogram {
    fn default() -> Self {
        let micros = hdrhistogram::Histogram::new(DIGITS).expect("five digits and fewer can be kept");
        Self { micros, max: Duration::ZERO }
    }
}

impl Histogram {
    pub fn record(&mut self, duration: Duration) {
        let micros = u64::try_from(duration.as_micros()).expect("nobody measures for half a million years");
        self.micros.record(micros).expect("it grows with what it is given");
        self.max = self.max.max(duration);
    }

    /// The duration that this share of all does not exceed; zero when nothing was recorded.
    pub fn quantile(&self, share: f64) -> Duration {
        Duration::from_micros(self.micros.value_at_quantile(share)).min(self.max)
    }
}
