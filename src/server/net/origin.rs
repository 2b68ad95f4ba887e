//! Which web origins may use what. Pure: headers in, verdict out.
//!
//! Browsers name the page that makes a request in `Origin` and `Sec-Fetch-Site`, and scripts in the page cannot change
//! either. So whatever counts cookies asks here first (OWASP ASVS 5.0, 4.4.2; cross-site WebSocket hijacking).
//! A request without cookie and without these headers is a program, not a browser: it has no authority to steal.
//!
//! Who may use it: `http` and `connection`.

use axum::http::{HeaderMap, HeaderValue, Method, header};

use crate::server::config::{Scheme, ServerConfig, WebOrigin};

mod hosts;

pub use hosts::Hosts;

/// Who may use the member socket, the API and the plain socket.
#[derive(Clone, Debug)]
pub struct OriginPolicy {
    public_origin: Option<WebOrigin>,
    allowed: Vec<WebOrigin>,
    plain: Vec<PlainOrigin>,
    hosts: Hosts,
}

/// Why a request may not be made. Answered by `origin_refused`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OriginRefused {
    /// It comes from a page of another origin.
    #[error("requests from this origin are not allowed")]
    ForeignPage,
    /// It has a cookie, and no word on its page, as no browser sends it: a program that has taken over a cookie.
    #[error("a cookie counts only together with an Origin header")]
    CookieAlone,
}

/// Whose pages may use the plain socket, besides our own.
#[derive(Clone, Debug)]
enum PlainOrigin {
    Any,
    /// Pages that a browser opened from a file, of a server on the same machine. Browsers name no origin for them.
    File,
    /// Pages of this machine.
    Loopback,
    Page(WebOrigin),
}

impl OriginPolicy {
    /// Takes over `public_origin`, `allowed_origins` and `plain_origins`. `Config::load` has refused what is no origin.
    #[must_use]
    pub fn new(config: &ServerConfig) -> Self {
        let parse = |texts: &[String]| texts.iter().filter_map(|text| WebOrigin::parse(text)).collect();
        let plain = |text: &String| match text.as_str() {
            "*" => Some(PlainOrigin::Any),
            "file" => Some(PlainOrigin::File),
            "loopback" => Some(PlainOrigin::Loopback),
            origin => WebOrigin::parse(origin).map(PlainOrigin::Page),
        };
        Self {
            public_origin: config.public_origin.as_deref().and_then(WebOrigin::parse),
            allowed: parse(&config.allowed_origins),
            plain: config.plain_origins.iter().filter_map(plain).collect(),
            hosts: Hosts::new(config),
        }
    }

    /// Whether this handshake may open a member socket. `scheme` is the browser's (see `client_address`).
    ///
    /// # Errors
    /// [`OriginRefused`] for every other page, for `null`, and for a cookie without any `Origin`.
    pub fn check_member_socket(&self, headers: &HeaderMap, scheme: Scheme) -> Result<(), OriginRefused> {
        verdict(match origin(headers) {
            Claimed::Absent => return refuse_cookie_alone(headers),
            Claimed::Page(page) => self.is_own(&page, headers, scheme) || self.is_allowed(&page),
            Claimed::Null | Claimed::Nonsense => false,
        })
    }

    /// Whether this handshake may open a plain socket, where cookies are ignored.
    ///
    /// # Errors
    /// [`OriginRefused`] for a page that is neither our own nor one of `plain_origins`.
    pub fn check_plain_socket(&self, headers: &HeaderMap, scheme: Scheme) -> Result<(), OriginRefused> {
        let claimed = origin(headers);
        let names = |listed: &PlainOrigin| match (listed, &claimed) {
            (PlainOrigin::Any, _) => true,
            // A sandboxed frame of any site claims the same. It gets no further than to this machine: whoever serves others
            // must not be open to every page that they visit.
            (PlainOrigin::File, Claimed::Null) => is_asked_at_loopback(headers),
            (PlainOrigin::Loopback, Claimed::Page(page)) => page.is_loopback(),
            (PlainOrigin::Page(listed), Claimed::Page(page)) => listed == page,
            _ => false,
        };
        verdict(match &claimed {
            Claimed::Absent => true,
            Claimed::Page(page) if self.is_own(page, headers, scheme) => true,
            _ => self.plain.iter().any(names),
        })
    }

