//! The frame of RFC 6455 §5: the header of what comes in, the whole image of what goes out. Only the rules that one frame
//! can break by itself; those between frames are for `decoder`.

use bytes::{BufMut, Bytes, BytesMut};

use super::close_code::CloseStatus;
use super::error::ProtocolError;
use super::mask::MaskingKey;

/// The longest header: two bytes, eight of length, four of mask.
pub const HEADER_BYTES_MAX: usize = 14;
/// The longest payload of a control frame (RFC 6455 §5.5).
const CONTROL_BYTES_MAX: usize = 125;
const CLOSE_CODE_BYTES: usize = 2;

const FIN: u8 = 0x80;
const RSV1: u8 = 0x40;
const RSV2_AND_RSV3: u8 = 0x30;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
const LENGTH_IN_2_BYTES: u8 = 126;
const LENGTH_IN_8_BYTES: u8 = 127;

/// What a frame carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    /// The next part of a message.
    Continuation = 0x0,
    /// A text, or its first part.
    Text = 0x1,
    /// Bytes, or their first part.
    Binary = 0x2,
    /// The last frame of its sender.
    Close = 0x8,
    /// A question whether the other side lives.
    Ping = 0x9,
    /// The answer to a ping.
    Pong = 0xa,
}

impl Opcode {
    /// Control frames are short, never fragmented, and may stand between the fragments of a message.
    #[must_use]
    pub const fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }

    const fn new(bits: u8) -> Option<Self> {
        Some(match bits {
            0x0 => Self::Continuation,
            0x1 => Self::Text,
            0x2 => Self::Binary,
            0x8 => Self::Close,
            0x9 => Self::Ping,
            0xa => Self::Pong,
            _ => return None,
        })
    }
}

/// The header of a frame that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// The frame is the last of its message.
    pub fin: bool,
    /// The first reserved bit; permessage-deflate means "compressed" by it.
    pub rsv1: bool,
    /// What the frame carries.
    pub opcode: Opcode,
    /// How long the payload says it is. Nothing is allocated because of this number.
    pub payload_bytes: u64,
    /// The mask of the payload.
    pub key: MaskingKey,
}

impl Header {
    /// Reads a header from the start of `bytes` and says how long it is. `None` when it is not yet whole, but a rule
    /// that its first two bytes break is noticed by then.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, ProtocolError> {
        let Some((&[first, second], rest)) = bytes.split_first_chunk() else { return Ok(None) };
        if first & RSV2_AND_RSV3 != 0 {
            return Err(ProtocolError::ReservedBit);
        }
        let opcode = Opcode::new(first & OPCODE).ok_or(ProtocolError::UnknownOpcode(first & OPCODE))?;
        let fin = first & FIN != 0;
        if second & MASKED == 0 {
            return Err(ProtocolError::Unmasked);
        }
        if opcode.is_control() && !fin {
            return Err(ProtocolError::FragmentedControl);
        }
        if opcode.is_control() && usize::from(second & LENGTH) > CONTROL_BYTES_MAX {
            return Err(ProtocolError::LongControl);
        }
        let Some((payload_bytes, rest)) = parse_length(second & LENGTH, rest)? else { return Ok(None) };
        let Some((key, rest)) = rest.split_first_chunk() else { return Ok(None) };
        let header = Self { fin, rsv1: first & RSV1 != 0, opcode, payload_bytes, key: *key };
        Ok(Some((header, bytes.len() - rest.len())))
    }

    /// Whether the frame is all of what it belongs to.
    pub const fn stands_alone(&self) -> bool {
        self.fin && !matches!(self.opcode, Opcode::Continuation)
    }
}

/// Reads the rest of a length that starts with `short`, and insists on its shortest form.
fn parse_length(short: u8, bytes: &[u8]) -> Result<Option<(u64, &[u8])>, ProtocolError> {
    let (length, shortest, rest) = match short {
        LENGTH_IN_2_BYTES => {
            let Some((length, rest)) = bytes.split_first_chunk() else { return Ok(None) };
            (u64::from(u16::from_be_bytes(*length)), u64::from(LENGTH_IN_2_BYTES), rest)
        }
        LENGTH_IN_8_BYTES => {
            let Some((length, rest)) = bytes.split_first_chunk() else { return Ok(None) };
            (u64::from_be_bytes(*length), u64::from(u16::MAX) + 1, rest)
        }
        _ => return Ok(Some((u64::from(short), bytes))),
    };
    if length < shortest {
        return Err(ProtocolError::LongLength);
    }
    if i64::try_from(length).is_err() {
        return Err(ProtocolError::LengthOutOfRange);
    }
    Ok(Some((length, rest)))
}

/// The whole image of one unfragmented frame. Frames of a server are not masked, so one image serves every receiver.
/// A payload longer than 125 bytes must not be given to a control frame.
#[must_use]
pub fn encode(opcode: Opcode, payload: &[u8]) -> Bytes {
    image(FIN | opcode as u8, payload)
}

/// The image of a frame whose payload permessage-deflate has compressed.
pub fn encode_compressed(opcode: Opcode, deflated: &[u8]) -> Bytes {
    image(FIN | RSV1 | opcode as u8, deflated)
}

/// The image of a close frame. A reason that is too long for it is cut between two characters.
#[must_use]
pub fn encode_close(code: CloseStatus, reason: &str) -> Bytes {
    let reason = &reason[..reason.floor_char_boundary(CONTROL_BYTES_MAX - CLOSE_CODE_BYTES)];
    let payload = [code.number().to_be_bytes().as_slice(), reason.as_bytes()].concat();
    encode(Opcode::Close, &payload)
}

fn image(first: u8, payload: &[u8]) -> Bytes {
    let mut frame = BytesMut::with_capacity(HEADER_BYTES_MAX - size_of::<MaskingKey>() + payload.len());
    frame.put_u8(first);
    if let Ok(short) = u8::try_from(payload.len())
        && short < LENGTH_IN_2_BYTES
    {
        frame.put_u8(short);
    } else if let Ok(length) = u16::try_from(payload.len()) {
        frame.put_u8(LENGTH_IN_2_BYTES);
        frame.put_u16(length);
    } else {
        frame.put_u8(LENGTH_IN_8_BYTES);
        frame.put_u64(payload.len() as u64);
    }
    frame.put_slice(payload);
    frame.freeze()
}

#[cfg(test)]
mod tests;
