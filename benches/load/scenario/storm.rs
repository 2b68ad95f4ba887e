//! Ten thousand people lose their network at once and come back at once, while a few who stayed go on talking.

use std::time::{Duration, Instant};

use super::{BACKLOG_BYTES, Bench, listener, milliseconds, onlooker};
use crate::contestant::Contestant;
use crate::dialect::{Dialect, RoomNumber};
use crate::drive::Pace;
use crate::fault::Fault;
use crate::row::{Measure, Row};

const STAYING: usize = 50;
const LEAVING: usize = 10_000;
/// How many of them knock at once; the kernel's queue of a listener holds about so many.
const AT_ONCE: usize = 500;
const LINES_PER_SECOND: f64 = 5.0;
const PATIENCE: Duration = Duration::from_secs(30);

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    let mut seats = vec![listener(RoomNumber::LOBBY); STAYING];
    seats.extend(vec![onlooker(RoomNumber::LOBBY); LEAVING]);
    let mut stage = bench.stage(contestant, BACKLOG_BYTES, seats)?;
    stage.speakers = (0..STAYING).collect();
    stage.burst(STAYING)?;
    stage.settle()?;

    let measuring = stage.start_measuring()?;
    let started = Instant::now();
    let mut coming_back = Vec::new();
    for index in STAYING..STAYING + LEAVING {
        coming_back.push((index, stage.crowd.cut_off(index)?));
    }
    let mut coming_back = coming_back.into_iter();
    // Cutting ten thousand off keeps the generator busy for a while, in which nobody can be said to speak too late.
    let talking_since = Instant::now();
    let mut lines = 0_u32;
    while stage.crowd.live_and_coming().0 < STAYING + LEAVING && started.elapsed() < PATIENCE {
        let due = talking_since + Duration::from_secs_f64(1.0 / LINES_PER_SECOND) * lines;
        if Instant::now() >= due {
            stage.say(due)?;
            lines += 1;
        }
        while stage.crowd.live_and_coming().1 < AT_ONCE
            && let Some((index, seat)) = coming_back.next()
        {
            stage.crowd.admit(index, seat)?;
        }
        stage.crowd.turn(due)?;
    }
    let back_after = started.elapsed();
    let measured = stage.finish(&measuring, Pace::Kept)?;
    row.judge("those who stayed", &measured);
    row.add(Measure::BackAgain, back_after.as_secs_f64());
    row.add(Measure::Latency99, milliseconds(measured.tally.latency.quantile(0.99)));
    if contestant.dialect() == Dialect::Member {
        row.add(Measure::Ack99, milliseconds(measured.tally.ack_latency.quantile(0.99)));
    }
    if back_after >= PATIENCE {
        row.problems.push(format!("only {} are back", stage.crowd.live_and_coming().0));
    }
    Ok(row)
}
