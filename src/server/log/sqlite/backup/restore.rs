//! From a backup to a data folder that a server can be started on: copied, verified, under a new epoch.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::owner::{Owner, RestoredOwner};
use super::{BackupError, Contents, Interruption, Unfinished, manifest};
use crate::server::log::sqlite::migrations::SCHEMA_VERSION;
use crate::server::log::sqlite::open::{
    DATABASE_FILE, LOCK_FILE, OpenError, connect, draw_epoch, lock, make_folder, refuse_half_restored, refuse_no_folder,
};
use crate::server::log::sqlite::space;

/// Bytes that are read before they are written.
const COPIED_AT_ONCE: u64 = 1024 * 1024;

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
pub struct RestoredBackup {
    /// What the backup held.
    pub contents: Contents,
    /// How many sessions it held, which were ended or kept.
    pub sessions: i64,
    /// Whose the files are.
    pub owner: RestoredOwner,
}

/// Makes a data folder of a backup. The folder must be missing or empty. The files belong to the folder's owner, as far as
/// the system lets us give them away.
///
/// # Errors
/// [`BackupError`] with what to do. The folder is as empty as it was then.
pub fn restore(
    file: &Path,
    folder: &Path,
    sessions: Sessions,
    interruption: &Interruption,
) -> Result<RestoredBackup, BackupError> {
    fill_folder(file, folder, sessions, interruption).map_err(|error| interruption.or(error))
}

fn fill_folder(
    file: &Path,
    folder: &Path,
    sessions: Sessions,
    interruption: &Interruption,
) -> Result<RestoredBackup, BackupError> {
    let bytes = backup_bytes(file)?;
    refuse_no_folder(folder)?;
    refuse_used(folder)?;
    make_folder(folder)?;
    let owner = Owner::of(&fs::metadata(folder).map_err(BackupError::file(folder))?);
    let lock = Locked::make(folder, owner)?;
    let database = folder.join(DATABASE_FILE);
    let mut copy = Unfinished::create(&database)?;
    space::check(copy.path(), bytes, 0)
        .map_err(|detail| BackupError::NoSpace { path: copy.path().to_owned(), detail })?;
    let owner = owner.give(copy.file()).map_err(BackupError::file(&database))?;
    fill(&mut copy, file, interruption)?;
    let (contents, sessions) = convert(file, copy.path(), sessions, interruption)?;
    interruption.check()?;
    copy.finish(&database)?;
    lock.keep();
    Ok(RestoredBackup { contents, sessions, owner })
}

/// The size of a backup, which is a file and holds something.
fn backup_bytes(file: &Path) -> Result<u64, BackupError> {
    let no_backup = |detail: &str| BackupError::NoBackup { path: file.to_owned(), detail: detail.to_owned() };
    match fs::metadata(file) {
        Ok(metadata) if !metadata.is_file() => Err(no_backup("it is not a file")),
        Ok(metadata) if metadata.len() == 0 => Err(no_backup("it is empty")),
        Ok(metadata) => Ok(metadata.len()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(BackupError::NoFile(file.to_owned())),
        Err(error) => Err(BackupError::file(file)(error)),
    }
}

/// Refuses a folder that holds anything, and names what stands in the way.
fn refuse_used(folder: &Path) -> Result<(), BackupError> {
    if is_empty(folder).map_err(BackupError::file(folder))? {
        return Ok(());
    }
    let server = File::open(folder.join(LOCK_FILE)).map(|lock| lock.try_lock_shared());
    if matches!(server, Ok(Err(TryLockError::WouldBlock))) {
        return Err(OpenError::InUse { path: folder.to_owned() }.into());
    }
    refuse_half_restored(&folder.join(DATABASE_FILE))?;
    Err(BackupError::NotEmpty(folder.to_owned()))
}

/// Copies a backup. An error names the file that it is of, since the two may lie on different disks.
fn fill(copy: &mut Unfinished, file: &Path, interruption: &Interruption) -> Result<(), BackupError> {
    let mut source = File::open(file).map_err(BackupError::file(file))?;
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        (&mut source).take(COPIED_AT_ONCE).read_to_end(&mut bytes).map_err(BackupError::file(file))?;
        if bytes.is_empty() {
            return Ok(());
        }
        interruption.check()?;
        let written = copy.file().write_all(&bytes);
        written.map_err(BackupError::file(copy.path()))?;
    }
}

/// What is verified is the copy: nobody changes it any more, and it is what the server will read.
fn convert(
    file: &Path,
    copy: &Path,
    sessions: Sessions,
    interruption: &Interruption,
) -> Result<(Contents, i64), BackupError> {
    let mut database =
        connect(copy, OpenFlags::SQLITE_OPEN_READ_WRITE).map_err(|error| BackupError::sqlite(copy, error))?;
    interruption.watch(&mut database).map_err(|error| BackupError::sqlite(copy, error))?;
    let contents = verify(&database, file, copy)?;
    let sessions = begin_history(&mut database, sessions);
    let sessions = sessions.map_err(|error| BackupError::of_backup(&database, file, copy, error))?;
    database.close().map_err(|(_, error)| BackupError::sqlite(copy, error))?;
    Ok((contents, sessions))
}

fn verify(database: &Connection, file: &Path, copy: &Path) -> Result<Contents, BackupError> {
    let failed = |error| BackupError::of_backup(database, file, copy, error);
    // Nothing that a schema from elsewhere says is run but what the bundled functions allow.
    database.execute_batch("pragma trusted_schema = off; pragma cell_size_check = on").map_err(failed)?;
    if let Err(detail) = manifest::find(database).map_err(failed)? {
        return Err(BackupError::NoBackup { path: file.to_owned(), detail });
    }
    let found: i64 = database.pragma_query_one(None, "user_version").map_err(failed)?;
    if found > SCHEMA_VERSION {
        return Err(BackupError::Newer { path: file.to_owned(), found });
    }
    let foreign = "select count(*) from sqlite_schema where type in ('trigger', 'view')";
    if database.query_one(foreign, [], |row| row.get::<_, i64>(0)).map_err(failed)? > 0 {
        let detail = "it holds a trigger or a view, which somebody added".to_owned();
        return Err(BackupError::Damaged { path: file.to_owned(), detail });
    }
    if let Err(detail) = manifest::verify(database).map_err(failed)? {
        return Err(BackupError::Damaged { path: file.to_owned(), detail });
    }
    manifest::contents(database).map_err(failed)
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
    /// Makes the file, which nobody else may have made meanwhile, and takes the lock.
    fn make(folder: &Path, owner: Owner) -> Result<Self, BackupError> {
        let path = folder.join(LOCK_FILE);
        let made = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path);
        let made = made.map_err(|error| OpenError::system(&path, &error))?;
        owner.give(&made).map_err(BackupError::file(&path))?;
        Ok(Self { file: Some(lock(folder)?), path })
    }

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
