//! From a folder to a database that can be trusted: created, locked, checked, migrated, with its lobby.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::FromSql;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::checkpoints::{LOG_BYTES_KEPT, WriteAheadLog};
use super::database_files::DatabaseFiles;
use super::lineage::{self, Lineage};
use super::migrations::migrate;
use super::operations::Operation;
use super::trouble::{Step, Trouble};
use super::writer::LOCK_WAIT;
use super::{guests, rows};
use crate::protocol::Epoch;
use crate::server::ground::faults::{self, Mutant};
use crate::server::log::NewRoom;

mod error;

pub use error::OpenError;

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

/// A database that is ready.
pub(super) struct Database {
    pub(super) lock: File,
    pub(super) writer: Connection,
    pub(super) log: WriteAheadLog,
    pub(super) files: DatabaseFiles,
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
    // Before the file is made, and before anything writes into it.
    lineage::check(&path).map_err(|mismatch| OpenError::mismatch(&path, mismatch))?;
    refuse_half_restored(&path)?;
    private_file(&path)?;
    let mut writer = connect_writer(&path)?;
    let was_complete = empty_log(&writer).map_err(|error| OpenError::met_by(&writer, &path, error))?;
    migrate(&mut writer, &path).map_err(|error| OpenError::migration(&writer, &path, error))?;
    let prepared = prepare(&mut writer, lobby, was_complete);
    let prepared = prepared.map_err(|error| OpenError::met_by(&writer, &path, error))?;
    let Prepared { epoch, instance, lineage, is_new } = prepared;
    if is_new {
        tracing::info!(
            "made a new, empty database in {}; if there was one before, stop the server and put its files back",
            folder.display()
        );
    }
    // A plain copy of the file is a whole database from the start.
    let is_complete = empty_log(&writer).map_err(|error| OpenError::met_by(&writer, &path, error))?;
    let log = WriteAheadLog::of(&mut writer, lineage, is_complete);
    let log = log.map_err(|error| OpenError::met_by(&writer, &path, error))?;
    let readers = (0..readers.max(1)).map(|_| connect_reader(&path)).collect::<Result<_, _>>()?;
    let files = DatabaseFiles::of(folder, &path, &folder.join(LOCK_FILE));
    let files = files.map_err(|error| OpenError::system(&path, &error))?;
    Ok(Database { lock, writer, log, files, readers, epoch, instance })
}

/// A file on the way to becoming another one, such as a backup that is being made or restored.
pub(super) fn half_of(path: &Path) -> PathBuf {
    let mut half = path.as_os_str().to_owned();
    half.push(".partial");
    half.into()
}

/// Whoever restored, and was cut off, is not served an empty database.
pub(super) fn refuse_half_restored(path: &Path) -> Result<(), OpenError> {
    let half = half_of(path);
    if half.exists() && !path.exists() {
        return Err(OpenError::HalfRestored { path: path.to_owned(), half });
    }
    Ok(())
}

/// Copies the write-ahead log into the file and empties it; whether the file holds everything now. Does not wait for those
/// who read, nor for space.
fn empty_log(connection: &Connection) -> rusqlite::Result<bool> {
    let copy = |mode| match connection.wal_checkpoint_v2(None::<&str>, mode) {
        Ok((in_log, copied)) => Ok(in_log == copied),
        Err(error) => match Trouble::of(&error, Step::Statement, connection) {
            Trouble::Busy | Trouble::Full => Ok(false),
            _ => Err(error),
        },
    };
    connection.busy_timeout(LOCK_WAIT)?;
    // Where somebody reads, it can perhaps be copied all the same.
    let is_complete = copy(CheckpointMode::TRUNCATE)? || copy(CheckpointMode::PASSIVE)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(is_complete)
}

/// Whether a folder is one or can become one: nothing on the way to it is a file.
///
/// # Errors
/// [`OpenError::NotAFolder`].
pub fn refuse_no_folder(folder: &Path) -> Result<(), OpenError> {
    match folder.ancestors().find(|path| path.exists()) {
        Some(file) if !file.is_dir() => Err(OpenError::NotAFolder { file: file.to_owned(), folder: folder.to_owned() }),
        _ => Ok(()),
    }
}

