//! No offer of extensions is too strange to be answered, and every answer can be read as an offer that is met again.

#![no_main]

use http::HeaderValue;
use libfuzzer_sys::fuzz_target;

#[path = "../../src/server/net"]
#[expect(dead_code, unused_imports, reason = "a target uses a part of the codec")]
mod net {
    pub mod websocket;
}

use net::websocket::negotiate;

fuzz_target!(|line: &[u8]| {
    let Ok(header) = HeaderValue::from_bytes(line) else { return };
    if let Ok(Some(agreement)) = negotiate([&header]) {
        assert_eq!(negotiate([&agreement.header()]), Ok(Some(agreement)));
    }
});
