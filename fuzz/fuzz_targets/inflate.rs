//! Whatever is inflated stays within its limit, and the same bytes give the same message or error under a larger one.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src/server/net"]
#[expect(dead_code, unused_imports, reason = "a target uses a part of the codec")]
mod net {
    pub mod websocket;
}

use net::websocket::{Deflater, InflateError, inflate};

fuzz_target!(|input: (u16, &[u8])| {
    let (limit, bytes) = (usize::from(input.0), input.1);
    let within = inflate(bytes, limit);
    let unbounded = inflate(bytes, 1 << 20);
    match (&within, &unbounded) {
        (Ok(message), _) => {
            assert!(message.len() <= limit);
            assert_eq!(within, unbounded);
        }
        (Err(InflateError::TooLarge), Ok(message)) => assert!(message.len() > limit),
        (Err(InflateError::TooLarge), Err(_)) => {}
        (Err(InflateError::Invalid), _) => assert_eq!(within, unbounded),
    }
    let deflated = Deflater::new(0).deflate(bytes).to_vec();
    assert_eq!(inflate(&deflated, bytes.len()).as_deref(), Ok(bytes));
});
