//! From bytes to messages: takes frames apart, puts fragments together, and holds a client to every rule of RFC 6455
//! between frames. Pure and synchronous. Not here: answering (`stream` answers pings and closes).

mod partial;

use std::borrow::Cow;

use self::partial::{Partial, PartialFrame};
use super::close_code::CloseStatus;
use super::error::ProtocolError;
use super::frame::{Header, Opcode};
use super::inflate::{InflateError, inflate};
use super::mask;

/// What came from the client. What was whole in one read is borrowed from the memory it was read to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A text message.
    Text(Cow<'a, str>),
    /// A binary message.
    Binary(Cow<'a, [u8]>),
    /// A question whether this side lives; a pong must carry the same payload.
    Ping(Cow<'a, [u8]>),
    /// A sign of life, whether it was asked for or not.
    Pong(Cow<'a, [u8]>),
    /// The client says nothing more. `None` when it gives no reason.
    Close(Option<Close>),
    /// A frame that does not end its message: it says nothing yet, and whoever counts frames counts it.
    Fragment,
}

impl Incoming<'_> {
    /// The same, with its own memory.
    #[must_use]
    pub fn into_owned(self) -> Incoming<'static> {
        match self {
            Self::Text(text) => Incoming::Text(text.into_owned().into()),
            Self::Binary(bytes) => Incoming::Binary(bytes.into_owned().into()),
            Self::Ping(payload) => Incoming::Ping(payload.into_owned().into()),
            Self::Pong(payload) => Incoming::Pong(payload.into_owned().into()),
            Self::Close(close) => Incoming::Close(close),
            Self::Fragment => Incoming::Fragment,
        }
    }
}

/// What a close frame says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Close {
    /// For programs.
    pub code: CloseStatus,
    /// For people who debug; often empty.
    pub reason: String,
}

/// Whether permessage-deflate was agreed on in the handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// The first reserved bit is an error.
    Refused,
    /// The first reserved bit of a message says that it is compressed, without context takeover.
    Agreed,
}

/// Decodes what one client sends.
///
/// At rest, between two messages, it owns no memory but its own few words. After an error or a close frame it ignores
/// whatever else comes.
#[derive(Debug)]
pub struct Decoder {
    message_bytes_max: usize,
    compression: Compression,
    is_over: bool,
    /// What has come of a frame or message that is not yet whole.
    partial: Option<Box<Partial>>,
}

impl Decoder {
    /// A decoder for a new connection. A message may have `message_bytes_max` bytes, as it comes and inflated.
    #[must_use]
    pub fn new(message_bytes_max: usize, compression: Compression) -> Self {
        Self { message_bytes_max, compression, is_over: false, partial: None }
    }

