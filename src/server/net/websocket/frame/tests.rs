use super::*;
use ProtocolError::{FragmentedControl, LengthOutOfRange, LongControl, LongLength, ReservedBit, Unmasked};

const KEY: MaskingKey = [1, 2, 3, 4];

fn parse(bytes: &[u8]) -> Result<Option<(Header, usize)>, ProtocolError> {
    Header::parse(bytes)
}

/// A header with every part whole.
fn header(first: u8, length: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first];
    bytes.extend(length);
    bytes[1] |= MASKED;
    bytes.extend(KEY);
    bytes
}

#[test]
fn the_examples_of_section_5_7_are_encoded_as_printed() {
    assert_eq!(encode(Opcode::Text, b"Hello")[..], [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    assert_eq!(encode(Opcode::Ping, b"Hello")[..], [0x89, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    assert_eq!(encode(Opcode::Binary, &[0; 256])[..4], [0x82, 0x7e, 0x01, 0x00]);
    assert_eq!(encode(Opcode::Binary, &[0; 65_536])[..10], [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]);
}

#[test]
fn the_masked_example_of_section_5_7_is_read_as_printed() {
    let (header, length) = parse(&[0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f]).unwrap().unwrap();
    let expected =
        Header { fin: true, rsv1: false, opcode: Opcode::Text, payload_bytes: 5, key: [0x37, 0xfa, 0x21, 0x3d] };
    assert_eq!((header, length), (expected, 6));
}

#[test]
fn a_length_is_written_in_its_shortest_form() {
    for (payload, header) in [(0, 2), (125, 2), (126, 4), (65_535, 4), (65_536, 10)] {
        assert_eq!(encode(Opcode::Binary, &vec![7; payload]).len(), header + payload, "{payload}");
    }
}

#[test]
fn a_length_is_read_in_its_shortest_form_only() {
    for (length, value) in [
        (vec![125], 125),
        (vec![126, 0, 126], 126),
        (vec![126, 255, 255], 65_535),
        (vec![127, 0, 0, 0, 0, 0, 1, 0, 0], 65_536),
        (vec![127, 0x7f, 255, 255, 255, 255, 255, 255, 255], i64::MAX as u64),
    ] {
        let (header, _) = parse(&header(0x82, &length)).unwrap().unwrap();
        assert_eq!(header.payload_bytes, value);
    }
    for length in [vec![126, 0, 125], vec![126, 0, 0], vec![127, 0, 0, 0, 0, 0, 0, 255, 255], vec![127; 1]] {
        let mut length = length;
        length.resize(if length[0] == 127 { 9 } else { 3 }, 0);
        assert_eq!(parse(&header(0x82, &length)), Err(LongLength), "{length:?}");
    }
}

#[test]
fn a_length_of_64_bits_is_refused() {
    assert_eq!(parse(&header(0x82, &[127, 0x80, 0, 0, 0, 0, 0, 0, 0])), Err(LengthOutOfRange));
}

#[test]
fn a_header_is_whole_with_its_last_byte_and_not_before() {
    let whole = header(0x82, &[127, 0, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(whole.len(), HEADER_BYTES_MAX);
    for length in 0..whole.len() {
        assert_eq!(parse(&whole[..length]), Ok(None), "{length} bytes");
    }
    assert_eq!(parse(&whole).unwrap().unwrap().1, HEADER_BYTES_MAX);
}

#[test]
fn the_second_and_third_reserved_bits_are_refused() {
    for bit in [0x20, 0x10] {
        assert_eq!(parse(&[0x81 | bit, 0x80]), Err(ReservedBit));
    }
}

#[test]
fn opcodes_without_a_meaning_are_refused() {
    for opcode in (0x3..=0x7).chain(0xb..=0xf) {
        assert_eq!(parse(&[0x80 | opcode, 0x80]), Err(ProtocolError::UnknownOpcode(opcode)));
    }
}

#[test]
fn a_client_that_does_not_mask_is_refused_before_its_payload_comes() {
    assert_eq!(parse(&[0x81, 0x05]), Err(Unmasked));
}

#[test]
fn control_frames_are_whole_and_short() {
    for opcode in [0x8, 0x9, 0xa] {
        assert_eq!(parse(&[opcode, 0x80]), Err(FragmentedControl));
        assert_eq!(parse(&[0x80 | opcode, 0x80 | 126]), Err(LongControl));
        assert_eq!(parse(&[0x80 | opcode, 0x80 | 127]), Err(LongControl));
        assert!(parse(&header(0x80 | opcode, &[125])).unwrap().is_some());
    }
}

#[test]
fn a_close_frame_says_its_code_and_as_much_of_its_reason_as_fits() {
    assert_eq!(encode_close(CloseStatus::NORMAL, "")[..], [0x88, 2, 0x03, 0xe8]);
    let frame = encode_close(CloseStatus::GOING_AWAY, &"茶".repeat(50));
    assert_eq!(frame[..4], [0x88, 125, 0x03, 0xe9]);
    assert_eq!(std::str::from_utf8(&frame[4..]), Ok("茶".repeat(41).as_str()));
}

#[test]
fn a_compressed_frame_differs_by_its_first_reserved_bit() {
    assert_eq!(encode_compressed(Opcode::Text, b"x")[..], [0xc1, 1, b'x']);
}
