//! The opening handshake of RFC 6455 §4.2, as a function from a request to the proof that it was understood. Not here:
//! who may connect (Origin, session), and the subprotocol.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_EXTENSIONS, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, Version};
use sha1::{Digest, Sha1};
use thiserror::Error;

use super::permessage_deflate::Agreement;

/// The number that RFC 6455 §1.3 gives to this protocol.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const KEY_BYTES: usize = 16;
/// The one version there is.
const VERSION: HeaderValue = HeaderValue::from_static("13");

/// The value of `Sec-WebSocket-Accept`: it shows the client that its request was read by somebody who knows WebSocket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accept(HeaderValue);

impl Accept {
    /// Holds a request against the rules. Its `Host` is left to HTTP, its `Origin` to whoever knows which are good.
    pub fn check(method: &Method, version: Version, headers: &HeaderMap) -> Result<Self, HandshakeError> {
        if *method != Method::GET {
            return Err(HandshakeError::Method);
        }
        if version != Version::HTTP_11 {
            return Err(HandshakeError::HttpVersion);
        }
        if !asks_for_websocket(headers) {
            return Err(HandshakeError::Upgrade);
        }
        if !has_token(headers, &CONNECTION, "upgrade") {
            return Err(HandshakeError::Connection);
        }
        if only(headers, &SEC_WEBSOCKET_VERSION) != Some(&VERSION) {
            return Err(HandshakeError::Version);
        }
        let key = only(headers, &SEC_WEBSOCKET_KEY).ok_or(HandshakeError::Key)?;
        match BASE64.decode(key) {
            Ok(bytes) if bytes.len() == KEY_BYTES => Ok(Self::of(key.as_bytes())),
            _ => Err(HandshakeError::Key),
        }
    }

    /// The answer that turns the connection into a WebSocket. A subprotocol is for the caller to add.
    #[must_use]
    pub fn response(self, agreement: Option<Agreement>) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.0);
        if let Some(agreement) = agreement {
            headers.insert(SEC_WEBSOCKET_EXTENSIONS, agreement.header());
        }
        response
    }

    fn of(key: &[u8]) -> Self {
        let digest = Sha1::new().chain_update(key).chain_update(GUID).finalize();
        Self(BASE64.encode(digest).try_into().expect("base64 is ASCII"))
    }
}

/// What is wrong with a request, for the one who wrote the client.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum HandshakeError {
    /// Only GET opens a WebSocket.
    #[error("a WebSocket is opened by GET")]
    Method,
    /// Only HTTP/1.1 has this handshake; HTTP/2 has another (RFC 8441).
    #[error("a WebSocket is opened by HTTP/1.1")]
    HttpVersion,
    /// The client did not ask for a WebSocket.
    #[error("this address speaks WebSocket: send `Upgrade: websocket`")]
    Upgrade,
    /// The request to upgrade was not meant for this hop; often a proxy has taken it away.
    #[error("send `Connection: Upgrade`; a proxy in between must pass it on")]
    Connection,
    /// Another version than RFC 6455.
    #[error("send `Sec-WebSocket-Version: 13`")]
    Version,
    /// No key, several, or not 16 bytes.
    #[error("send `Sec-WebSocket-Key` once, with 16 random bytes in base64")]
    Key,
}

impl HandshakeError {
    /// The status of the answer. An answer with 426 says in `Sec-WebSocket-Version` and `Upgrade` what would be right.
    #[must_use]
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::HttpVersion => StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            Self::Upgrade | Self::Version => StatusCode::UPGRADE_REQUIRED,
            Self::Connection | Self::Key => StatusCode::BAD_REQUEST,
        }
    }
}

/// Whether a request offers to become a WebSocket, beside whatever else it offers (RFC 9110 §7.8).
#[must_use]
pub fn asks_for_websocket(headers: &HeaderMap) -> bool {
    has_token(headers, &UPGRADE, "websocket")
}

/// The value of a header that must stand once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

/// Whether a header of comma-separated tokens has one, in any case and on any of its lines.
fn has_token(headers: &HeaderMap, name: &HeaderName, token: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|found| found.trim().eq_ignore_ascii_case(token))
}

