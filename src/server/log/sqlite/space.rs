//! How much space the disk has left, whether that is enough, and whether it can be written at all. Not here: what is refused when it is not (`condition`).

use std::io;
use std::path::Path;

use rusqlite::Connection;

const MIB: u64 = 1024 * 1024;

/// The least free space at which writes that take space go on, in bytes. 0 is no reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reserve {
    bytes: u64,
}

impl Reserve {
    /// As it is set: in units of 1,048,576 bytes.
    pub(super) fn of_mebibytes(mebibytes: u32) -> Self {
        Self { bytes: u64::from(mebibytes) * MIB }
    }

    /// Whether there is too little, given whether there was before: a disk that is just at its reserve must not change its
    /// mind with every file that somebody else writes, so a little more than the reserve must come back.
    pub(super) fn is_touched(self, free_bytes: u64, was_touched: bool) -> bool {
        let enough = if was_touched { self.bytes.saturating_add(self.bytes / 8) } else { self.bytes };
        self.bytes > 0 && free_bytes < enough
    }
}

/// What an ordinary user may still write into a folder's file system, in bytes.
pub(super) fn free_bytes(folder: &Path) -> io::Result<u64> {
    let figures = rustix::fs::statvfs(folder)?;
    Ok(figures.f_bavail.saturating_mul(figures.f_frsize))
}

/// Whether nobody can write into a folder's file system, because of its mount or a disk that failed.
pub(super) fn is_read_only(folder: &Path) -> bool {
    rustix::fs::statvfs(folder).is_ok_and(|figures| figures.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY))
}

/// The bytes of all pages of a database that are in use: what a copy of it takes at most.
pub(super) fn bytes_in_use(database: &Connection) -> rusqlite::Result<u64> {
    let pages: i64 = database.pragma_query_one(None, "page_count")?;
    let unused: i64 = database.pragma_query_one(None, "freelist_count")?;
    let page_bytes: i64 = database.pragma_query_one(None, "page_size")?;
    Ok(u64::try_from((pages - unused).saturating_mul(page_bytes)).unwrap_or_default())
}

/// Whether a file may take so many bytes more, and leave the reserve; if not, how much is missing. Where the system does
/// not tell, the file will.
pub(super) fn check(file: &Path, bytes: u64, reserve_mb: u32) -> Result<(), String> {
    let folder = file.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
    let Ok(free) = free_bytes(folder) else { return Ok(()) };
    let reserve = Reserve::of_mebibytes(reserve_mb).bytes;
    if free >= bytes.saturating_add(reserve) {
        return Ok(());
    }
    let (needed, free) = (bytes.div_ceil(MIB), free / MIB);
    Err(match reserve {
        0 => format!("it takes {needed} MiB, and {free} MiB are free"),
        _ => format!(
            "it takes {needed} MiB, and store.disk_reserve_mb keeps {reserve_mb} MiB for the server, but {free} MiB are free"
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reserve_is_touched_below_it_and_whole_again_an_eighth_above() {
        let reserve = Reserve { bytes: 800 };
        assert!(!reserve.is_touched(800, false));
        assert!(reserve.is_touched(799, false));
        assert!(reserve.is_touched(899, true));
        assert!(!reserve.is_touched(900, true));
    }

    #[test]
    fn no_reserve_is_never_touched() {
        assert!(!Reserve { bytes: 0 }.is_touched(0, true));
    }
}
