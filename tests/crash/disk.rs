//! A disk that fails, as strace pretends it: nothing is acknowledged that the disk did not take, the process says so and
//! ends, and after a restart every line without an answer goes through under its old id, once.

use std::collections::BTreeSet;
use std::path::Path;

use tempfile::TempDir;
use tokio::process::Command;

use crate::audit::audit;
use crate::crowd::Crowd;
use crate::order::Order;
use crate::program;
use crate::strace::{self, Tracing};
use crate::support::process::{End, Teahouse};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_fails_acknowledges_nothing_and_ends_the_process() {
    let name = "EIO on a sync";
    let Some(failing) = Failing::start(name, "fsync,fdatasync:error=EIO:when=80+").await else { return };
    let words = ["the database could not be written", "Nothing that was acknowledged is lost", "start again"];
    failing.ended(name, 1, &words).await;
}

/// A write that does not fit leaves no doubt, so the process goes on, refuses, and ends in order when it is told to: on a
/// disk that is full, and for a user whose quota is used up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_is_full_refuses_lines_and_loses_none() {
    for error in ["ENOSPC", "EDQUOT"] {
        let name = format!("{error} on write");
        let Some(mut failing) = Failing::start(&name, &format!("pwrite64:error={error}:when=900+")).await else {
            return;
        };
        failing.teahouse.says("the disk is full").await.expect("the log says so");
        failing.teahouse.signal("TERM");
        failing.ended(&name, 0, &["posting is refused and reading goes on"]).await;
    }
}

/// A sync that fails is in doubt also when the system says that there was no space: what of it is on disk, nobody knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_that_finds_no_space_ends_the_process_all_the_same() {
    let name = "EDQUOT on a sync";
    let Some(failing) = Failing::start(name, "fsync,fdatasync:error=EDQUOT:when=80+").await else { return };
    failing.ended(name, 1, &["the database could not be written", "start again"]).await;
}

/// Everybody's lines while the disk fails from some call on. The call is one of a commit: the counts are beyond those of
/// the start, and before the first checkpoint.
struct Failing {
    data: TempDir,
    logs: TempDir,
    teahouse: Teahouse,
    crowd: Crowd,
}

impl Failing {
    /// `None` where strace does not work, which has been said then.
    async fn start(name: &str, injection: &str) -> Option<Self> {
        if strace::tracing_for(name) == Tracing::IsMissing {
            return None;
        }
        let (data, logs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let calls = "trace=write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync";
        let inject = format!("inject={injection}");
        let options = ["--seccomp-bpf", "-e", calls, "-e", &inject];
        let teahouse =
            Teahouse::start(&mut strace::command(data.path(), &logs.path().join("strace"), None, &options)).await;
        let crowd = Crowd::gather(&teahouse.url).await;
        Some(Self { data, logs, teahouse, crowd })
    }

    /// Waits for the end, and expects that it is as it should be: nothing acknowledged too early, nothing lost, and after a
    /// restart everybody gets the answers that are missing.
    async fn ended(self, name: &str, exit_code: i32, words: &[&str]) {
        let Self { data, logs, teahouse, mut crowd } = self;
        let (code, said) = teahouse.end().await;
        assert_eq!(code, Some(exit_code), "{said}");
        for words in words {
            assert!(said.contains(words), "{words:?} is missing in: {said}");
        }
        let order = Order::of(&String::from_utf8_lossy(&std::fs::read(logs.path().join("strace")).unwrap()));
        assert!(order.failures > 0, "nothing failed");
        order.expect_none_too_early();
        assert_eq!(audit(data.path(), &crowd.ledger()), BTreeSet::new());
        let acked = crowd.ledger().acked.len();
        recover(data.path(), &mut crowd).await;
        let later = crowd.ledger().acked.len() - acked;
        println!("\n{name}: {acked} lines acknowledged, all on disk; {later} more after the restart");
    }
}

/// One sync that fails while the store is made is enough: SQLite may go on with weaker settings than it says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_is_not_made_on_a_disk_that_fails_once() {
    if strace::tracing_for("EIO while the store is made") == Tracing::IsMissing {
        return;
    }
    let mut refused = 0;
    loop {
        let (data, logs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
        let log = logs.path().join("strace");
        let files = ["", "-wal", "-journal"].map(|end| data.path().join(format!("teahouse.sqlite3{end}")));
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={}", refused + 1);
        let mut options = vec!["--seccomp-bpf", "-e", "trace=fsync,fdatasync", "-e", &inject];
        files.iter().for_each(|file| options.extend(["-P", file.to_str().unwrap()]));
        match Teahouse::try_start(&mut strace::command(data.path(), &log, None, &options)).await {
            Ok(teahouse) => {
                program::stop(teahouse).await;
                let calls = std::fs::read_to_string(log).unwrap();
                assert!(!calls.contains("INJECTED"), "it serves, and this failed:\n{calls}");
                break;
            }
            Err((code, said)) => {
                assert_eq!(code, Some(1), "{said}");
                assert!(said.contains("the disk fails at") && said.contains("--data"), "{said}");
                program::stop(Teahouse::start(&mut program::command(data.path(), None)).await).await;
                refused += 1;
            }
        }
    }
    println!("\nEIO while the store is made: refused at each of {refused} syncs, and made by the next start");
    assert!(refused > 0);
}

/// The checkpoint of a start meets the disk before anybody is served, so a disk that fails there is told to the operator
/// at once. What the last process left is in its write-ahead log until the checkpoint is through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_whose_checkpoint_cannot_sync_ends_and_loses_nothing() {
    if strace::tracing_for("EIO in the checkpoint of a start") == Tracing::IsMissing {
        return;
    }
    let (data, logs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut program::command(data.path(), None)).await;
    let mut crowd = Crowd::gather(&teahouse.url).await;
    crowd.learns("acks", |ledger| ledger.acked.len() > 200).await;
    teahouse.signal("KILL");
    assert_eq!(teahouse.end().await.0, None);
    for sync in 1..=2 {
        let mut command = failing_checkpoints(data.path(), &logs.path().join("strace"), &sync.to_string());
        let refused = Teahouse::try_start(&mut command).await.map(|teahouse| teahouse.url);
        let (code, said) = refused.expect_err("it serves on a disk that failed");
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("the disk fails at") && said.contains("--data"), "{said}");
        assert_eq!(audit(data.path(), &crowd.ledger()), BTreeSet::new());
    }
    recover(data.path(), &mut crowd).await;
    println!("\nEIO in the checkpoint of a start: {} lines acknowledged, none lost", crowd.ledger().acked.len());
}

