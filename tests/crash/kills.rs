//! Kill -9 at random moments and at every fail point, while people talk: nothing that was acknowledged is lost, nothing
//! is there twice, no log has a hole, nobody was shown what is not kept, and the server is back at once.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Debug, Display};
use std::str::FromStr;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use teahouse::server::ground::faults::{Mutant, Point};
use tempfile::TempDir;

use crate::audit::{Fault, audit};
use crate::crowd::Crowd;
use crate::moment::{Moment, plan};
use crate::support::process::Teahouse;
use crate::{program, strace};

/// Each kills ten times.
const ROUNDS: u32 = 6;

const KILLS_MIN: usize = 30;
const SENDS_PER_SECOND_MIN: f64 = 200.0;
const READY_MAX: Duration = Duration::from_secs(2);

/// What came out of it.
#[derive(Default)]
struct Report {
    kills: BTreeMap<String, usize>,
    sent: usize,
    acked: usize,
    shown: usize,
    gaps: usize,
    /// Time in which the server could be talked to.
    serving: Duration,
    slowest_restart: Duration,
    faults: BTreeSet<Fault>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_acknowledged_line_is_on_disk_exactly_once_whenever_the_process_is_killed() {
    let seed = number_from("TEAHOUSE_CRASH_SEED").unwrap_or_else(rand::random::<u64>);
    let rounds = number_from("TEAHOUSE_CRASH_ROUNDS").unwrap_or(ROUNDS);
    println!("\nkills of {}, TEAHOUSE_CRASH_SEED={seed}", program::path().display());
    let mut chance = StdRng::seed_from_u64(seed);
    let plan = plan(rounds, &mut chance, strace::tracing_for("kills in checkpoints"));
    let report = campaign(&plan, None).await;
    report.print();
    assert_eq!(report.faults, BTreeSet::new());
    assert_eq!(report.acked, report.sent, "every line is acknowledged in the end");
    assert!(plan.len() >= KILLS_MIN, "only {} kills", plan.len());
    assert!(report.sends_per_second() >= SENDS_PER_SECOND_MIN, "too few sends to prove anything");
    assert!(report.slowest_restart <= READY_MAX, "it was not back soon enough");
}

/// The proof above is worth something: it does not let this pass.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutant_that_acks_before_the_commit_is_found_guilty() {
    let plan = [50, 60, 70, 80, 90].map(|visit| Moment::At { point: Point::BeforeCommit, visit });
    println!("\nkills of the mutant {}", Mutant::AckBeforeCommit.name());
    let report = campaign(&plan, Some(Mutant::AckBeforeCommit)).await;
    report.print();
    assert!(
        report.count(|fault| matches!(fault, Fault::Lost(..))) > 0,
        "nothing was lost, so the proof proves nothing"
    );
}

/// Kills and starts the server as planned, and audits what each process left behind.
async fn campaign(plan: &[Moment], mutant: Option<Mutant>) -> Report {
    let (data, logs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let mut report = Report::default();
    let first = Teahouse::start(&mut program::command(data.path(), mutant)).await;
    let mut crowd = Crowd::gather(&first.url).await;
    program::stop(first).await;
    for moment in plan {
        moment.prepare(data.path(), mutant).await;
        let mut command = moment.command(data.path(), &logs.path().join("strace"), mutant);
        let started = Instant::now();
        match Teahouse::try_start(&mut command).await {
            Ok(teahouse) => {
                report.restarted(program::ready(&teahouse, started).await);
                let served = Instant::now();
                crowd.move_to(&teahouse.url);
                moment.strike(teahouse).await;
                report.serving += served.elapsed();
            }
            Err((code, said)) => {
                let was_killed = code.is_none() && moment.may_be_before_serving();
                assert!(was_killed, "it was to be killed {moment} and stopped instead of serving: {said}");
            }
        }
        *report.kills.entry(moment.to_string()).or_default() += 1;
        report.faults.extend(audit(data.path(), &crowd.ledger()));
    }
    let started = Instant::now();
    let last = Teahouse::start(&mut program::command(data.path(), mutant)).await;
    report.restarted(program::ready(&last, started).await);
    let served = Instant::now();
    crowd.move_to(&last.url);
    crowd.finish().await;
    report.serving += served.elapsed();
    program::stop(last).await;
    let ledger = crowd.ledger();
    report.faults.extend(audit(data.path(), &ledger));
    report.sent = ledger.sent.len();
    report.acked = ledger.acked.len();
    report.shown = ledger.shown.len();
    report.gaps = ledger.gaps;
    report
}

fn number_from<T: FromStr<Err: Debug>>(variable: &str) -> Option<T> {
    std::env::var(variable).ok().map(|text| text.parse().expect("a whole number"))
}

impl Report {
    /// `None` when it was killed again before it could say that it is ready.
    fn restarted(&mut self, ready_after: Option<Duration>) {
        self.slowest_restart = self.slowest_restart.max(ready_after.unwrap_or_default());
    }

    fn count(&self, is_meant: impl Fn(&Fault) -> bool) -> usize {
        self.faults.iter().filter(|fault| is_meant(fault)).count()
    }

    fn sends_per_second(&self) -> f64 {
        self.acked as f64 / self.serving.as_secs_f64()
    }

    fn print(&self) {
        let row = |what: &str, figure: &dyn Display| println!("  {what:<34}{figure:>8}");
        row("kills", &self.kills.values().sum::<usize>());
        self.kills.iter().for_each(|(moment, kills)| row(&format!("  {moment}"), kills));
        row("lines sent", &self.sent);
        row("lines acknowledged", &self.acked);
        row("lines acknowledged per second", &format!("{:.0}", self.sends_per_second()));
        row("lines shown to the reader", &self.shown);
        row("gaps that the reader was told of", &self.gaps);
        row("acknowledged and lost", &self.count(|fault| matches!(fault, Fault::Lost(..))));
        row("on disk twice", &self.count(|fault| matches!(fault, Fault::Doubled(..))));
        row("holes in a log", &self.count(|fault| matches!(fault, Fault::Hole(..))));
        row("shown and not on disk", &self.count(|fault| matches!(fault, Fault::ShownInVain(..))));
        row(
            "other faults",
            &self.count(|fault| matches!(fault, Fault::Stray(_) | Fault::Contradiction(_) | Fault::Damaged(_))),
        );
        row("slowest restart until ready, ms", &self.slowest_restart.as_millis());
    }
}
