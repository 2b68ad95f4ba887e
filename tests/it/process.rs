//! The program as an operator meets it: exit codes, words on standard error, signals, a disk that fails.

use std::path::Path;

use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;

use crate::support::process::{self, Teahouse, clean, without_rates};
use crate::support::{Browser, Member, PATIENCE, Program};

fn command(data: &Path) -> Command {
    process::command(Path::new(env!("CARGO_BIN_EXE_teahouse")), data)
}

/// Runs it to its end; returns the exit code and what it said on standard error.
async fn run(command: &mut Command) -> (Option<i32>, String) {
    let output = timeout(PATIENCE, command.output()).await.expect("it does not stop").unwrap();
    (output.status.code(), String::from_utf8(output.stderr).unwrap())
}

/// Protects supervisors and operators: both signals end the program in order, with code 0 and an intact log.
#[tokio::test]
async fn sigterm_and_ctrl_c_end_it_in_order() {
    for signal in ["TERM", "INT"] {
        let data = TempDir::new().unwrap();
        let teahouse = Teahouse::start(&mut command(data.path())).await;
        let mut alice = teahouse.member("Alice").await;
        alice.say("lobby", "one", "kept").await.unwrap();
        teahouse.signal(signal);
        alice.wait_for(|event| matches!(event, teahouse::protocol::Event::Reconnect { .. }).then_some(())).await;
        drop(alice);
        let (code, said) = teahouse.end().await;
        assert_eq!(code, Some(0), "SIG{signal}: {said}");
        assert!(!data.path().join("teahouse.sqlite3-wal").exists(), "the log was not checkpointed");
    }
}

/// Protects operators who cannot wait: a second signal ends every wait for clients, and the stop is in order all the same.
#[tokio::test]
async fn a_second_signal_hastens_the_stop() {
    let data = TempDir::new().unwrap();
    let mut teahouse = Teahouse::start(&mut command(data.path())).await;
    let mut deaf = teahouse.member("Deaf").await;
    deaf.say("lobby", "one", "kept").await.unwrap();
    teahouse.signal("TERM");
    teahouse.says("draining").await.expect("it stops in order");
    teahouse.signal("INT");
    teahouse.says("told to stop again").await.expect("it says what it does");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
    assert!(!data.path().join("teahouse.sqlite3-wal").exists(), "the log was not checkpointed");
}

/// Protects newcomers from silence: a process that may open few files raises its limit as far as it may, says what is
/// missing, and refuses with words whoever is too many.
#[tokio::test]
async fn with_few_open_files_the_limit_is_raised_and_whoever_is_too_many_is_told() {
    let data = TempDir::new().unwrap();
    let mut limited = Command::new("sh");
    let script = "ulimit -Sn 100 && ulimit -Hn 600 && exec \"$0\" --addr 127.0.0.1:0 --data \"$1\"";
    limited.args(["-c", script, env!("CARGO_BIN_EXE_teahouse")]).arg(data.path());
    clean(&mut limited);
    limited.env("TEAHOUSE_LIMITS_CONNECTIONS_PER_ADDRESS", "0").env("TEAHOUSE_LIMITS_HANDSHAKES_PER_MINUTE", "0");
    let teahouse = Teahouse::start(&mut limited).await;
    let mut members = vec![teahouse.member("First").await];
    let url = format!("{}/ws", teahouse.url.replacen("http", "ws", 1));
    let refused = loop {
        assert!(members.len() < 600, "more connections than files");
        match timeout(PATIENCE, Member::connect(&url, None, None)).await.expect("a newcomer hangs") {
            Ok(member) => members.push(member),
            Err(error) => break *error,
        }
    };
    assert!(members.len() > 100, "the limit was not raised: {}", members.len());
    match refused {
        Error::Http(response) => assert_eq!(response.status(), 503),
        other => panic!("nobody was told anything: {other}"),
    }
    drop(members);
    teahouse.signal("TERM");
    let (_, said) = teahouse.end().await;
    assert!(said.contains("may open 600 files") && said.contains("20256"), "{said}");
}

/// Protects the promise "acknowledged is on disk" from the hardest stop there is.
#[tokio::test]
async fn what_was_acknowledged_survives_kill_9() {
    let data = TempDir::new().unwrap();
    let teahouse = Teahouse::start(without_rates(&mut command(data.path()))).await;
    let mut alice = teahouse.member("Alice").await;
    for number in 0..50 {
        alice.say("lobby", &format!("n{number}"), &format!("line {number}")).await.unwrap();
    }
    teahouse.signal("KILL");
    teahouse.end().await;
    let again = Teahouse::start(&mut command(data.path())).await;
    let history = Browser::new(again.url.clone()).get("/api/v1/rooms/lobby/events?limit=200").await;
    let history: serde_json::Value = history.json().await.unwrap();
    let texts: Vec<_> =
        history["events"].as_array().unwrap().iter().skip(1).map(|event| event["body"]["text"].clone()).collect();
    assert_eq!(texts, (0..50).map(|number| format!("line {number}")).collect::<Vec<_>>());
}

