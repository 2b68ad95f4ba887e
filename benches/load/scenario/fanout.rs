//! One room, a few speakers, many listeners: how much a server can do.

use std::time::Duration;

use super::{Bench, Profile, milliseconds, ramp};
use crate::contestant::Contestant;
use crate::drive::Stage;
use crate::fault::Fault;
use crate::row::{Measure, Row};

const WARM_UP: Duration = Duration::from_millis(500);
/// Where the search for the highest rate starts.
const FIRST_DELIVERIES_PER_SECOND: f64 = 250_000.0;

pub fn of_100(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    run(bench, scenario, contestant, 100)
}

pub fn of_1000(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    run(bench, scenario, contestant, 1_000)
}

pub fn of_10000(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    run(bench, scenario, contestant, 10_000)
}

fn run(bench: &Bench, scenario: &'static str, contestant: Contestant, people: usize) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let mut stage = bench.lobby(contestant, people)?;
    for (in_flight, measure) in [(1, Measure::OneInFlight), (16, Measure::SixteenInFlight)] {
        let closed = stage.closed_loop(in_flight, WARM_UP, bench.short_window())?;
        row.judge_throughput(measure.title(), &closed);
        row.add(measure, closed.deliveries_per_second());
        stage.settle()?;
    }
    let first = FIRST_DELIVERIES_PER_SECOND / people as f64;
    highest_rate(&mut stage, first, factor(bench, people), people, &mut row)?;
    Ok(row)
}

/// Small steps where the result is published, large ones elsewhere.
fn factor(bench: &Bench, people: usize) -> f64 {
    if bench.profile == Profile::Full && people == 1_000 { 2.0 } else { 4.0 }
}

/// The highest rate that is held. It comes last, since afterwards the server may be in no state for anything else.
pub fn highest_rate(
    stage: &mut Stage,
    first: f64,
    factor: f64,
    listeners_per_line: usize,
    row: &mut Row,
) -> Result<(), Fault> {
    let ramp = ramp::climb(stage, first, factor, ramp::latency_max(listeners_per_line))?;
    row.remarks.push(ramp.end);
    let Some((rate, step)) = ramp.held else {
        // A poor result, but a result.
        row.add(Measure::LinesHeld, 0.0);
        row.add(Measure::DeliveriesHeld, 0.0);
        return Ok(());
    };
    row.judge(&format!("{rate:.0} lines/s"), &step);
    row.add(Measure::LinesHeld, rate);
    row.add(Measure::DeliveriesHeld, rate * listeners_per_line as f64);
    row.add(Measure::LatencyHeld, milliseconds(step.tally.latency.quantile(0.99)));
    Ok(())
}
