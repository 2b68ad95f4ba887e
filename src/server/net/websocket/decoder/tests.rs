use super::super::shared_frame::Deflater;
use super::super::test_client::{ClientFrame, stream};
use super::*;
use Opcode::{Binary, Continuation, Ping, Pong, Text};

const LIMIT: usize = 1000;

fn decoder() -> Decoder {
    Decoder::new(LIMIT, Compression::Agreed)
}

/// Everything that comes of these bytes, up to the first error.
fn decode_all(decoder: &mut Decoder, bytes: &[u8]) -> Result<Vec<Incoming<'static>>, ProtocolError> {
    let mut bytes = bytes.to_vec();
    let mut input = &mut bytes[..];
    let mut all = Vec::new();
    while let Some(incoming) = decoder.decode(&mut input)? {
        all.push(incoming.into_owned());
    }
    assert!(input.is_empty(), "without a message, all bytes are taken");
    Ok(all)
}

/// What these frames say, without the fragments that say nothing yet.
fn decode(frames: &[ClientFrame]) -> Result<Vec<Incoming<'static>>, ProtocolError> {
    let mut all = decode_all(&mut decoder(), &stream(frames))?;
    all.retain(|incoming| *incoming != Incoming::Fragment);
    Ok(all)
}

fn frame(opcode: Opcode, payload: impl AsRef<[u8]>) -> ClientFrame {
    ClientFrame::new(opcode, payload)
}

fn text(text: &str) -> Incoming<'static> {
    Incoming::Text(text.to_owned().into())
}

fn deflated(message: &[u8]) -> Vec<u8> {
    Deflater::new(0).deflate(message).to_vec()
}

#[test]
fn a_decoder_at_rest_is_smaller_than_a_cache_line_and_owns_nothing() {
    assert!(size_of::<Decoder>() <= 64, "{} bytes", size_of::<Decoder>());
    let mut decoder = decoder();
    for frames in [
        vec![frame(Text, "whole")],
        vec![frame(Text, "in ").unfinished(), frame(Continuation, "parts")],
        vec![frame(Text, "a ").unfinished(), frame(Ping, "?"), frame(Continuation, "b")],
        vec![frame(Text, deflated(b"compressed")).compressed()],
    ] {
        for byte in stream(&frames) {
            decode_all(&mut decoder, &[byte]).unwrap();
        }
        assert_eq!(decoder.buffered_bytes(), 0);
    }
}

#[test]
fn what_was_whole_in_one_read_is_borrowed_from_it() {
    let mut bytes = stream(&[frame(Text, "茶馆"), frame(Binary, [1, 2]), frame(Ping, "?")]);
    let memory = bytes.as_ptr_range();
    let mut input = &mut bytes[..];
    let mut decoder = decoder();
    let Ok(Some(Incoming::Text(Cow::Borrowed(text)))) = decoder.decode(&mut input) else { panic!("not borrowed") };
    assert!(memory.contains(&text.as_ptr()));
    assert!(matches!(decoder.decode(&mut input), Ok(Some(Incoming::Binary(Cow::Borrowed([1, 2]))))));
    assert!(matches!(decoder.decode(&mut input), Ok(Some(Incoming::Ping(Cow::Borrowed(b"?"))))));
    assert_eq!(decoder.decode(&mut input), Ok(None));
}

/// Found by the fuzzer: what was kept of the header was taken for the start of a message.
#[test]
fn a_payload_that_comes_whole_behind_its_header_leaves_nothing_behind() {
    for opcode in [Text, Binary, Ping] {
        let mut decoder = decoder();
        for _ in 0..2 {
            let bytes = frame(opcode, "x").bytes();
            let (header, payload) = bytes.split_at(6);
            assert_eq!(decode_all(&mut decoder, header), Ok(Vec::new()));
            assert_eq!(decode_all(&mut decoder, payload).map(|all| all.len()), Ok(1));
            assert_eq!(decoder.buffered_bytes(), 0);
        }
    }
}

#[test]
fn fragments_make_one_message_and_control_frames_may_stand_between_them() {
    let frames = [
        frame(Text, "one ").unfinished(),
        frame(Ping, "alive?"),
        frame(Continuation, "message").unfinished(),
        frame(Pong, ""),
        frame(Continuation, ""),
        frame(Binary, [0]),
    ];
    let expected = vec![
        Incoming::Fragment,
        Incoming::Ping(b"alive?".to_vec().into()),
        Incoming::Fragment,
        Incoming::Pong(Vec::new().into()),
        text("one message"),
        Incoming::Binary(vec![0].into()),
    ];
    assert_eq!(decode_all(&mut decoder(), &stream(&frames)), Ok(expected));
}

