//! From a folder to a database that can be trusted: created, locked, checked, migrated, with its lobby.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::types::FromSql;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use super::migrations::{MigrationError, SCHEMA_VERSION, migrate};
use super::operations::Operation;
use super::{guests, rows};
use crate::protocol::Epoch;
use crate::server::faults::{self, Mutant};
use crate::server::store::NewRoom;

/// The database, inside the data folder.
pub(super) const DATABASE_FILE: &str = "teahouse.sqlite3";
/// Locked by the server that uses the folder. Apart from the database, whose own locks come and go.
pub(super) const LOCK_FILE: &str = "teahouse.lock";

/// Older ones can lose commits when two connections reset the WAL at once (sqlite.org/wal.html, "The WAL-Reset Bug").
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// How long a statement waits for a program such as `sqlite3` or a backup that holds the database.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// More than the statements that there are, so that each is prepared once.
const STATEMENT_CACHE: usize = 32;

/// Why the store could not be opened; says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder does not exist and cannot be made.
    #[error("cannot create the data folder {path}: {source}; create it by hand or choose another one with --data")]
    CannotCreateFolder {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The folder or a file in it cannot be written.
    #[error(
        "cannot write {path}: {detail}; give it to the user that runs the server, or choose another one with --data"
    )]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// What the system or SQLite said.
        detail: String,
    },
    /// The disk does not do what it is told.
    #[error(
        "the disk fails at {path}: {detail}; mend it (the system's log knows more), or choose another one with --data"
    )]
    DiskFails {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// Another process uses the folder.
    #[error("{path} is in use by another process; stop that one first, or choose another folder with --data")]
    InUse {
        /// The folder, or the database in it.
        path: PathBuf,
    },
    /// The file is not a database, or damaged.
    #[error(
        "{path} is not a readable database ({detail}); restore a backup, or move it away to start with an empty one"
    )]
    Corrupted {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        detail: String,
    },
    /// The file was written by a later version.
    #[error(
        "{path} has schema version {found}, but this binary knows only {known}; run the newer binary, or restore a backup"
    )]
    NewerSchema {
        /// The database.
        path: PathBuf,
        /// The file's version.
        found: i64,
        /// This binary's version.
        known: i64,
    },
    /// The SQLite library has a known fault that loses data.
    #[error("SQLite {found} can lose commits; build with the bundled library, or with 3.51.3 or later")]
    SqliteTooOld {
        /// The library's version.
        found: &'static str,
    },
    /// A setting that durability depends on did not take.
    #[error("{path} does not accept {setting} (it says {found}); put the data folder on a local disk")]
    NotDurable {
        /// The database.
        path: PathBuf,
        /// What was asked for.
        setting: &'static str,
        /// What SQLite says instead.
        found: String,
    },
    /// Anything else that SQLite said.
    #[error("cannot open {path}: {source}")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The system has no thread left.
    #[error("cannot start a thread of the store: {0}; raise the limit of processes (ulimit -u)")]
    NoThread(io::Error),
}

impl OpenError {
    fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let (path, detail) = (path.to_owned(), source.to_string());
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Corrupted { path, detail },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied | ErrorCode::DiskFull) => {
                Self::NotWritable { path, detail }
            }
            Some(ErrorCode::SystemIoFailure) => Self::DiskFails { path, detail },
            _ => Self::Sqlite { path, source },
        }
    }

    fn migration(path: &Path, error: MigrationError) -> Self {
        match error {
            MigrationError::Newer { found } => {
                Self::NewerSchema { path: path.to_owned(), found, known: SCHEMA_VERSION }
            }
            MigrationError::Sqlite(source) => Self::sqlite(path, source),
        }
    }
}

/// A database that is ready.
pub(super) struct Database {
    pub(super) lock: File,
    pub(super) writer: Connection,
    pub(super) readers: Vec<Connection>,
    pub(super) epoch: Epoch,
    pub(super) instance: String,
}

/// Opens the database of a data folder, and makes what is missing.
pub(super) fn open(folder: &Path, readers: usize, lobby: &NewRoom) -> Result<Database, OpenError> {
    if rusqlite::version_number() < SQLITE_VERSION_MIN {
        return Err(OpenError::SqliteTooOld { found: rusqlite::version() });
    }
    make_folder(folder)?;
    let lock = lock(folder)?;
    let path = folder.join(DATABASE_FILE);
    private_file(&path)?;
    let mut writer = connect_writer(&path)?;
    migrate(&mut writer).map_err(|error| OpenError::migration(&path, error))?;
    let (epoch, instance) = furnish(&mut writer, lobby).map_err(|source| OpenError::sqlite(&path, source))?;
    let readers = (0..readers.max(1)).map(|_| connect_reader(&path)).collect::<Result<_, _>>()?;
    Ok(Database { lock, writer, readers, epoch, instance })
}

