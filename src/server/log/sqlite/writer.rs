//! The one thread that writes. It takes whatever is queued, runs it in one transaction with one fsync, and only then
//! answers: group commit, so that many writers cost hardly more than one. Nobody else writes to the file.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use std::{io, thread};

use tokio::sync::{mpsc, oneshot, watch};

use super::condition::Condition;
use super::operations::Operation;
use crate::server::config::StoreConfig;
use crate::server::log::{StoreError, StoreFailure};

mod batch;
mod committer;
mod job;

use job::{Job, PendingJob};

pub(super) use committer::{Committer, LOCK_WAIT};

/// A commit that so many jobs shared means that more are to come, and that it is worth waiting for them: a commit costs as
/// much for ten as for one. PostgreSQL calls it commit_siblings.
const JOBS_UNDER_LOAD: usize = 4;

/// The handle of the writer thread. When it is dropped, the thread writes what was queued and ends.
pub(super) struct Writer {
    /// The way to the thread; `None` once closed. Locked only for a `try_send`, which never waits.
    queue: Mutex<Option<mpsc::Sender<Task>>>,
    /// Why the thread gave up, if it did. The other end goes away when the thread has ended and let go of the file.
    failure: watch::Receiver<Option<StoreFailure>>,
    condition: Arc<Condition>,
}

/// What the thread is asked for.
enum Task {
    /// A write.
    Write(Box<dyn Job>),
    /// A look at the files; answered when it is done.
    Maintain(oneshot::Sender<()>),
}

/// How many jobs share a commit.
#[derive(Clone, Copy)]
struct Grouping {
    jobs_max: usize,
    /// How long the writer lets jobs gather under load. A post that comes alone is never held up.
    delay: Duration,
}

impl Writer {
    /// Starts the thread.
    pub(super) fn start(committer: Committer, config: &StoreConfig) -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(config.write_queue.max(1));
        let grouping = Grouping { jobs_max: config.group_commit_max.max(1), delay: config.commit_delay };
        let (report, failure) = watch::channel(None);
        let condition = Arc::clone(&committer.condition);
        thread::Builder::new().name("store-writer".to_owned()).spawn(move || {
            if let Err(failure) = work(committer, receiver, grouping) {
                tracing::error!(%failure, "store.failed");
                report.send_replace(Some(failure));
            }
        })?;
        Ok(Self { queue: Mutex::new(Some(sender)), failure, condition })
    }

    /// Queues an operation at once; the future only waits for the answer. The thread does not care whether anybody
    /// still waits.
    pub(super) fn write<O: Operation>(
        &self,
        operation: O,
    ) -> impl Future<Output = Result<O::Answer, StoreError>> + Send + use<O> {
        let (reply, answer) = oneshot::channel();
        let admitted = || self.condition.admit(O::SPACE);
        let queued = self.enqueue(admitted, || Task::Write(Box::new(PendingJob::new(operation, reply))));
        let failure = self.failure();
        async move {
            queued?;
            match answer.await {
                Ok(answer) => answer,
                Err(_) => Err(closed_by(verdict(failure).await)),
            }
        }
    }

    /// Asks for a look at the files; the future waits until it was done.
    pub(super) fn maintain(&self) -> impl Future<Output = Result<(), StoreError>> + Send + use<> {
        let (reply, done) = oneshot::channel();
        let queued = self.enqueue(|| Ok(()), || Task::Maintain(reply));
        let failure = self.failure();
        async move {
            queued?;
            match done.await {
                Ok(()) => Ok(()),
                Err(_) => Err(closed_by(verdict(failure).await)),
            }
        }
    }

    /// Tells, once, why the thread gave up.
    pub(super) fn failure(&self) -> watch::Receiver<Option<StoreFailure>> {
        self.failure.clone()
    }

    /// Lets the thread finish what is queued and waits until it has let go of the file.
    pub(super) async fn close(&self) -> Result<(), StoreError> {
        drop(self.queue.lock().expect("nothing panics under this lock").take());
        match verdict(self.failure()).await {
            Some(failure) => Err(closed_by(Some(failure))),
            None => Ok(()),
        }
    }

    fn enqueue(
        &self,
        admit: impl FnOnce() -> Result<(), StoreError>,
        task: impl FnOnce() -> Task,
    ) -> Result<(), StoreError> {
        let queue = self.queue.lock().expect("nothing panics under this lock");
        let Some(queue) = queue.as_ref() else { return Err(StoreError::closed()) };
        admit()?;
        match queue.try_send(task()) {
            Err(mpsc::error::TrySendError::Full(_)) => Err(StoreError::Busy),
            // If the thread gave up, the job is gone and with it the sender of its answer: the caller sees that.
            Ok(()) | Err(mpsc::error::TrySendError::Closed(_)) => Ok(()),
        }
    }
}

fn closed_by(failure: Option<StoreFailure>) -> StoreError {
    failure.map_or_else(StoreError::closed, |failure| StoreError::Closed(failure.to_string()))
}

/// Waits for the end of the thread; `Some` if it gave up.
async fn verdict(mut failure: watch::Receiver<Option<StoreFailure>>) -> Option<StoreFailure> {
    while failure.changed().await.is_ok() {}
    failure.borrow().clone()
}

/// The thread's life. `Err` is why it ended before its time: a database that left doubt once is not trusted again, since
/// after a failed fsync nobody knows what is on disk (Rebello et al., "Can Applications Recover from fsync Failures?",
/// USENIX ATC 2020).
fn work(mut committer: Committer, mut queue: mpsc::Receiver<Task>, grouping: Grouping) -> Result<(), StoreFailure> {
    let ended = catch_unwind(AssertUnwindSafe(|| write_until_closed(&mut committer, &mut queue, grouping)));
    // In this order: when the queue is gone, waiting callers ask why; when the lock is gone, another server may open.
    drop(queue);
    committer.leave();
    ended.unwrap_or_else(|_| Err(StoreFailure::InDoubt("the writer panicked".to_owned())))
}

fn write_until_closed(
    committer: &mut Committer,
    queue: &mut mpsc::Receiver<Task>,
    grouping: Grouping,
) -> Result<(), StoreFailure> {
    let mut tasks = Vec::with_capacity(grouping.jobs_max);
    let mut batch = Vec::with_capacity(grouping.jobs_max);
    while queue.blocking_recv_many(&mut tasks, grouping.jobs_max) > 0 {
        let mut maintain = None;
        for task in tasks.drain(..) {
            match task {
                Task::Write(job) => batch.push(job),
                Task::Maintain(reply) => maintain = Some(reply),
            }
        }
        let is_under_load = batch.len() >= JOBS_UNDER_LOAD;
        committer.serve(&mut batch, &|| queue.is_closed())?;
        let is_idle = || queue.is_empty() && !queue.is_closed();
        match maintain {
            Some(reply) => {
                committer.maintain()?;
                committer.index(&is_idle)?;
                // Whoever asked need not wait.
                let _ = reply.send(());
            }
            None => committer.tidy_up(&is_idle)?,
        }
        if is_under_load {
            thread::sleep(grouping.delay);
        }
    }
    committer.close()
}