/// Whoever counts frames must see each of them.
#[test]
fn every_frame_is_told_and_an_empty_fragment_too() {
    let fragments = |count| vec![frame(Continuation, "").unfinished(); count];
    let frames = [vec![frame(Text, "").unfinished()], fragments(1_000), vec![frame(Continuation, "")]].concat();
    let mut told = decode_all(&mut decoder(), &stream(&frames)).unwrap();
    assert_eq!(told.pop(), Some(text("")));
    assert_eq!(told, vec![Incoming::Fragment; 1_001]);
}

#[test]
fn a_continuation_of_nothing_is_refused() {
    assert_eq!(decode(&[frame(Continuation, "x")]), Err(ProtocolError::UnexpectedContinuation));
    assert_eq!(decode(&[frame(Continuation, "x").unfinished()]), Err(ProtocolError::UnexpectedContinuation));
    assert_eq!(decode(&[frame(Text, "x"), frame(Continuation, "y")]), Err(ProtocolError::UnexpectedContinuation));
}

#[test]
fn a_message_inside_another_is_refused() {
    for second in [frame(Text, "y"), frame(Binary, "y").unfinished()] {
        assert_eq!(decode(&[frame(Text, "x").unfinished(), second]), Err(ProtocolError::InterleavedMessage));
    }
}

#[test]
fn a_text_that_is_not_utf8_is_refused() {
    for wrong in [b"\xff".as_slice(), b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"abc\xe8"] {
        assert_eq!(decode(&[frame(Text, wrong)]), Err(ProtocolError::InvalidUtf8));
        let split = wrong.len() / 2;
        let parts = [frame(Text, &wrong[..split]).unfinished(), frame(Continuation, &wrong[split..])];
        assert_eq!(decode(&parts), Err(ProtocolError::InvalidUtf8));
    }
}

#[test]
fn a_text_is_refused_with_the_byte_that_makes_it_wrong_though_its_frame_is_not_whole() {
    let bytes = frame(Text, b"caf\xc3\xa9 \xf4\x90 and much more that never comes").bytes();
    let header = 6;
    let (right, wrong) = (&bytes[..header + 7], &bytes[header + 7..header + 8]);
    let mut decoder = decoder();
    assert_eq!(decode_all(&mut decoder, right), Ok(Vec::new()));
    assert_eq!(decode_all(&mut decoder, wrong), Err(ProtocolError::InvalidUtf8));
}

#[test]
fn characters_may_be_cut_by_fragments() {
    let line = "κόσμε 茶馆 🍵";
    for split in 0..=line.len() {
        let (first, second) = line.as_bytes().split_at(split);
        assert_eq!(decode(&[frame(Text, first).unfinished(), frame(Continuation, second)]), Ok(vec![text(line)]));
    }
}

#[test]
fn a_message_of_the_limit_passes_and_one_byte_more_is_refused_by_its_header() {
    assert_eq!(decode(&[frame(Binary, [7; LIMIT])]), Ok(vec![Incoming::Binary(vec![7; LIMIT].into())]));
    let mut decoder = decoder();
    let header = &frame(Binary, [7; LIMIT + 1]).bytes()[..8];
    assert_eq!(decode_all(&mut decoder, header), Err(ProtocolError::TooLarge));
    assert_eq!(decoder.buffered_bytes(), 0);
}

#[test]
fn fragments_together_are_held_to_the_limit() {
    let whole = [frame(Binary, [7; LIMIT]).unfinished(), frame(Continuation, "")];
    assert_eq!(decode(&whole), Ok(vec![Incoming::Binary(vec![7; LIMIT].into())]));
    let larger = [frame(Binary, [7; LIMIT]).unfinished(), frame(Continuation, "x")];
    assert_eq!(decode(&larger), Err(ProtocolError::TooLarge));
}

#[test]
fn memory_follows_what_came_and_not_what_was_announced() {
    let mut decoder = Decoder::new(1 << 40, Compression::Refused);
    let mut header = vec![0x82, 0x80 | 127];
    header.extend((1_u64 << 40).to_be_bytes());
    header.extend([0; 4]);
    assert_eq!(decode_all(&mut decoder, &header), Ok(Vec::new()));
    assert_eq!(decode_all(&mut decoder, &[0; 100]), Ok(Vec::new()));
    assert!(decoder.buffered_bytes() < 1000, "{} bytes are kept", decoder.buffered_bytes());
}

