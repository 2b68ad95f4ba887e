//! Crowds and bad luck, against the real program: thousands of sockets that are cut at once, readers that stop reading, a
//! stop in the middle of talk, a restart among deaf members, one address against all. Each scenario prints its figures and its promises; a broken promise is exit code 1.
//!
//! Run it with `make crowds`, or one scenario alone with `cargo test --release --test crowds -- storm`. `TEAHOUSE_BIN` names
//! another program to test than the one that was built with it. Not here: correctness without a crowd (`tests/it`).

#![expect(clippy::unwrap_used, reason = "a proof that cannot go on has failed, and says where")]

#[path = "../it/support/page.rs"]
mod page;

mod drain;
mod fair;
mod figures;
mod people;
mod poster;
mod program;
mod reader;
mod report;
mod restart;
mod slow;
mod storm;

use std::process::ExitCode;
use std::time::Instant;

use report::Report;

/// What can be run, by the names of the command line.
const SCENARIOS: [&str; 5] = ["storm", "slow", "drain", "restart", "fair"];

fn main() -> ExitCode {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    if let Some(unknown) = named.iter().find(|name| !SCENARIOS.contains(&name.as_str())) {
        eprintln!("crowds: there is no scenario {unknown:?}; there are {}", SCENARIOS.join(", "));
        return ExitCode::from(2);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut broken = 0;
    for name in SCENARIOS.into_iter().filter(|name| named.is_empty() || named.iter().any(|wanted| wanted == name)) {
        let started = Instant::now();
        let mut report = Report::start(name);
        runtime.block_on(run(name, &mut report));
        broken += report.end(started.elapsed());
    }
    match broken {
        0 => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

async fn run(name: &str, report: &mut Report) {
    match name {
        "storm" => storm::run(report).await,
        "slow" => slow::run(report).await,
        "drain" => drain::run(report).await,
        "restart" => restart::run(report).await,
        _ => fair::run(report).await,
    }
}
