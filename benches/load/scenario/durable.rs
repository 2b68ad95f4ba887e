//! Writing to disk: people on the member socket who say the next line when the last one is acknowledged, which is after
//! its fsync.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use super::{Bench, WINDOW, milliseconds};
use crate::contestant::Contestant;
use crate::fault::{Doing, Fault};
use crate::row::{Measure, Row};

const WRITERS: usize = 50;
const PIPELINED: u32 = 16;
const WARM_UP: Duration = Duration::from_millis(500);
const PROBE: Duration = Duration::from_secs(1);
const PAGE_BYTES: usize = 4096;

pub fn run(bench: &Bench, scenario: &'static str, contestant: Contestant) -> Result<Row, Fault> {
    let mut row = Row::new(scenario, contestant);
    row.add(Measure::DiskSyncs, disk_syncs_per_second(&bench.folder)?);
    let mut stage = bench.lobby(contestant, WRITERS)?;
    let one_each = stage.acked_loop(1, WARM_UP, WINDOW)?;
    row.judge_throughput("1 in flight each", &one_each);
    row.add(Measure::DurableSends, one_each.tally.acks as f64 / one_each.duration.as_secs_f64());
    row.add(Measure::DurableLatency99, milliseconds(one_each.tally.ack_latency.quantile(0.99)));
    stage.settle()?;
    let pipelined = stage.acked_loop(PIPELINED, WARM_UP, WINDOW)?;
    row.judge_throughput("16 in flight each", &pipelined);
    row.add(Measure::DurablePipelined, pipelined.tally.acks as f64 / pipelined.duration.as_secs_f64());
    Ok(row)
}

/// How often the disk can make a page last: what durable sends can be compared with on another machine.
fn disk_syncs_per_second(folder: &Path) -> Result<f64, Fault> {
    let path = folder.join("fsync-probe");
    let mut file = File::create(&path).doing("probing the disk")?;
    let started = Instant::now();
    let mut syncs = 0_u32;
    while started.elapsed() < PROBE {
        file.write_all(&[0; PAGE_BYTES]).doing("probing the disk")?;
        file.sync_data().doing("probing the disk")?;
        syncs += 1;
    }
    std::fs::remove_file(path).doing("probing the disk")?;
    Ok(f64::from(syncs) / started.elapsed().as_secs_f64())
}
