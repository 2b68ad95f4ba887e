//! The highest rate that a server holds: steps up until one fails, then looks between the last two.

use std::time::Duration;

use super::{BREATH, WINDOW};
use crate::crowd::Settled;
use crate::drive::{Measured, Stage};
use crate::fault::Fault;

/// A rate is held when this share of the deliveries takes at most so long, counted from when their lines were due.
const SHARE: f64 = 0.99;
const LATENCY_MAX: Duration = Duration::from_millis(100);
const WARM_UP: Duration = Duration::from_millis(500);
const BISECTIONS: u32 = 2;
/// Slower is no chat any more.
const RATE_MIN: f64 = 1.0;

/// Where the steps ended.
pub struct Ramp {
    pub held: Option<(f64, Measured)>,
    /// Why the next step was too much.
    pub end: String,
}

/// Looks for the highest rate, from `first` lines per second up by this factor.
pub fn climb(stage: &mut Stage, first: f64, factor: f64) -> Result<Ramp, Fault> {
    stage.crowd.breath = BREATH;
    let mut ramp = Ramp { held: None, end: String::new() };
    let mut failed: Option<f64> = None;
    let mut bisections = BISECTIONS;
    let mut rate = first;
    while rate >= RATE_MIN {
        let step = stage.open_loop(rate, WARM_UP, WINDOW)?;
        match obstacle(&step) {
            None => ramp.held = Some((rate, step)),
            Some(obstacle) => {
                ramp.end = format!("at {rate:.0} lines/s: {obstacle}");
                failed = Some(rate);
            }
        }
        // Whoever is not done with the last step cannot be asked again.
        let settled = stage.settle()?;
        let gone = stage.crowd.people.len() - stage.crowd.live_and_coming().0;
        if gone > 0 {
            ramp.end += &format!("; after {rate:.0} lines/s {gone} people were gone");
            break;
        }
        if settled == Settled::StillBusy {
            ramp.end += &format!("; after {rate:.0} lines/s it did not come to rest");
            break;
        }
        rate = match (&ramp.held, failed) {
            (_, None) => rate * factor,
            (None, Some(failed)) => failed / factor,
            (Some((held, _)), Some(failed)) if bisections > 0 => {
                bisections -= 1;
                (held * failed).sqrt()
            }
            _ => break,
        };
    }
    Ok(ramp)
}

/// Why a rate does not count as held.
fn obstacle(step: &Measured) -> Option<String> {
    let latency = step.tally.latency.quantile(SHARE);
    if step.is_generator_saturated() {
        return Some("the generator was saturated".to_owned());
    }
    step.fault().or_else(|| (latency > LATENCY_MAX).then(|| format!("p99 {} ms", latency.as_millis())))
}
