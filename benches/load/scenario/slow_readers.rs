//! One of a hundred people stops reading. Nobody else may notice, and the server may not grow without bound.

use std::time::Duration;

use super::{Bench, listener, milliseconds};
use crate::contestant::Contestant;
use crate::dialect::RoomNumber;
use crate::fault::Fault;
use crate::row::{Measure, Row};

const PEOPLE: usize = 1_000;
const SLOW_PEOPLE: usize = 10;
const LINES_PER_SECOND: f64 = 60.0;
/// Long enough that the kernel's own buffers, about 3 MB, overflow well before the end.
const TEXT_BYTES: usize = 6_000;
const WINDOW: Duration = Duration::from_secs(12);
const WARM_UP: Duration = Duration::from_secs(1);
/// What a server should keep for a slow reader: Teahouse's default.
const BACKLOG_BYTES: usize = 1024 * 1024;
const MEGABYTE: f64 = 1e6;

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let mut stage = bench.stage(contestant, BACKLOG_BYTES, vec![listener(RoomNumber::LOBBY); PEOPLE])?;
    stage.crowd.text_bytes = TEXT_BYTES;
    for slow in PEOPLE - SLOW_PEOPLE..PEOPLE {
        stage.crowd.fall_asleep(slow)?;
    }
    let before = stage.server.process.resident_bytes()?;
    let measured = stage.open_loop(LINES_PER_SECOND, WARM_UP, WINDOW)?;
    let after = stage.server.process.resident_bytes()?;
    row.judge("the others", &measured);
    row.add(Measure::LatencyMedian, milliseconds(measured.tally.latency.quantile(0.5)));
    row.add(Measure::Latency99, milliseconds(measured.tally.latency.quantile(0.99)));
    row.add(Measure::BytesGrown, after.saturating_sub(before) as f64 / MEGABYTE);
    Ok(row)
}
