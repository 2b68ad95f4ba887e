//! The one thread that writes. It takes whatever is queued, runs it in one transaction with one fsync, and only then
//! answers: group commit, so that many writers cost hardly more than one. Nobody else writes to the file.

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;
use std::time::Duration;
use std::{io, thread};

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};
use tokio::sync::{mpsc, oneshot, watch};

use super::operations::{Operation, Outcome};
use crate::server::config::StoreConfig;
use crate::server::faults::{self, Mutant, Point};
use crate::server::store::{CommitSink, Committed, StoreError};

/// A commit that so many jobs shared means that more are to come, and that it is worth waiting for them: a commit costs as
/// much for ten as for one. PostgreSQL calls it commit_siblings.
const JOBS_UNDER_LOAD: usize = 4;

/// The handle of the writer thread. When it is dropped, the thread writes what was queued and ends.
pub(super) struct Writer {
    /// The way to the thread; `None` once closed. Locked only for a `try_send`, which never waits.
    queue: Mutex<Option<mpsc::Sender<Box<dyn Job>>>>,
    /// Why the thread gave up, if it did. The other end goes away when the thread has ended and let go of the file.
    failure: watch::Receiver<Option<String>>,
}

/// What the thread works with.
pub(super) struct Workplace {
    /// The connection that writes.
    pub(super) connection: Connection,
    /// Keeps other servers out of the folder, as long as the connection lives.
    pub(super) lock: File,
    /// Where committed events go.
    pub(super) sink: CommitSink,
}

/// How many jobs share a commit.
#[derive(Clone, Copy)]
struct Grouping {
    jobs_max: usize,
    /// How long the writer lets jobs gather under load. A line that comes alone is never held up.
    delay: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(workplace: Workplace, config: &StoreConfig) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(config.write_queue.max(1));
        let grouping = Grouping { jobs_max: config.group_commit_max.max(1), delay: config.commit_delay };
        let (report, failure) = watch::channel(None);
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            if let Some(reason) = work(workplace, receiver, grouping) {
                tracing::error!(reason, "store.failed");
                report.send_replace(Some(reason));
            }
        })?;
        Ok(Self { queue: Mutex::new(Some(sender)), failure })
    }

    /// Queues an operation at once; the future only waits for the answer. The thread does not care whether anybody
    /// still waits.
    pub(super) fn write<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Answer, StoreError>> + Send + use<O> {
        let (reply, answer) = oneshot::channel();
        let queued = self.enqueue(Box::new(Pending { operation, reply, answer: None }));
        let failure = self.failure();
        async move {
            queued?;
            match answer.await {
                Ok(answer) => answer,
                Err(_) => Err(verdict(failure).await.map_or_else(StoreError::closed, StoreError::Closed)),
            }
        }
    }

    /// Tells, once, why the thread gave up.
    pub(super) fn failure(&self) -> watch::Receiver<Option<String>> {
        self.failure.clone()
    }

    /// Lets the thread finish what is queued and waits until it has let go of the file.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        drop(self.queue.lock().expect("nothing panics under this lock").take());
        match verdict(self.failure()).await {
            Some(reason) => Err(StoreError::Closed(reason)),
            None => Ok(()),
        }
    }

    fn enqueue(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        let queue = self.queue.lock().expect("nothing panics under this lock");
        let Some(queue) = queue.as_ref() else { return Err(StoreError::closed()) };
        match queue.try_send(job) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(StoreError::Busy),
            // If the thread gave up, the job is gone and with it the sender of its answer: the caller sees that.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }
}

/// Waits for the end of the thread; `Some` if it gave up.
async fn verdict(mut failure: watch::Receiver<Option<String>>) -> Option<String> {
    while failure.changed().await.is_ok() {}
    failure.borrow().clone()
}

/// An operation on its way: run first, perhaps a second time, answered after the commit, or dropped without an answer.
trait Job: Send {
    fn run(&mut self, database: &Connection) -> Result<Done>;
    fn answer(self: Box<Self>);
}

/// How a job went.
enum Done {
    /// What it wrote stays.
    Kept(Option<Committed>),
    /// What it wrote must be taken back.
    Undone,
}

