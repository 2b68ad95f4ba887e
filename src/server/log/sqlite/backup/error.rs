//! Why a backup could not be made or restored, with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode};

use crate::server::log::sqlite::migrations::SCHEMA_VERSION;
use crate::server::log::sqlite::open::OpenError;
use crate::server::log::sqlite::trouble::{self, Step, Trouble};

/// Why a backup could not be made or restored; says what to do about it.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// There is nothing to back up.
    #[error("there is no database at {0}; name the folder of the server with --data")]
    NoDatabase(PathBuf),
    /// The backup must not take the place of something else.
    #[error("{0} exists already; choose another name, or move it away")]
    Exists(PathBuf),
    /// A backup is a file.
    #[error("{0} is a folder; name a new file in it, such as {name}", name = .0.join("teahouse.backup").display())]
    IsFolder(PathBuf),
    /// The backup has no place to be in.
    #[error("there is no folder {0} for the backup; make it, or name a file in another one")]
    NoFolder(PathBuf),
    /// Another backup to the same name is being made.
    #[error(
        "{0} exists: another backup to this name is being made; wait for it, or remove the file if none is running"
    )]
    HalfMade(PathBuf),
    /// Whoever asked for it wants it no more.
    #[error("stopped by a signal before it was whole; nothing was made, and nothing is left behind")]
    Interrupted,
    /// There is no space for the copy.
    #[error("there is no space for {path}: {detail}; free some, or choose another disk")]
    NoSpace {
        /// The file.
        path: PathBuf,
        /// How much is missing, or the system's error message.
        detail: String,
    },
    /// A file cannot be made, read, written or renamed.
    #[error("cannot use {path}: {source}; check that the folder exists, who may use it, and that the disk is whole")]
    File {
        /// The file.
        path: PathBuf,
        /// The system's error message.
        source: io::Error,
    },
    /// SQLite failed.
    #[error(
        "cannot use {path}: {source}; check who may use it and its folder, and that the disk is whole, then try again"
    )]
    Sqlite {
        /// The database.
        path: PathBuf,
        /// SQLite's error message.
        source: rusqlite::Error,
    },
    /// What is to be backed up cannot be read.
    #[error(
        "{path} is damaged ({detail}), so no backup of it can be made. Keep the backups that you have, stop the server, and \
         restore the newest of them into an empty folder"
    )]
    DamagedDatabase {
        /// The database.
        path: PathBuf,
        /// SQLite's error message.
        detail: String,
    },
    /// A server began to write what looked as if nobody could.
    #[error("{0} was changed while it was copied, so nothing was backed up; try again")]
    Changed(PathBuf),
    /// There is nothing to restore.
    #[error("there is no file {0}; name one that `teahouse backup` made")]
    NoFile(PathBuf),
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
    #[error("{path} has schema version {found}, but this binary knows only {SCHEMA_VERSION}; use the newer binary")]
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
    /// The system refused a file.
    pub(super) fn file(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| match source.kind() {
            kind if trouble::is_out_of_space(kind) => Self::NoSpace { path, detail: source.to_string() },
            _ => Self::File { path, source },
        }
    }

    /// SQLite refused a file.
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        Self::Sqlite { path: path.to_owned(), source }
    }

    /// The connection to the database that is backed up met an error of that database.
    pub(super) fn of_database(connection: &Connection, path: &Path, source: rusqlite::Error) -> Self {
        match Trouble::of(&source, Step::Statement, connection) {
            Trouble::Damaged(detail) => Self::DamagedDatabase { path: path.to_owned(), detail },
            Trouble::Full => OpenError::met_by(connection, path, source).into(),
            Trouble::Busy | Trouble::InDoubt(_) => Self::sqlite(path, source),
        }
    }

    /// The connection to the database met an error while it wrote the copy. What cannot be read is the database, and what
    /// cannot be written the copy.
    pub(super) fn of_copying(connection: &Connection, path: &Path, copy: &Path, source: rusqlite::Error) -> Self {
        match (Trouble::of(&source, Step::Statement, connection), source.sqlite_error_code()) {
            // A row that its own table would not take: the copy checks what the database did when the row was written.
            (_, Some(ErrorCode::ConstraintViolation | ErrorCode::Unknown)) => {
                Self::DamagedDatabase { path: path.to_owned(), detail: source.to_string() }
            }
            (Trouble::Damaged(_) | Trouble::Busy, _) => Self::of_database(connection, path, source),
            (Trouble::Full | Trouble::InDoubt(_), _) => Self::of_copy(connection, copy, source),
        }
    }

    /// The connection to a copy met an error.
    pub(super) fn of_copy(connection: &Connection, path: &Path, source: rusqlite::Error) -> Self {
        match Trouble::of(&source, Step::Statement, connection) {
            Trouble::Full => Self::NoSpace { path: path.to_owned(), detail: source.to_string() },
            _ => Self::sqlite(path, source),
        }
    }

    /// The connection to the copy of a backup met an error.
    pub(super) fn of_backup(connection: &Connection, file: &Path, copy: &Path, source: rusqlite::Error) -> Self {
        let path = file.to_owned();
        match Trouble::of(&source, Step::Statement, connection) {
            Trouble::Damaged(detail) if source.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
                Self::NoBackup { path, detail }
            }
            Trouble::Damaged(detail) => Self::Damaged { path, detail },
            // The copy was just written: only its own header forbids to write it.
            _ if source.sqlite_error_code() == Some(ErrorCode::ReadOnly) => {
                Self::Damaged { path, detail: source.to_string() }
            }
            _ => Self::of_copy(connection, copy, source),
        }
    }
}
