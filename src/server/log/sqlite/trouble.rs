//! SQLite's result codes, sorted by what may be done after them: the one place that decides it (sqlite.org/rescode.html).
//! What each kind obliges the store to stands in `log/error.rs`. Not here: errors while the database is opened (`open`).

use std::io;

use rusqlite::{Connection, Error, ffi};

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Another program holds the database.
    Busy,
    /// There is no space: the disk is full, or a quota is used up. Nothing of the transaction can come back, since a log
    /// without its last frame ends before it; where only the index of the log had no space, `committer` takes care of that.
    Full,
    /// A page or a row does not hold what it should, or cannot be read from the disk.
    Damaged(String),
    /// Nobody knows what of it is on disk.
    InDoubt(String),
}

/// What was asked for when it went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Statements: nothing of what they wrote counts before the commit.
    Statement,
    /// The commit, which ends with the sync: an error of the disk may have come before it or after.
    Commit,
}

impl Trouble {
    /// Sorts an error that this connection has just met.
    pub(super) fn of(error: &Error, step: Step, connection: &Connection) -> Self {
        Self::sorted(error, step, system_error(connection))
    }

    /// Whether an error is damage, whichever connection met it.
    pub(super) fn is_damage(error: &Error) -> bool {
        matches!(Self::sorted(error, Step::Statement, io::ErrorKind::Other), Self::Damaged(_))
    }