#[test]
fn a_compressed_message_is_inflated_in_one_frame_or_several() {
    let line = "tea ".repeat(100);
    let deflated = deflated(line.as_bytes());
    assert_eq!(decode(&[frame(Text, &deflated).compressed()]), Ok(vec![text(&line)]));
    for split in 0..=deflated.len() {
        let (first, second) = deflated.split_at(split);
        let frames = [frame(Text, first).compressed().unfinished(), frame(Continuation, second)];
        assert_eq!(decode(&frames), Ok(vec![text(&line)]), "split at {split}");
    }
}

#[test]
fn a_bomb_a_broken_deflate_and_a_hidden_wrong_text_are_refused() {
    let compressed = |payload: &[u8]| decode(&[frame(Text, payload).compressed()]);
    assert_eq!(compressed(&deflated(&[b'a'; LIMIT + 1])), Err(ProtocolError::TooLarge));
    assert_eq!(compressed(b"\xff\xff\xff"), Err(ProtocolError::InvalidDeflate));
    assert_eq!(compressed(&deflated(b"caf\xc3")), Err(ProtocolError::InvalidUtf8));
}

#[test]
fn the_compressed_bit_stands_only_where_it_was_agreed_on() {
    let refused = |frames: &[ClientFrame]| assert_eq!(decode(frames), Err(ProtocolError::ReservedBit));
    refused(&[frame(Ping, "").compressed()]);
    refused(&[frame(Text, deflated(b"a")).compressed().unfinished(), frame(Continuation, "").compressed()]);
    refused(&[frame(Text, "a").unfinished(), frame(Continuation, "").compressed()]);
    let mut without = Decoder::new(LIMIT, Compression::Refused);
    let bytes = frame(Text, deflated(b"a")).compressed().bytes();
    assert_eq!(decode_all(&mut without, &bytes), Err(ProtocolError::ReservedBit));
}

#[test]
fn an_agreement_lets_messages_come_as_they_are_too() {
    assert_eq!(decode(&[frame(Text, "plain")]), Ok(vec![text("plain")]));
}

#[test]
fn a_close_frame_says_why_or_nothing() {
    let close = |payload: &[u8]| decode(&[frame(Opcode::Close, payload)]);
    assert_eq!(close(b""), Ok(vec![Incoming::Close(None)]));
    let expected = Close { code: CloseStatus::GOING_AWAY, reason: "再见".to_owned() };
    assert_eq!(close("\x03\u{0}".as_bytes()), Err(ProtocolError::InvalidCloseCode(0x300)));
    assert_eq!(close(&[&[0x03, 0xe9], "再见".as_bytes()].concat()), Ok(vec![Incoming::Close(Some(expected))]));
    assert_eq!(close(&[0x03]), Err(ProtocolError::ShortClose));
    assert_eq!(close(&[0x03, 0xed]), Err(ProtocolError::InvalidCloseCode(1005)));
    assert_eq!(close(&[0x03, 0xe8, 0xff]), Err(ProtocolError::InvalidUtf8));
}

#[test]
fn nothing_is_heard_after_a_close_or_an_error() {
    let mut closed = decoder();
    let bytes = stream(&[frame(Opcode::Close, ""), frame(Text, "too late")]);
    assert_eq!(decode_all(&mut closed, &bytes), Ok(vec![Incoming::Close(None)]));
    assert_eq!(decode_all(&mut closed, &frame(Text, "too late").bytes()), Ok(Vec::new()));

    let mut failed = decoder();
    assert_eq!(decode_all(&mut failed, &frame(Text, "begun").unfinished().bytes()), Ok(vec![Incoming::Fragment]));
    assert_eq!(decode_all(&mut failed, &[0x81, 0x01]), Err(ProtocolError::Unmasked));
    assert_eq!(decode_all(&mut failed, &frame(Text, "too late").bytes()), Ok(Vec::new()));
    assert_eq!(failed.buffered_bytes(), 0);
}

#[test]
fn a_rule_that_the_first_two_bytes_break_is_noticed_by_them() {
    for (bytes, error) in [
        ([0x81, 0x05], ProtocolError::Unmasked),
        ([0xb1, 0x85], ProtocolError::ReservedBit),
        ([0x83, 0x85], ProtocolError::UnknownOpcode(3)),
        ([0x09, 0x85], ProtocolError::FragmentedControl),
        ([0x89, 0xfe], ProtocolError::LongControl),
    ] {
        assert_eq!(decode_all(&mut decoder(), &bytes), Err(error));
        let mut bytewise = decoder();
        assert_eq!(decode_all(&mut bytewise, &bytes[..1]), Ok(Vec::new()));
        assert_eq!(decode_all(&mut bytewise, &bytes[1..]), Err(error));
    }
}
