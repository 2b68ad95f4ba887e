//! Sessions: the cookie that owns a nickname. The token is 256 random bits; the database holds only its SHA-256, so a
//! stolen database opens no session. Not here: which nickname may be taken (`chat`).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

use crate::protocol::{ClientMessageId, Timestamp, UserId};
use crate::server::config::Scheme;
use crate::server::store::TokenHash;

/// Cookie behind HTTPS. The prefix makes browsers insist on `Secure`, `Path=/` and no `Domain` (RFC 6265bis §4.1.3.2).
const SECURE_COOKIE: &str = "__Host-teahouse";
/// Cookie on plain HTTP, where browsers refuse the prefix.
const COOKIE: &str = "teahouse";

/// Browsers keep no cookie for longer than 400 days (RFC 6265bis §5.5).
const COOKIE_AGE_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// The secret of a session, in the form in which it travels: 64 hex digits. Never logged, never stored.
pub struct SessionToken(String);

impl SessionToken {
    /// Draws a new token from the operating system.
    #[must_use]
    pub fn draw() -> Self {
        Self(hex(&random_bytes::<32>()))
    }

    /// All that the database may know.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    /// The token in a request's cookies, if it has the right shape.
    #[must_use]
    pub fn from_headers(headers: &HeaderMap, scheme: Scheme) -> Option<Self> {
        let name = cookie_name(scheme);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, token)| token)
            .filter(|token| token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit()))
            .map(|token| Self(token.to_owned()))
    }

    /// The `Set-Cookie` that hands the token to the browser.
    #[must_use]
    pub fn set_cookie(&self, scheme: Scheme, nickname_ttl: Duration) -> HeaderValue {
        let age = if nickname_ttl.is_zero() { COOKIE_AGE_MAX } else { nickname_ttl.min(COOKIE_AGE_MAX) };
        cookie(scheme, &self.0, age)
    }
}

/// The `Set-Cookie` that makes the browser forget its token.
#[must_use]
pub fn clear_cookie(scheme: Scheme) -> HeaderValue {
    cookie(scheme, "", Duration::ZERO)
}

/// Draws the identity of a new person.
#[must_use]
pub fn draw_user_id() -> UserId {
    UserId::parse(&hex(&random_bytes::<16>())).expect("32 hex digits have the shape of a user id")
}

/// Draws the id of a line in its client's stead: 48 bits of time and 80 that are random, in the order of UUIDv7 (RFC 9562
/// §5.7). Lines that are said one after the other lie side by side in the store's index of ids; random places would
/// make every line write a page of its own.
#[must_use]
pub fn draw_client_message_id(at: Timestamp) -> ClientMessageId {
    let time = at.unix_ms().to_be_bytes();
    let id = hex(&time[2..]) + &hex(&random_bytes::<10>());
    ClientMessageId::parse(&id).expect("32 hex digits have the shape of a client message id")
}

fn cookie_name(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Https => SECURE_COOKIE,
        Scheme::Http => COOKIE,
    }
}

fn cookie(scheme: Scheme, value: &str, age: Duration) -> HeaderValue {
    let secure = match scheme {
        Scheme::Https => "; Secure",
        Scheme::Http => "",
    };
    let name = cookie_name(scheme);
    let seconds = age.as_secs();
    HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}"))
        .expect("names, hex and numbers are visible ASCII")
}

fn random_bytes<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    OsRng.try_fill_bytes(&mut bytes).expect("an operating system without randomness cannot keep secrets");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_str(cookie).unwrap())])
    }

    #[test]
    fn ids_of_lines_are_in_the_order_of_time_and_differ_within_a_millisecond() {
        let draw = |ms| draw_client_message_id(Timestamp::from_unix_ms(ms));
        let [first, same_time, later] = [1_764_000_000_000, 1_764_000_000_000, 1_764_000_000_001].map(draw);
        assert_ne!(first, same_time);
        assert!(first.as_str() < later.as_str() && same_time.as_str() < later.as_str());
    }

    #[test]
    fn a_token_survives_the_way_through_the_browser() {
        let token = SessionToken::draw();
        let set = token.set_cookie(Scheme::Https, Duration::from_secs(60));
        let set = set.to_str().unwrap();
        assert!(set.starts_with("__Host-teahouse="), "{set}");
        for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age=60"] {
            assert!(set.contains(attribute), "{attribute} is missing in {set}");
        }
        let pair = set.split(';').next().unwrap();
        let back = SessionToken::from_headers(&headers(&format!("other=1; {pair}")), Scheme::Https).unwrap();
        assert_eq!(back.hash(), token.hash());
    }

    #[test]
    fn the_cookie_of_plain_http_does_not_count_behind_https() {
        let cookie = format!("teahouse={}", "a".repeat(64));
        assert!(SessionToken::from_headers(&headers(&cookie), Scheme::Http).is_some());
        assert!(SessionToken::from_headers(&headers(&cookie), Scheme::Https).is_none());
    }

    #[test]
    fn a_cookie_of_another_shape_is_no_token() {
        for value in ["", "short", &"g".repeat(64), &"a".repeat(65)] {
            assert!(SessionToken::from_headers(&headers(&format!("teahouse={value}")), Scheme::Http).is_none());
        }
    }

    #[test]
    fn two_draws_differ() {
        assert_ne!(SessionToken::draw().hash(), SessionToken::draw().hash());
        assert_ne!(draw_user_id(), draw_user_id());
    }
}
