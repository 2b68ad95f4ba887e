//! Which write-ahead log belongs to which database file.
//!
//! A log holds the pages that were written since the file was last complete, so it means something for that very file
//! only. SQLite cannot know that: it replays whatever log lies beside a file, also one of today over yesterday's copy, and
//! the result is neither. So each log names itself, and the state of the file that it builds on, in a row of `meta`:
//! it is written by the first transaction after the file became complete, so it is in the log from its beginning, and it
//! comes into the file when the log is copied there. A file is right for a log if it bears the name of what the log builds
//! on, or already that of the log.
//!
//! Not here: when a file is complete (`checkpoints`).

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Result};

use super::trouble::Trouble;

/// The header of a write-ahead log: one that is no longer holds nothing (sqlite.org/fileformat2.html, "The WAL File").
const LOG_HEADER_BYTES: u64 = 32;

/// The names of a log and of what it builds on. Both are random, so that no two histories share one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lineage {
    log: String,
    builds_on: String,
}

/// Why a log may not be replayed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mismatch {
    /// The log builds on another state of the database.
    OtherFile,
    /// There is a log and no file, or an empty one.
    NoFile,
}

impl Lineage {
    /// The lineage of a database that has none yet.
    pub(super) fn begin() -> Self {
        Self { log: draw(), builds_on: String::new() }
    }

    /// The lineage of the next log, over a file that holds all of this one.
    pub(super) fn next(&self) -> Self {
        Self { log: draw(), builds_on: self.log.clone() }
    }

    /// Reads it; `None` in a database of a version that wrote none.
    pub(super) fn read(database: &Connection) -> Result<Option<Self>> {
        let mut query = database.prepare("select value from meta where name = 'write_ahead_log'")?;
        let value: Option<String> = query.query_one([], |row| row.get(0)).optional()?;
        Ok(value.map(|value| {
            let (log, builds_on) = value.split_once(' ').unwrap_or((&value, ""));
            Self { log: log.to_owned(), builds_on: builds_on.to_owned() }
        }))
    }

    /// Writes it, in the transaction that begins the log.
    pub(super) fn write(&self, database: &Connection) -> Result<()> {
        database
            .prepare_cached(
                "insert into meta (name, value) values ('write_ahead_log', ?1)
                 on conflict (name) do update set value = excluded.value",
            )?
            .execute([format!("{} {}", self.log, self.builds_on)])
            .map(drop)
    }

    /// Whether this log may be replayed over a file that bears that lineage.
    pub(super) fn fits(&self, file: Option<&Self>) -> bool {
        match file {
            Some(file) => file.log == self.log || file.log == self.builds_on,
            None => self.builds_on.is_empty(),
        }
    }
}

/// The lineage in the file alone, as it would be without its log.
pub(super) fn of_file_alone(database: &Path) -> Result<Option<Lineage>> {
    Lineage::read(&connect_to_file_alone(database)?)
}

/// Opens the file as if it had no log and nobody changed it. Does not touch the file, nor its locks: SQLite shares them
/// among all connections of a process.
pub(super) fn connect_to_file_alone(database: &Path) -> Result<Connection> {
    let absolute = std::path::absolute(database).unwrap_or_else(|_| database.to_owned());
    let uri = format!("file://{}?immutable=1", escaped(&absolute));
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri, flags)
}

/// The log that lies beside a database.
pub(super) fn log_of(database: &Path) -> PathBuf {
    beside(database, "-wal")
}

/// The index of that log, which all programs that have the database open share.
pub(super) fn index_of(database: &Path) -> PathBuf {
    beside(database, "-shm")
}

fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(suffix);
    path.into()
}

/// Looks, before anything is written, whether the log beside a database belongs to it. What cannot be read is left to the
/// checks of whoever opens it.
pub(super) fn check(database: &Path) -> Result<(), Mismatch> {
    let size = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    if size(&log_of(database)) <= LOG_HEADER_BYTES {
        return Ok(());
    }
    if size(database) == 0 {
        return Err(Mismatch::NoFile);
    }
    let Ok(together) = together(database) else { return Ok(()) };
    let file = match of_file_alone(database) {
        Ok(file) => file,
        // A page that a power failure tore in the middle of a checkpoint is mended by the log.
        Err(error) if Trouble::is_damage(&error) => return Ok(()),
        // A file so new that its first table is in the log.
        Err(_) => None,
    };
    match together {
        Some(log) if log.fits(file.as_ref()) => Ok(()),
        None if file.is_none() => Ok(()),
        _ => Err(Mismatch::OtherFile),
    }
}

/// The lineage as SQLite sees file and log together, which is the log's if it has one. Leaves both as they are.
fn together(database: &Path) -> Result<Option<Lineage>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    Lineage::read(&connection)
}

fn draw() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// A path as a URI of SQLite wants it.
fn escaped(path: &Path) -> String {
    let mut escaped = String::new();
    for &byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' => escaped.push(char::from(byte)),
            _ => escaped.push_str(&format!("%{byte:02X}")),
        }
    }
    escaped
}
