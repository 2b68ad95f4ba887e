//! The clients of the README, as whoever copies them runs them: a program of its own, against a real server. Not here:
//! that the README shows these very files (`tidy::documents`).

use std::path::Path;
use std::process::Stdio;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::support::{PATIENCE, TestServer};

/// A running example, told line by line. It ends with this value.
struct Client {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    _folder: TempDir,
}

impl Client {
    /// Runs an example with nothing changed but the address.
    fn start(interpreter: &mut Command, example: &str, server: &TestServer) -> Self {
        let text = std::fs::read_to_string(root().join("examples").join(example)).unwrap();
        let ours = text.replace("ws://127.0.0.1:8080/", &server.socket_url("/"));
        assert_ne!(text, ours, "{example} names the address that `make run` serves");
        let folder = TempDir::new().unwrap();
        let file = folder.path().join(example);
        std::fs::write(&file, ours).unwrap();
        let mut child = interpreter.arg(file).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, lines, _folder: folder }
    }

    /// Waits for a line that holds these words.
    async fn prints(&mut self, words: &str) {
        loop {
            let line = timeout(PATIENCE, self.lines.next_line()).await;
            let line = line.unwrap_or_else(|_| panic!("{words:?} was not printed")).unwrap();
            if line.unwrap_or_else(|| panic!("it ended without {words:?}")).contains(words) {
                return;
            }
        }
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Node with the package `ws`, which it needs before its version 22.
async fn node() -> Option<Command> {
    let find = || {
        let mut node = Command::new("node");
        node.env("NODE_PATH", root().join("end2end/node_modules"));
        node
    };
    runs(find, &["-e", "require('ws')"]).await.then(find).or_else(|| skipped("talk.cjs", "node with the package ws"))
}

/// A Python that has the package `websockets`: the usual one, or that of the operating system.
async fn python() -> Option<Command> {
    for program in ["python3", "/usr/bin/python3"] {
        let find = || {
            let mut python = Command::new(program);
            python.env("PYTHONUNBUFFERED", "1");
            python
        };
        if runs(find, &["-c", "import websockets"]).await {
            return Some(find());
        }
    }
    skipped("talk.py", "python3 with the package websockets")
}

async fn runs(program: impl Fn() -> Command, arguments: &[&str]) -> bool {
    let probe = program().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().await;
    probe.is_ok_and(|status| status.success())
}

/// Nothing is left out in silence.
fn skipped(example: &str, need: &str) -> Option<Command> {
    println!("\nSKIPPED: examples/{example}, since there is no {need}; `make setup` installs it");
    None
}

/// Protects whoever pastes the JavaScript of the README as their first WebSocket program.
#[tokio::test]
async fn the_javascript_of_the_readme_talks_and_hears_who_talks_and_who_leaves() {
    let Some(mut node) = node().await else { return };
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut client = Client::start(&mut node, "talk.cjs", &server);
    assert_eq!(alice.line().await.2, "Hello from ten lines of JavaScript");
    client.prints("小雨: Hello from ten lines of JavaScript").await;
    alice.say("lobby", "one", "Hello back").await.unwrap();
    client.prints(" Alice: Hello back").await;
    let mut bob = server.program().await;
    bob.say("Bob", "I am off").await;
    client.prints(" Bob: I am off").await;
    bob.close().await;
    client.prints("Bob has left").await;
}

/// Protects whoever reads in the JavaScript how a refusal looks.
#[tokio::test]
async fn the_javascript_of_the_readme_says_why_its_line_was_refused() {
    let Some(mut node) = node().await else { return };
    let server = TestServer::start().await;
    let _owner = server.member("小雨").await;
    node.stderr(Stdio::piped());
    let mut client = Client::start(&mut node, "talk.cjs", &server);
    let errors = client.child.stderr.take().unwrap();
    let line = timeout(PATIENCE, BufReader::new(errors).lines().next_line()).await.expect("it says nothing").unwrap();
    assert!(line.as_deref().is_some_and(|line| line.starts_with("nickname_taken")), "{line:?}");
}

/// Protects whoever starts with the Python of the README.
#[tokio::test]
async fn the_python_of_the_readme_talks_and_hears_who_talks() {
    let Some(mut python) = python().await else { return };
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut client = Client::start(&mut python, "talk.py", &server);
    assert_eq!(alice.line().await.2, "Hello from Python");
    client.prints("1 小明 Hello from Python").await;
    alice.say("lobby", "one", "Hello back").await.unwrap();
    client.prints("1 Alice Hello back").await;
}
