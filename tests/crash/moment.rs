//! The moments at which the process is killed: how each is ordered, and how it comes about.

use std::fmt;
use std::path::Path;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use teahouse::server::ground::faults::{HOLDING, Mutant, POINT_VARIABLE, Point};
use tokio::process::Command;
use tokio::time::sleep;

use crate::program;
use crate::strace::{self, Tracing};
use crate::support::process::Teahouse;

/// How long the rest of a process goes on while one thread stands still: time to say what should not be said.
const HOLD: Duration = Duration::from_millis(60);

/// A start over a complete file writes one page of it, the name of the next write-ahead log, and syncs it. strace counts
/// the calls of each thread apart, so what is beyond that is a call of the writer.
const CALLS_OF_START: u32 = 1;

const DATABASE: &str = "teahouse.sqlite3";
const WRITE_AHEAD_LOG: &str = "teahouse.sqlite3-wal";

/// When to kill.
#[derive(Clone, Copy, Debug)]
pub enum Moment {
    /// Whatever it is doing then.
    AtRandom { after: Duration },
    /// At the n-th visit to a fail point of the writer.
    At { point: Point, visit: u32 },
    /// In a drain: at the first visit everybody was told to go, at the second the connections are closed.
    InDrain { after: Duration, visit: u32 },
    /// In a checkpoint while people talk: on entering the n-th of these calls on the database file, which nothing but a
    /// checkpoint writes to. The n is beyond what the start itself does.
    InCheckpoint { calls: &'static str, nth: u32 },
    /// In the checkpoint of a start, which takes over what the last process left: on entering the n-th of these calls on
    /// that file. Where fewer pages were left, it is the next checkpoint that has so many.
    InCheckpointOfStart { calls: &'static str, nth: u32 },
    /// On entering the n-th cut of the write-ahead log at the start, when the database holds everything: first of the log
    /// that was left, then of the one that the start wrote.
    AtTheCut { nth: u32 },
    /// After the last checkpoint, at the end of a drain: everything is in the database, and the write-ahead log, which was
    /// cut to nothing, is about to be removed.
    AtTheEnd { after: Duration },
}

/// The name of a moment: what the table of figures counts.
impl fmt::Display for Moment {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AtRandom { .. } => "at_random",
            Self::At { point, .. } => point.name(),
            Self::InDrain { .. } => Point::InDrain.name(),
            Self::InCheckpoint { .. } => "in_checkpoint",
            Self::InCheckpointOfStart { .. } => "in_checkpoint_of_start",
            Self::AtTheCut { .. } => "at_cut_of_log",
            Self::AtTheEnd { .. } => "after_checkpoint_of_drain",
        })
    }
}

/// A plan of some kills of every kind, in an order drawn by chance; without strace there are none in checkpoints.
pub fn plan(rounds: u32, chance: &mut StdRng, tracing: Tracing) -> Vec<Moment> {
    let mut plan = Vec::new();
    for round in 1..=rounds {
        for point in [Point::BeforeCommit, Point::AfterCommitBeforeAck, Point::AfterAckBeforeFanOut] {
            plan.push(Moment::At { point, visit: chance.random_range(50..=300) });
        }
        plan.push(Moment::InDrain { after: short_while(chance), visit: 1 + round % 2 });
        if tracing == Tracing::Works {
            let call_of_checkpoint = |beyond: u32, chance: &mut StdRng| match round % 3 {
                0 => ("fsync,fdatasync", beyond + 1),
                _ => ("pwrite64", beyond + chance.random_range(1..=16)),
            };
            let (calls, nth) = call_of_checkpoint(CALLS_OF_START, chance);
            plan.push(Moment::InCheckpoint { calls, nth });
            let (calls, nth) = call_of_checkpoint(0, chance);
            plan.push(Moment::InCheckpointOfStart { calls, nth });
            plan.push(Moment::AtTheCut { nth: 1 + round % 2 });
            plan.push(Moment::AtTheEnd { after: short_while(chance) });
        }
        plan.extend([(); 2].map(|()| Moment::AtRandom { after: short_while(chance) }));
    }
    plan.shuffle(chance);
    plan
}

