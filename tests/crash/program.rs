//! The program under proof, as each proof starts it.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use teahouse::server::ground::faults::{MUTANT_VARIABLE, Mutant};
use tokio::process::Command;

use crate::support::process::{self, Teahouse};

/// The file that `TEAHOUSE_BIN` names, or what cargo built for the tests.
pub fn path() -> PathBuf {
    std::env::var_os("TEAHOUSE_BIN").map_or_else(|| env!("CARGO_BIN_EXE_teahouse").into(), PathBuf::from)
}

/// The program on a folder, without limits for people who talk as fast as they can, and with little patience when it
/// drains.
pub fn command(data: &Path, mutant: Option<Mutant>) -> Command {
    let mut command = process::command(&path(), data);
    settings(&mut command, mutant);
    command
}

/// What [`command`] sets, for a program that something else starts.
pub fn settings(command: &mut Command, mutant: Option<Mutant>) {
    process::without_rates(command);
    command.env("TEAHOUSE_LIMITS_DRAIN_TIMEOUT_MS", "300");
    if let Some(mutant) = mutant {
        command.env(MUTANT_VARIABLE, mutant.name());
    }
}

/// Asks whether it serves, as a load balancer would. The time since `started`, or `None` when it is gone by then.
pub async fn ready(teahouse: &Teahouse, started: Instant) -> Option<Duration> {
    let answer = reqwest::get(format!("{}/healthz", teahouse.url)).await.ok()?;
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    Some(started.elapsed())
}

/// Ends it in order and expects that it does.
pub async fn stop(teahouse: Teahouse) {
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
}
