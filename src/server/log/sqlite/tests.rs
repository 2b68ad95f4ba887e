//! What only a store in a file can promise, and the promises of every store at a folder of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use rusqlite::Connection;
use tempfile::TempDir;

use super::open::DATABASE_FILE;
use super::*;
use crate::protocol::{EventBody, Message, Origin, Person, PostId};
use crate::server::log::conformance::{Location, every_store_keeps_its_promises};
use crate::server::log::{ChangeWindows, EventRange};

mod files;
mod trouble;
mod upgrade;

struct Folder(TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl Location for Folder {
    fn open(&self, write_queue: usize, sink: CommitSink) -> Pin<Box<dyn Future<Output = Arc<dyn Store>> + Send + '_>> {
        let config = StoreConfig { write_queue, ..config(self.0.path()) };
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&config, "Lobby", now(), sink).unwrap());
        Box::pin(std::future::ready(store))
    }
}

mod conformance {
    use super::*;

    every_store_keeps_its_promises!(Folder::new());
}

fn config(data: &Path) -> StoreConfig {
    StoreConfig { data: data.to_owned(), write_queue: 100, group_commit_max: 64, ..StoreConfig::default() }
}

fn now() -> Timestamp {
    Timestamp::from_unix_ms(1_000)
}

fn lobby() -> NewRoom {
    NewRoom { slug: RoomSlug::lobby(), title: "Lobby".to_owned(), creator: None, at: now(), rooms_max: 0 }
}

fn open(data: &Path) -> Result<SqliteStore, OpenError> {
    SqliteStore::open(&config(data), "Lobby", now(), Box::new(|_| {}))
}

/// The message of an error that must come.
fn refusal(data: &Path) -> (OpenError, String) {
    let Err(error) = open(data) else { panic!("{} must not open", data.display()) };
    let message = error.to_string();
    (error, message)
}

fn line(id: &str, text: &str) -> Draft {
    Draft {
        room: RoomSlug::lobby(),
        by: Person { id: UserId::parse("ann").unwrap(), nickname: "Ann".to_owned(), origin: Origin::Web },
        id: PostId::parse(id).unwrap(),
        body: EventBody::Message(Message { text: text.to_owned(), ..Message::default() }),
        emojis_per_message_max: 0,
        windows: ChangeWindows { edit: None, delete: None, restore: Duration::from_secs(3_600) },
        session: None,
        at: now(),
    }
}

async fn head(store: &SqliteStore) -> u64 {
    store.events(&RoomSlug::lobby(), EventRange::Newest, 1).await.unwrap().head.get()
}

#[test]
fn the_writer_is_durable_and_the_readers_cannot_write() {
    let folder = tempfile::tempdir().unwrap();
    let database = open::open(folder.path(), 2, &lobby()).unwrap();
    let pragma = |name| database.writer.pragma_query_value(None, name, |row| row.get::<_, i64>(0)).unwrap();
    let journal: String = database.writer.pragma_query_value(None, "journal_mode", |row| row.get(0)).unwrap();
    assert_eq!((journal.as_str(), pragma("synchronous"), pragma("foreign_keys")), ("wal", 2, 1));
    assert_eq!(database.readers.len(), 2);
    for reader in &database.readers {
        reader.execute("delete from event", []).unwrap_err();
    }
}

/// Some file systems keep another setting than the one that was asked for, and say nothing.
#[test]
fn a_database_that_keeps_a_weaker_setting_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for weaker in ["journal_mode = delete", "synchronous = normal", "synchronous = off", "foreign_keys = off"] {
        let open::Database { writer, readers, .. } = open::open(folder.path(), 1, &lobby()).unwrap();
        open::check_promises(&writer, folder.path()).unwrap();
        // The journal mode can only be changed while nobody else looks.
        drop(readers);
        writer.execute_batch(&format!("pragma {weaker}")).unwrap();
        let message = open::check_promises(&writer, folder.path()).unwrap_err().to_string();
        let (setting, _) = weaker.split_once(" = ").unwrap();
        assert!(message.contains(&format!("does not accept pragma {setting}")), "{message}");
        assert!(message.contains("local disk"), "{message}");
    }
    let nowhere = open::connect_writer(Path::new(":memory:"));
    assert!(matches!(nowhere, Err(OpenError::NotDurable { .. })), "a database in memory has no log to sync");
}

