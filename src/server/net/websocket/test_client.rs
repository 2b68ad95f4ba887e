//! A client for tests: frames as it sends them, masked and in every shape, right or wrong; and those of a server read.

use bytes::Bytes;

use super::frame::Opcode;
use super::mask::{self, MaskingKey};

const KEY: MaskingKey = [0x37, 0xfa, 0x21, 0x3d];

/// A frame under construction.
#[derive(Clone, Debug)]
pub struct ClientFrame {
    first: u8,
    payload: Vec<u8>,
}

impl ClientFrame {
    /// An unfragmented frame.
    pub fn new(opcode: Opcode, payload: impl AsRef<[u8]>) -> Self {
        Self { first: 0x80 | opcode as u8, payload: payload.as_ref().to_vec() }
    }

    /// The same as a part of a message that goes on.
    pub fn unfinished(mut self) -> Self {
        self.first &= !0x80;
        self
    }

    /// The same with the first reserved bit.
    pub fn compressed(mut self) -> Self {
        self.first |= 0x40;
        self
    }

    /// The bytes on the wire.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.first];
        match self.payload.len() {
            length @ ..126 => bytes.push(0x80 | length as u8),
            length @ 126..=0xffff => {
                bytes.push(0x80 | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            length => {
                bytes.push(0x80 | 127);
                bytes.extend((length as u64).to_be_bytes());
            }
        }
        bytes.extend(KEY);
        let start = bytes.len();
        bytes.extend(&self.payload);
        mask::apply(&mut bytes[start..], KEY, 0);
        bytes
    }
}

/// Several frames in a row.
pub fn stream(frames: &[ClientFrame]) -> Vec<u8> {
    frames.iter().flat_map(ClientFrame::bytes).collect()
}

/// The texts in whole frames of a server, uncompressed, several or one in each piece.
pub fn texts(pieces: &[Bytes]) -> Vec<String> {
    let mut texts = Vec::new();
    for piece in pieces {
        let mut rest = &piece[..];
        while let [_, short, ..] = *rest {
            let (header, length) = match short {
                126 => (4, usize::from(u16::from_be_bytes([rest[2], rest[3]]))),
                127 => (10, u64::from_be_bytes(rest[2..10].try_into().unwrap()) as usize),
                short => (2, usize::from(short)),
            };
            texts.push(str::from_utf8(&rest[header..header + length]).unwrap().to_owned());
            rest = &rest[header + length..];
        }
    }
    texts
}
