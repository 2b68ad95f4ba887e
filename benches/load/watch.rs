//! What a run shared its machine with: how busy the generator was, and everything that is neither it nor the server.

use std::time::{Duration, Instant};

use super::fault::Fault;
use super::process::{Process, time_of_others};

/// Above this share of its processor the generator measures itself, not the server.
pub const GENERATOR_SHARE_MAX: f64 = 0.9;
/// When everything else on the machine uses more of a processor than this, figures are those of a disturbed machine.
const OTHERS_SHARE_MAX: f64 = 0.1;
/// So little tells nothing about a short run.
const OTHERS_TIME_MIN: Duration = Duration::from_millis(50);

/// What was so when it began.
pub struct Watch {
    at: Instant,
    own_time: Duration,
    others_time: Duration,
}

impl Watch {
    /// Begins; the server's own time does not count as that of others.
    pub fn start(server: &Process) -> Result<Self, Fault> {
        let others_time = time_of_others(server)?;
        Ok(Self { at: Instant::now(), own_time: Process::own().processor_time()?, others_time })
    }

    /// How long it has been.
    pub fn elapsed(&self) -> Duration {
        self.at.elapsed()
    }

    /// How long the generator has worked.
    pub fn own_time(&self) -> Result<Duration, Fault> {
        Ok(Process::own().processor_time()? - self.own_time)
    }

    /// How much of a processor everything else has used.
    pub fn others_share(&self, server: &Process) -> Result<f64, Fault> {
        let wall = self.at.elapsed();
        let others_time = time_of_others(server)?.saturating_sub(self.others_time + OTHERS_TIME_MIN);
        Ok(others_time.as_secs_f64() / wall.as_secs_f64())
    }
}

/// What else the machine did, if it was too much.
pub fn disturbance(others_share: f64) -> Option<String> {
    let percent = others_share * 100.0;
    (others_share > OTHERS_SHARE_MAX).then(|| format!("others used {percent:.0} % of a processor"))
}