#[cfg(test)]
mod tests {
    use super::super::permessage_deflate::negotiate;
    use super::*;

    const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";

    fn request() -> Vec<(HeaderName, &'static str)> {
        vec![(UPGRADE, "websocket"), (CONNECTION, "Upgrade"), (SEC_WEBSOCKET_VERSION, "13"), (SEC_WEBSOCKET_KEY, KEY)]
    }

    fn check(headers: Vec<(HeaderName, &'static str)>) -> Result<Accept, HandshakeError> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, HeaderValue::from_static(value));
        }
        Accept::check(&Method::GET, Version::HTTP_11, &map)
    }

    /// The right request with one header replaced, or without it.
    fn check_with(name: HeaderName, values: &[&'static str]) -> Result<Accept, HandshakeError> {
        let mut headers = request();
        headers.retain(|(other, _)| *other != name);
        headers.extend(values.iter().map(|value| (name.clone(), *value)));
        check(headers)
    }

    #[test]
    fn the_example_of_section_1_3_is_answered_as_printed() {
        let response = check(request()).unwrap().response(None);
        assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
        let expected =
            [(UPGRADE, "websocket"), (CONNECTION, "Upgrade"), (SEC_WEBSOCKET_ACCEPT, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")];
        let expected = expected.map(|(name, value)| (name, HeaderValue::from_static(value)));
        assert_eq!(*response.headers(), HeaderMap::from_iter(expected));
    }

    #[test]
    fn the_answer_tells_what_was_agreed_on() {
        let agreement = negotiate([&HeaderValue::from_static("permessage-deflate")]).unwrap();
        let response = check(request()).unwrap().response(agreement);
        assert_eq!(response.headers()[SEC_WEBSOCKET_EXTENSIONS], agreement.unwrap().header());
    }

    #[test]
    fn tokens_are_found_in_any_case_and_among_others() {
        for values in [["keep-alive, Upgrade"].as_slice(), &["keep-alive", "UPGRADE"], &["upgrade"]] {
            assert!(check_with(CONNECTION, values).is_ok(), "{values:?}");
        }
        assert!(check_with(UPGRADE, &["WebSocket"]).is_ok());
    }

    #[test]
    fn a_request_that_is_not_for_a_websocket_is_told_so() {
        for values in [[].as_slice(), &["h2c"], &["websockets"]] {
            assert_eq!(check_with(UPGRADE, values), Err(HandshakeError::Upgrade));
        }
        for values in [[].as_slice(), &["close"], &["upgraded"]] {
            assert_eq!(check_with(CONNECTION, values), Err(HandshakeError::Connection));
        }
    }

    #[test]
    fn only_version_13_is_spoken() {
        for values in [[].as_slice(), &["8"], &["13, 8"], &["13", "13"], &["013"]] {
            assert_eq!(check_with(SEC_WEBSOCKET_VERSION, values), Err(HandshakeError::Version), "{values:?}");
        }
        assert_eq!(HandshakeError::Version.status(), StatusCode::UPGRADE_REQUIRED);
    }

    #[test]
    fn a_key_is_16_bytes_in_base64_and_stands_once() {
        let wrong = [
            [].as_slice(),
            &[""],
            &["dGhlIHNhbXBsZSBub25jZQ"],
            &["dGhlIHNhbXBsZSBub25jZWU="],
            &["dGhlIHNhbXBsZQ=="],
            &["not base64 at all!!!!!!!"],
            &[KEY, KEY],
        ];
        for values in wrong {
            assert_eq!(check_with(SEC_WEBSOCKET_KEY, values), Err(HandshakeError::Key), "{values:?}");
        }
    }

    #[test]
    fn a_websocket_is_opened_by_get_over_http_1_1() {
        let headers = HeaderMap::new();
        let check = |method, version| Accept::check(&method, version, &headers);
        assert_eq!(check(Method::POST, Version::HTTP_11), Err(HandshakeError::Method));
        assert_eq!(check(Method::GET, Version::HTTP_10), Err(HandshakeError::HttpVersion));
        assert_eq!(check(Method::GET, Version::HTTP_2), Err(HandshakeError::HttpVersion));
    }
}