/// A checkpoint only copies what is safe in the write-ahead log, so while people talk its failure is no reason to stop:
/// the next one does it again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_checkpoint_that_cannot_sync_loses_nothing() {
    if strace::tracing_for("EIO in a checkpoint") == Tracing::IsMissing {
        return;
    }
    let (data, logs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let log = logs.path().join("strace");
    program::stop(Teahouse::start(&mut program::command(data.path(), None)).await).await;
    // The first is the start's, whose thread has no other: strace counts the calls of each thread apart.
    let teahouse = Teahouse::start(&mut failing_checkpoints(data.path(), &log, "2..3")).await;
    let mut crowd = Crowd::gather(&teahouse.url).await;
    let failures = || std::fs::read_to_string(&log).unwrap().matches("(INJECTED)").count();
    crowd.learns("a checkpoint that fails", |_| failures() > 0).await;
    let acked = crowd.ledger().acked.len();
    crowd.learns("further acks", |ledger| ledger.acked.len() > acked + 200).await;
    teahouse.signal("KILL");
    let (code, said): End = teahouse.end().await;
    assert_eq!(code, None, "{said}");
    assert_eq!(audit(data.path(), &crowd.ledger()), BTreeSet::new());
    recover(data.path(), &mut crowd).await;
    println!(
        "\nEIO in a checkpoint: {} failed, {} lines acknowledged, none lost",
        failures(),
        crowd.ledger().acked.len()
    );
}

/// The program on a disk that fails these syncs of the database file, which nothing but a checkpoint syncs.
fn failing_checkpoints(data: &Path, log: &Path, when: &str) -> Command {
    let file = data.join("teahouse.sqlite3").display().to_string();
    let inject = format!("inject=fsync,fdatasync:error=EIO:when={when}");
    let options = ["--seccomp-bpf", "-P", &file, "-e", "trace=fsync,fdatasync", "-e", &inject];
    strace::command(data, log, None, &options)
}

/// Starts again on a disk that works: everybody gets the answers that are missing, and the log is as it should be.
async fn recover(data: &Path, crowd: &mut Crowd) {
    let teahouse = Teahouse::start(&mut program::command(data, None)).await;
    crowd.move_to(&teahouse.url);
    crowd.finish().await;
    program::stop(teahouse).await;
    let ledger = crowd.ledger();
    assert_eq!(ledger.acked.len(), ledger.sent.len());
    assert_eq!(audit(data, &ledger), BTreeSet::new());
}
