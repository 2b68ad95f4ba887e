//! The two halves of a connection over any byte stream, put together as `connection::transport` and the sendq do it, for
//! tests of what they do with a stream that is slow, cut or cancelled. Not here: the loop that serves people.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::close_code::CloseStatus;
use super::decoder::Incoming;
use super::frame::encode_close;
use super::inbox::{Inbox, READ_BYTES, ReceiveError};
use super::permessage_deflate::Agreement;
use super::write_buffer::WriteBuffer;

/// The server's end of one connection.
#[derive(Debug)]
pub struct WebSocket<S> {
    io: S,
    inbox: Inbox,
    write_buffer: WriteBuffer,
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocket<S> {
    /// Takes over a stream after the handshake. `unread` is what was read behind the request.
    pub fn new(io: S, unread: BytesMut, message_bytes_max: usize, agreement: Option<Agreement>) -> Self {
        let inbox = Inbox::new(unread, message_bytes_max, agreement);
        Self { io, inbox, write_buffer: WriteBuffer::default() }
    }

    /// Waits for the next message, control frame or fragment of a message; pings and the client's close are answered by themselves. Writes
    /// meanwhile what an earlier call could not.
    pub async fn receive(&mut self) -> Result<Incoming<'static>, ReceiveError> {
        poll_fn(|context| self.poll_receive(context)).await
    }

    /// Writes frames, made by [`encode`](super::encode) or a [`SharedFrame`](super::SharedFrame), in their order and together. When it
    /// is cancelled, the rest goes out by the next call of anything, so that no frame is ever torn.
    pub async fn send(&mut self, frames: Vec<Bytes>) -> io::Result<()> {
        self.write_buffer.extend(frames);
        poll_fn(|context| self.poll_write(context)).await
    }

    /// Says why, unless the client closed first, and waits until the client has closed too. Bound this in time: a client
    /// may never close.
    pub async fn close(mut self, code: CloseStatus, reason: &str) -> io::Result<()> {
        self.write_buffer.end(encode_close(code, reason));
        poll_fn(|context| self.poll_write(context)).await?;
        poll_fn(|context| Pin::new(&mut self.io).poll_shutdown(context)).await?;
        // A socket that is closed with unread data resets, and the reset overtakes the reason (RFC 1122 §4.2.2.13).
        poll_fn(|context| self.poll_discard(context)).await
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Incoming<'static>, ReceiveError>> {
        // A client that takes nothing may still say something, so a write that waits keeps nobody from reading.
        if let Poll::Ready(written) = self.poll_write(context) {
            written?;
        }
        let io = &mut self.io;
        let incoming = ready!(self.inbox.poll_next(|buffer| Pin::new(&mut *io).poll_read(context, buffer)))?;
        self.write_buffer.reply(&incoming);
        Poll::Ready(Ok(incoming))
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.write_buffer.poll_write(&mut self.io, context)
    }

    fn poll_discard(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut memory = [MaybeUninit::uninit(); READ_BYTES];
        loop {
            let mut buffer = ReadBuf::uninit(&mut memory);
            ready!(Pin::new(&mut self.io).poll_read(context, &mut buffer))?;
            if buffer.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

#[cfg(test)]
mod tests;