    /// Under which names this server answers.
    #[must_use]
    pub const fn hosts(&self) -> &Hosts {
        &self.hosts
    }

    /// Whether this HTTP request may change something. Reading (GET, HEAD, OPTIONS) is always allowed here: who may see
    /// the answer is decided by CORS.
    ///
    /// # Errors
    /// [`OriginRefused`] when a page of another origin sent it, or when a cookie comes without any word on its page.
    pub fn check_request(&self, method: &Method, headers: &HeaderMap, scheme: Scheme) -> Result<(), OriginRefused> {
        if method.is_safe() {
            return Ok(());
        }
        let page = origin(headers);
        verdict(match (headers.get("sec-fetch-site").map(HeaderValue::as_bytes), page) {
            (Some(b"same-origin"), Claimed::Absent) => true,
            // A browser that says both says the same by both. Without `public_origin` behind a proxy with TLS, the page
            // has another scheme than this server knows of.
            (Some(b"same-origin"), Claimed::Page(page)) => {
                self.is_own(&page, headers, scheme) || host(headers).is_some_and(|host| page.is_at(host))
            }
            (Some(_), Claimed::Page(page)) => self.is_allowed(&page),
            (Some(_), _) | (None, Claimed::Null | Claimed::Nonsense) => false,
            (None, Claimed::Page(page)) => self.is_own(&page, headers, scheme) || self.is_allowed(&page),
            (None, Claimed::Absent) => return refuse_cookie_alone(headers),
        })
    }

    /// The scheme of `public_origin`, if that is set.
    #[must_use]
    pub fn public_scheme(&self) -> Option<Scheme> {
        self.public_origin.as_ref().map(WebOrigin::scheme)
    }

    /// Whether `allowed_origins` names this origin, for CORS.
    #[must_use]
    pub fn is_allowed_origin(&self, origin: &str) -> bool {
        WebOrigin::parse(origin).is_some_and(|page| self.is_allowed(&page))
    }

    /// The origin that this server's own pages have: `public_origin`, or the scheme with the `Host` header.
    #[must_use]
    pub fn own_origin(&self, headers: &HeaderMap, scheme: Scheme) -> Option<WebOrigin> {
        self.public_origin.clone().or_else(|| WebOrigin::of_host(scheme, host(headers)?))
    }

    fn is_own(&self, page: &WebOrigin, headers: &HeaderMap, scheme: Scheme) -> bool {
        self.own_origin(headers, scheme).as_ref() == Some(page)
    }

    fn is_allowed(&self, page: &WebOrigin) -> bool {
        self.allowed.contains(page)
    }
}

/// What the `Origin` header says.
enum Claimed {
    Absent,
    Page(WebOrigin),
    /// `null`: the page has no origin that the browser would tell.
    Null,
    /// Several headers, or what no browser sends.
    Nonsense,
}

fn origin(headers: &HeaderMap) -> Claimed {
    let mut lines = headers.get_all(header::ORIGIN).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Claimed::Absent,
        (Some(line), None) if line == "null" || line == "file://" => Claimed::Null,
        (Some(line), None) => line.to_str().ok().and_then(WebOrigin::parse).map_or(Claimed::Nonsense, Claimed::Page),
        (Some(_), Some(_)) => Claimed::Nonsense,
    }
}

fn host(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::HOST)?.to_str().ok()
}

fn is_asked_at_loopback(headers: &HeaderMap) -> bool {
    let asked = host(headers).and_then(|authority| WebOrigin::of_host(Scheme::Http, authority));
    asked.is_some_and(|asked| asked.is_loopback())
}

fn refuse_cookie_alone(headers: &HeaderMap) -> Result<(), OriginRefused> {
    if headers.contains_key(header::COOKIE) { Err(OriginRefused::CookieAlone) } else { Ok(()) }
}

const fn verdict(allowed: bool) -> Result<(), OriginRefused> {
    if allowed { Ok(()) } else { Err(OriginRefused::ForeignPage) }
}

#[cfg(test)]
mod tests;
