//! Where the writer works: takes a batch to the disk and answers it, whatever happens, and looks after the files in
//! between. What each kind of trouble obliges to stands in `log/error.rs`. Not here: the queue and the thread (`writer`).

mod indexing;
mod low_space;

use std::fs::File;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::batch::{self, JobBatch, refuse};
use super::job::Job;
use crate::server::config::{StoreConfig, limit};
use crate::server::ground::faults::{self, Point};
use crate::server::log::sqlite::checkpoints::WriteAheadLog;
use crate::server::log::sqlite::condition::Condition;
use crate::server::log::sqlite::database_files::DatabaseFiles;
use crate::server::log::sqlite::operations::Space;
use crate::server::log::sqlite::projections::search::IndexProgress;
use crate::server::log::sqlite::space::Reserve;
use crate::server::log::sqlite::trouble::{Step, Trouble};
use crate::server::log::{CommitSink, StoreError, StoreFailure};

/// How often the files are looked after.
const PERIOD: Duration = Duration::from_secs(1);
/// SQLite waits this long for a lock; then the committer looks whether it should go on waiting.
pub(in super::super) const LOCK_WAIT: Duration = Duration::from_millis(100);
/// A wait for another program's lock that takes this long is logged.
const LONG_WAIT: Duration = Duration::from_secs(1);
/// How long a store that is being closed waits for another program.
const WAIT_AT_THE_END: Duration = Duration::from_secs(5);

/// What the thread works with.
pub(in super::super) struct Committer {
    /// The connection that writes.
    connection: Connection,
    /// Its write-ahead log.
    log: WriteAheadLog,
    /// Where its files are.
    files: DatabaseFiles,
    /// Keeps other servers out of the folder, as long as the connection lives.
    lock: File,
    /// Where committed events go.
    sink: CommitSink,
    /// What the other threads know and are sent.
    pub(super) condition: Arc<Condition>,
    /// How long a batch waits for another program; `None` for as long as it takes.
    lock_timeout: Option<Duration>,
    /// What must stay free on the disk.
    reserve: Reserve,
    /// When the files were last looked after.
    maintained: Instant,
    /// When messages were last taken into the index of the search.
    indexed: Instant,
    /// Whether some are to be.
    progress: IndexProgress,
    /// Whether a refusal for want of space was logged, and its end not yet.
    logged_low_space: bool,
    /// Whether a transaction that was refused may lie in the log whole: SQLite writes and syncs the frames first and extends
    /// the index of the log after that, so it is not shown to anybody, but a process that is killed now would bring it back.
    may_hold_refused: bool,
}

impl Committer {
    /// Takes over a connection and all that belongs to it.
    pub(in super::super) fn new(
        connection: Connection,
        log: WriteAheadLog,
        files: DatabaseFiles,
        lock: File,
        sink: CommitSink,
        condition: Arc<Condition>,
        config: &StoreConfig,
    ) -> rusqlite::Result<Self> {
        connection.busy_timeout(LOCK_WAIT)?;
        let (lock_timeout, reserve) = (limit(config.lock_timeout), Reserve::of_mebibytes(config.disk_reserve_mb));
        let mut committer = Self {
            connection,
            log,
            files,
            lock,
            sink,
            condition,
            lock_timeout,
            reserve,
            maintained: Instant::now(),
            indexed: Instant::now(),
            progress: IndexProgress::Behind,
            logged_low_space: false,
            may_hold_refused: false,
        };
        // The first write is refused already if there is no space.
        committer.look_at_space();
        Ok(committer)
    }

    /// Lets go of the files, of the lock last.
    pub(super) fn leave(self) {
        let Self { connection, lock, .. } = self;
        drop(connection);
        drop(lock);
    }

    /// Takes a batch to the disk and answers it, or refuses it. `Err` when nobody can know what is on disk: then nobody is
    /// answered. `is_closing` tells whether nothing comes after what is queued.
    pub(super) fn serve(&mut self, batch: &mut JobBatch, is_closing: &dyn Fn() -> bool) -> Result<(), StoreFailure> {
        if let Err(StoreError::Damaged(detail)) = self.condition.admit(Space::Kept) {
            return self.refuse_for(Trouble::Damaged(detail), batch);
        }
        // Before each batch, since a fast writer fills a small disk between two looks at the files.
        self.look_at_reserve();
        if self.condition.is_below_reserve() {
            self.refuse_taking(batch);
        }
        match self.commit(batch, is_closing) {
            Ok(()) => Ok(()),
            Err(Trouble::Full) => {
                self.condition.set_full(true);
                self.may_hold_refused = true;
                self.log_low_space();
                self.refuse_taking(batch);
                // Copied into the file, the log has room again for what takes none.
                self.copy_log();
                self.forget_refused()?;
                match self.commit(batch, is_closing) {
                    Ok(()) => Ok(()),
                    Err(trouble) => self.refuse_for(trouble, batch),
                }
            }
            Err(trouble) => self.refuse_for(trouble, batch),
        }
    }

    /// Refuses the jobs of a batch that take space, and keeps the others in it.
    fn refuse_taking(&self, batch: &mut JobBatch) {
        let (taking, keeping) = batch.drain(..).partition(|job| matches!(job.space(), Space::Taken));
        refuse(taking, || StoreError::DiskFull);
        *batch = keeping;
    }

