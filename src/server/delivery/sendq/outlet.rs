//! The socket that a sendq empties into. Whoever has something to send writes at once; what the socket does not take is
//! parked, and the connection's own task goes on with it. Not here: what waits and how much may (`queue`).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::queue::{Outgoing, Queue, Signal};
use crate::server::delivery::frame::Frame;
use crate::server::net::listener::Socket;
use crate::server::net::websocket::{Incoming, Unwritten};

/// A socket, and what it was given and has not taken.
pub(super) struct Outlet {
    socket: Socket,
    unwritten: Unwritten,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The socket took all it was given.
    Open,
    /// It takes no more: its task is woken when it does.
    Parked,
    /// It failed; the task finds out by its next write.
    Failed(io::ErrorKind),
}

impl Outlet {
    pub(super) fn new(socket: Socket) -> Self {
        Self { socket, unwritten: Unwritten::default(), state: State::Open }
    }

    /// Whether a write makes sense now.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether the task has to be told by waking it, since no readiness of the socket will.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// Sends one piece behind what waits, as far as the socket takes it.
    pub(super) fn send(&mut self, queue: &mut Queue, frames: Frame, context: &mut Context<'_>) {
        self.unwritten.extend(queue.take_frames().unwrap_or_default());
        let written = self.unwritten.poll_send(&mut self.socket, context, frames);
        self.note(&written);
    }

    /// Writes what waits. Ready when there is nothing more, or when there is something else to see to.
    pub(super) fn poll_drained(
        &mut self,
        queue: &mut Queue,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Signal>>> {
        if let State::Failed(kind) = self.state {
            return Poll::Ready(Err(kind.into()));
        }
        loop {
            let written = self.unwritten.poll_write(&mut self.socket, context);
            self.note(&written);
            ready!(written)?;
            match queue.take() {
                Some(Outgoing::Frames(frames)) => self.unwritten.extend(frames),
                Some(Outgoing::Signal(signal)) => return Poll::Ready(Ok(Some(signal))),
                None => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// Answers what wants an answer below the protocol; it goes out by the next write.
    pub(super) fn reply(&mut self, incoming: &Incoming<'_>) {
        self.unwritten.reply(incoming);
    }

    /// Makes a close frame the last of all.
    pub(super) fn end(&mut self, close: Frame) {
        self.unwritten.end(close);
    }

    pub(super) fn poll_read(&mut self, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_read(context, buffer)
    }

    pub(super) fn poll_shutdown(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(context)
    }

    fn note(&mut self, written: &Poll<io::Result<()>>) {
        self.state = match written {
            Poll::Ready(Ok(())) => State::Open,
            Poll::Pending => State::Parked,
            Poll::Ready(Err(error)) => State::Failed(error.kind()),
        };
    }
}