    /// `system` is the system's error, which counts only for codes that come from it.
    fn sorted(error: &Error, step: Step, system: io::ErrorKind) -> Self {
        let detail = error.to_string();
        let code = match error {
            Error::SqliteFailure(code, _) | Error::SqlInputError { error: code, .. } => code.extended_code,
            // A row that cannot be what this program wrote, or is missing.
            Error::FromSqlConversionFailure(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
            | Error::InvalidColumnType(..)
            | Error::QueryReturnedNoRows => return Self::Damaged(detail),
            _ => return Self::InDoubt(detail),
        };
        match (primary(code), step) {
            (ffi::SQLITE_BUSY | ffi::SQLITE_LOCKED | ffi::SQLITE_PROTOCOL, _) => Self::Busy,
            (ffi::SQLITE_FULL, _) => Self::Full,
            (ffi::SQLITE_CANTOPEN | ffi::SQLITE_IOERR, _) if takes_space(code) && is_out_of_space(system) => Self::Full,
            (ffi::SQLITE_CORRUPT | ffi::SQLITE_NOTADB, Step::Statement) => Self::Damaged(detail),
            (ffi::SQLITE_IOERR, Step::Statement) if is_of_reading(code) => Self::Damaged(detail),
            _ => Self::InDoubt(detail),
        }
    }
}

/// The system's error when this connection last could not open, read or write a file.
#[expect(unsafe_code, reason = "rusqlite does not offer this call of SQLite")]
fn system_error(connection: &Connection) -> io::ErrorKind {
    // SAFETY: the handle is that of an open connection, and no other thread uses it: a `Connection` is not `Sync`. The call
    // reads a number and keeps nothing.
    let number = unsafe { ffi::sqlite3_system_errno(connection.handle()) };
    io::Error::from_raw_os_error(number).kind()
}

/// Whether there is no space left for this user.
pub(super) const fn is_out_of_space(system: io::ErrorKind) -> bool {
    matches!(system, io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}

/// Codes of calls that take space before anything is synced. Never one of a sync: after one that failed, whatever the
/// system says, nobody knows what is on disk.
const fn takes_space(code: i32) -> bool {
    matches!(
        code,
        ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_TRUNCATE | ffi::SQLITE_IOERR_SHMSIZE | ffi::SQLITE_CANTOPEN
    )
}

/// An extended code has its primary one in the low byte.
const fn primary(code: i32) -> i32 {
    code & 0xff
}

const fn is_of_reading(code: i32) -> bool {
    matches!(
        code,
        ffi::SQLITE_IOERR_READ | ffi::SQLITE_IOERR_SHORT_READ | ffi::SQLITE_IOERR_CORRUPTFS | ffi::SQLITE_IOERR_DATA
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(code: i32, step: Step) -> Trouble {
        sorted_with(code, step, io::ErrorKind::Other)
    }

    fn sorted_with(code: i32, step: Step, system: io::ErrorKind) -> Trouble {
        Trouble::sorted(&Error::SqliteFailure(ffi::Error::new(code), Some("detail".to_owned())), step, system)
    }

    #[test]
    fn every_code_of_a_held_lock_is_busy() {
        for code in [
            ffi::SQLITE_BUSY,
            ffi::SQLITE_BUSY_RECOVERY,
            ffi::SQLITE_BUSY_SNAPSHOT,
            ffi::SQLITE_BUSY_TIMEOUT,
            ffi::SQLITE_LOCKED,
            ffi::SQLITE_LOCKED_SHAREDCACHE,
            ffi::SQLITE_PROTOCOL,
        ] {
            assert_eq!(sorted(code, Step::Statement), Trouble::Busy, "{code}");
            assert_eq!(sorted(code, Step::Commit), Trouble::Busy, "{code}");
        }
    }

    #[test]
    fn a_full_disk_leaves_no_doubt() {
        assert_eq!(sorted(ffi::SQLITE_FULL, Step::Statement), Trouble::Full);
        assert_eq!(sorted(ffi::SQLITE_FULL, Step::Commit), Trouble::Full);
    }

    #[test]
    fn a_quota_that_is_used_up_is_a_full_disk_and_a_sync_that_failed_is_in_doubt_whatever_the_system_says() {
        for system in [io::ErrorKind::StorageFull, io::ErrorKind::QuotaExceeded] {
            for step in [Step::Statement, Step::Commit] {
                for code in [ffi::SQLITE_IOERR_WRITE, ffi::SQLITE_IOERR_TRUNCATE, ffi::SQLITE_IOERR_SHMSIZE] {
                    assert_eq!(sorted_with(code, step, system), Trouble::Full, "{code} {system}");
                }
                for code in [ffi::SQLITE_IOERR_FSYNC, ffi::SQLITE_IOERR_DIR_FSYNC, ffi::SQLITE_IOERR] {
                    assert!(matches!(sorted_with(code, step, system), Trouble::InDoubt(_)), "{code} {system}");
                }
            }
        }
    }

    #[test]
    fn what_cannot_be_read_is_damaged_and_what_cannot_be_written_is_in_doubt() {
        for code in [
            ffi::SQLITE_CORRUPT,
            ffi::SQLITE_CORRUPT_INDEX,
            ffi::SQLITE_NOTADB,
            ffi::SQLITE_IOERR_READ,
            ffi::SQLITE_IOERR_SHORT_READ,
            ffi::SQLITE_IOERR_CORRUPTFS,
            ffi::SQLITE_IOERR_DATA,
        ] {
            assert!(matches!(sorted(code, Step::Statement), Trouble::Damaged(_)), "{code}");
            assert!(matches!(sorted(code, Step::Commit), Trouble::InDoubt(_)), "{code}");
        }
        for code in [
            ffi::SQLITE_IOERR,
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_IOERR_FSYNC,
            ffi::SQLITE_IOERR_TRUNCATE,
            ffi::SQLITE_IOERR_SHMSIZE,
            ffi::SQLITE_CANTOPEN,
            ffi::SQLITE_READONLY,
            ffi::SQLITE_NOMEM,
            ffi::SQLITE_INTERNAL,
        ] {
            assert!(matches!(sorted(code, Step::Statement), Trouble::InDoubt(_)), "{code}");
            assert!(matches!(sorted(code, Step::Commit), Trouble::InDoubt(_)), "{code}");
        }
    }

    #[test]
    fn a_row_that_nobody_here_wrote_is_damage() {
        assert!(Trouble::is_damage(&Error::QueryReturnedNoRows));
    }
}