    /// Commits a batch, waiting for other programs, answers its callers and shows what is new.
    fn commit(&mut self, batch: &mut JobBatch, is_closing: &dyn Fn() -> bool) -> Result<(), Trouble> {
        if batch.is_empty() {
            return Ok(());
        }
        let begins = self.log.beginning();
        let waiting_since = Instant::now();
        let mut is_told = false;
        let committed = loop {
            match batch::commit(&self.connection, batch, begins.as_ref()) {
                Err(Trouble::Busy) if self.may_wait(waiting_since.elapsed(), is_closing()) => {
                    if !is_told && waiting_since.elapsed() >= LONG_WAIT {
                        is_told = true;
                        tracing::warn!(
                            writes = batch.len(),
                            "another program holds the database's write lock (sqlite3, a backup?); writes wait for it"
                        );
                    }
                }
                outcome => break outcome?,
            }
        };
        self.log.committed(begins);
        self.condition.note_commit();
        // Its first frame has the place of what was refused, and whatever comes after it in the log does not follow from it.
        self.may_hold_refused = false;
        faults::reach(Point::AfterCommitBeforeAck);
        batch.drain(..).for_each(Job::answer);
        faults::reach(Point::AfterAckBeforeFanOut);
        if self.logged_low_space && !committed.is_empty() {
            self.logged_low_space = false;
            tracing::info!("there is space on the disk again, and posting goes on");
        }
        if !committed.is_empty() {
            self.progress = IndexProgress::Behind;
        }
        committed.into_iter().for_each(&self.sink);
        Ok(())
    }

    fn may_wait(&self, waited: Duration, is_closing: bool) -> bool {
        let most = if is_closing {
            Some(self.lock_timeout.map_or(WAIT_AT_THE_END, |timeout| timeout.min(WAIT_AT_THE_END)))
        } else {
            self.lock_timeout
        };
        most.is_none_or(|most| waited < most)
    }

    fn refuse_for(&self, trouble: Trouble, batch: &mut JobBatch) -> Result<(), StoreFailure> {
        match trouble {
            Trouble::Busy => {
                tracing::warn!(
                    writes = batch.len(),
                    "another program has held the database's write lock for too long; writes are refused as busy"
                );
                refuse(std::mem::take(batch), || StoreError::Busy);
            }
            Trouble::Full => refuse(std::mem::take(batch), || StoreError::DiskFull),
            Trouble::Damaged(detail) => {
                self.condition.note_damage(&detail);
                refuse(std::mem::take(batch), || StoreError::Damaged(detail.clone()));
            }
            Trouble::InDoubt(detail) => return Err(StoreFailure::InDoubt(detail)),
        }
        Ok(())
    }

    /// What is done after a batch, when nobody waits for an answer.
    pub(super) fn tidy_up(&mut self, is_idle: &dyn Fn() -> bool) -> Result<(), StoreFailure> {
        if self.log.is_large() {
            self.copy_log();
        }
        if self.indexed.elapsed() >= PERIOD {
            self.index(is_idle)?;
        }
        if self.maintained.elapsed() >= PERIOD { self.maintain() } else { Ok(()) }
    }

    /// Looks after the files. `Err` when they are not where they were.
    pub(super) fn maintain(&mut self) -> Result<(), StoreFailure> {
        self.maintained = Instant::now();
        // Before anything is copied, since the file may be another.
        if let Some(reason) = self.files.displaced(self.log.lineage()) {
            return Err(StoreFailure::Displaced(reason));
        }
        self.look_at_space();
        if self.log.is_overdue() {
            self.copy_log();
        }
        self.forget_refused()?;
        self.log.warn_of_size();
        Ok(())
    }

    fn copy_log(&mut self) {
        if let Some(Trouble::Damaged(detail)) = self.log.copy(&self.connection) {
            self.condition.note_damage(&detail);
        }
    }

    /// Makes sure that nothing that was refused can come back: begins the log anew, as soon as the file holds all of it. It
    /// takes no space, since a log is not cut before it begins. While another program reads, it waits for the next look.
    fn forget_refused(&mut self) -> Result<(), StoreFailure> {
        let begins = self.log.beginning().filter(|_| self.may_hold_refused);
        let Some(lineage) = begins else { return Ok(()) };
        match batch::commit(&self.connection, &mut JobBatch::new(), Some(&lineage)) {
            Ok(_) => {
                self.log.committed(Some(lineage));
                self.may_hold_refused = false;
                Ok(())
            }
            Err(Trouble::InDoubt(detail)) => Err(StoreFailure::InDoubt(detail)),
            Err(Trouble::Busy | Trouble::Full | Trouble::Damaged(_)) => Ok(()),
        }
    }

    /// Leaves one file that holds everything, if nobody reads and there is space.
    pub(super) fn close(&mut self) -> Result<(), StoreFailure> {
        if let Some(reason) = self.files.displaced(self.log.lineage()) {
            return Err(StoreFailure::Displaced(reason));
        }
        let connection = &self.connection;
        let copied = connection
            .busy_timeout(WAIT_AT_THE_END)
            // Its row only says how far a reader let it come, which is no error.
            .and_then(|()| connection.query_one("pragma wal_checkpoint(truncate)", [], |_| Ok(())))
            .and_then(|()| connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false));
        match copied.map_err(|error| Trouble::of(&error, Step::Statement, connection)) {
            Err(Trouble::InDoubt(detail)) => Err(StoreFailure::InDoubt(detail)),
            // What is not in the file is in the log, for the next start.
            Err(trouble) => {
                tracing::warn!(?trouble, "the write-ahead log is left beside the database");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }
}
