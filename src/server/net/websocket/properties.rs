//! What must hold for every client and every network: found by proptest, which shrinks what breaks it.

use std::borrow::Cow;

use http::HeaderValue;
use proptest::collection::vec;
use proptest::prelude::*;

use super::decoder::{Compression, Decoder, Incoming};
use super::error::ProtocolError;
use super::frame::{Opcode, encode};
use super::inflate::inflate;
use super::permessage_deflate::negotiate;
use super::shared_frame::Deflater;
use super::test_client::{ClientFrame, stream};

const LIMIT: usize = 3000;
/// What a decoder may keep beside a message: the record of what is not whole, and a control frame.
const OVERHEAD_BYTES: usize = 512;

type Decoded = (Vec<Incoming<'static>>, Option<ProtocolError>);

/// Feeds bytes in chunks of these lengths, in turns, and checks at every step what is kept.
fn decode(bytes: &[u8], chunks: &[usize]) -> Decoded {
    let mut decoder = Decoder::new(LIMIT, Compression::Agreed);
    let mut messages = Vec::new();
    let mut rest = bytes.to_vec();
    let mut rest = &mut rest[..];
    let mut lengths = chunks.iter().cycle();
    while !rest.is_empty() {
        let length = (*lengths.next().expect("a cycle has no end")).min(rest.len());
        let mut chunk = rest.split_off_mut(..length).expect("no more than the rest");
        loop {
            let decoded = decoder.decode(&mut chunk);
            assert!(decoder.buffered_bytes() <= LIMIT + OVERHEAD_BYTES);
            match decoded {
                Ok(Some(message)) => messages.push(message.into_owned()),
                Ok(None) => break,
                Err(error) => return (messages, Some(error)),
            }
        }
    }
    (messages, None)
}

fn opcode() -> impl Strategy<Value = Opcode> {
    use Opcode::{Binary, Close, Continuation, Ping, Pong, Text};
    prop_oneof![
        4 => prop::sample::select(vec![Text, Binary]),
        4 => Just(Continuation),
        2 => prop::sample::select(vec![Ping, Pong]),
        1 => Just(Close),
    ]
}

/// Frames in any order, mostly such as a client might send.
fn frame() -> impl Strategy<Value = ClientFrame> {
    let payload = prop_oneof![
        4 => vec(0x20..0x7f_u8, 0..3),
        4 => ".{0,40}".prop_map(String::into_bytes),
        2 => vec(any::<u8>(), 0..130),
        1 => vec(0x20..0x7f_u8, 120..1500),
    ];
    (opcode(), payload, 0..8_u8).prop_map(|(opcode, payload, shape)| match shape {
        0..=2 => ClientFrame::new(opcode, payload).unfinished(),
        3 => {
            let image = Deflater::new(0).deflate(&payload).to_vec();
            ClientFrame::new(opcode, image).compressed()
        }
        _ => ClientFrame::new(opcode, payload),
    })
}

proptest! {
    #[test]
    fn how_the_network_cuts_a_stream_changes_nothing(
        frames in vec(frame(), 1..12),
        chunks in vec(1..200_usize, 1..20),
    ) {
        let bytes = stream(&frames);
        let whole = decode(&bytes, &[bytes.len()]);
        prop_assert_eq!(&decode(&bytes, &chunks), &whole);
        prop_assert_eq!(&decode(&bytes, &[1]), &whole);
    }

    #[test]
    fn any_bytes_at_all_are_decoded_or_refused(bytes in vec(any::<u8>(), 1..300), chunk in 1..50_usize) {
        let whole = decode(&bytes, &[bytes.len()]);
        prop_assert_eq!(decode(&bytes, &[chunk]), whole);
    }

    #[test]
    fn a_message_in_any_fragments_comes_back(text in ".{0,300}", cuts in vec(0..900_usize, 0..6), chunk in 1..100_usize) {
        let mut ends: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).chain([text.len()]).collect();
        ends.sort_unstable();
        let mut frames = Vec::new();
        let mut start = 0;
        for (index, end) in ends.iter().copied().enumerate() {
            let opcode = if index == 0 { Opcode::Text } else { Opcode::Continuation };
            let frame = ClientFrame::new(opcode, &text.as_bytes()[start..end]);
            frames.push(if index + 1 < ends.len() { frame.unfinished() } else { frame });
            start = end;
        }
        let mut expected = vec![Incoming::Fragment; frames.len() - 1];
        expected.push(Incoming::Text(text.into()));
        prop_assert_eq!(decode(&stream(&frames), &[chunk]), (expected, None));
    }

    #[test]
    fn what_is_encoded_says_the_same_when_it_is_decoded(length in 0..70_000_usize, seed in any::<u8>()) {
        let payload: Vec<u8> = (0..length).map(|index| seed ^ index as u8).collect();
        let image = encode(Opcode::Binary, &payload);
        // A client's frame differs by its mask; with the mask of zeros nothing else changes.
        let header = image.len() - payload.len();
        let mut masked = image.to_vec();
        masked[1] |= 0x80;
        masked.splice(header..header, [0; 4]);
        let mut decoder = Decoder::new(payload.len(), Compression::Refused);
        let decoded = decoder.decode(&mut &mut masked[..]).map(|decoded| decoded.map(Incoming::into_owned));
        prop_assert_eq!(decoded, Ok(Some(Incoming::Binary(Cow::Owned(payload)))));
    }

    #[test]
    fn what_is_compressed_is_inflated_to_the_same(repeated in 0..40_000_usize, noise in vec(any::<u8>(), 0..300)) {
        let payload = [vec![b'a'; repeated], noise].concat();
        let deflated = Deflater::new(0).deflate(&payload).to_vec();
        prop_assert_eq!(inflate(&deflated, payload.len()), Ok(payload));
    }

    #[test]
    fn whatever_is_inflated_stays_within_the_limit(bytes in vec(any::<u8>(), 0..200), limit in 0..100_usize) {
        if let Ok(message) = inflate(&bytes, limit) {
            prop_assert!(message.len() <= limit);
        }
    }

    #[test]
    fn compressing_never_makes_a_frame_larger(payload in vec(0..100_u8, 0..300)) {
        let offer = HeaderValue::from_static("permessage-deflate");
        let agreement = negotiate([&offer]).expect("the offer is well formed");
        let shared = Deflater::new(0).encode(Opcode::Binary, &payload);
        prop_assert!(shared.image(agreement).len() <= shared.image(None).len());
    }
}
