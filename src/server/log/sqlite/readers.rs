//! The threads that read, each with a read-only connection of its own. Each read is one snapshot: one deferred
//! transaction. A thread that is busy takes the next read without having slept, so that many reads cost little more than
//! their queries. Not here: the queries (`queries`).

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::{io, thread};

use rusqlite::{Connection, Result, Transaction};
use tokio::sync::{mpsc, oneshot};

use super::condition::Condition;
use super::trouble::{Step, Trouble};
use crate::server::log::StoreError;

type Query = Box<dyn FnOnce(&mut Connection) + Send>;

/// The way to the threads. When it is dropped, they end.
pub(super) struct Readers {
    queue: Arc<Queue>,
    /// Takes note of damage.
    condition: Arc<Condition>,
    /// Closed when the last thread has let go of its connection.
    ended: tokio::sync::Mutex<mpsc::Receiver<()>>,
}

#[derive(Default)]
struct Queue {
    /// Nothing is called under this lock.
    reads: Mutex<Reads>,
    added: Condvar,
}

#[derive(Default)]
struct Reads {
    waiting: VecDeque<Query>,
    is_closed: bool,
}

impl Readers {
    /// Starts a thread for each connection.
    pub(super) fn start(connections: Vec<Connection>, condition: Arc<Condition>) -> io::Result<Self> {
        let queue = Arc::<Queue>::default();
        let (alive, ended) = mpsc::channel(1);
        for (number, mut connection) in connections.into_iter().enumerate() {
            let (queue, alive) = (Arc::clone(&queue), alive.clone());
            thread::Builder::new().name(format!("store-reader-{number}")).spawn(move || {
                while let Some(query) = queue.next() {
                    query(&mut connection);
                }
                drop(connection);
                drop(alive);
            })?;
        }
        Ok(Self { queue, condition, ended: tokio::sync::Mutex::new(ended) })
    }

    /// Runs a query. When the caller goes away it still runs to its end. One that panics answers with an error, and its
    /// thread goes on.
    pub(super) async fn read<T, Q>(&self, query: Q) -> Result<T, StoreError>
    where
        T: Send + 'static,
        Q: FnOnce(&Transaction<'_>) -> Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        self.queue.add(Box::new(move |connection| {
            let read = || connection.transaction().and_then(|snapshot| query(&snapshot));
            // A transaction that is dropped in a panic is rolled back, so the connection is as good as before.
            let answer = catch_unwind(AssertUnwindSafe(read));
            let answer = answer.map_err(|_| "a query panicked".to_owned());
            let answer = answer.map(|read| read.map_err(|error| Trouble::of(&error, Step::Statement, connection)));
            // A caller that went away does not need to know.
            let _ = reply.send(answer);
        }));
        match answer.await {
            Ok(Ok(answer)) => answer.map_err(|trouble| self.refusal(trouble)),
            Ok(Err(panicked)) => Err(StoreError::Read(panicked)),
            Err(_) => Err(StoreError::closed()),
        }
    }

    fn refusal(&self, trouble: Trouble) -> StoreError {
        match trouble {
            Trouble::Busy => StoreError::Busy,
            Trouble::Damaged(detail) => {
                self.condition.note_damage(&detail);
                StoreError::Damaged(detail)
            }
            // A read writes nothing, so there is nothing to be in doubt about.
            Trouble::Full => StoreError::Read("there is no space for what the read keeps meanwhile".to_owned()),
            Trouble::InDoubt(detail) => StoreError::Read(detail),
        }
    }

    /// Waits for the reads that run, and lets none begin.
    pub(super) async fn close(&self) {
        self.queue.close();
        while self.ended.lock().await.recv().await.is_some() {}
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Queue {
    /// Queues a query; once closed, drops it, and with it the sender of its answer.
    fn add(&self, query: Query) {
        let mut reads = self.lock();
        if !reads.is_closed {
            reads.waiting.push_back(query);
            drop(reads);
            self.added.notify_one();
        }
    }

    /// Waits for a query. `None` when there will be none.
    fn next(&self) -> Option<Query> {
        let reads = self.added.wait_while(self.lock(), |reads| reads.waiting.is_empty() && !reads.is_closed);
        reads.unwrap_or_else(PoisonError::into_inner).waiting.pop_front()
    }

    fn close(&self) {
        let mut reads = self.lock();
        reads.is_closed = true;
        let dropped = std::mem::take(&mut reads.waiting);
        drop(reads);
        drop(dropped);
        self.added.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Reads> {
        // A push or a take leaves the queue whole.
        self.reads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
