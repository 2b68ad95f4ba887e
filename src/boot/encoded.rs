//! A document of which the beginning is the same for many readers: kept in each encoding that browsers ask for, made at
//! most once, and completed for each reader by an end of a few hundred bytes, which is not compressed. Both formats allow
//! that: a block of bytes as they are, after a flush.

use std::convert::Infallible;
use std::io::Write;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::{IntoResponse, Response};
use brotli::CompressorWriter;
use brotli::enc::BrotliEncoderParams;
use flate2::{Compress, Compression, Crc, FlushCompress};
use hyper::body::{Frame, SizeHint};

/// As large as an end may be: what one block of either format holds (RFC 1951 §3.2.4, RFC 7932 §9.2).
const END_BYTES_MAX: usize = u16::MAX as usize;
/// Of 11: three times the time of the lowest, for a fifth less bytes.
const BROTLI_QUALITY: i32 = 5;
/// As large as the largest document: 2^18 bytes.
const BROTLI_WINDOW_BITS: i32 = 18;

/// The beginning of a document.
pub struct Encoded {
    plain: Bytes,
    /// Everything but the end, flushed.
    brotli: OnceLock<Bytes>,
    gzip: OnceLock<Gzip>,
}

struct Gzip {
    /// Header and blocks, flushed.
    bytes: Bytes,
    /// Of what was compressed.
    crc: Crc,
}

/// How a document travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Plain,
    Brotli,
    Gzip,
}

impl Encoded {
    /// Nothing is compressed before somebody asks for it.
    #[must_use]
    pub fn new(beginning: String) -> Self {
        Self { plain: beginning.into(), brotli: OnceLock::new(), gzip: OnceLock::new() }
    }

    /// The beginning as it is.
    #[must_use]
    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Most memory that all encodings together take: compressed, it is hardly ever larger, and then by little.
    #[must_use]
    pub fn bytes_max(&self) -> usize {
        3 * self.plain.len()
    }

    /// The answer to a request with these headers: the document with this end.
    pub fn answer(&self, headers: &HeaderMap, end: &str) -> Response {
        debug_assert!(end.len() <= END_BYTES_MAX, "an end is a few hundred bytes");
        let (beginning, end, encoding) = match Encoding::wanted(headers) {
            Encoding::Plain => (self.plain.clone(), Bytes::copy_from_slice(end.as_bytes()), None),
            Encoding::Brotli => (self.brotli().clone(), end_of_brotli(end), Some("br")),
            Encoding::Gzip => (self.gzip().bytes.clone(), end_of_gzip(&self.gzip().crc, end), Some("gzip")),
        };
        let mut response = Body::new(Parts { beginning, end }).into_response();
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
        if let Some(encoding) = encoding {
            response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    }

    fn brotli(&self) -> &Bytes {
        self.brotli.get_or_init(|| {
            let parameters =
                BrotliEncoderParams { quality: BROTLI_QUALITY, lgwin: BROTLI_WINDOW_BITS, ..Default::default() };
            let mut writer = CompressorWriter::with_params(Vec::new(), 4_096, &parameters);
            writer.write_all(&self.plain).and_then(|()| writer.flush()).expect("a vector takes everything");
            Bytes::copy_from_slice(writer.get_ref())
        })
    }

    fn gzip(&self) -> &Gzip {
        self.gzip.get_or_init(|| {
            // RFC 1952 §2.3.1: no name, no time, an unknown system.
            let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
            let mut compress = Compress::new(Compression::default(), false);
            while compress.total_in() < self.plain.len() as u64 || bytes.len() == bytes.capacity() {
                bytes.reserve(self.plain.len() / 2 + 64);
                let read = usize::try_from(compress.total_in()).expect("it is in memory");
                compress
                    .compress_vec(&self.plain[read..], &mut bytes, FlushCompress::Sync)
                    .expect("what is compressed is never refused");
            }
            let mut crc = Crc::new();
            crc.update(&self.plain);
            Gzip { bytes: bytes.into(), crc }
        })
    }
}

/// One block of bytes as they are, and the empty last block (RFC 7932 §9.2).
fn end_of_brotli(end: &str) -> Bytes {
    let length = u32::try_from(end.len()).expect("an end is short") - 1;
    // Not the last block; four nibbles of length; bytes as they are.
    let header = (length << 3) | (1 << 19);
    let header = &header.to_le_bytes()[..3];
    [header, end.as_bytes(), &[0b11]].concat().into()
}

/// One block of bytes as they are, which is the last (RFC 1951 §3.2.4), and the checksum (RFC 1952 §2.3.1).
fn end_of_gzip(before: &Crc, end: &str) -> Bytes {
    let length = u16::try_from(end.len()).expect("an end is short");
    let (mut crc, mut of_end) = (Crc::new(), Crc::new());
    of_end.update(end.as_bytes());
    crc.combine(before);
    crc.combine(&of_end);
    let (length, complement) = (length.to_le_bytes(), (!length).to_le_bytes());
    let (sum, amount) = (crc.sum().to_le_bytes(), crc.amount().to_le_bytes());
    [&[1][..], &length, &complement, end.as_bytes(), &sum, &amount].concat().into()
}

impl Encoding {
    /// The smallest one that a client takes (RFC 9110 §12.5.3).
    fn wanted(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|line| line.to_str().ok());
        let offers: Vec<_> = lines.flat_map(|line| line.split(',')).map(Offer::parse).collect();
        let takes = |name: &str| offers.iter().any(|offer| offer.name.eq_ignore_ascii_case(name) && offer.is_taken);
        match (takes("br"), takes("gzip")) {
            (true, _) => Self::Brotli,
            (false, true) => Self::Gzip,
            (false, false) => Self::Plain,
        }
    }
}

struct Offer<'a> {
    name: &'a str,
    /// Not with a quality of 0.
    is_taken: bool,
}

impl<'a> Offer<'a> {
    fn parse(text: &'a str) -> Self {
        let (name, parameters) = text.split_once(';').unwrap_or((text, ""));
        let quality = parameters.trim().strip_prefix("q=").and_then(|quality| quality.trim().parse::<f32>().ok());
        Self { name: name.trim(), is_taken: quality != Some(0.0) }
    }
}

/// A body of two pieces, each of which may be shared.
struct Parts {
    beginning: Bytes,
    end: Bytes,
}

impl HttpBody for Parts {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let beginning = std::mem::take(&mut self.beginning);
        let next = if beginning.is_empty() { std::mem::take(&mut self.end) } else { beginning };
        Poll::Ready((!next.is_empty()).then(|| Ok(Frame::data(next))))
    }

    fn is_end_stream(&self) -> bool {
        self.beginning.is_empty() && self.end.is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact((self.beginning.len() + self.end.len()) as u64)
    }
}

#[cfg(test)]
mod tests;
