//! Refusals for people: whoever asks for a page and is refused sees why, as a page, and programs read JSON. Used by the
//! listener, which refuses before there is a route, and by `edge::http`. Not here: the words and what they look like, which
//! `boot` brings along, and what is refused.

use std::sync::Arc;

use axum::http::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_SECURITY_POLICY, CONTENT_TYPE, COOKIE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Response};

use crate::protocol::Refusal;

/// In such a page nothing runs, and nothing is sent.
pub const NOTHING_RUNS: &str =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a page is served as.
pub const HTML: &str = "text/html; charset=utf-8";

/// The addresses of programs: there a refusal is JSON, whoever asks.
const OF_PROGRAMS: [&str; 4] = ["/api/v1/", "/healthz", "/plain/", "/ws"];

/// Draws a refusal as an HTML document.
pub type Draw = dyn Fn(&Reader, Refusal) -> String + Send + Sync;

/// How refusals look to people; without a way to draw them they are JSON for everybody.
#[derive(Clone, Default)]
pub struct RefusalPages(Option<Arc<Draw>>);

/// Somebody who asks for a page, with what decides how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// How it was asked for: what was read may be asked for again, and what was posted may not.
    pub method: Method,
    /// The headers that tell the language.
    pub headers: HeaderMap,
}

impl RefusalPages {
    /// Pages that are drawn like this.
    #[must_use]
    pub fn new(draw: impl Fn(&Reader, Refusal) -> String + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(draw)))
    }

    /// The page for this reader; none for a program.
    #[must_use]
    pub fn draw(&self, reader: Option<&Reader>, refusal: Refusal) -> Option<String> {
        let draw = self.0.as_ref()?;
        Some(draw(reader?, refusal))
    }
}

impl Reader {
    /// Who asks, if it is a person who asks for a page.
    #[must_use]
    pub fn of(method: &Method, path: &str, headers: &HeaderMap) -> Option<Self> {
        let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        let wants_page = accept.is_some_and(|accept| accept.contains("text/html"));
        if !wants_page || OF_PROGRAMS.iter().any(|program| path.starts_with(program)) {
            return None;
        }
        let kept =
            |name: HeaderName| headers.get_all(&name).iter().map(|value| (name.clone(), value.clone())).collect();
        let of_language: [Vec<_>; 2] = [COOKIE, ACCEPT_LANGUAGE].map(kept);
        Some(Self { method: method.clone(), headers: of_language.into_iter().flatten().collect() })
    }

    /// The same of the head of a request as it came from the socket; what cannot be read is left out.
    #[must_use]
    pub fn of_head(head: &[u8]) -> Option<Self> {
        let mut lines = head.split(|byte| *byte == b'\n');
        let mut first = lines.next()?.split(|byte| *byte == b' ');
        let method = Method::from_bytes(first.next()?).ok()?;
        let path = std::str::from_utf8(first.next()?).ok()?;
        let header = |line: &[u8]| {
            let colon = line.iter().position(|byte| *byte == b':')?;
            let name = HeaderName::from_bytes(&line[..colon]).ok()?;
            Some((name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?))
        };
        Self::of(&method, path, &lines.filter_map(header).collect())
    }
}

/// Writes a page into the answer that carries the refusal. Its status and its other headers stay.
#[must_use]
pub fn written_into<B>(answer: Response<B>, page: String) -> Response<String> {
    let mut answer = answer.map(|_| page);
    let headers = answer.headers_mut();
    headers.remove(CONTENT_LENGTH);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(HTML));
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING_RUNS));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_is_known_by_the_head_of_a_request_and_programs_are_none() {
        let head = |path: &str, accept: &str| {
            format!("GET {path} HTTP/1.1\r\nHost: a\r\nno header\r\naccept:{accept}\r\nAccept-Language:  zh \r\n\r\n")
        };
        let reader = Reader::of_head(head("/r/lobby", "text/html, */*").as_bytes()).expect("a person");
        assert_eq!((reader.method, reader.headers[ACCEPT_LANGUAGE].as_bytes()), (Method::GET, b"zh".as_slice()));
        for (path, accept) in
            [("/", "*/*"), ("/api/v1/rooms", "text/html"), ("/healthz", "text/html"), ("/ws", "text/html")]
        {
            assert_eq!(Reader::of_head(head(path, accept).as_bytes()), None, "{path} {accept}");
        }
        for head in [b"".as_slice(), b"\xff", b"GET", b"GET /\r\n", b"\x16\x03\x01"] {
            assert_eq!(Reader::of_head(head), None, "{head:?}");
        }
    }
}
