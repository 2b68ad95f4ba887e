//! What hosts do to the files of the log: they are copied alone, mixed with those of another day, moved, removed and
//! replaced.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::disk::{command, database, history, index, log};
use crate::support::process::Teahouse;
use crate::support::{Browser, SmallDisk};

/// Runs a start that must fail; what it said.
async fn refusal(data: &Path) -> String {
    let Err((code, said)) = Teahouse::try_start(&mut command(data)).await else { panic!("it must not start") };
    assert_eq!(code, Some(1), "{said}");
    said
}

/// Protects whoever cleans up from a server that goes on talking into files that are gone.
#[tokio::test]
async fn a_server_whose_database_is_taken_away_says_so_and_ends() {
    type Harm = fn(&Path);
    let harms: [(&str, Harm); 5] = [
        ("not there any more", |data| fs::remove_dir_all(data).unwrap()),
        ("not there any more", |data| fs::rename(data, data.with_extension("old")).unwrap()),
        ("another file", |data| {
            fs::copy(database(data), data.join("restored")).unwrap();
            fs::rename(data.join("restored"), database(data)).unwrap();
        }),
        ("sqlite3-wal is not there any more", |data| fs::remove_file(log(data)).unwrap()),
        // Programs that open the database now agree on another index of the log than the server.
        ("sqlite3-shm is not there any more", |data| fs::remove_file(index(data)).unwrap()),
    ];
    for (words, harm) in harms {
        let parent = TempDir::new().unwrap();
        let data = parent.path().join("data");
        let teahouse = Teahouse::start(&mut command(&data)).await;
        let mut alice = teahouse.member("Alice").await;
        alice.say("lobby", "before", "before").await.unwrap();
        harm(&data);
        // It ends by itself.
        let (code, said) = teahouse.end().await;
        assert_eq!(code, Some(3), "{said}");
        for part in ["the database was taken away under the running server", words, "stop the server first"] {
            assert!(said.contains(part), "{part:?} is missing in: {said}");
        }
        // Nobody is told that a line is kept which lies nowhere.
        while let Some(answer) = alice.try_say("lobby", "after", "after").await {
            assert!(answer.is_err(), "{answer:?}");
        }
    }
}

/// Protects whoever moved a folder away from a supervisor that starts the server again: it would begin with an empty
/// database, and people would find their rooms gone.
#[test]
fn a_supervisor_starts_no_empty_database_in_the_place_of_one_that_was_taken_away() {
    let guide = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operating.md")).unwrap();
    let prevented = guide.lines().find_map(|line| line.strip_prefix("RestartPreventExitStatus=")).unwrap();
    assert!(prevented.split(' ').any(|code| code == "3"), "{prevented}");
}

/// Protects whoever starts a server on the wrong folder: it says that it made a new database, and where, and only then.
#[tokio::test]
async fn a_new_and_empty_database_is_told_where_one_is_made_and_nowhere_else() {
    let data = TempDir::new().unwrap();
    let told = format!("made a new, empty database in {}", data.path().display());
    for is_new in [true, false] {
        let teahouse = Teahouse::start(&mut command(data.path())).await;
        teahouse.signal("TERM");
        let (_, said) = teahouse.end().await;
        assert_eq!(said.contains(&told), is_new, "{said}");
    }
}

/// Protects whoever copies the database without having read how: the file alone is a whole history.
#[tokio::test]
async fn a_copy_of_the_database_file_alone_is_a_whole_history() {
    let data = TempDir::new().unwrap();
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    let mut alice = teahouse.member("Alice").await;
    alice.say("lobby", "one", "one").await.unwrap();
    loop {
        let copy = TempDir::new().unwrap();
        fs::copy(database(data.path()), database(copy.path())).unwrap();
        let copied = Teahouse::start(&mut command(copy.path())).await;
        // It is complete from the start, and has the newest line when nothing was said for a moment.
        if history(&copied, "lobby").await.unwrap() == ["one"] {
            let epochs = [&teahouse, &copied].map(epoch);
            let [epoch, copied] = futures::future::join_all(epochs).await.try_into().unwrap();
            assert_eq!(epoch, copied);
            break;
        }
    }
}

