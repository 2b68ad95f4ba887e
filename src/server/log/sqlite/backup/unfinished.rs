//! A file on the way to its name: made beside it, for this user only, and removed when it does not get there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::BackupError;
use crate::server::log::sqlite::open::half_of;

/// The file.
pub(super) struct Unfinished(Option<PathBuf>);

impl Unfinished {
    /// Makes it, empty; close the open file before SQLite gets its path, or the locks of SQLite go with it.
    pub(super) fn create(file: &Path) -> Result<(Self, File), BackupError> {
        let path = half_of(file);
        match OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path) {
            Ok(open) => Ok((Self(Some(path)), open)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(BackupError::HalfMade(path)),
            Err(error) => Err(BackupError::file(&path)(error)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.0.as_deref().expect("only `finish` takes it")
    }

    /// Gives it its name, when everything is on disk.
    pub(super) fn finish(mut self, file: &Path) -> Result<(), BackupError> {
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
        let Some(path) = self.0.take() else { return };
        // A disk that is full may keep SQLite from taking its journal away.
        for beside in ["", "-journal", "-wal", "-shm"] {
            let mut path = path.clone().into_os_string();
            path.push(beside);
            // It is of no use, and whoever asked is told of another failure already.
            let _ = fs::remove_file(path);
        }
    }
}

fn sync(path: &Path) -> Result<(), BackupError> {
    File::open(path).and_then(|file| file.sync_all()).map_err(BackupError::file(path))
}
