//! The mask that every frame of a client carries (RFC 6455 §5.3). It keeps scripts in browsers from choosing the bytes on
//! the wire; it hides nothing.

/// The four bytes that a client drew for one frame.
pub type MaskingKey = [u8; KEY_BYTES];

const KEY_BYTES: usize = 4;

/// Masks or unmasks a part of a payload in place; `offset` is the place of the part in its payload.
pub fn apply(part: &mut [u8], key: MaskingKey, offset: usize) {
    let key: MaskingKey = std::array::from_fn(|index| key[(offset % KEY_BYTES + index) % KEY_BYTES]);
    let [a, b, c, d] = key;
    let wide = u64::from_ne_bytes([a, b, c, d, a, b, c, d]);
    // Eight bytes at a time; the compiler makes vector instructions of it.
    let (chunks, rest) = part.as_chunks_mut();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.into_iter().cycle()) {
        *byte ^= key;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: MaskingKey = [0x37, 0xfa, 0x21, 0x3d];

    fn by_the_definition(payload: &mut [u8], key: MaskingKey) {
        for (index, byte) in payload.iter_mut().enumerate() {
            *byte ^= key[index % 4];
        }
    }

    #[test]
    fn every_length_is_masked_as_the_rfc_defines_it() {
        for length in 0..100 {
            let payload: Vec<u8> = (0..length).collect();
            let (mut fast, mut slow) = (payload.clone(), payload);
            apply(&mut fast, KEY, 0);
            by_the_definition(&mut slow, KEY);
            assert_eq!(fast, slow, "length {length}");
        }
    }

    #[test]
    fn a_payload_in_two_parts_is_masked_as_one() {
        for split in 0..=40 {
            let payload: Vec<u8> = (0..40).collect();
            let (mut parts, mut whole) = (payload.clone(), payload);
            let (first, second) = parts.split_at_mut(split);
            apply(first, KEY, 0);
            apply(second, KEY, split);
            by_the_definition(&mut whole, KEY);
            assert_eq!(parts, whole, "split at {split}");
        }
    }

    #[test]
    fn masking_twice_gives_the_payload_back() {
        let mut payload = *b"Hello, Teahouse";
        apply(&mut payload, KEY, 3);
        assert_ne!(&payload, b"Hello, Teahouse");
        apply(&mut payload, KEY, 3);
        assert_eq!(&payload, b"Hello, Teahouse");
    }
}
