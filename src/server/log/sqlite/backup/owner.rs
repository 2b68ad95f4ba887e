//! Whose the files of a restored folder are. A restore is often run by root, and the server by a user of its own, who could
//! not open what root made.

use std::fs::{File, Metadata};
use std::io;
use std::os::unix::fs::{MetadataExt, fchown};

/// Who owns a file or a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Owner {
    user: u32,
    group: u32,
}

/// Whether files belong to the owner of their folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RestoredOwner {
    /// They do.
    OfFolder {
        /// The number of this user.
        user: u32,
    },
    /// The system let nobody give them away.
    NotOfFolder {
        /// The number of the user whose they are.
        files: u32,
        /// The number of the folder's owner.
        folder: u32,
    },
}

impl Owner {
    pub(super) fn of(metadata: &Metadata) -> Self {
        Self { user: metadata.uid(), group: metadata.gid() }
    }

    /// Gives a new file to this owner. By its handle, and before anybody else knew its name: whoever may write into the
    /// folder cannot have put another file in its place.
    pub(super) fn give(self, file: &File) -> io::Result<RestoredOwner> {
        let found = Self::of(&file.metadata()?);
        if found.user == self.user {
            return Ok(RestoredOwner::OfFolder { user: self.user });
        }
        match fchown(file, Some(self.user), Some(self.group)) {
            Ok(()) => Ok(RestoredOwner::OfFolder { user: self.user }),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Ok(RestoredOwner::NotOfFolder { files: found.user, folder: self.user })
            }
            Err(error) => Err(error),
        }
    }
}