async fn epoch(teahouse: &Teahouse) -> String {
    let page = Browser::new(teahouse.url.clone()).get("/api/v1/rooms/lobby/events").await;
    page.json::<serde_json::Value>().await.unwrap()["epoch"].as_str().unwrap().to_owned()
}

/// Protects two days from becoming neither: a backup that was copied beside what a killed server left is not mixed with it.
#[tokio::test]
async fn a_backup_beside_the_log_of_another_day_is_found_at_the_start() {
    let (data, backup) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    for day in ["yesterday", "between", "today"] {
        let teahouse = Teahouse::start(&mut command(data.path())).await;
        teahouse.member(day).await.say("lobby", day, day).await.unwrap();
        teahouse.signal(if day == "today" { "KILL" } else { "TERM" });
        teahouse.end().await;
        if day == "yesterday" {
            fs::copy(database(data.path()), database(backup.path())).unwrap();
        }
    }
    let of_today = fs::read(database(data.path())).unwrap();
    fs::copy(database(backup.path()), database(data.path())).unwrap();
    let said = refusal(data.path()).await;
    for part in ["teahouse.sqlite3-wal does not belong to", "move", "put that database back"] {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    // Both ways out of it work: what was before is whole again, and so is the backup.
    fs::write(database(data.path()), of_today).unwrap();
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    assert_eq!(history(&teahouse, "lobby").await.unwrap(), ["yesterday", "between", "today"]);
    teahouse.signal("KILL");
    teahouse.end().await;
    fs::remove_file(log(data.path())).unwrap();
    fs::copy(database(backup.path()), database(data.path())).unwrap();
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    assert_eq!(history(&teahouse, "lobby").await.unwrap(), ["yesterday"]);
}

/// Some MiB of lines, which a server of the first schema wrote.
const LONG_LOG: &str = "
    with recursive number (n) as (select 4 union all select n + 1 from number where n < 1003)
    insert into event (
        room_id, seq, at_ms, kind, person_id, person_nickname, person_origin, client_message_id, text
    )
    select 1, n, 1764000002000, 'message', 'a0', 'Alice', 'web', 'n' || n, hex(zeroblob(1500)) from number;
    update room set last_seq = 1003, last_at_ms = 1764000002000;
";

/// Protects a log from an upgrade that a full disk would break off, and whoever waits for it from taking the server for dead.
#[tokio::test]
async fn an_upgrade_that_would_not_fit_is_refused_until_there_is_space_and_is_told() {
    let Some(disk) = SmallDisk::mount(64) else { return };
    let data = disk.0.path().join("data");
    fs::create_dir(&data).unwrap();
    let old = Connection::open(database(&data)).unwrap();
    old.execute_batch(include_str!("../../src/server/log/migrations/sqlite/0001_event_log.sql")).unwrap();
    old.execute_batch(include_str!("../../src/server/log/sqlite/tests/first_schema.sql")).unwrap();
    old.execute_batch(LONG_LOG).unwrap();
    drop(old);
    let ballast = disk.fill(4_096);
    let said = refusal(&data).await;
    for part in ["the disk of", "is full", "this version writes the log anew once", "MiB are free", "free space"] {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
    fs::remove_file(ballast).unwrap();
    let teahouse = Teahouse::start(&mut command(&data)).await;
    assert_eq!(history(&teahouse, "lobby").await.unwrap().last().unwrap().len(), 3_000, "the log is whole");
    teahouse.signal("TERM");
    let (code, said) = teahouse.end().await;
    assert!(code == Some(0) && said.contains("writing the log anew"), "{code:?}: {said}");
}
