//! The program as an operator starts it: a process of its own, on a port of its own.

use std::path::Path;
use std::process::Stdio;

use teahouse::server::config::Setting;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::timeout;

use super::{Browser, Member, PATIENCE};

/// A process that serves, with its standard error collected line by line.
pub struct Teahouse {
    child: Child,
    pub url: String,
    said: String,
    errors: BufReader<ChildStderr>,
}

/// How a process ended: its exit code, `None` when a signal killed it, and everything that it said.
pub type End = (Option<i32>, String);

/// The program on a folder and a free port.
pub fn command(program: &Path, data: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(["--addr", "127.0.0.1:0", "--data"]).arg(data);
    clean(&mut command);
    command
}

/// The settings of whoever runs the tests must not reach the program under test. It counts as a developer's, so that it
/// starts without the built page.
pub fn clean(command: &mut Command) {
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TEAHOUSE_") || name.starts_with("LEPTOS_")) {
        command.env_remove(name);
    }
    command.env("LEPTOS_ENV", "DEV");
    command.stderr(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
}

/// Turns off all limits by rate, for somebody who does what a crowd does.
pub fn without_rates(command: &mut Command) -> &mut Command {
    command.envs(Setting::rates().map(|rate| (rate.environment_name(), "0")))
}

impl Teahouse {
    /// Starts it and waits until it serves.
    pub async fn start(command: &mut Command) -> Self {
        Self::try_start(command).await.unwrap_or_else(|(_, said)| panic!("it stopped instead of serving: {said}"))
    }

    /// The same for a process that may end before it serves.
    pub async fn try_start(command: &mut Command) -> Result<Self, End> {
        let mut child = command.spawn().unwrap();
        let errors = BufReader::new(child.stderr.take().unwrap());
        let mut teahouse = Self { child, url: String::new(), said: String::new(), errors };
        match teahouse.says("serving on ").await {
            Some(line) => {
                let (_, url) = line.split_once("serving on ").unwrap();
                teahouse.url = url.split_whitespace().next().unwrap().to_owned();
                Ok(teahouse)
            }
            None => Err(teahouse.end().await),
        }
    }

    /// Waits for a line on standard error that holds these words; `None` when it ends without them.
    pub async fn says(&mut self, words: &str) -> Option<String> {
        loop {
            let mut line = String::new();
            let read = timeout(PATIENCE, self.errors.read_line(&mut line)).await;
            if read.unwrap_or_else(|_| panic!("{words:?} was expected, and this was said: {}", self.said)).unwrap() == 0
            {
                return None;
            }
            self.said.push_str(&line);
            if line.contains(words) {
                return Some(line);
            }
        }
    }

    pub async fn member(&self, nickname: &str) -> Member {
        let browser = Browser::new(self.url.clone());
        browser.choose_nickname(nickname).await;
        let mut member = browser.socket().await;
        member.hello().await;
        member.join("lobby").await;
        member
    }

    pub fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &id]).status().unwrap().success());
    }

    /// Waits for its end.
    pub async fn end(mut self) -> End {
        let status = timeout(PATIENCE, self.child.wait()).await.expect("it does not stop").unwrap();
        self.errors.read_to_string(&mut self.said).await.unwrap();
        (status.code(), self.said)
    }
}