/// Makes the data folder, for this user only.
pub(super) fn make_folder(folder: &Path) -> Result<(), OpenError> {
    refuse_no_folder(folder)?;
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|source| match OpenError::system(folder, &source) {
        OpenError::NotWritable { path, .. } => OpenError::CannotCreateFolder { path, source },
        known => known,
    })
}

/// Keeps others out of the folder for as long as the file is open.
pub(super) fn lock(folder: &Path) -> Result<File, OpenError> {
    let path = folder.join(LOCK_FILE);
    let file = private_file(&path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(error)) => Err(OpenError::system(&path, &error)),
    }
}

/// Makes a file that only this user may read, also in a folder that was there before. SQLite gives the files that it
/// puts beside the database the same rights.
fn private_file(path: &Path) -> Result<File, OpenError> {
    let opened = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path);
    opened.map_err(|error| OpenError::system(path, &error))
}

pub(super) fn connect_writer(path: &Path) -> Result<Connection, OpenError> {
    let connection =
        connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| OpenError::sqlite(path, error))?;
    let failed = |source| OpenError::met_by(&connection, path, source);
    spare_the_file(&connection).map_err(failed)?;
    // The change is committed after its row, so it must be read to its end: a batch stops at the row, would not learn of
    // a sync that failed, and would go on without a write-ahead log while SQLite says that there is one.
    connection.query_one("pragma journal_mode = wal", [], |_| Ok(())).map_err(failed)?;
    connection.query_one(&format!("pragma journal_size_limit = {LOG_BYTES_KEPT}"), [], |_| Ok(())).map_err(failed)?;
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

/// Refuses a connection on which an acknowledged message could be lost, or a row be written that belongs to nothing.
pub(super) fn check_promises(connection: &Connection, path: &Path) -> Result<(), OpenError> {
    read_back(connection, path, "journal_mode", "pragma journal_mode = wal", "wal".to_owned())?;
    read_back(connection, path, "synchronous", "pragma synchronous = full", 2_i64)?;
    read_back(connection, path, "foreign_keys", "pragma foreign_keys = on", 1_i64)
}

/// A file that may not be ours any more must not be written into when we go. An orderly close does it before.
fn spare_the_file(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map(drop)
}

fn connect_reader(path: &Path) -> Result<Connection, OpenError> {
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(|error| OpenError::sqlite(path, error))?;
    let failed = |source| OpenError::met_by(&connection, path, source);
    spare_the_file(&connection).map_err(failed)?;
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
    let found: T =
        connection.pragma_query_one(None, pragma).map_err(|source| OpenError::met_by(connection, path, source))?;
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

/// What each start makes sure of.
struct Prepared {
    epoch: Epoch,
    instance: String,
    lineage: Lineage,
    /// Whether there was no history here.
    is_new: bool,
}

/// Gives a new database its epoch, its instance and its lobby, the lobby its title of today, since it is a setting and not
/// an event, and the write-ahead log that begins here its name.
fn prepare(connection: &mut Connection, lobby: &NewRoom, file_is_complete: bool) -> rusqlite::Result<Prepared> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let begun = transaction
        .execute("insert into meta (name, value) values ('epoch', ?1) on conflict do nothing", [draw_epoch()])?;
    let epoch =
        transaction.query_one("select value from meta where name = 'epoch'", [], |row| rows::parsed(row, "value"))?;
    let drawn = format!("{:08x}", rand::random::<u32>());
    transaction.execute("insert into meta (name, value) values ('instance', ?1) on conflict do nothing", [drawn])?;
    let instance = transaction.query_one("select value from meta where name = 'instance'", [], |row| row.get(0))?;
    guests::refresh_looks(&transaction)?;
    let lineage = match Lineage::read(&transaction)? {
        Some(lineage) if file_is_complete => lineage.next(),
        Some(lineage) => lineage,
        None => Lineage::begin(),
    };
    lineage.write(&transaction)?;
    let renamed =
        transaction.execute("update room set title = ?2 where slug = ?1", (lobby.slug.as_str(), &lobby.title))?;
    if renamed == 0 {
        lobby.apply(&transaction)?;
    }
    transaction.commit()?;
    Ok(Prepared { epoch, instance, lineage, is_new: begun > 0 })
}
