//! The program under strace, which sees its system calls, fails them and kills it in the midst of them.

use std::path::Path;

use teahouse::server::ground::faults::Mutant;
use tokio::process::Command;

use crate::program;
use crate::support::process;

/// Whether strace can trace and inject here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracing {
    Works,
    IsMissing,
}

/// Tries it. Where it does not work, says by name what is left out: nothing is left out in silence.
pub fn tracing_for(what: &str) -> Tracing {
    let probe = ["-f", "-o", "/dev/null", "-e", "inject=fdatasync:error=EIO:when=1", "true"];
    let reason = match std::process::Command::new("strace").args(probe).output() {
        Ok(output) if output.status.success() => return Tracing::Works,
        Ok(output) => String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        Err(error) => format!("strace cannot be started: {error}"),
    };
    println!("\nSKIPPED: {what}, which this machine cannot do ({reason})");
    Tracing::IsMissing
}

/// The program on a folder, with its calls in `log`. It stays a child of ours (`-D`), so signals and exit codes are its
/// own, and its standard error ends when strace has written everything.
pub fn command(data: &Path, log: &Path, mutant: Option<Mutant>, options: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command.args(["-D", "-f", "-qq", "-yy", "-s", "65536", "-e", "signal=none", "-o"]).arg(log).args(options);
    command.arg("--").arg(program::path()).args(["--addr", "127.0.0.1:0", "--data"]).arg(data);
    process::clean(&mut command);
    program::settings(&mut command, mutant);
    command
}
