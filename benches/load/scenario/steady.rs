//! A rate that is no effort for anybody: what a delivery costs the server, and how long it takes.

use std::time::Duration;

use super::{Bench, WINDOW, microseconds, milliseconds};
use crate::contestant::Contestant;
use crate::drive::{Pace, Stage};
use crate::fault::Fault;
use crate::row::{Measure, Row};

const WARM_UP: Duration = Duration::from_millis(500);
const PEOPLE: usize = 1_000;
const LINES_PER_SECOND: f64 = 60.0;

/// A room of a thousand.
pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let mut stage = bench.lobby(contestant, PEOPLE)?;
    steady(&mut stage, LINES_PER_SECOND, &mut row)?;
    Ok(row)
}

/// The same with other people.
pub fn steady(stage: &mut Stage, rate: f64, row: &mut Row) -> Result<(), Fault> {
    let steady = stage.open_loop(rate, WARM_UP, WINDOW)?;
    row.judge(&format!("{rate:.0} lines/s"), &steady);
    // What was measured of a run without its end says nothing.
    if steady.pace == Pace::GivenUp {
        return Ok(());
    }
    row.add(Measure::ProcessorPerDelivery, microseconds(steady.server_time_per_delivery()));
    row.add(Measure::LatencyMedian, milliseconds(steady.tally.latency.quantile(0.5)));
    row.add(Measure::Latency99, milliseconds(steady.tally.latency.quantile(0.99)));
    Ok(())
}
