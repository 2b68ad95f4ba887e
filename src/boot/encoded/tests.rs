use std::io::Read;

use futures::FutureExt;

use super::*;

const END: &str = r#""me":null}}</script></div></body></html>"#;

/// Answers for somebody who accepts this, and reads the answer as a browser does.
fn read(encoded: &Encoded, accept: &str) -> (Option<String>, usize, String) {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_str(accept).expect("ASCII"));
    let response = encoded.answer(&headers, END);
    let encoding = response.headers().get(CONTENT_ENCODING).map(|name| name.to_str().expect("ASCII").to_owned());
    let told = response.body().size_hint().exact();
    let body = axum::body::to_bytes(response.into_body(), usize::MAX).now_or_never().expect("ready").expect("whole");
    assert_eq!(told, Some(body.len() as u64));
    let mut text = String::new();
    match encoding.as_deref() {
        Some("br") => brotli::Decompressor::new(&body[..], 4_096).read_to_string(&mut text),
        Some("gzip") => flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text),
        _ => (&body[..]).read_to_string(&mut text),
    }
    .expect("the browser can read it");
    (encoding, body.len(), text)
}

#[test]
fn every_encoding_says_the_same_and_the_two_that_are_asked_for_are_small() {
    for beginning in ["", "short", &"An ordinary line of 茶. ".repeat(3_000), &noise(200_000)] {
        let encoded = Encoded::new(beginning.to_owned());
        for accept in ["br", "gzip", "identity"] {
            for _ in 0..2 {
                let (_, bytes, text) = read(&encoded, accept);
                assert!(text == [beginning, END].concat(), "{accept} of {} bytes", beginning.len());
                if accept != "identity" && beginning.len() > 1_000 {
                    assert!(bytes < text.len(), "{accept}: {bytes} bytes of {}", text.len());
                }
            }
        }
    }
}

#[test]
fn a_browser_gets_the_smallest_encoding_that_it_takes() {
    let encoded = Encoded::new("beginning".to_owned());
    for (accept, encoding) in [
        ("gzip, deflate, br, zstd", Some("br")),
        ("gzip, deflate", Some("gzip")),
        ("BR;q=0.5, gzip;q=1.0", Some("br")),
        ("br;q=0, gzip", Some("gzip")),
        ("br; q=0.0, gzip;q=0", None),
        ("deflate, identity", None),
        ("*", None),
        ("", None),
    ] {
        assert_eq!(read(&encoded, accept).0.as_deref(), encoding, "{accept}");
    }
}

/// Letters in no order, which hardly become smaller.
fn noise(bytes: usize) -> String {
    let mut state = 7_u64;
    let next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b' ' + u8::try_from((state >> 33) % 95).expect("below 95"))
    };
    std::iter::repeat_with(next).take(bytes).collect()
}