fn short_while(chance: &mut StdRng) -> Duration {
    Duration::from_millis(chance.random_range(200..=1_200))
}

impl Moment {
    /// Makes the files ready: while people talk, the first checkpoint must be one of theirs, so nothing may be left that the
    /// start would take over.
    pub async fn prepare(self, data: &Path, mutant: Option<Mutant>) {
        if let Self::InCheckpoint { .. } = self {
            program::stop(Teahouse::start(&mut program::command(data, mutant)).await).await;
        }
    }

    /// Whether the kill may come before the program serves.
    pub const fn may_be_before_serving(self) -> bool {
        matches!(self, Self::InCheckpointOfStart { .. } | Self::AtTheCut { .. })
    }

    /// The program, ordered to reach this moment. `log` is for what strace sees.
    pub fn command(self, data: &Path, log: &Path, mutant: Option<Mutant>) -> Command {
        let mut command = match self {
            Self::InCheckpoint { calls, nth } | Self::InCheckpointOfStart { calls, nth } => {
                killed_on_entering(calls, nth, DATABASE, data, log, mutant)
            }
            Self::AtTheCut { nth } => killed_on_entering("ftruncate", nth, WRITE_AHEAD_LOG, data, log, mutant),
            // Machines have the one or the other.
            Self::AtTheEnd { .. } => killed_on_entering("?unlink,?unlinkat", 1, WRITE_AHEAD_LOG, data, log, mutant),
            Self::AtRandom { .. } | Self::At { .. } | Self::InDrain { .. } => program::command(data, mutant),
        };
        if let Some(order) = self.order() {
            command.env(POINT_VARIABLE, order);
        }
        command
    }

    /// What the server is told about fail points.
    fn order(self) -> Option<String> {
        match self {
            Self::At { point, visit } => Some(format!("{}:{visit}", point.name())),
            Self::InDrain { visit, .. } => Some(format!("{}:{visit}", Point::InDrain.name())),
            Self::AtRandom { .. }
            | Self::InCheckpoint { .. }
            | Self::InCheckpointOfStart { .. }
            | Self::AtTheCut { .. }
            | Self::AtTheEnd { .. } => None,
        }
    }

    /// Waits for the moment and kills, and checks that it was the kill that ended the process.
    pub async fn strike(self, mut teahouse: Teahouse) {
        match self {
            Self::AtRandom { after } => {
                sleep(after).await;
                teahouse.signal("KILL");
            }
            Self::At { .. } => hold_and_kill(&mut teahouse).await,
            Self::InDrain { after, .. } => {
                sleep(after).await;
                teahouse.signal("TERM");
                hold_and_kill(&mut teahouse).await;
            }
            Self::InCheckpoint { .. } | Self::InCheckpointOfStart { .. } | Self::AtTheCut { .. } => {}
            Self::AtTheEnd { after } => {
                sleep(after).await;
                teahouse.signal("TERM");
            }
        }
        let (code, said) = teahouse.end().await;
        assert_eq!(code, None, "it was to be killed {self} and ended by itself: {said}");
    }
}

/// The program under a strace that kills it on entering the n-th of these calls on a file of the data folder.
fn killed_on_entering(calls: &str, nth: u32, file: &str, data: &Path, log: &Path, mutant: Option<Mutant>) -> Command {
    let file = data.join(file).display().to_string();
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:signal=KILL:when={nth}"));
    strace::command(data, log, mutant, &["-P", &file, "-e", &trace, "-e", &inject])
}

async fn hold_and_kill(teahouse: &mut Teahouse) {
    teahouse.says(HOLDING).await.expect("it reaches the fail point; was it built with the feature `faults`?");
    sleep(HOLD).await;
    teahouse.signal("KILL");
}
