//! The little of RFC 6455 that a load generator needs: frames of text to a server, and whole frames from it.

use super::fault::Fault;

const FINAL: u8 = 0x80;
const MASKED: u8 = 0x80;
const OPCODE: u8 = 0x0f;
const LENGTH: u8 = 0x7f;
/// Marks a length of two bytes, and one of eight.
const LENGTH_OF_TWO_BYTES: u8 = 126;
const LENGTH_OF_EIGHT_BYTES: u8 = 127;

/// The key that every handshake uses, and the only right answer to it.
pub const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
pub const ACCEPT: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    Text,
    Close,
    Ping,
    Pong,
}

/// A whole frame.
pub struct Frame<'a> {
    pub opcode: Opcode,
    pub payload: &'a [u8],
    /// Of the frame with its head.
    pub bytes: usize,
}

/// Appends a frame as clients send it. The key of the mask is zero: it guards proxies, and there is none here.
pub fn write_masked(opcode: Opcode, payload: &[u8], into: &mut Vec<u8>) {
    write_head(opcode, MASKED, payload.len(), into);
    into.extend_from_slice(&[0; 4]);
    into.extend_from_slice(payload);
}

/// Appends a frame as servers send it.
pub fn write_unmasked(opcode: Opcode, payload: &[u8], into: &mut Vec<u8>) {
    write_head(opcode, 0, payload.len(), into);
    into.extend_from_slice(payload);
}

fn write_head(opcode: Opcode, masked: u8, length: usize, into: &mut Vec<u8>) {
    into.push(FINAL | opcode.number());
    match (u8::try_from(length), u16::try_from(length)) {
        (Ok(short), _) if short < LENGTH_OF_TWO_BYTES => into.push(masked | short),
        (_, Ok(two_bytes)) => {
            into.push(masked | LENGTH_OF_TWO_BYTES);
            into.extend_from_slice(&two_bytes.to_be_bytes());
        }
        _ => {
            into.push(masked | LENGTH_OF_EIGHT_BYTES);
            into.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// The frame at the start of `bytes`, as servers send it; `None` while some of it is missing.
pub fn first_frame(bytes: &[u8]) -> Result<Option<Frame<'_>>, Fault> {
    let [first, second, rest @ ..] = bytes else { return Ok(None) };
    if first & FINAL == 0 || second & MASKED != 0 {
        return Err(Fault::UnexpectedFrame(*first));
    }
    let (length, head_bytes) = match second & LENGTH {
        LENGTH_OF_TWO_BYTES => match rest.first_chunk() {
            Some(length) => (usize::from(u16::from_be_bytes(*length)), 4),
            None => return Ok(None),
        },
        LENGTH_OF_EIGHT_BYTES => match rest.first_chunk() {
            Some(length) => (u64::from_be_bytes(*length) as usize, 10),
            None => return Ok(None),
        },
        short => (usize::from(short), 2),
    };
    let opcode = Opcode::of(first & !FINAL).ok_or(Fault::UnexpectedFrame(*first))?;
    let end = head_bytes + length;
    Ok(bytes.get(head_bytes..end).map(|payload| Frame { opcode, payload, bytes: end }))
}

impl Opcode {
    fn number(self) -> u8 {
        match self {
            Self::Text => 0x1,
            Self::Close => 0x8,
            Self::Ping => 0x9,
            Self::Pong => 0xa,
        }
    }

    /// `None` for what no server here should send: binary and continued frames, and bits of extensions.
    fn of(number: u8) -> Option<Self> {
        match number & (OPCODE | 0x70) {
            0x1 => Some(Self::Text),
            0x8 => Some(Self::Close),
            0x9 => Some(Self::Ping),
            0xa => Some(Self::Pong),
            _ => None,
        }
    }
}
