//! What goes wrong below a store in a file, and that each kind is treated as `log/error.rs` says.

use std::time::Duration;

use rusqlite::{Transaction, TransactionBehavior};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::*;
use crate::server::log::conformance::guests::{naming, used};

/// A store whose committed events can be watched, with its connection prepared.
fn watched(config: &StoreConfig, prepare: impl FnOnce(&Connection)) -> (SqliteStore, UnboundedReceiver<u64>) {
    let (announce, announced) = unbounded_channel();
    let database = open::open(&config.data, 1, &lobby()).unwrap();
    prepare(&database.writer);
    let sink: CommitSink = Box::new(move |committed| {
        // A test need not listen to its end.
        let _ = announce.send(committed.event.seq.get());
    });
    (SqliteStore::start(database, config, sink).unwrap(), announced)
}

/// Another program, as far as SQLite can tell: a connection of its own.
pub(super) fn another_program(data: &Path) -> Connection {
    Connection::open(data.join(DATABASE_FILE)).unwrap()
}

/// A full disk is played by a limit on the number of pages: SQLite answers both with the same code.
#[tokio::test]
async fn a_full_disk_refuses_what_takes_space_and_nothing_else_and_goes_on_when_there_is_space() {
    let folder = tempfile::tempdir().unwrap();
    let limit_pages = |writer: &Connection| {
        let pages: i64 = writer.pragma_query_one(None, "page_count").unwrap();
        writer.query_one(&format!("pragma max_page_count = {}", pages + 2), [], |_| Ok(())).unwrap();
    };
    let (store, mut announced) = watched(&config(folder.path()), limit_pages);
    store.put_guest(naming("ann", "Ann", 7)).await.unwrap();
    store.append(line("first", "fits")).await.unwrap();
    assert_eq!(announced.recv().await, Some(2));

    let big = store.append(line("big", &"x".repeat(100_000)));
    assert!(matches!(big.await, Err(StoreError::DiskFull)));
    assert!(matches!(store.append(line("second", "fits")).await, Err(StoreError::DiskFull)), "until it was looked at");
    assert_eq!(store.check().await.unwrap(), Health::DiskFull);
    assert_eq!(head(&store).await, 2, "reading goes on");
    store.remove_guest(&UserId::parse("ann").unwrap(), now(), now()).await.expect("signing out takes no space");
    assert_eq!(store.guest_by_token(&[7; 32], now()).await.unwrap(), None);

    store.maintain().await.unwrap();
    assert_eq!(store.append(line("second", "fits")).await.unwrap().seq.get(), 3);
    assert_eq!(announced.recv().await, Some(3), "nothing of what was refused is shown to anybody");
    assert_eq!(store.check().await.unwrap(), Health::Sound);
    store.close().await.unwrap();
    assert_eq!(head(&open(folder.path()).unwrap()).await, 3);
}

#[tokio::test]
async fn a_disk_that_is_down_to_its_reserve_refuses_posts_before_it_is_full() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig { disk_reserve_mb: u32::MAX, ..config(folder.path()) };
    let (store, _) = watched(&config, |_| {});
    assert!(matches!(store.append(line("id", "hello")).await, Err(StoreError::DiskFull)));
    assert!(matches!(store.put_guest(naming("ann", "Ann", 7)).await, Err(StoreError::DiskFull)));
    assert_eq!(store.check().await.unwrap(), Health::DiskFull);
    assert_eq!(head(&store).await, 1);
    store.touch_guest(used("ann", 7, 1_000)).await.unwrap();
    store.maintain().await.unwrap();
    assert!(matches!(store.append(line("id", "hello")).await, Err(StoreError::DiskFull)), "it is still so");
    store.close().await.unwrap();
}

#[tokio::test]
async fn writes_wait_for_another_program_and_go_on_when_it_lets_go() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig { lock_timeout: Duration::ZERO, ..config(folder.path()) };
    let (store, mut announced) = watched(&config, |_| {});
    let other = another_program(folder.path());
    let held = Transaction::new_unchecked(&other, TransactionBehavior::Immediate).unwrap();
    let waiting = [store.append(line("a", "one")), store.append(line("b", "two"))];
    assert_eq!(head(&store).await, 1, "reading does not wait");
    drop(held);
    for (answer, seq) in waiting.into_iter().zip([2, 3]) {
        assert_eq!(answer.await.unwrap().seq.get(), seq);
        assert_eq!(announced.recv().await, Some(seq));
    }
}

