//! What other programs and disks do to a running server: locks, readers, full disks, damage. The kinds of trouble and their duties are in `src/server/log/error.rs`.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use teahouse::protocol::ErrorCode;

use crate::support::process::{self, Teahouse};
use crate::support::{Browser, Member, PATIENCE, SmallDisk};

const BINARY: &str = env!("CARGO_BIN_EXE_teahouse");

pub fn command(data: &Path) -> Command {
    let mut command = process::command(Path::new(BINARY), data);
    for limit in ["SENDS_PER_MINUTE", "SEND_BYTES_PER_MINUTE"] {
        command.env(format!("TEAHOUSE_LIMITS_{limit}"), "0");
        command.env(format!("TEAHOUSE_LIMITS_{limit}_PER_ADDRESS"), "0");
    }
    for limit in ["FRAMES_PER_MINUTE", "REFUSED_FRAMES"] {
        command.env(format!("TEAHOUSE_LIMITS_{limit}"), "0");
    }
    command
}

pub fn database(data: &Path) -> PathBuf {
    data.join("teahouse.sqlite3")
}

pub fn log(data: &Path) -> PathBuf {
    data.join("teahouse.sqlite3-wal")
}

/// Another program, with the database open.
fn another_program(data: &Path) -> Connection {
    Connection::open(database(data)).unwrap()
}