    /// Takes bytes from the front of `input` until a frame is whole. `None` when all were taken and none was. Bytes that
    /// were taken are unmasked where they lie.
    pub fn decode<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Incoming<'a>>, ProtocolError> {
        if self.is_over {
            *input = &mut [];
            return Ok(None);
        }
        let decoded = self.advance(input);
        self.is_over = matches!(decoded, Err(_) | Ok(Some(Incoming::Close(_))));
        if self.is_over || self.partial.as_ref().is_some_and(|partial| partial.is_empty()) {
            self.partial = None;
        }
        decoded
    }

    /// How much memory is kept for what is not yet whole: never more than the limit and a small constant.
    #[must_use]
    pub fn buffered_bytes(&self) -> usize {
        self.partial.as_ref().map_or(0, |partial| partial.buffered_bytes())
    }

    fn advance<'a>(&mut self, input: &mut &'a mut [u8]) -> Result<Option<Incoming<'a>>, ProtocolError> {
        let begun = self.partial.as_mut().and_then(|partial| partial.frame.take());
        let frame = match begun {
            Some(frame) => frame,
            None => match self.take_header(input)? {
                Some(header) => PartialFrame::new(header),
                None => return Ok(None),
            },
        };
        let length = frame.missing_bytes.min(input.len());
        let part = input.split_off_mut(..length).expect("no more than the input");
        mask::apply(part, frame.header.key, frame.came_bytes);
        let is_whole = length == frame.missing_bytes;
        if is_whole && frame.came_bytes == 0 && frame.header.stands_alone() {
            return self.whole(&frame.header, Cow::Borrowed(part)).map(Some);
        }
        let partial = self.partial.get_or_insert_default();
        partial.add(frame, part)?;
        if !is_whole {
            return Ok(None);
        }
        match partial.finish(&frame.header) {
            Some((header, payload)) => self.whole(&header, Cow::Owned(payload)).map(Some),
            None => Ok(Some(Incoming::Fragment)),
        }
    }

    /// Takes the rest of a header and holds it against what came before. Header bytes without their end are kept.
    fn take_header(&mut self, input: &mut &mut [u8]) -> Result<Option<Header>, ProtocolError> {
        let is_begun = self.partial.as_ref().is_some_and(|partial| !partial.header.is_empty());
        let parsed = if is_begun { None } else { Header::parse(input)? };
        let header = match parsed {
            Some((header, length)) => {
                input.split_off_mut(..length).expect("a header is no longer than what it was read from");
                header
            }
            None if input.is_empty() => return Ok(None),
            None => match self.partial.get_or_insert_default().header.complete(input)? {
                Some(header) => header,
                None => return Ok(None),
            },
        };
        self.check(&header)?;
        Ok(Some(header))
    }

    /// The rules between frames, and the limit, before any byte of the payload is looked at.
    fn check(&self, header: &Header) -> Result<(), ProtocolError> {
        let begun = self.partial.as_ref().and_then(|partial| partial.message.as_ref());
        let may_be_compressed = self.compression == Compression::Agreed && begun.is_none();
        if header.rsv1 && (!may_be_compressed || header.opcode.is_control()) {
            return Err(ProtocolError::ReservedBit);
        }
        match (header.opcode, begun) {
            (Opcode::Close | Opcode::Ping | Opcode::Pong, _) => return Ok(()),
            (Opcode::Continuation, None) => return Err(ProtocolError::UnexpectedContinuation),
            (Opcode::Text | Opcode::Binary, Some(_)) => return Err(ProtocolError::InterleavedMessage),
            (Opcode::Continuation, Some(_)) | (Opcode::Text | Opcode::Binary, None) => {}
        }
        let room = self.message_bytes_max - begun.map_or(0, |message| message.payload.len());
        if header.payload_bytes > room as u64 { Err(ProtocolError::TooLarge) } else { Ok(()) }
    }

    /// Makes of a whole payload what it is. `header` is that of the first frame.
    fn whole<'a>(&self, header: &Header, payload: Cow<'a, [u8]>) -> Result<Incoming<'a>, ProtocolError> {
        let payload = if header.rsv1 { self.inflated(&payload)?.into() } else { payload };
        Ok(match header.opcode {
            Opcode::Text => Incoming::Text(text(payload)?),
            Opcode::Binary => Incoming::Binary(payload),
            Opcode::Ping => Incoming::Ping(payload),
            Opcode::Pong => Incoming::Pong(payload),
            Opcode::Close => Incoming::Close(close(&payload)?),
            Opcode::Continuation => return Err(ProtocolError::UnexpectedContinuation),
        })
    }

    fn inflated(&self, payload: &[u8]) -> Result<Vec<u8>, ProtocolError> {
        inflate(payload, self.message_bytes_max).map_err(|error| match error {
            InflateError::TooLarge => ProtocolError::TooLarge,
            InflateError::Invalid => ProtocolError::InvalidDeflate,
        })
    }
}

fn text(payload: Cow<'_, [u8]>) -> Result<Cow<'_, str>, ProtocolError> {
    match payload {
        Cow::Borrowed(bytes) => str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| ProtocolError::InvalidUtf8),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| ProtocolError::InvalidUtf8),
    }
}

fn close(payload: &[u8]) -> Result<Option<Close>, ProtocolError> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() { Ok(None) } else { Err(ProtocolError::ShortClose) };
    };
    let number = u16::from_be_bytes(*code);
    let code = CloseStatus::new(number).ok_or(ProtocolError::InvalidCloseCode(number))?;
    let reason = str::from_utf8(reason).map_err(|_| ProtocolError::InvalidUtf8)?.to_owned();
    Ok(Some(Close { code, reason }))
}

#[cfg(test)]
mod tests;
