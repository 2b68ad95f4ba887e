//! The program under test: started on a free port with a folder of its own, watched, and stopped as an operator would.

use std::net::SocketAddr;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use teahouse::server::config::Setting;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

/// How long it may take to start. Far longer than it does.
const PATIENCE: Duration = Duration::from_secs(20);

/// The whole crowd comes from one address, and talks faster than people do: what is off beside the rates.
const LIMITS_OFF: [&str; 2] = [
    "TEAHOUSE_LIMITS_CONNECTIONS_PER_ADDRESS",
    // The crowd of `slow` says nothing, and does not answer heartbeats.
    "TEAHOUSE_LIMITS_IDLE_TIMEOUT_MS",
];

/// A running server.
pub struct Program {
    child: Child,
    pub address: SocketAddr,
}

impl Program {
    /// Starts it and waits until it serves, for a crowd that comes from one address. Port 0 takes a free one.
    pub async fn start(data: &Path, address: SocketAddr, settings: &[(&str, &str)]) -> Self {
        Self::launch(data, address, |command| {
            command.envs(Setting::rates().map(|rate| (rate.environment_name(), "0")));
            command.envs(LIMITS_OFF.map(|name| (name, "0"))).envs(settings.iter().copied());
        })
        .await
    }

    /// The same with the limits that everybody has who changes none.
    pub async fn start_as_it_comes(data: &Path, address: SocketAddr) -> Self {
        Self::launch(data, address, |_| {}).await
    }

    async fn launch(data: &Path, address: SocketAddr, set: impl FnOnce(&mut Command)) -> Self {
        let path = std::env::var("TEAHOUSE_BIN").unwrap_or_else(|_| env!("CARGO_BIN_EXE_teahouse").to_owned());
        let mut command = Command::new(&path);
        command.arg("--addr").arg(address.to_string()).arg("--data").arg(data);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TEAHOUSE_")) {
            command.env_remove(name);
        }
        // Nobody here looks at the page, which may not be built.
        command.env("LEPTOS_ENV", "DEV");
        set(&mut command);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{path} does not start: {error}"));
        let mut errors = BufReader::new(child.stderr.take().unwrap()).lines();
        let serving = timeout(PATIENCE, address_served(&mut errors)).await.expect("it neither serves nor stops");
        // Whoever leaves its standard error unread stops it when the pipe is full.
        tokio::spawn(async move { while let Ok(Some(_)) = errors.next_line().await {} });
        Self { child, address: serving }
    }

    /// Memory that it has in use, in bytes; none where the kernel does not tell.
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()?)).ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(line.trim().trim_end_matches("kB").trim().parse::<u64>().ok()? * 1_024)
    }

    /// Asks it to stop, as a supervisor does.
    pub fn terminate(&self) {
        let id = self.child.id().expect("it runs").to_string();
        assert!(std::process::Command::new("kill").args(["-s", "TERM", &id]).status().unwrap().success());
    }

    /// Waits for its end; none when it does not come in this time.
    pub async fn exit_code(&mut self, within: Duration) -> Option<i32> {
        timeout(within, self.child.wait()).await.ok()?.unwrap().code()
    }
}

/// Reads what it says until it says where it serves.
async fn address_served(errors: &mut Lines<BufReader<ChildStderr>>) -> SocketAddr {
    let mut said = String::new();
    while let Some(line) = errors.next_line().await.unwrap() {
        if let Some((_, url)) = line.split_once("serving on http://") {
            return url.trim().parse().unwrap_or_else(|_| panic!("{line:?} names no address"));
        }
        said.push_str(&line);
    }
    panic!("it stopped instead of serving: {said}");
}

/// How many files and sockets one process may have open; none where the kernel does not tell.
pub fn open_files_max() -> Option<u64> {
    let limits = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}
