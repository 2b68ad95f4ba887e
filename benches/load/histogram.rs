//! Counts of durations, precise to two per cent, at a fixed cost however many are recorded.

use std::time::Duration;

/// Each power of two of microseconds is cut into so many buckets.
const BUCKETS_PER_OCTAVE: u64 = 64;
const OCTAVE_BITS: u32 = BUCKETS_PER_OCTAVE.ilog2();

/// How often each duration was seen.
#[derive(Clone, Default)]
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    max: Duration,
}

impl Histogram {
    pub fn record(&mut self, duration: Duration) {
        let bucket = bucket(u64::try_from(duration.as_micros()).unwrap_or(u64::MAX));
        if bucket >= self.counts.len() {
            self.counts.resize(bucket + 1, 0);
        }
        self.counts[bucket] += 1;
        self.total += 1;
        self.max = self.max.max(duration);
    }

    /// The duration that this share of all does not exceed; zero when nothing was recorded.
    pub fn quantile(&self, share: f64) -> Duration {
        let wanted = (self.total as f64 * share).ceil() as u64;
        let mut seen = 0;
        for (bucket, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= wanted && seen > 0 {
                return Duration::from_micros(upper_micros(bucket)).min(self.max);
            }
        }
        self.max
    }
}

fn bucket(micros: u64) -> usize {
    if micros < BUCKETS_PER_OCTAVE {
        return micros as usize;
    }
    let shift = micros.ilog2() - OCTAVE_BITS;
    let octave = u64::from(shift) * BUCKETS_PER_OCTAVE;
    (octave + (micros >> shift)) as usize
}

/// The largest duration of a bucket.
fn upper_micros(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    if bucket < 2 * BUCKETS_PER_OCTAVE {
        return bucket;
    }
    let shift = bucket / BUCKETS_PER_OCTAVE - 1;
    ((bucket - shift * BUCKETS_PER_OCTAVE + 1) << shift) - 1
}
