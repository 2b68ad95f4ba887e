//! The files of a store as hosts treat them: copied alone, mixed with those of another day, moved, removed, overwritten.

use rusqlite::{Transaction, TransactionBehavior};

use super::*;

/// Copies the database file alone, as somebody does who knows nothing of write-ahead logs.
fn plain_copy(data: &Path) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    fs::copy(data.join(DATABASE_FILE), copy.path().join(DATABASE_FILE)).unwrap();
    copy
}

#[tokio::test]
async fn a_plain_copy_of_the_file_is_complete_after_the_start_and_when_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    let copied = || {
        let copy = plain_copy(folder.path());
        let database = Connection::open(copy.path().join(DATABASE_FILE)).unwrap();
        let read = |query| database.query_one(query, [], |row| row.get::<_, String>(0)).unwrap();
        let epoch = Epoch::parse(&read("select value from meta where name = 'epoch'")).unwrap();
        (epoch, read("select cast(last_seq as text) from room"))
    };
    assert_eq!(copied(), (store.epoch().clone(), "1".to_owned()));
    store.append(line("a", "one")).await.unwrap();
    // It becomes complete when nothing was written for a while, which takes as long as it takes.
    while copied() != (store.epoch().clone(), "2".to_owned()) {
        store.maintain().await.unwrap();
    }
}

/// The files that a killed server leaves behind.
fn remains(data: &Path) -> TempDir {
    let remains = tempfile::tempdir().unwrap();
    for file in fs::read_dir(data).unwrap().map(Result::unwrap) {
        fs::copy(file.path(), remains.path().join(file.file_name())).unwrap();
    }
    remains
}

fn bytes_of(data: &Path) -> [Vec<u8>; 2] {
    let database = data.join(DATABASE_FILE);
    [fs::read(&database).unwrap(), fs::read(lineage::log_of(&database)).unwrap()]
}

#[tokio::test]
async fn a_log_of_today_is_never_applied_to_the_file_of_yesterday() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.append(line("a", "one")).await.unwrap();
    store.close().await.unwrap();
    let yesterday = plain_copy(folder.path());
    for day in ["b", "c"] {
        let store = open(folder.path()).unwrap();
        store.append(line(day, "of another day")).await.unwrap();
        store.close().await.unwrap();
    }
    let store = open(folder.path()).unwrap();
    store.append(line("d", "today")).await.unwrap();
    let killed = remains(folder.path());
    fs::copy(yesterday.path().join(DATABASE_FILE), killed.path().join(DATABASE_FILE)).unwrap();

    let before = bytes_of(killed.path());
    let (error, message) = refusal(killed.path());
    assert!(matches!(error, OpenError::ForeignLog { .. }), "{message}");
    assert!(message.contains("-wal") && message.contains("put that database back"), "{message}");
    assert_eq!(bytes_of(killed.path()), before, "both are as they were");

    fs::remove_file(lineage::log_of(&killed.path().join(DATABASE_FILE))).unwrap();
    assert_eq!(head(&open(killed.path()).unwrap()).await, 2, "what the message says helps");
}

#[tokio::test]
async fn a_log_is_applied_to_the_file_that_it_builds_on_however_far_it_was_copied() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.append(line("a", "one")).await.unwrap();
    assert_eq!(head(&open(remains(folder.path()).path()).unwrap()).await, 2, "nothing was copied");
    // Another program copies the log into the file, all of it, and the next line begins it anew.
    let other = trouble::another_program(folder.path());
    other.query_one("pragma wal_checkpoint(passive)", [], |_| Ok(())).unwrap();
    assert_eq!(head(&open(remains(folder.path()).path()).unwrap()).await, 2, "all was copied");
    for (seq, id) in [(3, "b"), (4, "c")] {
        store.append(line(id, "more")).await.unwrap();
        assert_eq!(head(&open(remains(folder.path()).path()).unwrap()).await, seq);
    }
    // Somebody reads on, so that only a part can be copied.
    let reading = Transaction::new_unchecked(&other, TransactionBehavior::Deferred).unwrap();
    reading.query_one("select count(*) from event", [], |_| Ok(())).unwrap();
    store.append(line("d", "more")).await.unwrap();
    trouble::another_program(folder.path()).query_one("pragma wal_checkpoint(passive)", [], |_| Ok(())).unwrap();
    assert_eq!(head(&open(remains(folder.path()).path()).unwrap()).await, 5, "a part was copied");
    drop(reading);
}

/// Protects every acknowledged line: a commit that changed nothing leaves no page in the log, and so does not begin one.
#[tokio::test]
async fn a_refusal_between_two_lines_does_not_make_a_log_look_foreign() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    for (seq, id) in [(2, "a"), (3, "b"), (4, "c")] {
        store.append(line(id, "one")).await.unwrap();
        let nowhere = Draft { room: RoomSlug::parse("nowhere").unwrap(), ..line("x", "refused") };
        assert!(matches!(store.append(nowhere).await, Err(StoreError::RoomNotFound(_))));
        assert_eq!(head(&open(remains(folder.path()).path()).unwrap()).await, seq);
    }
}

#[tokio::test]
async fn a_log_without_its_file_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path()).unwrap();
    store.append(line("a", "one")).await.unwrap();
    let killed = remains(folder.path());
    fs::remove_file(killed.path().join(DATABASE_FILE)).unwrap();
    for _ in 0..2 {
        let (error, message) = refusal(killed.path());
        assert!(matches!(error, OpenError::OrphanedLog { .. }), "{message}");
        assert!(message.contains("missing or empty"), "{message}");
    }
}

/// Whatever is done to the files of a running store, it ends with a reason instead of acknowledging into nowhere.
#[tokio::test]
async fn a_store_whose_files_are_taken_away_acknowledges_nothing_more() {
    type Harm = fn(&Path, &Path);
    let harms: [(&str, Harm); 5] = [
        ("not there any more", |data, _| fs::remove_file(data.join(DATABASE_FILE)).unwrap()),
        ("not there any more", |data, _| fs::remove_file(lineage::log_of(&data.join(DATABASE_FILE))).unwrap()),
        ("not there any more", |data, _| fs::rename(data, data.with_extension("moved")).unwrap()),
        ("another file", |data, backup| {
            fs::copy(backup, data.join("backup")).unwrap();
            fs::rename(data.join("backup"), data.join(DATABASE_FILE)).unwrap();
        }),
        ("overwritten", |data, backup| {
            fs::copy(backup, data.join(DATABASE_FILE)).unwrap();
        }),
    ];
    for (words, harm) in harms {
        let parent = tempfile::tempdir().unwrap();
        let data = parent.path().join("data");
        open(&data).unwrap().close().await.unwrap();
        let backup = parent.path().join("backup");
        fs::copy(data.join(DATABASE_FILE), &backup).unwrap();
        let store = open(&data).unwrap();
        let mut failure = store.failure();
        store.append(line("a", "one")).await.unwrap();
        store.maintain().await.expect("nothing has happened yet");
        harm(&data, &backup);
        let copy = fs::read(data.join(DATABASE_FILE)).ok();
        assert!(matches!(store.maintain().await, Err(StoreError::Closed(reason)) if reason.contains(words)), "{words}");
        let reason = failure.wait_for(Option::is_some).await.unwrap().clone();
        assert!(matches!(reason, Some(StoreFailure::Displaced(_))), "{reason:?}");
        assert!(matches!(store.append(line("b", "two")).await, Err(StoreError::Closed(_))));
        drop(store);
        assert_eq!(fs::read(data.join(DATABASE_FILE)).ok(), copy, "what lies there now is left as it is");
    }
}
