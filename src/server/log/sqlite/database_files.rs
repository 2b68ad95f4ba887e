//! Where the files of a database are, and whether they still are. A server that goes on after its files were moved,
//! removed or replaced acknowledges into a file that nobody will find again. Not here: what then (`writer`).

use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io};

use super::lineage::{self, Lineage};

/// The files of one database, as they were when it was opened. They are looked at by their paths and never opened: closing
/// a file takes the locks away that SQLite holds on it (POSIX `fcntl`).
pub(super) struct DatabaseFiles {
    /// The folder, for who asks for its free space.
    pub(super) folder: PathBuf,
    database: PathBuf,
    files: Vec<(PathBuf, Identity)>,
    /// When the database was last looked into.
    looked_at: Option<Stamp>,
}

/// What tells a file from another one: device and inode.
type Identity = (u64, u64);

/// What changes when somebody writes into a file: time and size.
type Stamp = (SystemTime, u64);

impl DatabaseFiles {
    /// Remembers the files beside and including an open database.
    pub(super) fn of(folder: &Path, database: &Path, lock: &Path) -> io::Result<Self> {
        let (log, index) = (lineage::log_of(database), lineage::index_of(database));
        let files = [database.to_owned(), log, index, lock.to_owned()]
            .into_iter()
            .map(|path| fs::metadata(&path).map(|metadata| (path, identity(&metadata))))
            .collect::<io::Result<_>>()?;
        Ok(Self { folder: folder.to_owned(), database: database.to_owned(), files, looked_at: None })
    }

    /// Why the files are not what they were, if so. `written` is the lineage of what was written last.
    ///
    /// Two looks: at the names, and, since a copy onto the file keeps its inode, into the file when it changed. To be called
    /// while the log is not being copied into the file.
    pub(super) fn displaced(&mut self, written: &Lineage) -> Option<String> {
        for (path, identity_at_start) in &self.files {
            match fs::metadata(path) {
                Ok(metadata) if identity(&metadata) == *identity_at_start => {}
                Ok(_) => return Some(format!("{} is another file now", path.display())),
                Err(error) if error.kind() == ErrorKind::NotFound => {
                    return Some(format!("{} is not there any more", path.display()));
                }
                // A look that fails proves nothing.
                Err(error) => {
                    tracing::warn!(%error, path = %path.display(), "the database's files cannot be looked at");
                    return None;
                }
            }
        }
        self.was_overwritten(written).then(|| format!("{} was overwritten", self.database.display()))
    }

    fn was_overwritten(&mut self, written: &Lineage) -> bool {
        let stamp = fs::metadata(&self.database).ok().and_then(|file| Some((file.modified().ok()?, file.len())));
        if stamp == self.looked_at {
            return false;
        }
        // What is in the middle of being overwritten cannot be read, and is looked at again.
        let Ok(file) = lineage::of_file_alone(&self.database) else { return false };
        self.looked_at = stamp;
        !written.fits(file.as_ref())
    }
}

fn identity(metadata: &fs::Metadata) -> Identity {
    (metadata.dev(), metadata.ino())
}
