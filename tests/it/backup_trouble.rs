//! What goes wrong around backups: damage, full and read-only disks, commands that are cut off, the wrong user. Each is
//! told with what to do, costs a running server nothing, and leaves nothing behind.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::backup::{DATABASE, command, entries, log};
use crate::disk::damage_the_page_of;
use crate::support::process::{Teahouse, without_rates};
use crate::support::{PATIENCE, SmallDisk};

/// The program where one MiB of the disk is for emergencies: the tests have small disks.
fn program(data: &Path) -> Command {
    let mut command = command(data);
    without_rates(&mut command).env("TEAHOUSE_STORE_DISK_RESERVE_MB", "1");
    command
}

/// Runs a command to its end; returns the exit code and what it said.
async fn run(data: &Path, words: &[&str], file: &Path) -> (Option<i32>, String) {
    let output = program(data).args(words).arg(file).output().await.unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

/// Somebody says a few long lines, and the server is stopped.
async fn talk(data: &Path, lines: usize) {
    let teahouse = Teahouse::start(&mut program(data)).await;
    let mut alice = teahouse.member("Alice").await;
    for number in 0..lines {
        let text = format!("line {number} {}", "x".repeat(3_000));
        alice.say("lobby", &format!("n{number}"), &text).await.unwrap();
    }
    teahouse.signal("TERM");
    teahouse.end().await;
}

async fn refused(data: &Path, words: &[&str], file: &Path, parts: &[&str]) {
    let (code, said) = run(data, words, file).await;
    assert_eq!(code, Some(1), "{words:?}: {said}");
    for part in parts {
        assert!(said.contains(part), "{part:?} is missing in: {said}");
    }
}

/// Makes the body of an event something else than JSON, in a page that is sound.
fn damage_a_body(file: &Path) {
    let (mut bytes, text) = (fs::read(file).unwrap(), br#"{"kind":"message","text":"line 20 "#);
    let place = bytes.windows(text.len()).position(|window| window == text).expect("the text is in the file");
    bytes[place] = b'x';
    fs::write(file, bytes).unwrap();
}

/// Protects whoever relies on a backup each night: one of a damaged database is none, and the older ones are what is left.
#[tokio::test]
async fn a_damaged_database_is_not_backed_up_and_the_words_say_what_to_do() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    talk(data.path(), 30).await;
    let database = data.path().join(DATABASE);
    let whole = fs::read(&database).unwrap();
    let words = ["teahouse.sqlite3 is damaged", "Keep the backups that you have", "restore the newest"];
    let harms: [fn(&Path); 2] = [|file| damage_the_page_of(file, "line 20 "), damage_a_body];
    for harm in harms {
        fs::write(&database, &whole).unwrap();
        harm(&database);
        refused(data.path(), &["backup"], &elsewhere.path().join("backup"), &words).await;
        assert_eq!(entries(elsewhere.path()), 0, "something was left behind");
    }
}

/// Protects whoever restores as root from a server that cannot open its files.
#[tokio::test]
async fn what_is_restored_belongs_to_the_owner_of_the_folder() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    talk(data.path(), 1).await;
    let (file, folder) = (elsewhere.path().join("backup"), elsewhere.path().join("restored"));
    assert_eq!(run(data.path(), &["backup"], &file).await.0, Some(0));
    fs::create_dir(&folder).unwrap();
    let user = match chown(&folder, Some(65_534), Some(65_534)) {
        Ok(()) => 65_534,
        Err(error) => {
            println!("\nSKIPPED: a folder of another user, since none can be made here ({error})");
            fs::metadata(&folder).unwrap().uid()
        }
    };
    let (code, said) = run(&folder, &["restore"], &file).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains(&format!("files: of user {user}, whose the folder is")), "{said}");
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(fs::metadata(&path).unwrap().uid(), user, "{}", path.display());
    }
}

