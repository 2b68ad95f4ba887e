//! What hosts name by mistake on the command line: each is told in words that say what to do, and nothing is changed by it.

use std::fs;
use std::path::Path;

use rusqlite::Connection;
use tempfile::TempDir;

use crate::backup::{DATABASE, command, entries};
use crate::support::process::Teahouse;

/// Runs a command of the program to its end; returns the exit code and what it said.
async fn run(data: &Path, words: &[&str]) -> (Option<i32>, String) {
    let output = command(data).args(words).output().await.unwrap();
    (output.status.code(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

async fn is_refused(data: &Path, words: &[&str], parts: &[&str]) {
    let (code, said) = run(data, words).await;
    assert_eq!(code, Some(1), "{words:?} on {}: {said}", data.display());
    let words_said = said.lines().filter(|line| line.starts_with("teahouse: ") && !line.contains("warning: "));
    assert_eq!(words_said.count(), 1, "one line says what is wrong: {said}");
    for part in parts {
        assert!(said.contains(part), "{words:?} on {}: {part:?} is missing in: {said}", data.display());
    }
}

/// A data folder in which somebody was, and a backup of it.
async fn folder_and_backup(elsewhere: &Path) -> (TempDir, String) {
    let data = TempDir::new().unwrap();
    let teahouse = Teahouse::start(&mut command(data.path())).await;
    teahouse.member("Alice").await.say("lobby", "one", "kept").await.unwrap();
    teahouse.signal("TERM");
    teahouse.end().await;
    let backup = elsewhere.join("whole").to_str().unwrap().to_owned();
    assert_eq!(run(data.path(), &["backup", &backup]).await.0, Some(0));
    (data, backup)
}

/// Protects whoever names a file where a folder belongs, for every command.
#[tokio::test]
async fn a_file_in_place_of_the_data_folder_is_named_by_every_command() {
    let elsewhere = TempDir::new().unwrap();
    let (_data, backup) = folder_and_backup(elsewhere.path()).await;
    let file = elsewhere.path().join("passwd");
    fs::write(&file, "root").unwrap();
    let new = elsewhere.path().join("new").to_str().unwrap().to_owned();
    for folder in [file.clone(), file.join("sub/folder")] {
        for words in [vec!["serve"], vec!["check"], vec!["backup", &new], vec!["restore", &backup]] {
            is_refused(&folder, &words, &["passwd is no folder", "cannot be the data folder", "--data"]).await;
        }
    }
    assert_eq!((fs::read_to_string(file).unwrap().as_str(), entries(elsewhere.path())), ("root", 2));
}

/// Protects backups from names that cannot be those of one.
#[tokio::test]
async fn a_backup_to_a_folder_or_to_no_place_says_what_to_name() {
    let elsewhere = TempDir::new().unwrap();
    let (data, backup) = folder_and_backup(elsewhere.path()).await;
    let inside = |name: &str| elsewhere.path().join(name).to_str().unwrap().to_owned();
    for (name, parts) in [
        (inside(""), ["is a folder", "name a new file in it", "teahouse.backup"]),
        (backup.clone(), ["exists already", "choose another name", ""]),
        (inside("no/such/backup"), ["there is no folder", "no/such for the backup", "make it"]),
        (inside("whole/backup"), ["there is no folder", "whole for the backup", "another one"]),
    ] {
        is_refused(data.path(), &["backup", &name], &parts).await;
    }
    assert_eq!(entries(elsewhere.path()), 1, "something was left behind");
}

/// Protects whoever restores from a backup that is not what it was, wherever it is damaged.
#[tokio::test]
async fn a_damaged_backup_is_told_in_one_line_wherever_the_damage_is() {
    let elsewhere = TempDir::new().unwrap();
    let (_data, backup) = folder_and_backup(elsewhere.path()).await;
    let whole = fs::read(&backup).unwrap();
    let damaged = |from: usize, to: usize, byte: u8| {
        let mut bytes = whole.clone();
        bytes[from..to].fill(byte);
        bytes
    };
    let text = whole.windows(4).position(|window| window == b"kept").unwrap();
    let with_trigger = elsewhere.path().join("with-trigger");
    fs::copy(&backup, &with_trigger).unwrap();
    let trigger = "create trigger t after insert on event begin update event set at_ms = 0; end";
    Connection::open(&with_trigger).unwrap().execute_batch(trigger).unwrap();
    let cases = [
        ("a trigger, which would change what is written", fs::read(&with_trigger).unwrap()),
        ("a page", damaged(4_096 * 3, 4_096 * 4, 0xa5)),
        ("the version for writing in the header", damaged(18, 19, 9)),
        ("a letter", damaged(text, text + 1, b'K')),
        ("the end", whole[..whole.len() / 2].to_vec()),
        ("the last byte", whole[..whole.len() - 1].to_vec()),
    ];
    let (file, folder) = (elsewhere.path().join("damaged"), elsewhere.path().join("restored"));
    for (place, bytes) in cases {
        fs::write(&file, bytes).unwrap();
        println!("{place}");
        let parts = ["damaged is damaged: ", "restore another backup, nothing was restored"];
        is_refused(&folder, &["restore", file.to_str().unwrap()], &parts).await;
        assert_eq!(entries(&folder), 0, "{place}: something was left behind");
    }
}

/// Protects whoever names something else than a backup.
#[tokio::test]
async fn what_is_no_backup_is_told_apart_from_what_is_damaged() {
    let elsewhere = TempDir::new().unwrap();
    let (data, _) = folder_and_backup(elsewhere.path()).await;
    let text = elsewhere.path().join("text");
    fs::write(&text, "a long text that is no database at all".repeat(100)).unwrap();
    let folder = elsewhere.path().join("restored");
    for (file, part) in [
        (text, "file is not a database"),
        (elsewhere.path().to_owned(), "it is not a file"),
        (data.path().join(DATABASE), "it has no manifest"),
    ] {
        let parts = ["is not a backup that `teahouse backup` made", part, "name one that is"];
        is_refused(&folder, &["restore", file.to_str().unwrap()], &parts).await;
    }
    is_refused(&folder, &["restore", "nothing"], &["there is no file nothing", "name one that"]).await;
}
