//! However the network cuts what a client sends, the same comes of it, and no more memory is kept than the limit allows.
//!
//! The input says which frames are sent, in which shape, and how they are cut. The codec names no other module of the
//! crate, so it is taken in by its path: the fuzzer builds it in seconds, without the rest.

#![no_main]

use libfuzzer_sys::arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;

#[path = "../../src/server/net"]
#[expect(dead_code, unused_imports, reason = "a target uses a part of the codec")]
mod net {
    pub mod websocket;
}

use net::websocket::{Compression, Decoder, Incoming, ProtocolError};

const LIMIT: usize = 2000;
/// What a decoder may keep beside a message: the record of what is not whole, and a control frame.
const OVERHEAD_BYTES: usize = 512;

#[derive(Arbitrary, Debug)]
struct Input {
    frames: Vec<Frame>,
    /// Bytes that are no frames.
    tail: Vec<u8>,
    /// Lengths of reads, in turns.
    reads: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
struct Frame {
    /// FIN, reserved bits and opcode.
    first: u8,
    key: [u8; 4],
    payload: Vec<u8>,
}

impl Frame {
    fn append_to(&self, bytes: &mut Vec<u8>) {
        bytes.push(self.first);
        match u8::try_from(self.payload.len()) {
            Ok(short @ ..126) => bytes.push(0x80 | short),
            _ => {
                bytes.push(0x80 | 126);
                bytes.extend((self.payload.len() as u16).to_be_bytes());
            }
        }
        bytes.extend(self.key);
        bytes.extend(self.payload.iter().zip(self.key.iter().cycle()).map(|(byte, key)| byte ^ key));
    }
}

fn decode(bytes: &[u8], reads: &[u8], compression: Compression) -> (Vec<Incoming<'static>>, Option<ProtocolError>) {
    let mut decoder = Decoder::new(LIMIT, compression);
    let mut messages = Vec::new();
    let mut memory = bytes.to_vec();
    let mut rest = &mut memory[..];
    let mut reads = reads.iter().cycle();
    while !rest.is_empty() {
        let length = reads.next().map_or(rest.len(), |read| usize::from(*read).clamp(1, rest.len()));
        let mut read = rest.split_off_mut(..length).expect("no more than the rest");
        loop {
            let decoded = decoder.decode(&mut read);
            assert!(decoder.buffered_bytes() <= LIMIT + OVERHEAD_BYTES);
            match decoded {
                Ok(Some(message)) => messages.push(message.into_owned()),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
        assert!(read.is_empty(), "without a message, all bytes are taken");
    }
    (messages, None)
}

fuzz_target!(|input: Input| {
    let mut bytes = Vec::new();
    for frame in &input.frames {
        frame.append_to(&mut bytes);
    }
    bytes.extend(&input.tail);
    for compression in [Compression::Refused, Compression::Agreed] {
        let whole = decode(&bytes, &[], compression);
        assert_eq!(decode(&bytes, &input.reads, compression), whole);
        assert_eq!(decode(&bytes, &[1], compression), whole);
        for message in &whole.0 {
            let length = match message {
                Incoming::Text(text) => text.len(),
                Incoming::Binary(bytes) => bytes.len(),
                Incoming::Ping(payload) | Incoming::Pong(payload) => {
                    assert!(payload.len() <= 125);
                    continue;
                }
                Incoming::Close(_) | Incoming::Fragment => continue,
            };
            assert!(length <= LIMIT);
        }
    }
});