/// Protects people who talk from a backup that would take the last of the disk, and the reserve, from their server.
#[tokio::test]
async fn a_backup_that_does_not_fit_is_refused_and_the_server_goes_on() {
    let Some(disk) = SmallDisk::mount(64) else { return };
    let data = disk.0.path().join("data");
    talk(&data, 400).await;
    let teahouse = Teahouse::start(&mut program(&data)).await;
    let mut bob = teahouse.member("Bob").await;
    // More than the reserve, more than the backup, and less than both.
    let ballast = disk.fill(2_200);
    let file = disk.0.path().join("backup");
    let words = ["there is no space for", "store.disk_reserve_mb keeps 1 MiB", "free some"];
    refused(&data, &["backup"], &file, &words).await;
    bob.say("lobby", "during", "posting goes on").await.unwrap();
    fs::remove_file(ballast).unwrap();
    let (code, said) = run(&data, &["backup"], &file).await;
    assert_eq!(code, Some(0), "{said}");
    // A restore that does not fit leaves the folder as empty as it was.
    let (folder, ballast) = (disk.0.path().join("restored"), disk.fill(500));
    refused(&folder, &["restore"], &file, &["there is no space for", "free some"]).await;
    assert!(!folder.exists() || entries(&folder) == 0, "something was left behind");
    fs::remove_file(ballast).unwrap();
}

/// Protects what is on a full disk: it can be saved onto another one. Where not even SQLite's own files have room, the words
/// name the disk that is full.
#[tokio::test]
async fn a_database_on_a_full_disk_can_be_backed_up_onto_another() {
    let Some(disk) = SmallDisk::mount(64) else { return };
    let (data, elsewhere) = (disk.0.path().join("data"), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut program(&data)).await;
    teahouse.member("Alice").await.say("lobby", "one", "one").await.unwrap();
    let ballast = disk.fill(0);
    let (code, said) = run(&data, &["backup"], &elsewhere.path().join("running")).await;
    assert_eq!(code, Some(0), "{said}");
    teahouse.signal("KILL");
    teahouse.end().await;
    fs::remove_file(data.join(format!("{DATABASE}-shm"))).unwrap();
    fs::remove_file(ballast).unwrap();
    let ballast = disk.fill(0);
    let file = elsewhere.path().join("stopped");
    refused(&data, &["backup"], &file, &["the disk of", "teahouse.sqlite3 is full", "free space"]).await;
    fs::remove_file(ballast).unwrap();
    assert_eq!(run(&data, &["backup"], &file).await.0, Some(0));
    assert_eq!(entries(elsewhere.path()), 2, "something was left behind");
}

/// Protects what is on a disk that failed and is read-only since: it can be saved, whether the server ended in order or not,
/// and a start says what is wrong.
#[tokio::test]
async fn a_database_on_a_read_only_disk_is_named_by_a_start_and_can_be_backed_up() {
    let Some(disk) = SmallDisk::mount(64) else { return };
    let (data, elsewhere) = (disk.0.path().join("data"), TempDir::new().unwrap());
    for signal in ["TERM", "KILL"] {
        let teahouse = Teahouse::start(&mut program(&data)).await;
        teahouse.member(signal).await.say("lobby", signal, signal).await.unwrap();
        teahouse.signal(signal);
        teahouse.end().await;
        disk.remount("ro");
        let Err((code, said)) = Teahouse::try_start(&mut program(&data)).await else { panic!("it cannot write") };
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains("file system is read-only") && said.contains("mount it for writing"), "{said}");
        let file = elsewhere.path().join(signal);
        let (code, said) = run(&data, &["backup"], &file).await;
        assert_eq!(code, Some(0), "{said}");
        let folder = elsewhere.path().join(format!("restored-{signal}"));
        assert_eq!(run(&folder, &["restore"], &file).await.0, Some(0));
        let restored = log(&Teahouse::start(&mut program(&folder)).await.url).await;
        assert!(format!("{restored:?}").contains(signal), "what was acknowledged is in it");
        disk.remount("rw");
    }
}

/// Protects whoever was cut off in the middle of a restore from a server that begins with an empty database in its place.
#[tokio::test]
async fn what_a_command_that_was_cut_off_left_behind_is_named() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    talk(data.path(), 1).await;
    let file = elsewhere.path().join("backup");
    let (half, of_another_name) = (elsewhere.path().join("backup.partial"), elsewhere.path().join("monday.partial"));
    fs::write(&half, "half").unwrap();
    fs::write(&of_another_name, "half").unwrap();
    let being_made = fs::File::open(&half).unwrap();
    being_made.lock().unwrap();
    refused(data.path(), &["backup"], &file, &["backup.partial exists", "is being made", "wait for it"]).await;
    drop(being_made);
    let (code, said) = run(data.path(), &["backup"], &file).await;
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("removed") && said.contains("backup.partial, which a backup that was cut off"), "{said}");
    assert!(said.contains("monday.partial seems to be of a backup that was cut off; remove it if so"), "{said}");
    assert!(!half.exists() && of_another_name.exists());

    let cut_off = TempDir::new().unwrap();
    fs::write(cut_off.path().join("teahouse.sqlite3.partial"), "half").unwrap();
    let words = ["teahouse.sqlite3.partial", "restore` that was cut off", "restore again"];
    refused(cut_off.path(), &["restore"], &file, &words).await;
    let Err((code, said)) = Teahouse::try_start(&mut program(cut_off.path())).await else {
        panic!("it began with an empty database")
    };
    assert_eq!(code, Some(1), "{said}");
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
}

