//! The write-ahead log in the hands of the writer: when it is copied into the file, and which name it bears (`lineage`).
//!
//! SQLite would do it inside a commit, so that somebody waits for it. Here it is done after the answers were given: when
//! the log has grown, and when nothing was written for a moment, so that a plain copy of the file is complete.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, Result};

use super::lineage::Lineage;
use super::trouble::{Step, Trouble};

/// A log of so many pages is copied into the file; SQLite's own default.
const FRAMES_TO_COPY: u32 = 1_000;
/// A log that somebody's reading keeps from being copied is tried again after at most so many more pages: each try costs
/// in proportion to the log.
const GAP_MAX: u32 = 1_000;
/// Nothing written for this long means that nobody is kept waiting by a copy.
const IDLE: Duration = Duration::from_secs(2);
/// A log that has become larger is cut to this once it can begin anew. Below that its space is used again, since a file
/// that grows makes every sync dearer.
pub(super) const LOG_BYTES_KEPT: u32 = 16 * 1024 * 1024;

/// The log of one database, as the writer's connection sees it.
pub(super) struct WriteAheadLog {
    /// Pages in the log after the last commit of this connection that wrote one.
    frames: Arc<AtomicU32>,
    /// Whether a page was written since the last [`WriteAheadLog::committed`]. SQLite calls its hook for no other commit.
    has_written: Arc<AtomicBool>,
    page_bytes: u32,
    /// The name of what was written last.
    lineage: Lineage,
    /// Whether the file holds everything, so that the next commit begins a log.
    is_complete: bool,
    /// Whether the log began anew without a name, since another program had copied the one before.
    is_nameless: bool,
    last_commit: Instant,
    last_frames: u32,
    tried_at_frames: u32,
    gap: u32,
    /// The size at which somebody was warned.
    warned_at_frames: u32,
}

impl WriteAheadLog {
    /// Takes over a connection. `is_complete` says whether the file holds everything by now.
    pub(super) fn of(connection: &mut Connection, lineage: Lineage, is_complete: bool) -> Result<Self> {
        let frames = Arc::new(AtomicU32::new(0));
        let has_written = Arc::new(AtomicBool::new(false));
        let (counter, flag) = (Arc::clone(&frames), Arc::clone(&has_written));
        // It takes the place of SQLite's own, which copies within the commit.
        connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            counter.store(u32::try_from(count).unwrap_or(0), Ordering::Relaxed);
            flag.store(true, Ordering::Relaxed);
            Ok(())
        }))?;
        Ok(Self {
            frames,
            has_written,
            page_bytes: connection.pragma_query_value(None, "page_size", |row| row.get(0))?,
            lineage,
            is_complete,
            is_nameless: false,
            last_commit: Instant::now(),
            last_frames: 0,
            tried_at_frames: 0,
            gap: 1,
            warned_at_frames: 0,
        })
    }

    /// The name of what was written last.
    pub(super) fn lineage(&self) -> &Lineage {
        &self.lineage
    }

    /// The name that the next transaction must write, if it begins a log.
    pub(super) fn beginning(&self) -> Option<Lineage> {
        (self.is_complete || self.is_nameless).then(|| self.lineage.next())
    }

    /// A transaction was committed, and wrote this name if it had to. One that changed nothing, such as a batch of refused
    /// writes, leaves the log as it was.
    pub(super) fn committed(&mut self, begun: Option<Lineage>) {
        if !self.has_written.swap(false, Ordering::Relaxed) {
            return;
        }
        let frames = self.frames.load(Ordering::Relaxed);
        self.is_nameless = begun.is_none() && frames <= self.last_frames;
        self.is_complete = false;
        self.last_frames = frames;
        if let Some(lineage) = begun {
            self.lineage = lineage;
        }
        if frames < self.tried_at_frames {
            (self.tried_at_frames, self.gap, self.warned_at_frames) = (0, 1, 0);
        }
        self.last_commit = Instant::now();
    }

    /// Whether the log has grown so that it should be copied, and the last try is long enough ago.
    pub(super) fn is_large(&self) -> bool {
        let frames = self.frames.load(Ordering::Relaxed);
        frames >= FRAMES_TO_COPY && frames >= self.tried_at_frames.saturating_add(self.gap)
    }

    /// Whether there is something to copy, asked once a second: when nobody would wait for it, or when the log is large
    /// because somebody read, who may have come to an end.
    pub(super) fn is_overdue(&self) -> bool {
        let is_large = self.frames.load(Ordering::Relaxed) >= FRAMES_TO_COPY;
        !self.is_complete && (is_large || self.last_commit.elapsed() >= IDLE)
    }

    /// Copies what can be copied. A failure is no reason to stop: what is copied is safe in the log, and the next try does it
    /// again. Returns the damage that it met, if it did.
    pub(super) fn copy(&mut self, connection: &Connection) -> Option<Trouble> {
        self.tried_at_frames = self.frames.load(Ordering::Relaxed);
        self.gap = (self.gap * 2).min(GAP_MAX);
        match connection.wal_checkpoint_v2(None::<&str>, CheckpointMode::PASSIVE) {
            Ok((in_log, copied)) => {
                self.is_complete = in_log == copied;
                None
            }
            Err(error) => match Trouble::of(&error, Step::Statement, connection) {
                Trouble::Busy | Trouble::Full => None,
                damage @ Trouble::Damaged(_) => Some(damage),
                Trouble::InDoubt(detail) => {
                    tracing::warn!(detail, "the write-ahead log could not be copied into the database; trying again");
                    None
                }
            },
        }
    }

    /// Says, each time that it has doubled, that a log grows without bound because somebody reads.
    pub(super) fn warn_of_size(&mut self) {
        let frames = self.frames.load(Ordering::Relaxed);
        let large = (LOG_BYTES_KEPT / self.page_bytes).max(self.warned_at_frames.saturating_mul(2));
        if !self.is_complete && frames >= large {
            self.warned_at_frames = frames;
            let mebibytes = u64::from(frames) * u64::from(self.page_bytes) / (1024 * 1024);
            tracing::warn!(
                mebibytes,
                "the write-ahead log grows, since another program reads the database and does not come to an end (sqlite3, \
                 a backup, a viewer?); close it"
            );
        }
    }
}
