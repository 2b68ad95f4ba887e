//! Reading what a client sends: from bytes as they come from the socket to messages. Not here: what a message says
//! (`parse`).

use divan::counter::{BytesCount, ItemsCount};
use divan::{Bencher, black_box};
use teahouse::server::net::websocket::{Compression, Decoder, Deflater, Incoming};

use super::material::{LONG_BYTES, SHORT_BYTES, prose};

const MESSAGE_BYTES_MAX: usize = 65_536;
const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const FIN_TEXT: u8 = 0x81;
const FIN_RSV1_TEXT: u8 = 0xc1;

#[divan::bench]
fn one_frame_of_172_bytes(bencher: Bencher<'_, '_>) {
    let frame = client_frame(FIN_TEXT, prose(SHORT_BYTES).as_bytes());
    decode(bencher, &frame, Compression::Refused, Expected { messages: 1, text_bytes: SHORT_BYTES });
}

/// A connection that was busy, or a flood: one read finds many frames.
#[divan::bench]
fn a_read_of_64_frames(bencher: Bencher<'_, '_>) {
    let frames = client_frame(FIN_TEXT, prose(SHORT_BYTES).as_bytes()).repeat(64);
    decode(bencher, &frames, Compression::Refused, Expected { messages: 64, text_bytes: 64 * SHORT_BYTES });
}

#[divan::bench]
fn one_message_of_2_kib_compressed(bencher: Bencher<'_, '_>) {
    let frame = client_frame(FIN_RSV1_TEXT, Deflater::new(0).deflate(prose(LONG_BYTES).as_bytes()));
    decode(bencher, &frame, Compression::Agreed, Expected { messages: 1, text_bytes: LONG_BYTES });
}

/// What a read holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Expected {
    messages: usize,
    text_bytes: usize,
}

/// Measures one connection that decodes one read after the other. Each gets memory of its own before the clock starts,
/// since decoding unmasks in place.
fn decode(bencher: Bencher<'_, '_>, read: &[u8], compression: Compression, expected: Expected) {
    let mut decoder = Decoder::new(MESSAGE_BYTES_MAX, compression);
    assert_eq!(decode_all(&mut decoder, &mut read.to_vec()), expected);
    bencher
        .counter(ItemsCount::new(expected.messages))
        .counter(BytesCount::new(expected.text_bytes))
        .with_inputs(|| read.to_vec())
        .bench_local_refs(|read| decode_all(&mut decoder, read));
}

fn decode_all(decoder: &mut Decoder, mut read: &mut [u8]) -> Expected {
    let mut decoded = Expected::default();
    while let Some(message) = decoder.decode(&mut read).expect("the client keeps to the protocol") {
        let Incoming::Text(text) = black_box(message) else { panic!("the client sends texts") };
        decoded.messages += 1;
        decoded.text_bytes += text.len();
    }
    decoded
}

/// One masked frame, of less than 64 KiB.
fn client_frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match u8::try_from(payload.len()) {
        Ok(short @ ..126) => frame.push(0x80 | short),
        _ => {
            frame.push(0x80 | 126);
            frame.extend(u16::try_from(payload.len()).expect("less than 64 KiB").to_be_bytes());
        }
    }
    frame.extend(KEY);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(byte, key)| byte ^ key));
    frame
}