/// Makes the data folder, for this user only.
pub(super) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| OpenError::CannotCreateFolder { path: folder.to_owned(), source })
}

/// Keeps others out of the folder for as long as the file is open.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = private_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(OpenError::NotWritable { path, detail: error.to_string() }),
    }
}

/// Makes a file that only this user may read, also in a folder that was there before. SQLite gives the files that it
/// puts beside the database the same rights.
fn private_file(path: &Path) -> Result<File, OpenError> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    opened.map_err(|error| OpenError::NotWritable { path: path.to_owned(), detail: error.to_string() })
}

pub(super) fn connect_writer(path: &Path) -> Result<Connection, OpenError> {
    let failed = |source| OpenError::sqlite(path, source);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    // The change is committed after its row, so it must be read to its end: a batch stops at the row, would not learn of
    // a sync that failed, and would go on without a write-ahead log while SQLite says that there is one.
    connection.query_one("pragma journal_mode = wal", [], |_| Ok(())).map_err(failed)?;
    // `fullfsync` matters on macOS only, where a plain fsync does not reach the disk.
    connection
        .execute_batch("pragma synchronous = full; pragma fullfsync = on; pragma foreign_keys = on")
        .map_err(failed)?;
    check_promises(&connection, path)?;
    if faults::is_mutant(Mutant::SynchronousNormal) {
        connection.execute_batch("pragma synchronous = normal").map_err(failed)?;
    }
    Ok(connection)
}

/// Refuses a connection on which an acknowledged line could be lost, or a row be written that belongs to nothing.
pub(super) fn check_promises(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    read_back(connection, path, "journal_mode", "pragma journal_mode = wal", "wal".to_owned())?;
    read_back(connection, path, "synchronous", "pragma synchronous = full", 2_i64)?;
    read_back(connection, path, "foreign_keys", "pragma foreign_keys = on", 1_i64)
}

fn connect_reader(path: &Path) -> Result<Connection, OpenError> {
    let failed = |source| OpenError::sqlite(path, source);
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    connection.execute_batch("pragma query_only = on").map_err(failed)?;
    Ok(connection)
}

/// Each connection is used by one thread at a time, so SQLite need not lock it again.
pub(super) fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(connection)
}

/// Refuses a database that quietly keeps another setting, as WAL on some network file systems does.
fn read_back<T: FromSql + PartialEq + std::fmt::Debug>(
    connection: &Connection,
    path: &Path,
    pragma: &str,
    setting: &'static str,
    expected: T,
) -> Result<(), OpenError> {
    let found: T = connection.pragma_query_one(None, pragma).map_err(|source| OpenError::sqlite(path, source))?;
    if found == expected {
        Ok(())
    } else {
        Err(OpenError::NotDurable { path: path.to_owned(), setting, found: format!("{found:?}") })
    }
}

/// A name that no other history has.
pub(super) fn draw_epoch() -> String {
    format!("{:032x}", rand::random::<u128>())
}

/// Gives a new database its epoch, its instance and its lobby, and the lobby its title of today: it is a setting, not an
/// event.
fn furnish(connection: &mut Connection, lobby: &NewRoom) -> rusqlite::Result<(Epoch, String)> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction
        .execute("insert into meta (name, value) values ('epoch', ?1) on conflict do nothing", [draw_epoch()])?;
    let epoch =
        transaction.query_one("select value from meta where name = 'epoch'", [], |row| rows::parsed(row, "value"))?;
    let drawn = format!("{:08x}", rand::random::<u32>());
    transaction.execute("insert into meta (name, value) values ('instance', ?1) on conflict do nothing", [drawn])?;
    let instance = transaction.query_one("select value from meta where name = 'instance'", [], |row| row.get(0))?;
    guests::refresh_looks(&transaction)?;
    let renamed =
        transaction.execute("update room set title = ?2 where slug = ?1", (lobby.slug.as_str(), &lobby.title))?;
    if renamed == 0 {
        lobby.apply(&transaction)?;
    }
    transaction.commit()?;
    Ok((epoch, instance))
}
