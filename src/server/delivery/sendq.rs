//! The bounded send queue of one connection, and its socket. Sending never waits: the sender writes what the socket takes at
//! once, and the connection's own task writes the rest when the client makes room. The queue of a slow reader overflows: the
//! queued room traffic is dropped, its client is sent one `gap`, and nobody else notices. Not here: what the frames mean, and
//! which rooms fell behind (`hub::followers`).

use std::io;
use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::ReadBuf;

use crate::protocol::CloseCode;
use crate::server::delivery::compressor::{Compressor, CompressorUser};
use crate::server::delivery::frame::{Frame, Frames};
use crate::server::net::listener::AcceptedSocket;
use crate::server::net::websocket::{Agreement, FrameEncoding, Incoming};
use outlet::Outlet;
use queue::Queue;

mod outlet;
mod queue;

pub use queue::{Outgoing, SendqLimits, Signal, WhenFull};

/// The queue. It is shared by the hub, which sends, and the connection's task, which reads and writes what is parked.
pub struct Sendq {
    form: FrameEncoding,
    /// Innermost of all locks. Held for a push, or for a read or a write of the socket that does not wait.
    inner: Mutex<Inner>,
    /// Held as long as this connection may be sent compressed frames.
    _compressor_user: Option<CompressorUser>,
}

struct Inner {
    queue: Queue,
    /// `None` in tests, which take the frames by [`Sendq::try_next`].
    outlet: Option<Outlet>,
    /// Wakes the connection's task. `None` after it was woken, until it polls again.
    task: Option<Waker>,
}

impl Sendq {
    /// An empty queue without a socket. [`Sendq::try_next`] takes what is queued.
    #[must_use]
    pub fn new(limits: SendqLimits, when_full: WhenFull) -> Self {
        let inner = Inner { queue: Queue::new(limits, when_full), outlet: None, task: None };
        Self { form: FrameEncoding::Plain, inner: Mutex::new(inner), _compressor_user: None }
    }

    /// The same with a socket, and with the compression that was negotiated with its client.
    #[must_use]
    pub fn with_socket(
        self,
        socket: AcceptedSocket,
        agreement: Option<Agreement>,
        compressor: &Arc<Compressor>,
    ) -> Self {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let inner = Inner { outlet: Some(Outlet::new(socket)), ..inner };
        Self {
            form: FrameEncoding::of(agreement),
            inner: Mutex::new(inner),
            _compressor_user: compressor.count(agreement),
        }
    }

    /// The form in which this connection takes publications.
    #[must_use]
    pub fn form(&self) -> FrameEncoding {
        self.form
    }

    /// Appends an answer. The connection's task writes it when it runs next, with all others that came meanwhile.
    pub fn push(&self, frame: Frame) {
        let mut inner = self.lock();
        inner.queue.push(frame);
        wake(inner);
    }

    /// Sends frames of a room, unless the connection is behind. When the queue is full, the connection falls behind.
    pub fn push_room_frames(&self, frames: Frames) {
        let mut inner = self.lock();
        let Inner { queue, outlet, task } = &mut *inner;
        if !queue.takes_room_traffic() {
            return;
        }
        let is_done = match outlet {
            Some(outlet) if outlet.is_open() => {
                let waker = task.as_ref().unwrap_or(Waker::noop());
                outlet.send(queue, frames.bytes, &mut Context::from_waker(waker));
                !outlet.has_failed()
            }
            Some(outlet) => {
                queue.push_room_frames(&frames);
                !outlet.has_failed() && !queue.has_signal()
            }
            None => {
                queue.push_room_frames(&frames);
                false
            }
        };
        if !is_done {
            wake(inner);
        }
    }

    /// Sends frames that may be lost. They are dropped in silence when the queue would be more than half full.
    pub fn push_droppable(&self, frames: Frames) {
        if !self.lock().queue.is_half_full(&frames) {
            self.push_room_frames(frames);
        }
    }

    /// Signals the connection's task, which gets the signal after what is queued. So an ack before a [`Signal::Close`] still
    /// arrives. Of several close codes the first one counts.
    pub fn signal(&self, signal: Signal) {
        let mut inner = self.lock();
        inner.queue.signal(signal);
        wake(inner);
    }

    /// Closes the connection after what is queued.
    pub fn close(&self, code: CloseCode) {
        self.signal(Signal::Close(code));
    }

    /// Takes what is queued, or else a signal. For queues without a socket.
    pub fn try_next(&self) -> Option<Outgoing> {
        self.lock().queue.take()
    }

    /// Writes what is queued. For the connection's task, which is woken when there is more to do. Ready with `None` when
    /// everything is written, or with a signal that the task must handle.
    ///
    /// # Errors
    /// When the client is gone, or has taken nothing for longer than `limits.write_timeout`.
    pub fn poll_drained(&self, context: &mut Context<'_>) -> Poll<io::Result<Option<Signal>>> {
        let mut inner = self.lock();
        let Inner { queue, outlet, task } = &mut *inner;
        match task {
            Some(task) => task.clone_from(context.waker()),
            None => *task = Some(context.waker().clone()),
        }
        outlet.as_mut().map_or(Poll::Pending, |outlet| outlet.poll_drained(queue, context))
    }

    /// Reads once from the socket.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn poll_read(&self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.lock().outlet.as_mut().map_or(Poll::Pending, |outlet| outlet.poll_read(context, buffer))
    }

    /// Answers control frames: a ping by a pong, and a close by a close. The answer goes out with the next write.
    pub fn reply(&self, incoming: &Incoming<'_>) {
        if let Some(outlet) = &mut self.lock().outlet {
            outlet.reply(incoming);
        }
    }

    /// Appends a close frame, after which nothing is sent.
    pub fn end(&self, close: Frame) {
        if let Some(outlet) = &mut self.lock().outlet {
            outlet.end(close);
        }
    }

    /// Shuts down the sending side of the socket.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn poll_shutdown(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().outlet.as_mut().map_or(Poll::Ready(Ok(())), |outlet| outlet.poll_shutdown(context))
    }

    /// Reads and discards until the client has closed.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn poll_discard(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut memory = [MaybeUninit::uninit(); 1024];
        loop {
            let mut buffer = ReadBuf::uninit(&mut memory);
            ready!(self.poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }

    /// Takes frames of rooms again. The rooms that are behind send none until the connection follows them again.
    pub fn resume(&self) {
        self.lock().queue.resume();
    }

    /// Whether so much would overflow an empty queue.
    pub fn is_too_much(&self, bytes: usize, frames: usize) -> bool {
        self.lock().queue.is_too_much(bytes, frames)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every operation leaves the queue whole, so a poisoned lock is as good as any.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the connection's task after releasing the lock.
fn wake(mut inner: MutexGuard<'_, Inner>) {
    let task = inner.task.take();
    drop(inner);
    if let Some(task) = task {
        task.wake();
    }
}

#[cfg(test)]
mod tests;
