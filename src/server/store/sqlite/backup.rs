//! A backup of a data folder in one file, and a data folder from a backup. The file is a database of SQLite that holds
//! one snapshot of everything, and a `manifest` of it. Not here: the commands and their words of success (`boot::backup`).

mod manifest;
mod restore;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::lineage;
use super::migrations::SCHEMA_VERSION;
use super::open::{DATABASE_FILE, OpenError, connect};
use crate::protocol::{Epoch, Timestamp};

pub use restore::{Restored, Sessions, restore};

/// How often a long copy says how far it has come.
const REPORT_PERIOD: Duration = Duration::from_secs(2);

/// Why a backup could not be made or restored; says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to back up.
    #[error("there is no database at {0}; name the folder of the server with --data")]
    NoDatabase(PathBuf),
    /// The backup must not take the place of something else.
    #[error("{0} exists already; choose another name, or move it away")]
    Exists(PathBuf),
    /// Another backup to the same name is being made, or was cut off.
    #[error("{0} exists: another backup to this name is being made, or was cut off; remove it if none is running")]
    HalfMade(PathBuf),
    /// A file cannot be made, read, written or renamed.
    #[error("cannot use {path}: {source}; check that the folder exists, who may use it, and that the disk has space")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// SQLite failed.
    #[error("cannot use {path}: {source}; check that the disk is whole and has space, then try again")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file is a database of Teahouse or of somebody else, or none at all.
    #[error("{path} is not a backup that `teahouse backup` made ({detail}); name one that is")]
    NoBackup {
        /// The file.
        path: PathBuf,
        /// What is missing.
        detail: String,
    },
    /// The backup is not what it was.
    #[error("{path} is damaged: {detail}; restore another backup, nothing was restored")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What differs.
        detail: String,
    },
    /// The backup was made by a later version.
    #[error(
        "{path} has schema version {found}, but this binary knows only {SCHEMA_VERSION}; restore it with the newer"
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: i64,
    },
    /// A restore never takes the place of something else.
    #[error("{0} is not empty; move what is in it away, or choose an empty folder with --data")]
    NotEmpty(PathBuf),
    /// The data folder cannot be made or is in use.
    #[error(transparent)]
    Folder(#[from] OpenError),
}

impl BackupError {
    fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }

    fn sqlite(path: &Path) -> impl Fn(rusqlite::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Sqlite { path: path.clone(), source }
    }
}

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// When it was made.
    pub made_at: Timestamp,
    /// The history that it is a copy of.
    pub epoch: Epoch,
    /// How many rooms there are.
    pub rooms: i64,
    /// How many messages all rooms hold.
    pub messages: i64,
    /// The time of the newest event.
    pub newest: Timestamp,
}

/// How far a copy has come.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Bytes that were written.
    pub copied: u64,
    /// Bytes of the database. The copy is smaller when much was deleted.
    pub total: u64,
}

/// Copies the database of a data folder into a new file, in one snapshot, whether a server runs on the folder or not.
/// The file appears under its name when it is whole and on disk; nobody but its owner may read it.
///
/// # Errors
/// [`BackupError`] with what to do. Nothing is left behind then.
pub fn back_up(
    folder: &Path,
    file: &Path,
    now: Timestamp,
    report: impl Fn(Progress) + Send,
) -> Result<Contents, BackupError> {
    let database = folder.join(DATABASE_FILE);
    if !database.is_file() {
        return Err(BackupError::NoDatabase(database));
    }
    if file.exists() {
        return Err(BackupError::Exists(file.to_owned()));
    }
    // A log of another day would be applied by whoever opens the database.
    lineage::check(&database).map_err(|mismatch| OpenError::mismatch(&database, mismatch))?;
    let copy = Unfinished::create(file)?;
    take_snapshot(&database, copy.path(), report)?;
    let failed = BackupError::sqlite(copy.path());
    let mut connection = connect(copy.path(), OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&failed)?;
    let contents = manifest::write(&mut connection, now).map_err(&failed)?;
    connection.close().map_err(|(_, source)| failed(source))?;
    copy.finish(file)?;
    Ok(contents)
}

/// `vacuum into` copies row by row what one read transaction sees, without what was deleted, and fails on damage.
fn take_snapshot(database: &Path, copy: &Path, report: impl Fn(Progress) + Send) -> Result<(), BackupError> {
    let failed = BackupError::sqlite(database);
    let source = connect(database, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(&failed)?;
    let found: i64 = source.pragma_query_one(None, "user_version").map_err(&failed)?;
    if found > SCHEMA_VERSION {
        return Err(BackupError::Newer { path: database.to_owned(), found });
    }
    // What the log of SQLite holds goes into the database first, as far as readers let it; never waits for anybody.
    source.query_one("pragma wal_checkpoint(passive)", [], |_| Ok(())).map_err(&failed)?;
    let total = size(&source).map_err(&failed)?;
    let name = copy.to_str().ok_or_else(|| BackupError::File {
        path: copy.to_owned(),
        source: io::Error::new(io::ErrorKind::InvalidInput, "the name is not UTF-8"),
    })?;
    while_reporting(copy, total, report, || source.execute("vacuum into ?1", [name])).map_err(failed)?;
    Ok(())
}

fn size(database: &Connection) -> rusqlite::Result<u64> {
    let pages: i64 = database.pragma_query_one(None, "page_count")?;
    let page_bytes: i64 = database.pragma_query_one(None, "page_size")?;
    Ok(u64::try_from(pages.saturating_mul(page_bytes)).unwrap_or_default())
}

/// Does something that fills a file, and tells now and then how far it has come.
fn while_reporting<T>(file: &Path, total: u64, report: impl Fn(Progress) + Send, work: impl FnOnce() -> T) -> T {
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        scope.spawn(move || {
            while is_done.recv_timeout(REPORT_PERIOD) == Err(RecvTimeoutError::Timeout) {
                let copied = fs::metadata(file).map_or(0, |metadata| metadata.len());
                report(Progress { copied, total });
            }
        });
        let outcome = work();
        drop(done);
        outcome
    })
}

/// A file on the way to its name; removed when it does not get there.
struct Unfinished(Option<PathBuf>);

impl Unfinished {
    /// Makes an empty file beside its later place, for this user only.
    fn create(file: &Path) -> Result<Self, BackupError> {
        let mut path = file.as_os_str().to_owned();
        path.push(".partial");
        let path = PathBuf::from(path);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(_) => Ok(Self(Some(path))),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::HalfMade(path)),
            Err(source) => Err(BackupError::File { path, source }),
        }
    }

    fn path(&self) -> &Path {
        self.0.as_deref().expect("only `finish` takes it")
    }

    /// Gives it its name, when everything is on disk.
    fn finish(mut self, file: &Path) -> Result<(), BackupError> {
        sync(self.path())?;
        if file.exists() {
            return Err(BackupError::Exists(file.to_owned()));
        }
        fs::rename(self.path(), file).map_err(BackupError::file(file))?;
        self.0 = None;
        match file.parent() {
            Some(folder) if folder != Path::new("") => sync(folder),
            _ => sync(Path::new(".")),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some(path) = self.0.take() {
            // It is of no use, and whoever asked is told of another failure already.
            let _ = fs::remove_file(path);
        }
    }
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::file(path))
}
