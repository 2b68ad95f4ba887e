//! What a backup left behind that was cut off by `kill -9` or a power cut. A backup holds the lock of its file for as long as
//! it makes it, so nobody's work is taken for a leftover.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use super::BackupError;
use crate::server::log::sqlite::open::half_of;

/// What SQLite may have put beside a file.
pub(super) const BESIDE: [&str; 3] = ["-journal", "-wal", "-shm"];

/// Removes the leftover of a backup to this name, if there is one; returns which file it was.
pub(super) fn remove(file: &Path) -> Result<Option<PathBuf>, BackupError> {
    let half = half_of(file);
    match fs::symlink_metadata(&half) {
        Ok(metadata) if metadata.is_file() => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        // Neither ours nor in nobody's way: `Unfinished` says it.
        _ => return Ok(None),
    }
    let lock = File::open(&half).map_err(BackupError::file(&half))?;
    if lock.try_lock().is_err() {
        return Err(BackupError::HalfMade(half));
    }
    fs::remove_file(&half).map_err(BackupError::file(&half))?;
    for beside in BESIDE {
        let mut path = half.clone().into_os_string();
        path.push(beside);
        // Mostly there is none.
        let _ = fs::remove_file(path);
    }
    Ok(Some(half))
}

/// Files beside a backup that seem to be leftovers of backups to other names. They are only named: under another name they
/// are in nobody's way, and may be somebody else's.
pub(super) fn beside(file: &Path) -> Vec<PathBuf> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_left = |path: &PathBuf| {
        let is_half = path.extension().is_some_and(|extension| extension == "partial") && path.is_file();
        is_half && File::open(path).is_ok_and(|file| file.try_lock().is_ok())
    };
    let mut left: Vec<PathBuf> = entries.filter(is_left).collect();
    left.sort();
    left
}
