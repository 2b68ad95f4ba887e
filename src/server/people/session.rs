//! Sessions: the cookie that owns a nickname. The token is 256 random bits; the database holds only its SHA-256, so a
//! stolen database opens no session. Not here: which nickname may be taken (`posting`).

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use cookie::{Cookie, SameSite};
use rand::TryRngCore;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};

use crate::protocol::{JoinAttempt, PostId, Timestamp, UserId};
use crate::server::config::Scheme;
use crate::server::log::TokenHash;

/// A prefix for which browsers insist on `Secure`, `Path=/` and no `Domain` (RFC 6265bis §4.1.3.2). Plain HTTP cannot use it.
const SECURE_PREFIX: &str = "__Host-";
/// The cookie of earlier versions, without the instance. It is replaced by the new one.
const FORMER_COOKIE: &str = "teahouse";

/// Browsers keep no cookie for longer than 400 days (RFC 6265bis §5.5).
const COOKIE_AGE_MAX: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Most tokens of one request that are tried, since each costs a look-up.
const CANDIDATES_MAX: usize = 8;

/// The cookies of this server. Cookies ignore ports, so the name contains the instance: two servers may share one host.
pub struct SessionCookies {
    name: String,
    lifetime: Duration,
    /// Tokens are derived from each other by this key, which never leaves the process.
    key: [u8; 32],
}

/// A token that came with a request.
pub struct Candidate {
    /// The token.
    pub token: SessionToken,
    /// The cookie that it came in.
    pub cookie: CookieName,
}

/// Under which name a cookie came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieName {
    /// That of this instance.
    Own,
    /// That of earlier versions.
    Former,
}

/// The secret of a session as the cookie holds it: 64 hex digits. Never logged, never stored.
pub struct SessionToken(String);

impl SessionToken {
    /// Draws a new token from the operating system.
    #[must_use]
    pub fn draw() -> Self {
        Self(hex(&random_bytes::<32>()))
    }

    /// The hash, which is all that the database holds.
    #[must_use]
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0.as_bytes()).into()
    }

    fn parse(text: &str) -> Option<Self> {
        let has_shape = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        has_shape.then(|| Self(text.to_owned()))
    }
}

impl SessionCookies {
    /// The cookies of an instance. Browsers keep them for `nickname_ttl`; 0 means as long as they can.
    #[must_use]
    pub fn new(instance: &str, nickname_ttl: Duration) -> Self {
        let lifetime = if nickname_ttl.is_zero() { COOKIE_AGE_MAX } else { nickname_ttl.min(COOKIE_AGE_MAX) };
        Self { name: format!("{FORMER_COOKIE}_{instance}"), lifetime, key: random_bytes() }
    }

    /// How long a browser keeps the cookie.
    #[must_use]
    pub const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// The tokens of a request, in the order in which they are to be tried. A browser may hold a stale cookie of this server,
    /// and also sends those of every other server on this host, whatever bytes are in them.
    #[must_use]
    pub fn candidates(&self, headers: &HeaderMap, scheme: Scheme) -> Vec<Candidate> {
        let ours = |pair: Cookie<'_>| {
            let cookie = match pair.name().strip_prefix(prefix(scheme))? {
                name if name == self.name => CookieName::Own,
                FORMER_COOKIE => CookieName::Former,
                _ => return None,
            };
            Some(Candidate { token: SessionToken::parse(pair.value())?, cookie })
        };
        let lines = headers.get_all(header::COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()));
        let pairs = lines.flat_map(|line| Cookie::split_parse(line.into_owned()).flatten());
        let mut candidates: Vec<_> = pairs.filter_map(ours).collect();
        candidates.sort_by_key(|candidate| candidate.cookie == CookieName::Former);
        candidates.truncate(CANDIDATES_MAX);
        candidates
    }

    /// The `Set-Cookie` that hands a token to the browser.
    #[must_use]
    pub fn set(&self, token: &SessionToken, scheme: Scheme) -> HeaderValue {
        self.line(scheme, &token.0, self.lifetime)
    }

    /// The `Set-Cookie` that makes the browser forget its token.
    #[must_use]
    pub fn clear(&self, scheme: Scheme) -> HeaderValue {
        self.line(scheme, "", Duration::ZERO)
    }

    /// The token that replaces another one. It is always the same for the same token, so that two requests at once give the
    /// browser the same cookie, whichever answer comes last.
    #[must_use]
    pub fn successor(&self, of: &TokenHash) -> SessionToken {
        self.derive(b's', of)
    }

    /// The first token of a visitor. It is always the same for the same attempt, for the same reason.
    #[must_use]
    pub fn first(&self, attempt: &JoinAttempt) -> SessionToken {
        self.derive(b'f', &Sha256::digest(attempt.as_str().as_bytes()).into())
    }

    /// SHA-256 over key, purpose and input. Each has a fixed length, so that none can be mistaken for another.
    fn derive(&self, purpose: u8, from: &[u8; 32]) -> SessionToken {
        let hash = Sha256::new().chain_update(self.key).chain_update([purpose]).chain_update(from);
        SessionToken(hex(&hash.finalize()))
    }

    fn line(&self, scheme: Scheme, value: &str, age: Duration) -> HeaderValue {
        let cookie = Cookie::build((format!("{}{}", prefix(scheme), self.name), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .max_age(age.try_into().expect("an age has a maximum"))
            .secure(scheme == Scheme::Https);
        HeaderValue::try_from(cookie.to_string()).expect("names, hex and numbers are visible ASCII")
    }
}

const fn prefix(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::Https => SECURE_PREFIX,
        Scheme::Http => "",
    }
}

/// The user id of whoever makes this attempt. It does not reveal the attempt.
#[must_use]
pub fn user_id_of(attempt: &JoinAttempt) -> UserId {
    let digest = Sha256::new().chain_update(b"teahouse person ").chain_update(attempt.as_str().as_bytes()).finalize();
    user_id(&digest[..16])
}

/// Draws the user id of a new person.
#[must_use]
pub fn draw_user_id() -> UserId {
    user_id(&random_bytes::<16>())
}

fn user_id(bytes: &[u8]) -> UserId {
    UserId::parse(&hex(bytes)).expect("hex digits have the shape of a user id")
}

/// Draws the id of a post for a client that sends none: 48 bits of time and 80 random bits, in the order of UUIDv7 (RFC 9562
/// §5.7). So posts that come one after the other are neighbours in the store's index of ids; with random ids, every post
/// would write a page of its own.
#[must_use]
pub fn draw_post_id(at: Timestamp) -> PostId {
    let time = at.unix_ms().to_be_bytes();
    let id = hex(&time[2..]) + &hex(&random_bytes::<10>());
    PostId::parse(&id).expect("32 hex digits have the shape of a post id")
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
mod tests;
