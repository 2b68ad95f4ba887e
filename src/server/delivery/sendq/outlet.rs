//! The socket of a sendq. The sender writes at once; what the socket does not take is parked, and the connection's own task
//! writes it later. Not here: the queue and its limits (`queue`).

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::queue::{Outgoing, Queue, Signal};
use crate::server::delivery::frame::Frame;
use crate::server::net::listener::AcceptedSocket;
use crate::server::net::websocket::{Incoming, WriteBuffer};

/// A socket, and the bytes that it was given and has not taken.
pub(super) struct Outlet {
    socket: AcceptedSocket,
    write_buffer: WriteBuffer,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The socket took all that it was given.
    Open,
    /// The socket is full. The connection's task is woken when it takes more.
    Parked,
    /// The socket failed. The task finds out by its next write.
    Failed(io::ErrorKind),
}

impl Outlet {
    pub(super) fn new(socket: AcceptedSocket) -> Self {
        Self { socket, write_buffer: WriteBuffer::default(), state: State::Open }
    }

    /// Whether the socket may take a write now.
    pub(super) fn is_open(&self) -> bool {
        self.state == State::Open
    }

    /// Whether the task must be woken, since the socket will not become ready again.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    /// Sends frames behind what is queued, as far as the socket takes them.
    pub(super) fn send(&mut self, queue: &mut Queue, frames: Frame, context: &mut Context<'_>) {
        self.write_buffer.extend(queue.take_frames().unwrap_or_default());
        let written = self.write_buffer.poll_send(&mut self.socket, context, frames);
        self.note(&written);
    }

    /// Writes what is queued. Ready with `None` when everything is written, or with a signal to handle.
    pub(super) fn poll_drained(
        &mut self,
        queue: &mut Queue,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<Option<Signal>>> {
        if let State::Failed(kind) = self.state {
            return Poll::Ready(Err(kind.into()));
        }
        loop {
            let written = self.write_buffer.poll_write(&mut self.socket, context);
            self.note(&written);
            ready!(written)?;
            match queue.take() {
                Some(Outgoing::Frames(frames)) => self.write_buffer.extend(frames),
                Some(Outgoing::Signal(signal)) => return Poll::Ready(Ok(Some(signal))),
                None => return Poll::Ready(Ok(None)),
            }
        }
    }

    /// Answers a control frame by the next write.
    pub(super) fn reply(&mut self, incoming: &Incoming<'_>) {
        self.write_buffer.reply(incoming);
    }

    /// Appends a close frame, after which nothing is sent.
    pub(super) fn end(&mut self, close: Frame) {
        self.write_buffer.end(close);
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
