//! The bounded queue of one connection, and the socket it empties into. Sending never waits: what the socket takes at once
//! is written by the sender, the rest by the connection's own task when the client makes room. A reader that is too slow
//! loses what waits of its rooms, is told so, and costs nobody else anything. Not here: what the frames mean, and which
//! rooms fell behind (`hub::followers`).

use std::io;
use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use tokio::io::ReadBuf;

use crate::protocol::CloseCode;
use crate::server::delivery::compressor::{Compressor, Reader};
use crate::server::delivery::frame::{Frame, Image};
use crate::server::net::listener::Socket;
use crate::server::net::websocket::{Agreement, Form, Incoming};
use outlet::Outlet;
use queue::Queue;

mod outlet;
mod queue;

pub use queue::{Outgoing, SendqLimits, Signal, WhenFull};

/// The queue, shared by the hub, which sends, and the connection's task, which reads and finishes what is parked.
pub struct Sendq {
    form: Form,
    /// Innermost of all locks; held for a push, a read or a write of the socket, none of which waits.
    inner: Mutex<Inner>,
    /// Counted for as long as this connection may take compressed frames.
    _reader: Option<Reader>,
}

struct Inner {
    queue: Queue,
    /// None where somebody else takes the frames: in tests of what leads to them.
    outlet: Option<Outlet>,
    /// The connection's task, unless it was woken and has not looked since.
    task: Option<Waker>,
}

impl Sendq {
    /// An empty queue without a socket; [`Sendq::try_next`] gives out what waits.
    #[must_use]
    pub fn new(limits: SendqLimits, when_full: WhenFull) -> Self {
        let inner = Inner { queue: Queue::new(limits, when_full), outlet: None, task: None };
        Self { form: Form::Plain, inner: Mutex::new(inner), _reader: None }
    }

    /// The same with a socket, and what was agreed on with its client about compression.
    #[must_use]
    pub fn with_socket(self, socket: Socket, agreement: Option<Agreement>, compressor: &Arc<Compressor>) -> Self {
        let inner = self.inner.into_inner().unwrap_or_else(PoisonError::into_inner);
        let inner = Inner { outlet: Some(Outlet::new(socket)), ..inner };
        Self { form: Form::of(agreement), inner: Mutex::new(inner), _reader: compressor.count(agreement) }
    }

    /// Which form of a publication this connection takes.
    #[must_use]
    pub fn form(&self) -> Form {
        self.form
    }

    /// Appends an answer. The connection's task writes it when it looks next, with all others that came meanwhile.
    pub fn push(&self, frame: Frame) {
        let mut inner = self.lock();
        inner.queue.push(frame);
        wake(inner);
    }

    /// Sends something of a room, unless the connection fell behind. It falls behind when there is no place for it.
    pub fn push_of_room(&self, image: Image) {
        let mut inner = self.lock();
        let Inner { queue, outlet, task } = &mut *inner;
        if !queue.takes_rooms() {
            return;
        }
        let is_seen_to = match outlet {
            Some(outlet) if outlet.is_open() => {
                let waker = task.as_ref().unwrap_or(Waker::noop());
                outlet.send(queue, image.bytes, &mut Context::from_waker(waker));
                !outlet.has_failed()
            }
            Some(outlet) => {
                queue.push_of_room(&image);
                !outlet.has_failed() && !queue.has_signal()
            }
            None => {
                queue.push_of_room(&image);
                false
            }
        };
        if !is_seen_to {
            wake(inner);
        }
    }

    /// Sends something that may be lost: beyond half of the limits it is dropped in silence.
    pub fn push_ephemeral(&self, image: Image) {
        if !self.lock().queue.is_half_full(&image) {
            self.push_of_room(image);
        }
    }

    /// Tells the connection's task something, after what is queued: an ack before a [`Signal::Close`] still arrives. Of
    /// several close codes the first wins.
    pub fn signal(&self, signal: Signal) {
        let mut inner = self.lock();
        inner.queue.signal(signal);
        wake(inner);
    }

    /// Closes the connection after what is queued.
    pub fn close(&self, code: CloseCode) {
        self.signal(Signal::Close(code));
    }

    /// What there is to do now, without a socket.
    pub fn try_next(&self) -> Option<Outgoing> {
        self.lock().queue.take()
    }

    /// Writes what waits; for the connection's task, which is woken when there is more to do. Ready with `None` when there
    /// is nothing left, with a signal when there is something to see to.
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

    /// Answers what wants an answer below the protocol: a ping, and the client's close. It goes out with the next write.
    pub fn reply(&self, incoming: &Incoming<'_>) {
        if let Some(outlet) = &mut self.lock().outlet {
            outlet.reply(incoming);
        }
    }

    /// Makes a close frame the last of all that is sent.
    pub fn end(&self, close: Frame) {
        if let Some(outlet) = &mut self.lock().outlet {
            outlet.end(close);
        }
    }

    /// Says to the operating system that nothing more is sent.
    ///
    /// # Errors
    /// Those of the socket.
    pub fn poll_shutdown(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.lock().outlet.as_mut().map_or(Poll::Ready(Ok(())), |outlet| outlet.poll_shutdown(context))
    }

    /// Reads and forgets, until the client has closed.
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

    /// Takes frames of rooms again: those that fell behind send none until they are joined anew.
    pub fn resume(&self) {
        self.lock().queue.resume();
    }

    /// Whether so much of a room would be too much for an empty queue.
    pub fn is_too_much(&self, bytes: usize, frames: usize) -> bool {
        self.lock().queue.is_too_much(bytes, frames)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        // Every operation leaves the queue whole, so a poisoned lock is as good as any.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Wakes the connection's task, after the lock is given back.
fn wake(mut inner: MutexGuard<'_, Inner>) {
    let task = inner.task.take();
    drop(inner);
    if let Some(task) = task {
        task.wake();
    }
}

#[cfg(test)]
mod tests;
