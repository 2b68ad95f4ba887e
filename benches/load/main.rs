//! The load generator: fills rooms with people, lets them talk, checks that everybody hears every line exactly once and
//! in order, and measures Teahouse beside its peers on the same machine in the same run.
//!
//! One thread, pinned to a processor of its own; the server has another. Latency counts from the moment when a line was
//! due, so a generator or server that falls behind shows it. The generator reports its own share of its processor: a row
//! for which it was saturated is marked invalid. Not here: page weight and loading time (`scripts/budget`).

mod arguments;
mod contestant;
mod crowd;
mod dialect;
mod drive;
mod fault;
#[path = "../peers/floor.rs"]
mod floor;
mod handshake;
mod histogram;
mod ledger;
mod machine;
mod page;
mod person;
mod poll;
mod process;
mod readers;
mod report;
mod row;
mod scenario;
mod server;
mod watch;
mod wire;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use arguments::{Arguments, USAGE};
use contestant::Contestant;
use fault::{Doing, Fault};
use machine::Machine;
use report::Report;
use row::Row;
use scenario::{Bench, SCENARIOS, Scenario};

/// The words were not understood, as for other programs.
const EXIT_USAGE: u8 = 2;

fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some("floor") => return serve_floor(words.get(1)),
        Some("list") => return list(),
        _ => {}
    }
    let arguments = match Arguments::parse(words.into_iter()) {
        Ok(arguments) => arguments,
        Err(misunderstood) => {
            eprintln!("load: {misunderstood}\n{USAGE}");
            return ExitCode::from(EXIT_USAGE);
        }
    };
    match run(&arguments) {
        Ok(report) => match report.failure() {
            Some(failure) => {
                eprintln!("load: {failure}");
                ExitCode::FAILURE
            }
            None => ExitCode::SUCCESS,
        },
        Err(fault) => {
            eprintln!("load: {fault}");
            ExitCode::FAILURE
        }
    }
}

/// This program is also the simplest of the servers.
fn serve_floor(port: Option<&String>) -> ExitCode {
    let Some(port) = port.and_then(|port| port.parse().ok()) else {
        eprintln!("usage: load floor PORT");
        return ExitCode::from(EXIT_USAGE);
    };
    let Err(error) = floor::serve(port) else { return ExitCode::SUCCESS };
    eprintln!("floor: {error}");
    ExitCode::FAILURE
}

fn list() -> ExitCode {
    println!("scenarios:");
    for scenario in SCENARIOS {
        println!("  {:<14} {}", scenario.name, scenario.title);
    }
    println!("servers:");
    for contestant in Contestant::ALL {
        let missing = contestant.missing().map(|missing| format!(" ({missing})")).unwrap_or_default();
        println!("  {:<16} {}{missing}", contestant.name(), contestant.title());
    }
    ExitCode::SUCCESS
}

fn run(arguments: &Arguments) -> Result<Report, Fault> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| PathBuf::from("target"), PathBuf::from);
    let bench =
        Bench { profile: arguments.profile, folder: target.join("bench"), sockets_max: machine::raise_sockets_max()? };
    fs::create_dir_all(&bench.folder).doing("creating the folder of the servers' data")?;
    let mut report = Report::new(Machine::look(arguments.company));
    machine::pin_generator()?;
    report.missing = Contestant::ALL
        .into_iter()
        .filter(|contestant| arguments.wants(*contestant))
        .filter_map(|contestant| Some((contestant, contestant.missing()?)))
        .collect();
    report.print_head();
    for scenario in &arguments.scenarios {
        let started = Instant::now();
        let contestants = scenario.contestants.iter().copied().filter(|contestant| arguments.wants(*contestant));
        let contestants = contestants.filter(|contestant| !report.is_missing(*contestant));
        let rows = run_rounds(&bench, scenario, &contestants.collect::<Vec<_>>());
        report.print_scenario(scenario, &rows, started.elapsed());
        report.rows.extend(rows);
    }
    report.print_budgets();
    if let Some(path) = &arguments.json {
        fs::write(path, report.json()).doing("writing the JSON")?;
    }
    if let Some(path) = &arguments.svg
        && let Some(chart) = report.chart()
    {
        fs::write(path, chart).doing("writing the chart")?;
    }
    Ok(report)
}

fn run_rounds(bench: &Bench, scenario: &Scenario, contestants: &[Contestant]) -> Vec<Row> {
    let mut rounds: Vec<Vec<Row>> = contestants.iter().map(|_| Vec::new()).collect();
    for _ in 0..scenario.rounds {
        for (contestant, rows) in contestants.iter().zip(&mut rounds) {
            rows.push(run_one(bench, scenario, *contestant));
        }
    }
    rounds.into_iter().filter_map(Row::median).collect()
}

fn run_one(bench: &Bench, scenario: &Scenario, contestant: Contestant) -> Row {
    eprint!("{}: {}", scenario.name, contestant.title());
    let started = Instant::now();
    let outcome = (scenario.run)(bench, scenario.name, contestant);
    eprintln!(", {} s", started.elapsed().as_secs());
    outcome.unwrap_or_else(|fault| {
        let mut row = Row::new(scenario.name, contestant);
        row.problems.push(fault.to_string());
        row
    })
}