#[tokio::test]
async fn data_is_for_the_eyes_of_the_servers_user_only() {
    let parent = tempfile::tempdir().unwrap();
    let made = parent.path().join("deeply/nested");
    let found = parent.path().join("found");
    fs::create_dir(&found).unwrap();
    fs::set_permissions(&found, fs::Permissions::from_mode(0o755)).unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    for data in [&made, &found] {
        let store = open(data).unwrap();
        store.append(line("id", "hello")).await.unwrap();
        for file in fs::read_dir(data).unwrap() {
            let path = file.unwrap().path();
            assert_eq!(mode(&path), 0o600, "{}", path.display());
        }
    }
    assert_eq!(mode(&made), 0o700);
    assert_eq!(mode(&found), 0o755, "a folder that somebody made keeps its rights");
}

#[tokio::test]
async fn a_second_server_is_kept_out_until_the_first_has_closed() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path()).unwrap();
    let (error, message) = refusal(folder.path());
    assert!(matches!(error, OpenError::InUse { .. }), "{message}");
    assert!(message.contains(folder.path().to_str().unwrap()), "{message}");
    first.close().await.unwrap();
    open(folder.path()).unwrap();
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).unwrap().close().await.unwrap();
    let path = folder.path().join(DATABASE_FILE);
    Connection::open(&path).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let (error, message) = refusal(folder.path());
    assert!(matches!(error, OpenError::NewerSchema { found: 999, .. }), "{message}");
    assert!(message.contains("newer binary") && message.contains(path.to_str().unwrap()), "{message}");
}

#[test]
fn a_folder_that_cannot_be_used_is_named_with_the_mend() {
    let parent = tempfile::tempdir().unwrap();
    let file = parent.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    for data in [&file, &file.join("below")] {
        let (error, message) = refusal(data);
        assert!(matches!(error, OpenError::NotAFolder { .. }), "{message}");
        assert!(message.contains(data.to_str().unwrap()) && message.contains("--data"), "{message}");
    }
    let taken = parent.path().join("taken");
    fs::create_dir_all(taken.join(DATABASE_FILE)).unwrap();
    let (error, message) = refusal(&taken);
    assert!(matches!(error, OpenError::NotWritable { .. }), "{message}");
    assert!(message.contains(DATABASE_FILE), "{message}");
}

#[test]
fn a_file_that_is_no_database_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(DATABASE_FILE);
    let letter = "Dear diary, ".repeat(1_000);
    fs::write(&path, &letter).unwrap();
    let (error, message) = refusal(folder.path());
    assert!(matches!(error, OpenError::Corrupted { .. }), "{message}");
    assert!(message.contains("restore a backup"), "{message}");
    assert_eq!(fs::read_to_string(&path).unwrap(), letter);
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_of_a_server_that_is_killed() {
    let (folder, remains) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let running = open(folder.path()).unwrap();
    running.append(line("id", "hello")).await.unwrap();
    // A copy of the files is all that a killed process leaves behind.
    for file in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), remains.path().join(file.file_name())).unwrap();
    }
    let restarted = open(remains.path()).unwrap();
    assert_eq!(head(&restarted).await, 2);
    assert_eq!(restarted.epoch(), running.epoch());
}

#[tokio::test]
async fn dropping_without_closing_writes_what_was_queued() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let mut failure = store.failure();
    drop(store.append(line("id", "hello")));
    drop(store);
    failure.changed().await.expect_err("the writer ends in good order");
    assert_eq!(head(&open(folder.path()).unwrap()).await, 2);
}

#[tokio::test]
async fn each_new_database_is_a_history_of_its_own() {
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let epochs = [open(one.path()).unwrap(), open(other.path()).unwrap()].map(|store| store.epoch().to_string());
    assert_ne!(epochs[0], epochs[1]);
    assert!(epochs.iter().all(|epoch| epoch.len() == 32));
}

#[tokio::test]
async fn the_lobby_bears_the_title_of_the_latest_start() {
    let folder = tempfile::tempdir().unwrap();
    open(folder.path()).unwrap().close().await.unwrap();
    let store = SqliteStore::open(&config(folder.path()), "茶馆", now(), Box::new(|_| {})).unwrap();
    assert_eq!(store.room(&RoomSlug::lobby()).await.unwrap().unwrap().title, "茶馆");
    assert_eq!(head(&store).await, 1);
}

#[tokio::test]
async fn a_sink_that_panics_ends_the_store_and_not_the_callers() {
    let folder = tempfile::tempdir().unwrap();
    let sink: CommitSink = Box::new(|_| panic!("the sink of this test panics"));
    let store = SqliteStore::open(&config(folder.path()), "Lobby", now(), sink).unwrap();
    store.append(line("id", "hello")).await.unwrap();
    let mut failure = store.failure();
    let reason = failure.wait_for(Option::is_some).await.unwrap().clone();
    assert_eq!(reason, Some(StoreFailure::InDoubt("the writer panicked".to_owned())));
    assert!(matches!(store.append(line("next", "hello")).await, Err(StoreError::Closed(_))));
}
