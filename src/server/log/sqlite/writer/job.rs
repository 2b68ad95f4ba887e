//! An operation on its way through the writer: run first, perhaps a second time, answered after the commit, or refused.

use rusqlite::{Connection, Result};
use tokio::sync::oneshot;

use crate::server::log::sqlite::operations::{Operation, Outcome, Space};
use crate::server::log::{Committed, StoreError};

/// An operation without its type. Dropped without an answer, it tells its caller that the writer has gone.
pub(super) trait Job: Send {
    /// Does it, in the writer's transaction.
    fn run(&mut self, database: &Connection) -> Result<Done>;

    /// Whether it needs space on the disk.
    fn space(&self) -> Space;

    /// What it did is on disk.
    fn answer(self: Box<Self>);

    /// What it did was taken back, or it was not tried.
    fn refuse(self: Box<Self>, error: StoreError);
}

/// How a job went.
#[expect(clippy::large_enum_variant, reason = "it is taken apart as soon as it is there, and lies in no collection")]
pub(super) enum Done {
    /// What it wrote stays.
    Kept(Option<Committed>),
    /// What it wrote must be taken back.
    Undone,
}

/// A job and the way to its caller.
pub(super) struct PendingJob<O: Operation> {
    operation: O,
    reply: oneshot::Sender<Result<O::Answer, StoreError>>,
    answer: Option<Result<O::Answer, StoreError>>,
}

impl<O: Operation> PendingJob<O> {
    pub(super) fn new(operation: O, reply: oneshot::Sender<Result<O::Answer, StoreError>>) -> Self {
        Self { operation, reply, answer: None }
    }
}

impl<O: Operation> Job for PendingJob<O> {
    fn run(&mut self, database: &Connection) -> Result<Done> {
        match self.operation.apply(database)? {
            Outcome::Keep { answer, committed } => {
                self.answer = Some(Ok(answer));
                Ok(Done::Kept(committed))
            }
            Outcome::Undo(answer) => {
                self.answer = Some(answer);
                Ok(Done::Undone)
            }
        }
    }

    fn space(&self) -> Space {
        O::SPACE
    }

    fn answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            // A caller that went away does not need to know.
            let _ = self.reply.send(answer);
        }
    }

    fn refuse(self: Box<Self>, error: StoreError) {
        let _ = self.reply.send(Err(error));
    }
}
