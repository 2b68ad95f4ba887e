//! Nobody says anything: what being there costs.

use std::thread;
use std::time::Duration;

use super::{BACKLOG_BYTES, Bench, Stage, listener};
use crate::contestant::Contestant;
use crate::dialect::RoomNumber;
use crate::fault::Fault;
use crate::row::{Measure, Row};
use crate::server::Server;

const CROWDS: [(usize, Measure); 2] =
    [(10_000, Measure::BytesPerConnection10000), (19_000, Measure::BytesPerConnection19000)];
/// A period of Teahouse's heartbeats, so that everybody has one. Its peers send none.
const WATCHED: Duration = Duration::from_secs(25);
/// Time for a server to finish what it does after its start.
const AT_REST_AFTER: Duration = Duration::from_millis(500);
const KIBIBYTE: f64 = 1024.0;
const MEGABYTE: f64 = 1e6;

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let server = Server::start(contestant, BACKLOG_BYTES, &bench.folder)?;
    thread::sleep(AT_REST_AFTER);
    let at_rest = server.process.resident_bytes()?;
    row.add(Measure::BytesAtRest, at_rest as f64 / MEGABYTE);
    let mut stage = Stage::new(server, contestant.dialect())?;
    for (people, measure) in CROWDS.into_iter().filter(|(people, _)| *people <= bench.seats_max()) {
        stage.gather(vec![listener(RoomNumber::LOBBY); people - stage.crowd.people.len()])?;
        let grown = stage.server.process.resident_bytes()?.saturating_sub(at_rest);
        row.add(measure, grown as f64 / people as f64 / KIBIBYTE);
    }
    // An open loop without lines: the crowd answers pings while the server is watched.
    let before = stage.server.process.processor_time()?;
    stage.crowd.listen(WATCHED)?;
    let used = stage.server.process.processor_time()? - before;
    row.add(Measure::IdleProcessor, used.as_secs_f64() / WATCHED.as_secs_f64() * 100.0);
    if stage.crowd.closed_by_server > 0 {
        row.problems.push(format!("CLOSED {}", stage.crowd.closed_by_server));
    }
    Ok(row)
}
