//! Making frames of the WebSocket protocol. Not here: the JSON in them (`publication`).

use divan::{Bencher, black_box, counter::BytesCount};
use teahouse::server::net::websocket::{Deflater, Opcode, encode};

use super::material::{LONG_BYTES, SHORT_BYTES, prose};

/// Payloads from this length on are compressed.
const THRESHOLD_BYTES: usize = 1024;

/// The number of frames for each look at the clock is fixed: one alone takes hardly longer than the clock can see.
#[divan::bench(sample_size = 64)]
fn plain_frame_of_172_bytes(bencher: Bencher<'_, '_>) {
    let payload = prose(SHORT_BYTES);
    bencher.counter(BytesCount::of_str(&payload)).bench_local(|| encode(Opcode::Text, black_box(payload.as_bytes())));
}

/// Both images, as the receivers of one message share them.
#[divan::bench]
fn shared_frame_of_2_kib_compressed(bencher: Bencher<'_, '_>) {
    let payload = prose(LONG_BYTES);
    let mut deflater = Deflater::new(THRESHOLD_BYTES);
    assert!(deflater.deflate(payload.as_bytes()).len() < LONG_BYTES / 2, "prose gets smaller");
    bencher
        .counter(BytesCount::of_str(&payload))
        .bench_local(|| deflater.encode(Opcode::Text, black_box(payload.as_bytes())));
}
