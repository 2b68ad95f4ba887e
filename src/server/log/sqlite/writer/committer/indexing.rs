//! Takes messages into the index of the search, apart from their appends: about once a second, and on and on while nobody waits
//! for a write. So a post never waits for the index of others for longer than one such step. Not here: the index
//! (`projections::search`).

use std::time::Instant;

use rusqlite::{Connection, Result};
use tokio::sync::oneshot;

use super::{Committer, PERIOD};
use crate::server::log::StoreFailure;
use crate::server::log::sqlite::operations::{Operation, Outcome, Space};
use crate::server::log::sqlite::projections::search::{IndexProgress, index_some};
use crate::server::log::sqlite::trouble::Trouble;
use crate::server::log::sqlite::writer::batch::{self, JobBatch};
use crate::server::log::sqlite::writer::job::{Job, PendingJob};

/// So many messages share a step.
const STEP_MESSAGES: usize = 256;

/// A step.
struct IndexMessages;

impl Operation for IndexMessages {
    type Answer = IndexProgress;
    const SPACE: Space = Space::Taken;

    fn apply(&self, database: &Connection) -> Result<Outcome<IndexProgress>> {
        index_some(database, STEP_MESSAGES).map(Outcome::silent)
    }
}

impl Committer {
    /// Takes a step if there is something to take, and goes on while the writer is idle, for as long as the files need no
    /// look. What fails is tried again the next time, since the messages themselves are looked at until then. Nothing that
    /// readers see of the rooms changes, so the version of the store stays. `Err` when nobody can know what is on disk.
    pub(in super::super) fn index(&mut self, is_idle: &dyn Fn() -> bool) -> Result<(), StoreFailure> {
        self.indexed = Instant::now();
        let may_go_on = |committer: &Self| {
            committer.progress == IndexProgress::Behind && committer.condition.admit(Space::Taken).is_ok()
        };
        while may_go_on(self) {
            let (reply, mut answer) = oneshot::channel();
            let mut step: JobBatch = vec![Box::new(PendingJob::new(IndexMessages, reply))];
            let begins = self.log.beginning();
            match batch::commit(&self.connection, &mut step, begins.as_ref()) {
                Ok(_) => self.log.committed(begins),
                Err(Trouble::InDoubt(detail)) => return Err(StoreFailure::InDoubt(detail)),
                Err(Trouble::Damaged(detail)) => {
                    self.condition.note_damage(&detail);
                    break;
                }
                Err(Trouble::Busy | Trouble::Full) => break,
            }
            step.drain(..).for_each(Job::answer);
            if let Ok(Ok(progress)) = answer.try_recv() {
                self.progress = progress;
            }
            if self.log.is_large() {
                self.copy_log();
            }
            if !is_idle() || self.indexed.elapsed() >= PERIOD {
                break;
            }
        }
        Ok(())
    }
}
