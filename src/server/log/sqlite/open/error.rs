//! Why a database could not be opened, with what to do about it. Not here: what goes wrong later (`trouble`).

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use crate::server::log::sqlite::lineage::{self, Mismatch};
use crate::server::log::sqlite::migrations::{MigrationError, SCHEMA_VERSION};
use crate::server::log::sqlite::trouble::{self, Step, Trouble};

/// Why the store could not be opened; says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The data folder does not exist and cannot be made.
    #[error("cannot create the data folder {path}: {source}; create it by hand or choose another one with --data")]
    CannotCreateFolder {
        /// The folder.
        path: PathBuf,
        /// The system's error message.
        source: io::Error,
    },
    /// A file stands where the data folder is to be.
    #[error("{file} is no folder, so {folder} cannot be the data folder of a server; name another one with --data")]
    NotAFolder {
        /// What stands in the way.
        file: PathBuf,
        /// What was named.
        folder: PathBuf,
    },
    /// The folder or a file in it cannot be written.
    #[error(
        "cannot write {path}: {detail}; give it to the user that runs the server, or choose another one with --data"
    )]
    NotWritable {
        /// The file.
        path: PathBuf,
        /// The error message of the system or of SQLite.
        detail: String,
    },
    /// The disk does not do what it is told.
    #[error(
        "the disk fails at {path}: {detail}; mend it (the system's log knows more), or choose another one with --data"
    )]
    DiskFails {
        /// The database.
        path: PathBuf,
        /// SQLite's error message.
        detail: String,
    },
    /// The file system takes no writes, by its mount or since its disk failed.
    #[error(
        "cannot write {path}: its file system is read-only; mount it for writing (if it was, the disk has failed, and the \
         system's log knows more), or choose another folder with --data"
    )]
    ReadOnly {
        /// The file.
        path: PathBuf,
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
        /// SQLite's error message.
        detail: String,
    },
    /// The disk has no space for what a start writes, or the user's quota is used up.
    #[error(
        "the disk of {path} is full, or a quota is used up: {detail}; free space, or choose another folder with --data"
    )]
    DiskFull {
        /// The database.
        path: PathBuf,
        /// How much is missing, or SQLite's error message.
        detail: String,
    },
    /// The write-ahead log beside the file is not the file's.
    #[error(
        "{log} does not belong to {path}: it holds changes to another copy of this database, and both together are \
         neither. To go on with {path} as it is, move {log} and the -shm file away; to go on with what was there before \
         it, put that database back in its place"
    )]
    ForeignLog {
        /// The database.
        path: PathBuf,
        /// Its log.
        log: PathBuf,
    },
    /// There is a write-ahead log and no database.
    #[error(
        "{log} holds changes to {path}, which is missing or empty. Put the database back in its place, or move {log} and \
         the -shm file away to start with an empty one"
    )]
    OrphanedLog {
        /// The database.
        path: PathBuf,
        /// Its log.
        log: PathBuf,
    },
    /// There is no database, and a restore did not come to its end.
    #[error(
        "{half} is what a `teahouse restore` that was cut off left behind, and {path} is missing. Empty the folder and \
         restore again, or remove {half} to start with an empty database"
    )]
    HalfRestored {
        /// The database.
        path: PathBuf,
        /// What was to become it.
        half: PathBuf,
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
    /// Any other error of SQLite.
    #[error("cannot open {path}: {source}")]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// SQLite's error message.
        source: rusqlite::Error,
    },
    /// The system has no thread left.
    #[error("cannot start a thread of the store: {0}; raise the limit of processes (ulimit -u)")]
    NoThread(io::Error),
}

impl OpenError {
    /// The system refused a file or a folder.
    pub(in super::super) fn system(path: &Path, error: &io::Error) -> Self {
        let path = path.to_owned();
        match error.kind() {
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            kind if trouble::is_out_of_space(kind) => Self::DiskFull { path, detail: error.to_string() },
            _ => Self::NotWritable { path, detail: error.to_string() },
        }
    }

    /// A connection met an error.
    pub(in super::super) fn met_by(connection: &Connection, path: &Path, source: rusqlite::Error) -> Self {
        match Trouble::of(&source, Step::Statement, connection) {
            Trouble::Full => Self::DiskFull { path: path.to_owned(), detail: source.to_string() },
            _ => Self::sqlite(path, source),
        }
    }

    /// The database could not be opened, so that there is no connection to ask for more.
    pub(in super::super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let (path, detail) = (path.to_owned(), source.to_string());
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Corrupted { path, detail },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::InUse { path },
            Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
                Self::NotWritable { path, detail }
            }
            Some(ErrorCode::SystemIoFailure) => Self::DiskFails { path, detail },
            _ => Self::Sqlite { path, source },
        }
    }

    pub(in super::super) fn mismatch(path: &Path, mismatch: Mismatch) -> Self {
        let (path, log) = (path.to_owned(), lineage::log_of(path));
        match mismatch {
            Mismatch::OtherFile => Self::ForeignLog { path, log },
            Mismatch::NoFile => Self::OrphanedLog { path, log },
        }
    }

    pub(super) fn migration(connection: &Connection, path: &Path, error: MigrationError) -> Self {
        match error {
            MigrationError::Newer { found } => {
                Self::NewerSchema { path: path.to_owned(), found, known: SCHEMA_VERSION }
            }
            MigrationError::NoSpace { detail } => Self::DiskFull { path: path.to_owned(), detail },
            MigrationError::Sqlite(source) => Self::met_by(connection, path, source),
        }
    }
}
