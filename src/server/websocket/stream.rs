//! A WebSocket over any byte stream: the codec with a socket under it. It answers pings and ends with the closing
//! handshake. Not here: time. Whoever calls bounds each of these in time if that is wanted; all of them are cancel-safe.

use std::future::poll_fn;
use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes, BytesMut};
use thiserror::Error;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::close_code::CloseCode;
use super::decoder::{Compression, Decoder, Incoming};
use super::error::ProtocolError;
use super::frame::{Opcode, encode, encode_close};
use super::outgoing::Outgoing;
use super::permessage_deflate::Agreement;

/// How much is read at once. It lies on the stack during one poll, so a connection that waits has no buffer.
const READ_BYTES: usize = 8 * 1024;

/// Why nothing more will be received.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// The client broke a rule: tell it by [`WebSocket::close`] with the close code of the error.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The stream ended, with a close frame or without.
    #[error("the connection is closed")]
    Closed,
}

/// The server's end of one connection.
#[derive(Debug)]
pub struct WebSocket<S> {
    io: S,
    decoder: Decoder,
    /// Read, but not yet decoded: messages that came together are received one by one. Empty and without memory at rest.
    unread: BytesMut,
    outgoing: Outgoing,
    agreement: Option<Agreement>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> WebSocket<S> {
    /// Takes over a stream after the handshake. `unread` is what was read behind the request.
    pub fn new(io: S, unread: BytesMut, message_bytes_max: usize, agreement: Option<Agreement>) -> Self {
        let compression = if agreement.is_some() { Compression::Agreed } else { Compression::Refused };
        let decoder = Decoder::new(message_bytes_max, compression);
        Self { io, decoder, unread, outgoing: Outgoing::default(), agreement }
    }

    /// What was agreed on about compression; [`SharedFrame::image`](super::SharedFrame::image) wants to know.
    #[must_use]
    pub fn agreement(&self) -> Option<Agreement> {
        self.agreement
    }

    /// Waits for the next message or control frame; pings and the client's close are answered by themselves. Writes
    /// meanwhile what an earlier call could not.
    pub async fn receive(&mut self) -> Result<Incoming<'static>, ReceiveError> {
        poll_fn(|context| self.poll_receive(context)).await
    }

    /// Writes frames, made by [`encode`] or a [`SharedFrame`](super::SharedFrame), in their order and together. When it
    /// is cancelled, the rest goes out by the next call of anything, so that no frame is ever torn.
    pub async fn send(&mut self, frames: Vec<Bytes>) -> io::Result<()> {
        self.outgoing.extend(frames);
        poll_fn(|context| self.poll_write(context)).await
    }

    /// Says why, unless the client closed first, and waits until the client has closed too. Bound this in time: a client
    /// may never close.
    pub async fn close(mut self, code: CloseCode, reason: &str) -> io::Result<()> {
        self.outgoing.end(encode_close(code, reason));
        poll_fn(|context| self.poll_write(context)).await?;
        poll_fn(|context| Pin::new(&mut self.io).poll_shutdown(context)).await?;
        // A socket that is closed with unread data resets, and the reset overtakes the reason (RFC 1122 §4.2.2.13).
        poll_fn(|context| self.poll_discard(context)).await
    }

    fn poll_receive(&mut self, context: &mut Context<'_>) -> Poll<Result<Incoming<'static>, ReceiveError>> {
        loop {
            // A client that takes nothing may still say something, so a write that waits keeps nobody from reading.
            if let Poll::Ready(written) = self.poll_write(context) {
                written?;
            }
            let received = if self.unread.is_empty() {
                ready!(self.poll_read(context))?
            } else {
                let mut unread = std::mem::take(&mut self.unread);
                let mut rest = &mut unread[..];
                let received = self.decode(&mut rest)?;
                let rest_bytes = rest.len();
                if rest_bytes > 0 {
                    unread.advance(unread.len() - rest_bytes);
                    self.unread = unread;
                }
                received
            };
            if let Some(received) = received {
                return Poll::Ready(Ok(received));
            }
        }
    }

    /// Reads once, and decodes the first of what came.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Incoming<'static>>, ReceiveError>> {
        let mut memory = [MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut memory);
        ready!(Pin::new(&mut self.io).poll_read(context, &mut buffer))?;
        let mut rest = buffer.filled_mut();
        if rest.is_empty() {
            return Poll::Ready(Err(ReceiveError::Closed));
        }
        let received = self.decode(&mut rest)?;
        if !rest.is_empty() {
            self.unread = BytesMut::from(&*rest);
        }
        Poll::Ready(Ok(received))
    }

    fn decode(&mut self, input: &mut &mut [u8]) -> Result<Option<Incoming<'static>>, ProtocolError> {
        let incoming = self.decoder.decode(input)?.map(Incoming::into_owned);
        match &incoming {
            Some(Incoming::Ping(payload)) => self.outgoing.answer(encode(Opcode::Pong, payload)),
            Some(Incoming::Close(Some(close))) => self.outgoing.end(encode_close(close.code, "")),
            Some(Incoming::Close(None)) => self.outgoing.end(encode(Opcode::Close, &[])),
            _ => {}
        }
        Ok(incoming)
    }

    fn poll_write(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.outgoing.poll_write(&mut self.io, context)
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
