//! How much space the disk has left, and whether that is enough. Not here: what is refused when it is not (`condition`).

use std::io;
use std::path::Path;

/// The least free space at which writes that take space go on, in bytes. 0 is no reserve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Reserve {
    bytes: u64,
}

impl Reserve {
    /// As it is set: in units of 1,048,576 bytes.
    pub(super) fn of_mebibytes(mebibytes: u32) -> Self {
        Self { bytes: u64::from(mebibytes) * 1024 * 1024 }
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
