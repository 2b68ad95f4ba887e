//! Inflating one compressed message (RFC 7692 §7.2.2) within a limit. Not here: deflating (`shared_frame`).

use flate2::{Decompress, FlushDecompress, Status};
use thiserror::Error;

/// What is read after a message: the end that its sender cut off (an empty block), and an empty last block. Only a message
/// that stops between two blocks makes an end of these.
const END: [u8; 9] = [0x00, 0x00, 0xff, 0xff, 0x01, 0x00, 0x00, 0xff, 0xff];

/// How many times its size a message is expected to grow to; a wrong guess costs another allocation.
const EXPECTED_RATIO: usize = 4;

/// Why a message cannot be inflated.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum InflateError {
    /// It would be larger than the limit. It was inflated no further than one byte beyond.
    #[error("the message inflates to more than the limit")]
    TooLarge,
    /// It is not DEFLATE, or ends too early.
    #[error("the message is not DEFLATE")]
    Invalid,
}

/// Inflates the payload of one message to at most `limit` bytes.
///
/// The window (some 43 kB) is allocated for each message and freed with it. Both sides start every message without
/// history, so there is nothing to keep between two; and a window that is kept would have to be cleared, lest a message
/// refer to what another client sent. Clearing costs more than half of what a new one does.
pub fn inflate(compressed: &[u8], limit: usize) -> Result<Vec<u8>, InflateError> {
    let mut inflater = Decompress::new(false);
    let mut message = Vec::new();
    let mut ended = false;
    for mut input in [compressed, &END] {
        loop {
            if message.len() == message.capacity() {
                grow(&mut message, compressed.len(), limit);
            }
            let (consumed_before, length_before) = (inflater.total_in(), message.len());
            let status = inflater.decompress_vec(input, &mut message, FlushDecompress::None);
            let status = status.map_err(|_| InflateError::Invalid)?;
            if message.len() > limit {
                return Err(InflateError::TooLarge);
            }
            let consumed = usize::try_from(inflater.total_in() - consumed_before).expect("no more than the input");
            input = &input[consumed..];
            ended = status == Status::StreamEnd;
            if ended {
                // A sender may end its stream (§7.2.3.4): what follows starts another.
                inflater.reset(false);
            }
            if input.is_empty() && (ended || message.len() < message.capacity()) {
                break;
            }
            if consumed == 0 && message.len() == length_before {
                return Err(InflateError::Invalid);
            }
        }
    }
    if ended { Ok(message) } else { Err(InflateError::Invalid) }
}

/// Makes room for more, but never for more than one byte over the limit.
fn grow(message: &mut Vec<u8>, compressed_bytes: usize, limit: usize) {
    let wished = (message.len() * 2).max(compressed_bytes.saturating_mul(EXPECTED_RATIO)).max(64);
    message.reserve_exact(wished.min(limit.saturating_add(1)) - message.len());
}

#[cfg(test)]
mod tests {
    use flate2::{Compress, Compression, FlushCompress};

    use super::*;

    const HELLO: [u8; 7] = [0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00];

    fn deflate(message: &[u8]) -> Vec<u8> {
        let mut compressed = Vec::with_capacity(message.len() + 1024);
        let mut deflater = Compress::new(Compression::best(), false);
        deflater.compress_vec(message, &mut compressed, FlushCompress::Sync).unwrap();
        compressed.truncate(compressed.len() - 4);
        compressed
    }

    #[test]
    fn the_examples_of_rfc_7692_section_7_2_3_are_read_as_printed() {
        let one_block = HELLO;
        let without_compression = [0x00, 0x05, 0x00, 0xfa, 0xff, 0x48, 0x65, 0x6c, 0x6c, 0x6f, 0x00];
        let with_a_last_block = [0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00];
        let two_blocks = [0xf2, 0x48, 0x05, 0x00, 0x00, 0x00, 0xff, 0xff, 0xca, 0xc9, 0xc9, 0x07, 0x00];
        for example in [one_block.as_slice(), &without_compression, &with_a_last_block, &two_blocks] {
            assert_eq!(inflate(example, 5), Ok(b"Hello".to_vec()), "{example:x?}");
        }
        assert_eq!(inflate(&[0x00], 0), Ok(Vec::new()));
    }

    #[test]
    fn every_length_around_the_window_comes_back() {
        for length in [0, 1, 63, 64, 65, 32_767, 32_768, 32_769, 100_000] {
            for message in [vec![b'a'; length], (0..length).map(|i| (i * i / 7) as u8).collect()] {
                let compressed = deflate(&message);
                assert!(inflate(&compressed, length).as_ref() == Ok(&message), "{length} bytes");
                if length > 0 {
                    assert_eq!(inflate(&compressed, length - 1), Err(InflateError::TooLarge));
                }
            }
        }
    }

    #[test]
    fn a_bomb_is_refused_with_no_more_memory_than_the_limit() {
        let bomb = deflate(&vec![0; 64 << 20]);
        assert!(bomb.len() < 100_000);
        assert_eq!(inflate(&bomb, 16_384), Err(InflateError::TooLarge));
        let mut message = Vec::new();
        while message.capacity() < 16_385 {
            grow(&mut message, bomb.len(), 16_384);
            assert!(message.capacity() <= 16_385);
            message.resize(message.capacity(), 0);
        }
    }

    #[test]
    fn a_message_that_was_cut_is_refused_wherever_it_was_cut() {
        let compressed = deflate("茶馆, a chat room that you host yourself".repeat(20).as_bytes());
        for length in 0..compressed.len() {
            assert_eq!(inflate(&compressed[..length], 10_000), Err(InflateError::Invalid), "{length} bytes");
        }
    }

    #[test]
    fn a_message_cannot_refer_to_what_was_inflated_before_it() {
        assert_eq!(inflate(&deflate(&[b's'; 40_000]), 40_000).map(|secret| secret.len()), Ok(40_000));
        // A match of three bytes, one byte before the start.
        let message = inflate(&[0x03, 0x02, 0x00, 0x00], 1000);
        assert!(message == Ok(vec![0; 3]) || message == Err(InflateError::Invalid), "{message:?}");
    }

    #[test]
    fn what_is_not_deflate_is_refused() {
        for bytes in [[0xff; 7].as_slice(), &[0x06], b"Hello", &[0x00, 0x05, 0x00, 0x00, 0x00]] {
            assert_eq!(inflate(bytes, 1000), Err(InflateError::Invalid), "{bytes:x?}");
        }
    }
}
