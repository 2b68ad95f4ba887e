//! What comes from one client, message by message. It owns no buffer while it waits. Not here: the socket, and answers to
//! what came (`write_buffer`).

use std::io;
use std::mem::MaybeUninit;
use std::task::{Poll, ready};

use bytes::{Buf, BytesMut};
use thiserror::Error;
use tokio::io::ReadBuf;

use super::decoder::{Compression, Decoder, Incoming};
use super::error::ProtocolError;
use super::permessage_deflate::Agreement;

/// How much is read at once. It lies on the stack during one poll, so a connection that waits has no buffer.
pub const READ_BYTES: usize = 8 * 1024;

/// Why nothing more will be received.
#[derive(Debug, Error)]
pub enum ReceiveError {
    /// The client broke a rule: tell it by the close code of the error.
    #[error(transparent)]
    Protocol(#[from] ProtocolError),
    /// The socket failed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The stream ended, with a close frame or without.
    #[error("the connection is closed")]
    Closed,
}

/// The receiving half of one connection.
#[derive(Debug)]
pub struct Inbox {
    decoder: Decoder,
    /// Read, but not yet decoded: messages that came together are received one by one. Empty and without memory at rest.
    unread: BytesMut,
}

impl Inbox {
    /// An inbox for a new connection. `unread` is what was read behind the request; a message may have
    /// `message_bytes_max` bytes.
    #[must_use]
    pub fn new(unread: BytesMut, message_bytes_max: usize, agreement: Option<Agreement>) -> Self {
        let compression = if agreement.is_some() { Compression::Agreed } else { Compression::Refused };
        Self { decoder: Decoder::new(message_bytes_max, compression), unread }
    }

    /// The next message, control frame or fragment of a message. `read` is called when none is left, and reads once from the socket, as
    /// [`AsyncRead::poll_read`](tokio::io::AsyncRead::poll_read) does.
    ///
    /// # Errors
    /// [`ReceiveError`], after which nothing more comes.
    pub fn poll_next(
        &mut self,
        mut read: impl FnMut(&mut ReadBuf<'_>) -> Poll<io::Result<()>>,
    ) -> Poll<Result<Incoming<'static>, ReceiveError>> {
        loop {
            let received =
                if self.unread.is_empty() { ready!(self.poll_read(&mut read))? } else { self.decode_unread()? };
            if let Some(received) = received {
                return Poll::Ready(Ok(received));
            }
        }
    }

    /// Decodes the first of what was read before.
    fn decode_unread(&mut self) -> Result<Option<Incoming<'static>>, ProtocolError> {
        let mut unread = std::mem::take(&mut self.unread);
        let mut rest = &mut unread[..];
        let received = self.decoder.decode(&mut rest)?.map(Incoming::into_owned);
        let rest_bytes = rest.len();
        if rest_bytes > 0 {
            unread.advance(unread.len() - rest_bytes);
            self.unread = unread;
        }
        Ok(received)
    }

    /// Reads once, and decodes the first of what came.
    fn poll_read(
        &mut self,
        read: &mut impl FnMut(&mut ReadBuf<'_>) -> Poll<io::Result<()>>,
    ) -> Poll<Result<Option<Incoming<'static>>, ReceiveError>> {
        let mut memory = [MaybeUninit::uninit(); READ_BYTES];
        let mut buffer = ReadBuf::uninit(&mut memory);
        ready!(read(&mut buffer))?;
        let mut rest = buffer.filled_mut();
        if rest.is_empty() {
            return Poll::Ready(Err(ReceiveError::Closed));
        }
        let received = self.decoder.decode(&mut rest)?.map(Incoming::into_owned);
        if !rest.is_empty() {
            self.unread = BytesMut::from(&*rest);
        }
        Poll::Ready(Ok(received))
    }

    /// How much memory is kept for what is not yet whole.
    #[cfg(test)]
    pub fn kept_bytes(&self) -> usize {
        self.decoder.buffered_bytes() + self.unread.capacity()
    }
}