/// Protects a disk that fails from becoming a lie: nothing is acknowledged that is not kept, and the program says what to
/// do. The limit on the size of files stands in for the disk: SQLite sees both as a write that failed.
#[tokio::test]
async fn a_write_that_fails_ends_it_loudly_and_loses_nothing_that_was_acknowledged() {
    let data = TempDir::new().unwrap();
    let mut limited = Command::new("sh");
    let script = "trap '' XFSZ; ulimit -f 512; exec \"$0\" --addr 127.0.0.1:0 --data \"$1\"";
    limited.args(["-c", script, env!("CARGO_BIN_EXE_teahouse")]).arg(data.path());
    clean(&mut limited);
    let teahouse = Teahouse::start(without_rates(&mut limited)).await;
    let mut alice = teahouse.member("Alice").await;
    let text = "x".repeat(3_900);
    let mut acked = 0;
    // The end is a refusal that asks to try again, or a socket that closes first: both say "not acknowledged".
    while let Some(answer) = alice.try_say("lobby", &format!("n{acked}"), &text).await {
        match answer {
            Ok(_) => acked += 1,
            Err(refusal) => {
                assert!(refusal.is_temporary(), "the line is to be sent again after the restart: {refusal:?}");
                break;
            }
        }
        assert!(acked < 10_000, "the limit was never reached");
    }
    drop(alice);
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("could not be written") && said.contains("start again"), "{said}");

    let again = Teahouse::start(&mut command(data.path())).await;
    let rooms: serde_json::Value = Browser::new(again.url.clone()).get("/api/v1/rooms").await.json().await.unwrap();
    assert!(rooms[0]["head"].as_u64().unwrap() > acked, "{acked} lines were acknowledged, and this is left: {rooms}");
}

/// Protects operators from riddles: each mistake is told with what to do about it, and the exit code says the kind.
#[tokio::test]
async fn a_start_that_cannot_be_says_why_and_what_to_do() {
    let data = TempDir::new().unwrap();

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let mut on_taken = Command::new(env!("CARGO_BIN_EXE_teahouse"));
    on_taken.args(["--addr", &address, "--data"]).arg(data.path());
    clean(&mut on_taken);
    let (code, said) = run(&mut on_taken).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&address) && said.contains("--addr"), "{said}");

    let file = data.path().join("a-file");
    std::fs::write(&file, "not a folder").unwrap();
    let (code, said) = run(&mut command(&file)).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("a-file"), "{said}");

    let settings = data.path().join("Leptos.toml");
    std::fs::write(&settings, "[leptos]\noutput-name = \"teahouse\"\n\n[limits]\nmesage_graphemes = 5\n").unwrap();
    let (code, said) = run(command(data.path()).arg("--config").arg(&settings)).await;
    assert_eq!(code, Some(2), "{said}");
    for part in ["Leptos.toml, line 5", "mesage_graphemes", "message_graphemes"] {
        assert!(said.contains(part), "{part} is missing in: {said}");
    }
}

/// Protects a folder from two servers.
#[tokio::test]
async fn a_second_server_on_the_same_folder_is_kept_out() {
    let data = TempDir::new().unwrap();
    let _first = Teahouse::start(&mut command(data.path())).await;
    let (code, said) = run(&mut command(data.path())).await;
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&*data.path().to_string_lossy()) && said.contains("--data"), "{said}");
}

/// S33. Protects what people say from the logs, and the logs from what people say.
#[tokio::test]
async fn the_logs_hold_nothing_that_anybody_said_or_owns() {
    let data = TempDir::new().unwrap();
    let mut verbose = command(data.path());
    verbose.env("TEAHOUSE_SERVER_LOG_FILTER", "trace,hyper=off,mio=off,tokio=off,runtime=off");
    verbose.env("TEAHOUSE_LIMITS_MESSAGE_GRAPHEMES", "100");
    let teahouse = Teahouse::start(&mut verbose).await;
    let browser = Browser::new(teahouse.url.clone());
    browser.choose_nickname("CanaryName").await;
    let token = browser.cookies().unwrap().split('=').nth(1).unwrap().to_owned();
    let mut alice = browser.socket().await;
    alice.hello().await;
    alice.join("lobby").await;
    alice.say("lobby", "one", "CanaryBody\u{9}said").await.unwrap();
    alice.say("lobby", "two", &"CanaryRefused ".repeat(50)).await.unwrap_err();
    alice.send_text("{\"CanaryFrame\":").await;
    alice.refused().await;
    browser.post("/r/lobby/post", &[("text", "CanaryForm"), ("post_id", "f")]).await;
    browser.get("/r/CanaryPath%0aforged?before=CanaryQuery").await;
    let mut program = Program::connect(&teahouse.url.replacen("http", "ws", 1)).await;
    program.say("CanaryProgram", "CanaryPlain").await;
    program.line().await;
    drop((alice, program));
    teahouse.signal("TERM");
    let (_, said) = teahouse.end().await;
    assert!(said.contains("stopped"), "{said}");
    assert!(!said.lines().any(|line| line.starts_with("forged")), "a line of the log was forged:\n{said}");
    for canary in ["CanaryBody", "CanaryRefused", "CanaryFrame", "CanaryForm", "CanaryPlain", "CanaryQuery", &token] {
        assert!(!said.contains(canary), "{canary} is in the log:\n{said}");
    }
}