struct Pending<O: Operation> {
    operation: O,
    reply: oneshot::Sender<Result<O::Answer, StoreError>>,
    answer: Option<Result<O::Answer, StoreError>>,
}

impl<O: Operation> Job for Pending<O> {
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

    fn answer(self: Box<Self>) {
        if let Some(answer) = self.answer {
            // A caller that went away does not need to know.
            let _ = self.reply.send(answer);
        }
    }
}

/// The thread's life. `Some` is why it ended before its time: a database that failed once is not trusted again, since
/// after a failed fsync nobody knows what is on disk (Rebello et al., "Can Applications Recover from fsync Failures?",
/// USENIX ATC 2020).
fn work(mut workplace: Workplace, mut queue: mpsc::Receiver<Box<dyn Job>>, grouping: Grouping) -> Option<String> {
    let ended = catch_unwind(AssertUnwindSafe(|| write_until_closed(&mut workplace, &mut queue, grouping)));
    // In this order: when the queue is gone, waiting callers ask why; when the lock is gone, another server may open.
    drop(queue);
    drop(workplace.connection);
    drop(workplace.lock);
    match ended {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some("the writer panicked".to_owned()),
    }
}

fn write_until_closed(
    workplace: &mut Workplace,
    queue: &mut mpsc::Receiver<Box<dyn Job>>,
    grouping: Grouping,
) -> Result<()> {
    let mut batch = Vec::with_capacity(grouping.jobs_max);
    while queue.blocking_recv_many(&mut batch, grouping.jobs_max) > 0 {
        let committed = commit(&mut workplace.connection, &mut batch)?;
        let is_under_load = batch.len() >= JOBS_UNDER_LOAD;
        faults::reach(Point::AfterCommitBeforeAck);
        batch.drain(..).for_each(Job::answer);
        faults::reach(Point::AfterAckBeforeFanOut);
        committed.into_iter().for_each(&workplace.sink);
        if is_under_load {
            thread::sleep(grouping.delay);
        }
    }
    // Its row only says how far a reader let it come, which is no error.
    workplace.connection.query_one("pragma wal_checkpoint(truncate)", [], |_| Ok(()))
}

/// Runs a batch in one transaction.
///
/// Hardly any job is refused, and a savepoint costs a copy of every page that its job changes: as much as all the rest.
/// So the first attempt has none; when a job must be taken back, the whole batch is, and runs again with them.
fn commit(connection: &mut Connection, batch: &mut Vec<Box<dyn Job>>) -> Result<Vec<Committed>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let (transaction, committed) = match run_all(&transaction, batch)? {
        Some(committed) => (transaction, committed),
        None => {
            transaction.rollback()?;
            let mut transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let committed = run_each(&mut transaction, batch)?;
            (transaction, committed)
        }
    };
    if faults::is_mutant(Mutant::AckBeforeCommit) {
        batch.drain(..).for_each(Job::answer);
    }
    faults::reach(Point::BeforeCommit);
    transaction.commit()?;
    Ok(committed)
}

/// Runs a batch. `None` as soon as a job must be taken back.
fn run_all(database: &Connection, batch: &mut [Box<dyn Job>]) -> Result<Option<Vec<Committed>>> {
    let mut committed = Vec::with_capacity(batch.len());
    for job in batch {
        match job.run(database)? {
            Done::Kept(event) => committed.extend(event),
            Done::Undone => return Ok(None),
        }
    }
    Ok(Some(committed))
}

/// Runs a batch, each job in a savepoint: whoever is refused has only its own taken back.
fn run_each(transaction: &mut Transaction<'_>, batch: &mut [Box<dyn Job>]) -> Result<Vec<Committed>> {
    let mut committed = Vec::with_capacity(batch.len());
    for job in batch {
        let mut savepoint = transaction.savepoint()?;
        match job.run(&savepoint)? {
            Done::Kept(event) => committed.extend(event),
            Done::Undone => savepoint.rollback()?,
        }
        savepoint.commit()?;
    }
    Ok(committed)
}
