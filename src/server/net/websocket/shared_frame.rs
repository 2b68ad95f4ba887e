//! One message as it leaves, encoded once for all of its receivers: plain, and compressed for those who agreed on it.
//! Not here: the agreement (`permessage_deflate`), who receives it (`hub`).
//!
//! **Never compress a secret together with what others choose.** The length of a compressed frame tells how much its
//! parts resemble each other, and whoever chooses one part and sees the length learns the other (CRIME, BREACH). No
//! history is shared between messages, so only what stands in one and the same message matters. Give a [`Deflater`] what
//! every member of a room may read, and build the rest with [`SharedFrame::plain`].

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress};

use super::frame::{Opcode, encode, encode_compressed};
use super::permessage_deflate::Agreement;

/// The empty block that ends a flush; it is cut off on the wire (RFC 7692 §7.2.1).
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];
/// What a flush may add to a payload that does not get smaller, at most once per 16 KiB, beside a constant.
const BLOCK_BYTES: usize = 16 * 1024;
const BLOCK_OVERHEAD_BYTES: usize = 16;

/// The images of one message. Cloning shares the bytes.
#[derive(Clone, Debug)]
pub struct SharedFrame {
    payload_bytes: usize,
    plain: Bytes,
    compressed: Option<Bytes>,
}

impl SharedFrame {
    /// A message that is not compressed for anybody.
    #[must_use]
    pub fn plain(opcode: Opcode, payload: &[u8]) -> Self {
        Self { payload_bytes: payload.len(), plain: encode(opcode, payload), compressed: None }
    }

    /// The image for a receiver by what was agreed on with it.
    #[must_use]
    pub fn image(&self, agreement: Option<Agreement>) -> &Bytes {
        match (&self.compressed, agreement) {
            (Some(compressed), Some(agreement)) if agreement.reaches_over(self.payload_bytes) => compressed,
            _ => &self.plain,
        }
    }

    /// The image in a form, plain when there is no other.
    #[must_use]
    pub fn in_form(&self, form: FrameEncoding) -> &Bytes {
        match (&self.compressed, form) {
            (Some(compressed), FrameEncoding::Compressed) => compressed,
            _ => &self.plain,
        }
    }
}

/// Which of its images a receiver takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameEncoding {
    /// As everybody understands it.
    Plain,
    /// Compressed, if it was.
    Compressed,
}

impl FrameEncoding {
    /// The form for a receiver by what was agreed on with it, whatever the size of a message: one with a small window
    /// takes everything plain.
    #[must_use]
    pub fn of(agreement: Option<Agreement>) -> Self {
        match agreement {
            Some(agreement) if agreement.reaches_over(usize::MAX) => Self::Compressed,
            _ => Self::Plain,
        }
    }
}

/// Compresses messages, one at a time and each by itself. It owns a third of a megabyte, so there is one per worker or
/// room, never one per connection.
#[derive(Debug)]
pub struct Deflater {
    threshold_bytes: usize,
    compress: Compress,
    /// Kept from message to message, so that only the frame itself is allocated.
    deflated: Vec<u8>,
}

impl Deflater {
    /// Payloads shorter than `threshold_bytes` are left as they are: little is gained by them.
    #[must_use]
    pub fn new(threshold_bytes: usize) -> Self {
        Self { threshold_bytes, compress: Compress::new(Compression::fast(), false), deflated: Vec::new() }
    }

    /// A message in both forms; in one if the other would not be smaller.
    pub fn encode(&mut self, opcode: Opcode, payload: &[u8]) -> SharedFrame {
        let mut frame = SharedFrame::plain(opcode, payload);
        if payload.len() >= self.threshold_bytes {
            let deflated = self.deflate(payload);
            frame.compressed = (deflated.len() < payload.len()).then(|| encode_compressed(opcode, deflated));
        }
        frame
    }