/// Protects disks from what nobody asked for any more: whoever stops a command finds nothing of it, and the next one runs.
#[tokio::test]
async fn a_backup_and_a_restore_that_are_stopped_by_a_signal_leave_nothing_behind() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    talk(data.path(), 1).await;
    // So many rows that each command takes seconds.
    let rows = "create table ballast (row blob not null) strict;
        with recursive numbers (n) as (values (1) union all select n + 1 from numbers where n < 1500000)
        insert into ballast select zeroblob(8) from numbers";
    Connection::open(data.path().join(DATABASE)).unwrap().execute_batch(rows).unwrap();
    let file = elsewhere.path().join("backup");
    for signal in ["TERM", "INT"] {
        stop_in_the_middle(data.path(), "backup", &file, &elsewhere.path().join("backup.partial"), signal).await;
        assert_eq!(entries(elsewhere.path()), 0, "{signal}: something was left behind");
    }
    assert_eq!(run(data.path(), &["backup"], &file).await.0, Some(0));
    let folder = TempDir::new().unwrap();
    for signal in ["TERM", "INT"] {
        stop_in_the_middle(folder.path(), "restore", &file, &folder.path().join("teahouse.sqlite3.partial"), signal)
            .await;
        assert_eq!(entries(folder.path()), 0, "{signal}: something was left behind");
    }
}

/// Sends a signal to a command as soon as it has begun to write.
async fn stop_in_the_middle(data: &Path, word: &str, file: &Path, half: &Path, signal: &str) {
    let child = program(data).arg(word).arg(file).spawn().unwrap();
    let begun = async {
        while !half.exists() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, begun).await.expect("it begins");
    let id = child.id().unwrap().to_string();
    assert!(std::process::Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    let output = timeout(PATIENCE, child.wait_with_output()).await.expect("it stops").unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{word} {signal}: {said}");
    assert!(said.contains("stopped by a signal") && said.contains("nothing is left behind"), "{word}: {said}");
}

/// Protects whoever goes back to an older program.
#[tokio::test]
async fn a_backup_of_a_newer_database_is_left_to_the_newer_program() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    talk(data.path(), 1).await;
    Connection::open(data.path().join(DATABASE)).unwrap().pragma_update(None, "user_version", 999).unwrap();
    let words = ["has schema version 999", "use the newer binary"];
    refused(data.path(), &["backup"], &elsewhere.path().join("backup"), &words).await;
    assert_eq!(entries(elsewhere.path()), 0, "something was left behind");
}

/// Protects whoever makes a backup of a busy server: each is a beginning of the log, and nobody who talks is refused.
#[tokio::test]
async fn backups_while_fifty_people_post_are_beginnings_of_one_log() {
    let (data, elsewhere) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let teahouse = Teahouse::start(&mut program(data.path())).await;
    let mut people = Vec::new();
    for number in 0..50 {
        people.push(teahouse.member(&format!("Person {number}")).await);
    }
    let talking = people.into_iter().enumerate().map(|(person, mut member)| async move {
        for number in 0..3 {
            member.say("lobby", &format!("{person}-{number}"), "a line").await.expect("nobody is refused");
        }
    });
    let backing_up = async {
        for number in 0..2 {
            let (code, said) = run(data.path(), &["backup"], &elsewhere.path().join(number.to_string())).await;
            assert_eq!(code, Some(0), "{said}");
        }
    };
    futures::future::join(futures::future::join_all(talking), backing_up).await;
    let whole = log(&teahouse.url).await;
    assert_eq!(whole.events.len(), 151);
    for number in 0..2 {
        let folder = elsewhere.path().join(format!("restored-{number}"));
        let (code, said) = run(&folder, &["restore"], &elsewhere.path().join(number.to_string())).await;
        assert_eq!(code, Some(0), "{said}");
        let copy = log(&Teahouse::start(&mut program(&folder)).await.url).await;
        assert_eq!(copy.events[..], whole.events[..copy.events.len()]);
    }
}
