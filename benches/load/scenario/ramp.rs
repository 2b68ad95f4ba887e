//! The highest rate that a server holds: steps up until one fails, then looks between the last two.

use std::time::Duration;

use super::{BREATH, WINDOW};
use crate::crowd::Settled;
use crate::drive::{Measured, Stage};
use crate::fault::Fault;

/// A rate is held when this share of the deliveries takes at most so long, counted from when their lines were due.
const SHARE: f64 = 0.99;
const LATENCY_MAX: Duration = Duration::from_millis(100);
/// In a room so large that one line to everybody takes longer than that, by the kernel alone, each person adds so much.
const LATENCY_PER_PERSON: Duration = Duration::from_micros(50);
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

/// How late a delivery may be in a room of so many.
pub fn latency_max(people: usize) -> Duration {
    LATENCY_MAX.max(LATENCY_PER_PERSON * u32::try_from(people).unwrap_or(u32::MAX))
}

/// Looks for the highest rate, from `first` lines per second up by this factor.
///
/// A step for which the generator was saturated says nothing about the server. It is no end either: at a higher rate the
/// server writes more at once, and the generator reads it with less effort. Two such steps in a row are the end.
pub fn climb(stage: &mut Stage, first: f64, factor: f64, latency_max: Duration) -> Result<Ramp, Fault> {
    stage.crowd.breath = BREATH;
    let mut ramp = Ramp { held: None, end: String::new() };
    let (mut failed, mut was_saturated): (Option<f64>, bool) = (None, false);
    let mut bisections = BISECTIONS;
    let mut rate = first;
    while rate >= RATE_MIN {
        let step = stage.open_loop(rate, WARM_UP, WINDOW)?;
        let is_saturated = step.is_generator_saturated();
        match obstacle(&step, latency_max) {
            None => ramp.held = Some((rate, step)),
            Some(obstacle) => {
                ramp.end = format!("at {rate:.0} lines/s: {obstacle}");
                failed = Some(rate).filter(|_| !is_saturated || was_saturated || failed.is_some());
            }
        }
        was_saturated = is_saturated;
        // Whoever is not done with the last step cannot be asked again.
        if stage.settle()? == Settled::StillBusy || stage.crowd.live_and_coming().0 < stage.crowd.people.len() {
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
fn obstacle(step: &Measured, latency_max: Duration) -> Option<String> {
    let latency = step.tally.latency.quantile(SHARE);
    if step.is_generator_saturated() {
        return Some("the generator was saturated".to_owned());
    }
    step.fault().or_else(|| (latency > latency_max).then(|| format!("p99 {} ms", latency.as_millis())))
}