    /// Compresses a payload without history. The result lives until the next message.
    pub fn deflate(&mut self, payload: &[u8]) -> &[u8] {
        self.deflated.clear();
        let overhead = BLOCK_OVERHEAD_BYTES * (payload.len() / BLOCK_BYTES + 2);
        self.deflated.reserve(payload.len() + overhead);
        let mut rest = payload;
        loop {
            let before = self.compress.total_in();
            let status = self.compress.compress_vec(rest, &mut self.deflated, FlushCompress::Full);
            status.expect("deflating fails only when it is given a broken state");
            let consumed = usize::try_from(self.compress.total_in() - before).expect("no more than the payload");
            rest = &rest[consumed..];
            // A flush is complete when it leaves room. A full one forgets what came before, as a reset would, but clears
            // less memory.
            if rest.is_empty() && self.deflated.len() < self.deflated.capacity() {
                break;
            }
            self.deflated.reserve(overhead);
        }
        self.deflated.strip_suffix(&TAIL).unwrap_or(&self.deflated)
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::super::inflate::inflate;
    use super::super::permessage_deflate::negotiate;
    use super::*;

    fn agreement(offer: &'static str) -> Option<Agreement> {
        negotiate([&HeaderValue::from_static(offer)]).unwrap()
    }

    /// The payload of a server's frame and whether it is marked as compressed.
    fn open(image: &Bytes) -> (bool, &[u8]) {
        let header = match image[1] {
            126 => 4,
            127 => 10,
            _ => 2,
        };
        (image[0] & 0x40 != 0, &image[header..])
    }

    #[test]
    fn every_receiver_gets_the_form_that_was_agreed_on_and_shares_it() {
        let text = "tea for everybody, ".repeat(20);
        let frame = Deflater::new(100).encode(Opcode::Text, text.as_bytes());
        let plain = frame.image(None);
        let compressed = frame.image(agreement("permessage-deflate"));
        assert_eq!(open(plain), (false, text.as_bytes()));
        let (is_compressed, payload) = open(compressed);
        assert!(is_compressed && payload.len() < text.len() / 4);
        assert_eq!(inflate(payload, text.len()).unwrap(), text.as_bytes());
        assert_eq!(frame.clone().image(None).as_ptr(), plain.as_ptr());
    }

    #[test]
    fn a_message_larger_than_the_receivers_window_goes_plain() {
        let frame = Deflater::new(0).encode(Opcode::Binary, &[7; 513]);
        assert!(!open(frame.image(agreement("permessage-deflate; server_max_window_bits=9"))).0);
        assert!(open(frame.image(agreement("permessage-deflate; server_max_window_bits=10"))).0);
    }

    #[test]
    fn a_receiver_with_the_usual_window_has_one_form_for_every_size() {
        let frame = Deflater::new(0).encode(Opcode::Text, &[b'a'; 100_000]);
        let is_compressed = |agreement| open(frame.in_form(FrameEncoding::of(agreement))).0;
        assert!(is_compressed(agreement("permessage-deflate")));
        assert!(!is_compressed(agreement("permessage-deflate; server_max_window_bits=14")));
        assert!(!is_compressed(None));
    }

    #[test]
    fn what_is_short_or_does_not_get_smaller_goes_plain() {
        let mut deflater = Deflater::new(100);
        let noise: Vec<u8> = (0..200_u8).map(|index| index.wrapping_mul(151).rotate_left(3)).collect();
        for payload in [&[b'a'; 99][..], &noise] {
            let frame = deflater.encode(Opcode::Text, payload);
            assert_eq!(open(frame.image(agreement("permessage-deflate"))), (false, payload));
        }
    }

    #[test]
    fn messages_do_not_know_each_other() {
        let mut deflater = Deflater::new(0);
        let text = "a line that is said twice ".repeat(5);
        let twice = [(); 2].map(|()| deflater.encode(Opcode::Text, text.as_bytes()));
        let [first, second] = twice.each_ref().map(|frame| frame.image(agreement("permessage-deflate")));
        assert_eq!(first, second);
    }

    #[test]
    fn every_size_comes_back() {
        let mut deflater = Deflater::new(0);
        for length in [0, 1, 2, 1000, 16_383, 16_384, 70_000, 1_000_000] {
            let noise = |index: usize| (index.wrapping_mul(2_654_435_761) >> 13) as u8;
            let patterns: [Vec<u8>; 3] = [
                vec![b'x'; length],
                (0..length).map(noise).collect(),
                (0..length).map(|index| noise(index) % 16).collect(),
            ];
            for payload in patterns {
                let deflated = deflater.deflate(&payload).to_vec();
                assert!(inflate(&deflated, length).as_ref() == Ok(&payload), "{length} bytes");
            }
        }
    }
}
