//! From a backup to a data folder that a server can be started on: copied, verified, under a new epoch.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::{BackupError, Contents, Unfinished, manifest};
use crate::server::store::sqlite::migrations::SCHEMA_VERSION;
use crate::server::store::sqlite::open::{DATABASE_FILE, LOCK_FILE, connect, draw_epoch, lock, make_folder};

/// What becomes of the sessions that a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sessions {
    /// Everybody chooses a nickname again. Sessions that ended after the backup would be valid again otherwise.
    End,
    /// Everybody is who they were when the backup was made.
    Keep,
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What the backup held.
    pub contents: Contents,
    /// How many sessions it held, which were ended or kept.
    pub sessions: i64,
}

/// Makes a data folder of a backup. The folder must be missing or empty.
///
/// # Errors
/// [`BackupError`] with what to do. The folder is as empty as it was then.
pub fn restore(file: &Path, folder: &Path, sessions: Sessions) -> Result<Restored, BackupError> {
    if !file.is_file() {
        let source = io::Error::new(io::ErrorKind::NotFound, "there is no such file");
        return Err(BackupError::File { path: file.to_owned(), source });
    }
    if !is_empty(folder).map_err(BackupError::file(folder))? {
        return Err(BackupError::NotEmpty(folder.to_owned()));
    }
    make_folder(folder)?;
    let lock = Locked { file: Some(lock(folder)?), path: folder.join(LOCK_FILE) };
    let database = folder.join(DATABASE_FILE);
    let copy = Unfinished::create(&database)?;
    let mut source = File::open(file).map_err(BackupError::file(file))?;
    let mut target = OpenOptions::new().write(true).open(copy.path()).map_err(BackupError::file(copy.path()))?;
    io::copy(&mut source, &mut target).map_err(BackupError::file(copy.path()))?;
    drop(target);
    let restored = convert(file, copy.path(), sessions)?;
    copy.finish(&database)?;
    lock.keep();
    Ok(restored)
}

/// What is verified is the copy: nobody changes it any more, and it is what the server will read.
fn convert(file: &Path, copy: &Path, sessions: Sessions) -> Result<Restored, BackupError> {
    let failed = |source| unusable(file, source);
    let mut database = connect(copy, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(failed)?;
    // Nothing that a schema from elsewhere says is run but what the bundled functions allow.
    database.execute_batch("pragma trusted_schema = off; pragma cell_size_check = on").map_err(failed)?;
    if let Err(detail) = manifest::find(&database).map_err(failed)? {
        return Err(BackupError::NoBackup { path: file.to_owned(), detail });
    }
    let found: i64 = database.pragma_query_one(None, "user_version").map_err(failed)?;
    if found > SCHEMA_VERSION {
        return Err(BackupError::Newer { path: file.to_owned(), found });
    }
    if let Err(detail) = manifest::verify(&database).map_err(failed)? {
        return Err(BackupError::Damaged { path: file.to_owned(), detail });
    }
    let contents = manifest::contents(&database).map_err(failed)?;
    let sessions = begin_history(&mut database, sessions).map_err(failed)?;
    database.close().map_err(|(_, source)| failed(source))?;
    Ok(Restored { contents, sessions })
}

/// A new epoch tells everybody who was here that the history is another. Answers with the number of sessions.
fn begin_history(database: &mut Connection, sessions: Sessions) -> rusqlite::Result<i64> {
    let transaction = database.transaction()?;
    manifest::remove(&transaction)?;
    transaction.execute("update meta set value = ?1 where name = 'epoch'", [draw_epoch()])?;
    let count = transaction.query_one("select count(*) from guest", [], |row| row.get(0))?;
    if sessions == Sessions::End {
        transaction.execute("delete from guest", [])?;
    }
    transaction.commit()?;
    Ok(count)
}

fn unusable(file: &Path, source: rusqlite::Error) -> BackupError {
    let (path, detail) = (file.to_owned(), source.to_string());
    match source.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => BackupError::NoBackup { path, detail },
        Some(ErrorCode::DatabaseCorrupt) => BackupError::Damaged { path, detail },
        _ => BackupError::Sqlite { path, source },
    }
}

/// Whether a folder holds nothing. What a new file system puts into its root is nothing.
fn is_empty(folder: &Path) -> io::Result<bool> {
    match fs::read_dir(folder) {
        Ok(entries) => Ok(entries.flatten().all(|entry| entry.file_name() == "lost+found")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

/// The lock of a folder that was empty before; the file goes again when nothing comes of it.
struct Locked {
    file: Option<File>,
    path: PathBuf,
}

impl Locked {
    fn keep(mut self) {
        self.file = None;
    }
}

impl Drop for Locked {
    fn drop(&mut self) {
        if self.file.take().is_some() {
            // Only the next restore would mind.
            let _ = fs::remove_file(&self.path);
        }
    }
}
