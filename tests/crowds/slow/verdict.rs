//! What came of it: the others' lateness without and with the slow ones, the server's memory, how the slow ones were told.
//! Not here: how it was done (`slow`).

use std::sync::Arc;

use teahouse::protocol::LogEvent;
use tokio::task::JoinSet;
use tokio::time::{Duration, timeout};

use super::{PATIENCE, READERS, SLOW, Told};
use crate::figures::{Milliseconds, percentile, standard_deviation};
use crate::reader::{Arrival, Reader};
use crate::report::Report;

/// A sendq, and a fifth for what the connection itself takes.
const SLOW_READER_MIB: f64 = 1.2;
/// The rest may be lost with its close frame: a kernel resets a connection that is closed while commands lie unread in it.
const TOLD_LEAST: usize = SLOW * 95 / 100;
/// Timers of the crowd's runtime are no finer.
const TIMER: Milliseconds = Milliseconds(1.0);

/// A part of the run: when it began, counted from the beginning of the scenario, and how long it was.
pub type Part = (Duration, Duration);

/// Whether the others got everything; returns what came to them.
pub async fn readers(report: &mut Report, readers: &mut JoinSet<Reader>, log: &Arc<Vec<LogEvent>>) -> Vec<Arrival> {
    let head = log.last().map_or(0, |event| event.seq.get());
    let (mut complete, mut arrivals) = (0, Vec::new());
    let _ = timeout(PATIENCE, async {
        while let Some(Ok(mut reader)) = readers.join_next().await {
            complete += usize::from(reader.faults == 0 && reader.seq == head);
            arrivals.append(&mut reader.arrivals);
        }
    })
    .await;
    report.figure("deliveries to the others", arrivals.len());
    report.at_least("others that got every line in order", complete, READERS);
    arrivals
}

/// Compares how late lines came to the others. The promise leaves them a tenth, and the noise of this machine: twice the
/// standard deviation of the p99s of single seconds without slow readers, and the step of a timer.
pub fn lateness(report: &mut Report, arrivals: &[Arrival], [without, with]: [Part; 2]) {
    let mut seconds = Vec::new();
    for second in 0..without.1.as_secs() {
        seconds.push(late_p99(arrivals, (without.0 + Duration::from_secs(second), Duration::from_secs(1))));
    }
    let (calm, troubled) = (late_p99(arrivals, without), late_p99(arrivals, with));
    let floor = Milliseconds(2.0 * standard_deviation(&seconds).0 + TIMER.0);
    report.figure("the others' p99 without slow readers", calm);
    report.figure("noise allowed beside a tenth", floor);
    report.at_most("the others' p99 with slow readers", troubled, Milliseconds(calm.0 * 1.1 + floor.0));
}

fn late_p99(arrivals: &[Arrival], (from, length): Part) -> Milliseconds {
    let due = from.as_micros()..(from + length).as_micros();
    let in_part = arrivals.iter().filter(|arrival| due.contains(&u128::from(arrival.due_us)));
    let mut late: Vec<_> = in_part.map(|arrival| Duration::from_micros(arrival.late_us)).collect();
    percentile(&mut late, 0.99)
}

/// How far the server grew while some did not read.
pub fn memory(report: &mut Report, before: Option<u64>, most: Option<u64>) {
    let (Some(before), Some(most)) = (before, most) else {
        return report.skip("the bound on memory", "this kernel does not tell it in /proc");
    };
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    report.figure("the server's memory before, MiB", format!("{:.1}", mib(before)));
    let growth = (10.0 * mib(most.saturating_sub(before))).round() / 10.0;
    report.at_most("growth by the slow readers, MiB", growth, SLOW as f64 * SLOW_READER_MIB);
}

/// How the slow ones were told, and whether they caught up.
pub async fn slow(report: &mut Report, slow: &mut JoinSet<Told>) {
    let mut all = Vec::new();
    while let Some(Ok(told)) = slow.join_next().await {
        all.push(told);
    }
    let sum = |pick: fn(&Told) -> usize| all.iter().map(pick).sum::<usize>();
    report.figure("gaps told", sum(|told| told.gaps));
    report.figure("closed as slow (4000)", sum(|told| told.closed_as_slow));
    report.figure("closed otherwise", sum(|told| told.closed_otherwise));
    let told = all.iter().filter(|told| told.gaps + told.closed_as_slow > 0).count();
    report.at_least("slow readers that were told so", told, TOLD_LEAST);
    report.at_most("lines that were left out without a word", sum(|told| told.left_out), 0);
    let complete = all.iter().filter(|told| told.is_complete).count();
    report.at_least("slow readers that hold every line in the end", complete, SLOW);
}
