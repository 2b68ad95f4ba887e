//! A thousand lines at once: how well a server puts what waits together.

use super::{BREATH, Bench, milliseconds};
use crate::contestant::Contestant;
use crate::fault::Fault;
use crate::row::{Measure, Row};

const PEOPLE: usize = 1_000;
const LINES: usize = 1_000;

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let mut stage = bench.lobby(contestant, PEOPLE)?;
    // The first lines of speakers bring notices of their coming; the burst shall not.
    stage.burst(stage.speakers.len())?;
    stage.settle()?;
    stage.crowd.breath = BREATH;
    let burst = stage.burst(LINES)?;
    row.judge_throughput("burst", &burst);
    // Until the last delivery, which there is not.
    if burst.missing > 0 {
        return Ok(row);
    }
    row.add(Measure::BurstDeliveries, burst.deliveries_per_second());
    row.add(Measure::BurstLast, milliseconds(burst.duration));
    row.add(Measure::Latency99, milliseconds(burst.tally.latency.quantile(0.99)));
    Ok(row)
}
