//! A file on the way to its name: made beside it, for this user only, and removed when it does not get there.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::BackupError;
use super::leftover::BESIDE;
use crate::server::log::sqlite::open::half_of;

/// The file.
pub(super) struct Unfinished {
    path: Option<PathBuf>,
    /// Open for as long as the file is made, since its lock tells others that somebody makes it. That lock (flock) and those
    /// of SQLite (fcntl) do not know each other; but closing it would end those of SQLite.
    file: File,
}

impl Unfinished {
    /// Makes it, empty.
    pub(super) fn create(file: &Path) -> Result<Self, BackupError> {
        let path = half_of(file);
        let open = match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(open) => open,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(BackupError::HalfMade(path)),
            Err(error) => return Err(BackupError::file(&path)(error)),
        };
        match open.try_lock() {
            // It was just taken for a leftover.
            Err(TryLockError::WouldBlock) => Err(BackupError::HalfMade(path)),
            // Where the file system has no locks, nobody finds leftovers by them.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self { path: Some(path), file: open }),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.path.as_deref().expect("only `finish` takes it")
    }

    /// The open file, for writing before SQLite gets its path.
    pub(super) const fn file(&mut self) -> &mut File {
        &mut self.file
    }

    /// Gives it its name, when everything is on disk.
    pub(super) fn finish(mut self, file: &Path) -> Result<(), BackupError> {
        sync(self.path())?;
        if file.exists() {
            return Err(BackupError::Exists(file.to_owned()));
        }
        fs::rename(self.path(), file).map_err(BackupError::file(file))?;
        self.path = None;
        match file.parent() {
            Some(folder) if folder != Path::new("") => sync(folder),
            _ => sync(Path::new(".")),
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some(path) = self.path.take() else { return };
        // A disk that is full may keep SQLite from taking its journal away.
        for beside in [""].into_iter().chain(BESIDE) {
            let mut path = path.clone().into_os_string();
            path.push(beside);
            // It is of no use, and whoever asked is answered with another failure already.
            let _ = fs::remove_file(path);
        }
    }
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::file(path))
}