#[tokio::test]
async fn a_write_that_waited_too_long_for_another_program_is_busy_and_may_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig { lock_timeout: Duration::from_millis(200), ..config(folder.path()) };
    let (store, _) = watched(&config, |_| {});
    let other = another_program(folder.path());
    let held = Transaction::new_unchecked(&other, TransactionBehavior::Immediate).unwrap();
    assert!(matches!(store.append(line("a", "one")).await, Err(StoreError::Busy)));
    assert_eq!(store.check().await.unwrap(), Health::Sound);
    drop(held);
    assert_eq!(store.append(line("a", "one")).await.unwrap().seq.get(), 2);
    assert_eq!(store.append(line("a", "one")).await.unwrap().seq.get(), 2, "it is there once");
}

#[tokio::test]
async fn a_store_that_waits_for_another_program_can_be_closed() {
    let folder = tempfile::tempdir().unwrap();
    let config = StoreConfig { lock_timeout: Duration::from_millis(500), ..config(folder.path()) };
    let (store, _) = watched(&config, |_| {});
    let other = another_program(folder.path());
    let held = Transaction::new_unchecked(&other, TransactionBehavior::Immediate).unwrap();
    let waiting = store.append(line("a", "one"));
    store.close().await.unwrap();
    assert!(matches!(waiting.await, Err(StoreError::Busy)), "it is refused, and not forgotten");
    drop(held);
}

/// Overwrites the pages of a table or index, all but the first bytes of each.
fn damage(data: &Path, name: &str) {
    let path = data.join(DATABASE_FILE);
    let root: i64 = Connection::open(&path)
        .unwrap()
        .query_one("select rootpage from sqlite_schema where name = ?1", [name], |row| row.get(0))
        .unwrap();
    let mut bytes = fs::read(&path).unwrap();
    let start = usize::try_from((root - 1) * 4_096).unwrap();
    bytes[start..start + 4_096].fill(0xa5);
    fs::write(&path, bytes).unwrap();
}

#[tokio::test]
async fn damage_is_told_as_damage_and_what_can_be_read_is_served() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.put_guest(naming("ann", "Ann", 7)).await.unwrap();
    store.append(line("a", "one")).await.unwrap();
    store.close().await.unwrap();
    damage(folder.path(), "event");

    let store = open(folder.path()).unwrap();
    let lobby = RoomSlug::lobby();
    assert!(matches!(store.events(&lobby, EventRange::Newest, 10).await, Err(StoreError::Damaged(_))));
    assert!(matches!(store.check().await, Err(StoreError::Damaged(_))), "health checks tell from now on");
    assert_eq!(store.rooms().await.unwrap().len(), 1);
    assert_eq!(store.guest_by_token(&[7; 32], now()).await.unwrap().unwrap().nickname, "Ann");
    for _ in 0..2 {
        assert!(matches!(store.append(line("b", "two")).await, Err(StoreError::Damaged(_))));
    }
    let after = store.touch_guest(used("ann", 7, 1_000)).await;
    assert!(matches!(after, Err(StoreError::Damaged(_))), "a damaged file is not written any more");
    assert_eq!(store.rooms().await.unwrap().len(), 1, "reading goes on");
    assert_eq!(*store.failure().borrow(), None, "the process does not end");
    store.close().await.unwrap();
}

#[tokio::test]
async fn a_log_that_grew_because_somebody_read_is_cut_when_they_are_gone() {
    let folder = tempfile::tempdir().unwrap();
    let (store, _) = watched(&config(folder.path()), |_| {});
    let other = another_program(folder.path());
    let reading = Transaction::new_unchecked(&other, TransactionBehavior::Deferred).unwrap();
    reading.query_one("select count(*) from event", [], |_| Ok(())).unwrap();
    let log = lineage::log_of(&folder.path().join(DATABASE_FILE));
    let size = || fs::metadata(&log).unwrap().len();
    let kept = u64::from(checkpoints::LOG_BYTES_KEPT);
    let mut number = 0;
    while size() < kept * 2 {
        number += 1;
        store.append(line(&format!("id-{number}"), &"x".repeat(1_000_000))).await.unwrap();
    }
    drop(reading);
    // The first copies the log, the second begins it anew and cuts it.
    for id in ["copies", "begins", "cuts"] {
        store.append(line(id, "a short line")).await.unwrap();
        store.maintain().await.unwrap();
    }
    assert!(size() <= kept, "{} bytes are left", size());
}
