//! A backup or a restore that is wanted no more ends before its time, and takes away what it has made. Not here: who wants it
//! no more (`boot::backup`, which hears the signals).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rusqlite::Connection;

use super::BackupError;

/// How many steps of SQLite's machine lie between two looks; some hundred microseconds.
const STEPS: i32 = 10_000;

/// A wish that reaches the work from any thread.
#[derive(Clone, Debug, Default)]
pub struct Interruption(Arc<AtomicBool>);

impl Interruption {
    /// From now on the work ends as soon as it can.
    pub fn ask(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn is_asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Whether the work may go on.
    pub(super) fn check(&self) -> Result<(), BackupError> {
        if self.is_asked() { Err(BackupError::Interrupted) } else { Ok(()) }
    }

    /// Lets it end whatever this connection does.
    pub(super) fn watch(&self, connection: &mut Connection) -> rusqlite::Result<()> {
        let asked = self.clone();
        connection.progress_handler(STEPS, Some(move || asked.is_asked()))
    }

    /// Why the work failed: what was interrupted fails in many ways.
    pub(super) fn or(&self, error: BackupError) -> BackupError {
        self.check().err().unwrap_or(error)
    }
}
