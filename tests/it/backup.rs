//! Backups by the real program: made under a running server, restored under a new epoch, or put back by hand.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use rusqlite::Connection;
use teahouse::protocol::{Event, EventPage};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::support::process::{self, Teahouse};
use crate::support::{Browser, Continuity, PATIENCE, TestServer};

pub const DATABASE: &str = "teahouse.sqlite3";

pub fn command(data: &Path) -> Command {
    process::command(Path::new(env!("CARGO_BIN_EXE_teahouse")), data)
}

/// Runs a command to its end; returns the exit code and what it said.
async fn run(data: &Path, words: &[&str], file: &Path) -> (Option<i32>, String) {
    let mut command = command(data);
    command.args(words).arg(file);
    let output = timeout(PATIENCE, command.output()).await.expect("it does not stop").unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

pub async fn log(url: &str) -> EventPage {
    let page = Browser::new(url.to_owned()).get("/api/v1/rooms/lobby/events?after=0&limit=200").await;
    page.json().await.unwrap()
}

pub fn entries(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

/// Protects whoever makes backups of a running server: what was acknowledged before is in it, nothing is torn, and the
/// server goes on. S37: nobody else may read it, and it opens no session.
#[tokio::test]
async fn a_backup_made_while_people_talk_is_a_beginning_of_the_log() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    let browser = Browser::new(teahouse.url.clone());
    browser.choose_nickname("Alice").await;
    let token = browser.cookies().unwrap().split('=').nth(1).unwrap().to_owned();
    let mut alice = browser.socket().await;
    alice.hello().await;
    alice.join("lobby").await;
    let acknowledged = alice.say("lobby", "first", "before the backup").await.unwrap();

    let file = elsewhere.path().join("teahouse.backup");
    let (mut bob, folder) = (teahouse.member("Bob").await, data.path().to_owned());
    let backing_up = {
        let file = file.clone();
        tokio::spawn(async move { run(&folder, &["backup"], &file).await })
    };
    let mut said = 0;
    while !backing_up.is_finished() && said < 150 {
        bob.say("lobby", &format!("b{said}"), "meanwhile").await.unwrap();
        said += 1;
    }
    let (code, words) = backing_up.await.unwrap();
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("rooms: 1"), "{words}");
    bob.say("lobby", "after", "after the backup").await.unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(entries(elsewhere.path()), 1, "something was left beside the backup");
    let bytes = fs::read(&file).unwrap();
    assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()), "a token is in the backup");

    let whole = log(&teahouse.url).await;
    let restored = TempDir::new().unwrap();
    let (code, words) = run(restored.path(), &["restore"], &file).await;
    assert_eq!(code, Some(0), "{words}");
    let other = Teahouse::start(&mut command(restored.path())).await;
    let copy = log(&other.url).await;
    assert_eq!(copy.events[..], whole.events[..copy.events.len()]);
    assert!(copy.head.get() >= acknowledged && copy.head < whole.head, "{}", copy.head);
    assert_ne!(copy.epoch, whole.epoch, "pages that were open must learn that the history is another");
}

/// Protects whoever makes backups of a server that stands still or was killed: what its log holds is in the backup.
#[tokio::test]
async fn a_backup_without_a_server_holds_what_was_acknowledged() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    let mut alice = teahouse.member("Alice").await;
    alice.say("lobby", "one", "the kettle is on").await.unwrap();
    teahouse.signal("KILL");
    teahouse.end().await;
    let file = elsewhere.path().join("teahouse.backup");
    let (code, words) = run(data.path(), &["backup"], &file).await;
    assert_eq!((code, words.contains("messages: 1, rooms: 1")), (Some(0), true), "{words}");
}

/// Protects whoever makes the backup with the new program: the database is still as the old one left it.
#[tokio::test]
async fn a_database_of_the_first_schema_is_backed_up_before_it_is_upgraded() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let old = Connection::open(data.path().join(DATABASE)).unwrap();
    old.execute_batch(include_str!("../../src/server/log/migrations/sqlite/0001_event_log.sql")).unwrap();
    old.execute_batch(include_str!("../../src/server/log/sqlite/tests/first_schema.sql")).unwrap();
    drop(old);
    let (file, folder) = (elsewhere.path().join("teahouse.backup"), elsewhere.path().join("restored"));
    let (code, words) = run(data.path(), &["backup"], &file).await;
    assert_eq!((code, words.contains("messages: 2, rooms: 1")), (Some(0), true), "{words}");
    let (code, words) = run(&folder, &["restore"], &file).await;
    assert_eq!(code, Some(0), "{words}");
    let restored = Teahouse::start(&mut command(&folder)).await;
    let page = log(&restored.url).await;
    assert_eq!((page.head.get(), page.events[1].body.text()), (3, "Is there tea?"));
}

