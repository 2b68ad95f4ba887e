//! The order of system calls of the real program: over a thousand acks, each after the sync of its row. A kill -9 cannot
//! show this, since what a killed process wrote is still in the memory of the system; only a power cut would.

use teahouse::server::ground::faults::Mutant;
use tempfile::TempDir;

use crate::crowd::Crowd;
use crate::order::Order;
use crate::program;
use crate::strace::{self, Tracing};
use crate::support::process::Teahouse;

const ACKS: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_ack_is_written_after_a_sync_that_began_after_its_row_was_written() {
    if strace::tracing_for("the order of system calls") == Tracing::Works {
        let (order, acked) = watch_the_calls(None).await;
        assert_eq!(order.acks, acked, "every ack was seen");
        assert!(order.acks >= ACKS);
        order.expect_none_too_early();
    }
}

/// The proof above is worth something: it does not let this pass.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mutant_that_syncs_at_checkpoints_only_is_found_guilty() {
    if strace::tracing_for("the order of system calls of a mutant") == Tracing::Works {
        let (order, _) = watch_the_calls(Some(Mutant::SynchronousNormal)).await;
        assert!(order.too_early.len() >= ACKS / 2, "only {} acks were too early", order.too_early.len());
    }
}

/// Lets people talk to the traced program until a thousand lines are acknowledged.
async fn watch_the_calls(mutant: Option<Mutant>) -> (Order, usize) {
    let (data, logs) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let log = logs.path().join("strace");
    let calls = "trace=write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync";
    let mut command = strace::command(data.path(), &log, mutant, &["--seccomp-bpf", "-e", calls]);
    let teahouse = Teahouse::start(&mut command).await;
    let mut crowd = Crowd::gather(&teahouse.url).await;
    crowd.learns("a thousand acks", |ledger| ledger.acked.len() >= ACKS).await;
    crowd.finish().await;
    program::stop(teahouse).await;
    let order = Order::of(&String::from_utf8_lossy(&std::fs::read(log).unwrap()));
    println!(
        "\norder of system calls{}: {} acks, {} lines told of before their sync",
        mutant.map(|mutant| format!(" of the mutant {}", mutant.name())).unwrap_or_default(),
        order.acks,
        order.too_early.len()
    );
    (order, crowd.ledger().acked.len())
}