/// The texts of a room, as anybody reads them; the error is what was answered instead.
pub async fn history(teahouse: &Teahouse, room: &str) -> Result<Vec<String>, String> {
    let answer = Browser::new(teahouse.url.clone()).get(&format!("/api/v1/rooms/{room}/events?limit=200")).await;
    let status = answer.status();
    let body = answer.text().await.unwrap();
    if status != 200 {
        return Err(format!("{status} {body}"));
    }
    let page: serde_json::Value = serde_json::from_str(&body).unwrap();
    Ok(page["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|event| event["body"]["text"].as_str().map(str::to_owned))
        .collect())
}

async fn health(teahouse: &Teahouse) -> (u16, String) {
    let answer = Browser::new(teahouse.url.clone()).get("/healthz").await;
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// Says a line until it is acknowledged, as a page does.
async fn insist(member: &mut Member, id: &str, text: &str) -> u64 {
    loop {
        match member.say("lobby", id, text).await {
            Ok(seq) => return seq,
            Err(refusal) => assert!(refusal.is_temporary(), "{refusal:?}"),
        }
    }
}

/// Protects a conversation from a database shell: the lock of another program is waited for, for ten seconds here, and
/// nothing is lost or doubled.
#[tokio::test]
async fn a_program_that_holds_the_database_only_makes_writers_wait() {
    let data = TempDir::new().unwrap();
    let mut teahouse = Teahouse::start(&mut command(data.path())).await;
    let mut alice = teahouse.member("Alice").await;
    let mut ben = teahouse.member("Ben").await;
    alice.say("lobby", "before", "before").await.unwrap();
    let other = another_program(data.path());
    let held = Transaction::new_unchecked(&other, TransactionBehavior::Immediate).unwrap();
    // Twice the time that a write waits.
    for _ in 0..2 {
        let refusal = alice.say("lobby", "during", "during").await.unwrap_err();
        assert_eq!(refusal.code.name(), "busy");
        assert!(refusal.is_temporary());
    }
    assert_eq!(history(&teahouse, "lobby").await.unwrap(), ["before"], "reading goes on");
    ben.say_nowait("lobby", "waits", "waits").await;
    drop(held);
    let waited = ben.answer("waits").await.unwrap();
    let during = insist(&mut alice, "during", "during").await;
    assert_eq!((waited, during), (3, 4));
    assert_eq!(history(&teahouse, "lobby").await.unwrap(), ["before", "waits", "during"]);
    teahouse.says("another program holds the database's write lock").await.expect("the log names the cause");
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
}

/// Protects a room on a full disk: it can be read, people can sign out, nothing that was acknowledged is lost, and
/// everything goes on when there is space. Once at the disk's very end, and once at its reserve.
#[tokio::test]
async fn a_full_disk_refuses_posts_until_there_is_space_and_everything_else_goes_on() {
    // The reserve is more than can be said before the next look at the disk.
    for (reserve_mb, leave_kibibytes) in [("0", 0), ("32", 24 * 1_024)] {
        let Some(disk) = SmallDisk::mount(64) else { return };
        let data = disk.0.path().join("data");
        let mut small = command(&data);
        small.env("TEAHOUSE_STORE_DISK_RESERVE_MB", reserve_mb);
        let teahouse = Teahouse::start(&mut small).await;
        let mut alice = teahouse.member("Alice").await;
        alice.say("lobby", "before", "before").await.unwrap();
        let leaving = Browser::new(teahouse.url.clone());
        leaving.choose_nickname("Leaving").await;
        let ballast = disk.fill(leave_kibibytes);
        let text = "x".repeat(3_900);
        let mut kept = 1;
        let refusal = loop {
            match alice.say("lobby", &format!("n{kept}"), &text).await {
                Ok(_) => kept += 1,
                Err(refusal) => break refusal,
            }
        };
        assert_eq!((refusal.code.name(), refusal.is_temporary()), ("disk_full", true));
        assert!(!history(&teahouse, "lobby").await.unwrap().is_empty(), "reading goes on");
        let (status, text) = health(&teahouse).await;
        assert_eq!(status, 200);
        assert!(text.starts_with("ok\n") && text.contains("disk_full"), "{text}");
        let left = leaving.post("/sign-out", &[("room", "lobby")]).await;
        match left.status().as_u16() {
            303 => {}
            // The setting says so: at the disk's very end not even a log of what was removed may fit.
            503 if reserve_mb == "0" => {
                assert!(left.text().await.unwrap().contains("The disk of the server is full."), "in words");
            }
            status => panic!("signing out was answered by {status}"),
        }

        fs::remove_file(ballast).unwrap();
        insist(&mut alice, "after", "after").await;
        assert_eq!(history(&teahouse, "lobby").await.unwrap().last().unwrap(), "after");
        assert_eq!(leaving.post("/sign-out", &[("room", "lobby")]).await.status(), 303, "and then it is done");
        teahouse.signal("TERM");
        let (code, said) = teahouse.end().await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains("the disk is full, or down to store.disk_reserve_mb"), "{said}");
        let again = Teahouse::start(command(&data).env("TEAHOUSE_STORE_DISK_RESERVE_MB", "0")).await;
        assert_eq!(history(&again, "lobby").await.unwrap().last().unwrap(), "after");
    }
}

/// Pages that the first part of the index of a write-ahead log has room for (sqlite.org/walformat.html).
const FRAMES_OF_FIRST_INDEX: u64 = 4_062;

/// How many pages the log holds.
fn frames(data: &Path) -> u64 {
    (fs::metadata(log(data)).unwrap().len() - 32) / (4_096 + 24)
}

/// What tells a write-ahead log from the one before it in the same file.
fn salt(data: &Path) -> Vec<u8> {
    fs::read(log(data)).unwrap()[16..24].to_owned()
}

/// Protects a room on a full disk where the line itself still fits, and only the index of the log, in the `-shm` file, does
/// not: that is a full disk too. What was refused lies in the log by then, and must not come back.
#[tokio::test]
async fn a_line_that_fits_while_the_index_of_the_log_does_not_is_refused_and_never_comes_back() {
    let Some(disk) = SmallDisk::mount(64) else { return };
    let data = disk.0.path().join("data");
    let mut small = command(&data);
    small.env("TEAHOUSE_STORE_DISK_RESERVE_MB", "0").env("TEAHOUSE_LIMITS_MESSAGE_GRAPHEMES", "0");
    // It is asked how it is until the log begins anew, however often that is.
    small.env("TEAHOUSE_LIMITS_REQUESTS_PER_MINUTE", "0");
    let teahouse = Teahouse::start(&mut small).await;
    let mut alice = teahouse.member("Alice").await;
    let other = another_program(&data);
    let reading = Transaction::new_unchecked(&other, TransactionBehavior::Deferred).unwrap();
    reading.query_one("select count(*) from event", [], |_| Ok(())).unwrap();
    // While somebody reads, the log grows.
    let (long, mut number) = ("x".repeat(16_000), 0);
    while frames(&data) < FRAMES_OF_FIRST_INDEX - 12 {
        let text = if frames(&data) < FRAMES_OF_FIRST_INDEX - 40 { &*long } else { "short" };
        number += 1;
        alice.say("lobby", &format!("n{number}"), text).await.unwrap();
    }
    // Room for the pages up to there, and for a few more, but not for 32 KiB of index.
    let ballast = disk.fill((FRAMES_OF_FIRST_INDEX - frames(&data)) * 4_120 / 1_024 + 24);
    let refusal = loop {
        number += 1;
        match alice.say("lobby", &format!("n{number}"), &format!("line {number}")).await {
            Ok(_) => {}
            Err(refusal) => break refusal,
        }
    };
    assert_eq!((refusal.code.name(), refusal.is_temporary()), ("disk_full", true));
    assert!(frames(&data) > FRAMES_OF_FIRST_INDEX, "the line did not fit, so nothing was shown");
    assert!(!history(&teahouse, "lobby").await.unwrap().is_empty(), "reading goes on");

    let refused = format!("line {number}");
    let before = salt(&data);
    fs::remove_file(ballast).unwrap();
    drop(reading);
    // With space and without readers, the log begins anew by itself.
    let begins_anew = async {
        while salt(&data) == before {
            assert_eq!(health(&teahouse).await.0, 200);
        }
    };
    timeout(PATIENCE, begins_anew).await.expect("what was refused stays in the log");
    teahouse.signal("KILL");
    teahouse.end().await;
    let again = Teahouse::start(&mut command(&data)).await;
    assert!(!history(&again, "lobby").await.unwrap().contains(&refused), "it was refused, and came back");
}

/// Protects everybody else from one damaged page: it is named as what it is, and what can be read is served. Nothing is
/// acknowledged into a file of which no backup can be made.
#[tokio::test]
async fn one_damaged_page_is_told_and_all_that_can_be_read_is_served_and_nothing_is_written() {
    let data = TempDir::new().unwrap();
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    let browser = Browser::new(teahouse.url.clone());
    browser.choose_nickname("Alice").await;
    browser.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await;
    let mut alice = browser.socket().await;
    alice.hello().await;
    alice.join("lobby").await;
    alice.join("garden").await;
    for number in 0..100 {
        alice.say("lobby", &format!("n{number}"), &format!("line {number} {}", "x".repeat(500))).await.unwrap();
    }
    alice.say("garden", "one", "in the garden").await.unwrap();
    teahouse.signal("TERM");
    teahouse.end().await;
    damage_the_page_of(&database(data.path()), "line 50 ");

    let mut teahouse = Teahouse::start(&mut command(data.path())).await;
    assert_eq!(health(&teahouse).await.0, 200, "nobody has met it yet");
    let browser = Browser::new(teahouse.url.clone());
    browser.choose_nickname("Ben").await;
    let mut ben = browser.socket().await;
    ben.hello().await;
    ben.join("garden").await;
    ben.say("garden", "two", "before anybody met it").await.unwrap();
    let refusal = history(&teahouse, "lobby").await.unwrap_err();
    assert!(refusal.starts_with("503") && refusal.contains("\"damaged\"") && refusal.contains("backup"), "{refusal}");
    teahouse.says("the database is damaged").await.expect("the log says so");
    let (status, text) = health(&teahouse).await;
    assert!(status == 503 && text.contains("damaged"), "{status} {text}");
    let refusal = ben.say("garden", "three", "after it").await.unwrap_err();
    assert_eq!(refusal.code, ErrorCode::Damaged);
    assert_eq!(history(&teahouse, "garden").await.unwrap(), ["in the garden", "before anybody met it"]);
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert_eq!(code, Some(0), "{said}");
}

/// The shared index of the log.
pub fn index(data: &Path) -> PathBuf {
    data.join("teahouse.sqlite3-shm")
}

/// Overwrites the page on which a text lies.
pub fn damage_the_page_of(file: &Path, text: &str) {
    let mut bytes = fs::read(file).unwrap();
    let place =
        bytes.windows(text.len()).position(|window| window == text.as_bytes()).expect("the text is in the file");
    let start = place / 4_096 * 4_096;
    bytes[start..start + 4_096].fill(0xa5);
    fs::write(file, bytes).unwrap();
}

/// Protects the disk from a forgotten database shell: the log says why a file grows, and how large it is.
#[tokio::test]
async fn a_log_that_grows_because_somebody_reads_is_told() {
    let data = TempDir::new().unwrap();
    let mut teahouse = Teahouse::start(command(data.path()).env("TEAHOUSE_LIMITS_MESSAGE_GRAPHEMES", "0")).await;
    let mut alice = teahouse.member("Alice").await;
    let other = another_program(data.path());
    let reading = Transaction::new_unchecked(&other, TransactionBehavior::Deferred).unwrap();
    reading.query_one("select count(*) from event", [], |_| Ok(())).unwrap();
    let text = "x".repeat(16_000);
    let mut number = 0;
    while fs::metadata(log(data.path())).unwrap().len() < 17 * 1_024 * 1_024 {
        number += 1;
        alice.say("lobby", &format!("n{number}"), &text).await.unwrap();
    }
    let said = teahouse.says("the write-ahead log grows").await.expect("the log says so");
    assert!(said.contains("mebibytes=1"), "{said}");
    drop(reading);
}
