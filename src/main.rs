//! The command line: reads the settings, starts the logs, and runs the server or answers about the settings.

use std::error::Error;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser as _;
use teahouse::boot::{self, BootError, Findings};
use teahouse::server::config::{CliCommand, CommandLine, Config, settings_table};
use teahouse::server::ground::telemetry;
use teahouse::server::log::StoreFailure;
use teahouse::server::log::sqlite::backup::{BackupError, Sessions};

// `docs/operating.md` lists these, and names in `RestartPreventExitStatus` those after which a supervisor must not start the
// program again.

/// Whatever is none of the others.
const EXIT_FAILURE: u8 = 1;
/// What is wrong with the settings can be mended by whoever started the program. A wrong flag, which clap finds, is the same.
const EXIT_CONFIGURATION: u8 = 2;
/// The database was taken away. Started again by nobody in particular, the server would begin with an empty one.
const EXIT_DISPLACED: u8 = 3;

fn main() -> ExitCode {
    let command_line = CommandLine::parse();
    let command = command_line.command.clone().unwrap_or_default();
    if command == CliCommand::Settings {
        return print(&settings_table());
    }
    let config = match Config::load(&command_line, std::env::vars_os()) {
        Ok(config) => config,
        Err(error) => return fail(EXIT_CONFIGURATION, &error),
    };
    match command {
        CliCommand::Serve | CliCommand::Settings => {}
        CliCommand::Check => return check(&config),
        CliCommand::Backup { file } => {
            return answer(boot::back_up(&config, &file, say));
        }
        CliCommand::Restore { file, keep_sessions } => {
            let sessions = if keep_sessions { Sessions::Keep } else { Sessions::End };
            return answer(boot::restore(&config, &file, sessions));
        }
    }
    if let Err(error) = telemetry::start(&config.server) {
        return fail(EXIT_CONFIGURATION, &error);
    }
    match boot::run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error @ BootError::StoreFailed(StoreFailure::Displaced(_))) => fail(EXIT_DISPLACED, &error),
        Err(error) => fail(EXIT_FAILURE, &error),
    }
}

fn answer(outcome: Result<String, BackupError>) -> ExitCode {
    match outcome {
        Ok(words) => print(&words),
        Err(error) => fail(EXIT_FAILURE, &error),
    }
}

/// Prints the values in effect, and everything that would otherwise show only in the browser.
fn check(config: &Config) -> ExitCode {
    let printed = print(&config.to_toml());
    let Findings { faults, warnings } = boot::check(config);
    for warning in &warnings {
        say(&format!("warning: {warning}"));
    }
    faults.iter().fold(printed, |_, fault| fail(EXIT_FAILURE, fault))
}

/// Whoever closes standard output early has read enough: that is no failure.
fn print(text: &str) -> ExitCode {
    let mut output = io::stdout();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => fail(EXIT_FAILURE, &error),
        _ => ExitCode::SUCCESS,
    }
}

/// One paragraph on standard error.
fn fail(code: u8, error: &dyn Error) -> ExitCode {
    say(&error.to_string());
    ExitCode::from(code)
}

/// Writes one line to standard error. Where nobody reads it, there is nobody to tell, and the exit code says enough;
/// `eprintln!` would panic and take the exit code along.
fn say(line: &str) {
    let _ = writeln!(io::stderr(), "teahouse: {line}");
}
