//! A backup of a data folder in one file, and a data folder from a backup. The file is a database of SQLite that holds
//! one snapshot of everything, and a `manifest` of it. Not here: the commands and their words of success (`boot::backup`).

mod error;
mod interruption;
mod leftover;
mod manifest;
mod owner;
mod restore;
mod unfinished;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, SystemTime};

use rusqlite::{Connection, OpenFlags};

use super::migrations::SCHEMA_VERSION;
use super::open::{DATABASE_FILE, OpenError, connect, refuse_no_folder};
use super::{lineage, space};
use crate::protocol::Timestamp;
use crate::server::config::StoreConfig;

pub use error::BackupError;
pub use interruption::Interruption;
pub use manifest::Contents;
pub use owner::RestoredOwner;
pub use restore::{RestoredBackup, Sessions, restore};

use unfinished::Unfinished;

/// How often a long copy says how far it has come.
const REPORT_PERIOD: Duration = Duration::from_secs(2);

/// What is worth telling while a backup is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BackupProgress {
    /// How far a long copy has come.
    Copied {
        /// Bytes that were written.
        bytes: u64,
        /// Bytes that it has at most.
        most: u64,
    },
    /// This file of a backup that was cut off was in the way, and is removed.
    Removed(PathBuf),
    /// This file seems to be of a backup to another name that was cut off.
    LeftBehind(PathBuf),
}

/// Copies the database of a data folder into a new file, in one snapshot, whether a server runs on the folder or not.
/// The file appears under its name when it is whole and on disk; nobody but its owner may read it. It is not begun where it
/// cannot fit, or where it would take the reserve of a server on the same disk.
///
/// # Errors
/// [`BackupError`] with what to do. Nothing is left behind then.
pub fn back_up(
    config: &StoreConfig,
    file: &Path,
    now: Timestamp,
    interruption: &Interruption,
    report: impl Fn(BackupProgress) + Sync,
) -> Result<Contents, BackupError> {
    make(config, file, now, interruption, &report).map_err(|error| interruption.or(error))
}

fn make(
    config: &StoreConfig,
    file: &Path,
    now: Timestamp,
    interruption: &Interruption,
    report: &(impl Fn(BackupProgress) + Sync),
) -> Result<Contents, BackupError> {
    refuse_no_folder(&config.data)?;
    let database = config.data.join(DATABASE_FILE);
    match fs::metadata(&database) {
        Ok(metadata) if metadata.is_file() => {}
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(BackupError::file(&database)(error)),
        _ => return Err(BackupError::NoDatabase(database)),
    }
    refuse_bad_name(file)?;
    // A log of another day would be applied by whoever opens the database.
    lineage::check(&database).map_err(|mismatch| OpenError::mismatch(&database, mismatch))?;
    leftover::remove(file)?.map(BackupProgress::Removed).into_iter().for_each(report);
    let copy = Unfinished::create(file)?;
    take_snapshot(config, &database, copy.path(), interruption, report)?;
    let mut connection = connect(copy.path(), OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| BackupError::sqlite(copy.path(), error))?;
    interruption.watch(&mut connection).map_err(|error| BackupError::sqlite(copy.path(), error))?;
    let contents = manifest::write(&mut connection, now);
    let contents = contents.map_err(|error| BackupError::of_copying(&connection, &database, copy.path(), error))?;
    connection.close().map_err(|(_, error)| BackupError::sqlite(copy.path(), error))?;
    interruption.check()?;
    copy.finish(file)?;
    leftover::beside(file).into_iter().map(BackupProgress::LeftBehind).for_each(report);
    Ok(contents)
}

/// A backup gets the name of nothing that is there, in a folder that is.
fn refuse_bad_name(file: &Path) -> Result<(), BackupError> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    if file.is_dir() {
        return Err(BackupError::IsFolder(file.to_owned()));
    }
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    if folder.is_dir() { Ok(()) } else { Err(BackupError::NoFolder(folder.to_owned())) }
}

/// `vacuum into` copies row by row what one read transaction sees, without what was deleted, and fails on damage.
fn take_snapshot(
    config: &StoreConfig,
    database: &Path,
    copy: &Path,
    interruption: &Interruption,
    report: &(impl Fn(BackupProgress) + Sync),
) -> Result<(), BackupError> {
    let unchanged_since = modified(database);
    let (mut source, access) = connect_source(database).map_err(|error| BackupError::sqlite(database, error))?;
    interruption.watch(&mut source).map_err(|error| BackupError::sqlite(database, error))?;
    let failed = |error| BackupError::of_database(&source, database, error);
    let found: i64 = source.pragma_query_one(None, "user_version").map_err(failed)?;
    if found > SCHEMA_VERSION {
        return Err(BackupError::Newer { path: database.to_owned(), found });
    }
    // What the log of SQLite holds goes into the database first, as far as readers let it; never waits for anybody. What
    // stands in the way of it, such as a full disk, does not stand in the way of the copy.
    let _ = source.query_one("pragma wal_checkpoint(passive)", [], |_| Ok(()));
    let total = space::bytes_in_use(&source).map_err(failed)?;
    check_space(config, copy, total)?;
    let name = copy.to_str().ok_or_else(|| BackupError::File {
        path: copy.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, "the name is not UTF-8"),
    })?;
    let copied = while_reporting(copy, total, report, || source.execute("vacuum into ?1", [name]));
    copied.map_err(|error| BackupError::of_copying(&source, database, copy, error))?;
    if access == Access::FileAlone && modified(database) != unchanged_since {
        return Err(BackupError::Changed(database.to_owned()));
    }
    Ok(())
}

/// How a database is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Access {
    /// With its log and with locks, as a server may use it.
    Shared,
    /// As a file that nobody changes.
    FileAlone,
}

/// A disk that failed is often read-only by then, and SQLite cannot put the files beside the database that it shares with
/// others. Without a log there are no others.
fn connect_source(database: &Path) -> rusqlite::Result<(Connection, Access)> {
    let has_log = lineage::log_of(database).exists();
    if !has_log && database.parent().is_some_and(space::is_read_only) {
        return Ok((lineage::connect_to_file_alone(database)?, Access::FileAlone));
    }
    Ok((connect(database, OpenFlags::SQLITE_OPEN_READ_WRITE)?, Access::Shared))
}

fn modified(database: &Path) -> Option<SystemTime> {
    fs::metadata(database).and_then(|metadata| metadata.modified()).ok()
}

/// Refuses a copy that cannot fit, before it fills a disk on which a server may need the rest.
fn check_space(config: &StoreConfig, copy: &Path, bytes: u64) -> Result<(), BackupError> {
    let device = |path: &Path| fs::metadata(path).ok().map(|metadata| metadata.dev());
    let reserve_mb = if device(copy) == device(&config.data) { config.disk_reserve_mb } else { 0 };
    space::check(copy, bytes, reserve_mb).map_err(|detail| BackupError::NoSpace { path: copy.to_owned(), detail })
}

/// Does something that fills a file, and tells now and then how far it has come.
fn while_reporting<T>(
    file: &Path,
    most: u64,
    report: &(impl Fn(BackupProgress) + Sync),
    work: impl FnOnce() -> T,
) -> T {
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || {
            while is_done.recv_timeout(REPORT_PERIOD) == Err(RecvTimeoutError::Timeout) {
                let bytes = fs::metadata(file).map_or(0, |metadata| metadata.len());
                report(BackupProgress::Copied { bytes, most });
            }
        });
        let outcome = work();
        drop(done);
        outcome
    })
}