/// Protects people whose session ended after the backup was made.
#[tokio::test]
async fn a_restore_ends_the_sessions_unless_asked_otherwise() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    let browser = Browser::new(teahouse.url.clone());
    browser.choose_nickname("Alice").await;
    let cookie = browser.cookies().unwrap();
    let file = elsewhere.path().join("teahouse.backup");
    assert_eq!(run(data.path(), &["backup"], &file).await.0, Some(0));
    for (words, kept) in [(&["restore"][..], false), (&["restore", "--keep-sessions"], true)] {
        let folder = elsewhere.path().join(format!("kept-{kept}"));
        let (code, said) = run(&folder, words, &file).await;
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(if kept { "1, which were kept" } else { "1, which were ended" }), "{said}");
        let restored = Teahouse::start(&mut command(&folder)).await;
        let socket = format!("{}/ws", restored.url.replacen("http", "ws", 1));
        let mut member = crate::support::Member::connect(&socket, Some(&restored.url), Some(&cookie)).await.unwrap();
        let Event::Welcome { me, .. } = member.hello().await else { panic!("no welcome") };
        assert_eq!(me.map(|me| me.nickname), kept.then(|| "Alice".to_owned()));
    }
}

/// Protects data from the operator's slips: nothing is replaced, nothing wrong is restored, and each refusal says why.
#[tokio::test]
async fn what_is_no_whole_backup_is_refused_and_leaves_nothing_behind() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    teahouse.member("Alice").await.say("lobby", "one", "the kettle is on").await.unwrap();
    let place = |name: &str| elsewhere.path().join(name);
    let file = place("backup");
    assert_eq!(run(data.path(), &["backup"], &file).await.0, Some(0));
    let refused = async |words: &[&str], data: &Path, file: &Path, reason: &str| {
        let (code, said) = run(data, words, file).await;
        assert_eq!(code, Some(1), "{words:?}: {said}");
        assert!(said.contains(reason), "{reason:?} is missing in: {said}");
    };
    refused(&["backup"], data.path(), &file, "exists already").await;
    refused(&["backup"], &place("nowhere"), &place("new"), "--data").await;
    refused(&["backup"], data.path(), &place("no/such/folder"), "make it, or name a file in another one").await;
    refused(&["restore"], data.path(), &file, "in use by another process").await;

    let whole = fs::read(&file).unwrap();
    let changed = {
        let at = whole.windows(6).position(|window| window == b"kettle").unwrap();
        let mut bytes = whole.clone();
        bytes[at] = b'n';
        bytes
    };
    fs::write(place("changed"), changed).unwrap();
    fs::write(place("cut"), &whole[..whole.len() / 2]).unwrap();
    fs::write(place("text"), "no database at all, but long enough to be looked at").unwrap();
    teahouse.signal("TERM");
    teahouse.end().await;
    refused(&["restore"], data.path(), &file, "is not empty").await;
    fs::copy(data.path().join(DATABASE), place("copied-by-hand")).unwrap();
    fs::write(place("empty"), "").unwrap();
    fs::create_dir(place("folder")).unwrap();
    for (name, reason) in [
        ("changed", "checksum"),
        ("cut", "is damaged"),
        ("text", "is not a backup"),
        ("copied-by-hand", "has no manifest"),
        ("missing", "there is no file"),
        ("empty", "it is empty"),
        ("folder", "it is not a file"),
    ] {
        let folder = place(&format!("from-{name}"));
        refused(&["restore"], &folder, &place(name), reason).await;
        assert!(!folder.exists() || entries(&folder) == 0, "{name} left something behind");
    }
}

/// Protects open pages from mixing two histories when somebody copies yesterday's file over today's, which keeps the
/// epoch: also after the old history has grown beyond what they hold.
#[tokio::test]
async fn an_old_copy_put_back_by_hand_resets_whoever_holds_more() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    alice.say("lobby", "kept", "kept").await.unwrap();
    let data = server.drain().await;
    let old = fs::read(data.path().join(DATABASE)).unwrap();

    let server = TestServer::start_in(data, |_| {}).await;
    let mut bob = server.member("Bob").await;
    let held = bob.join("lobby").await.events.last().unwrap().clone();
    for number in 0..3 {
        bob.say("lobby", &format!("lost-{number}"), "lost").await.unwrap();
    }
    let ahead = bob.join("lobby").await;
    let data = server.drain().await;
    fs::write(data.path().join(DATABASE), old).unwrap();

    let server = TestServer::start_in(data, |_| {}).await;
    let mut carol = server.member("Carol").await;
    let cursor = ahead.events.last().unwrap().cursor(&ahead.epoch);
    let (continuity, snapshot) = carol.join_from("lobby", Some(cursor.clone())).await;
    assert_eq!((continuity, &snapshot.epoch), (Continuity::Reset, &ahead.epoch), "the log is shorter");
    let mut dave = server.member("Dave").await;
    for number in 0..5 {
        dave.say("lobby", &format!("lost-{number}"), "another history").await.unwrap();
    }
    let (continuity, snapshot) = carol.join_from("lobby", Some(cursor)).await;
    assert_eq!(continuity, Continuity::Reset, "another event has the place");
    assert_eq!(snapshot.events.len(), 7);
    let (continuity, snapshot) = carol.join_from("lobby", Some(held.cursor(&ahead.epoch))).await;
    assert_eq!((continuity, snapshot.events.len()), (Continuity::Resumed, 5), "what both hold is continued");
}
