//! Headers of every response: what browsers may do with it, and who may cache it.
//! Not here: the policy of pages, which names their scripts (`boot`).

use axum::Extension;
use axum::extract::Request;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, VARY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::server::app::Client;
use crate::server::config::Scheme;

/// The policy of everything that is not a page: nothing in it may run or be framed.
const NOTHING_RUNS: &str = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// A file whose name changes with its content may be cached for ever.
const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// A file that belongs to others of the same build, under a name that every build has: it may be kept, and is asked for at
/// each use.
const ASKED_FOR: &str = "no-cache";

/// A file whose name stays the same when its content changes: icons, the manifest.
const ONE_HOUR: &str = "public, max-age=3600";

/// Answers may differ from person to person, so nobody may cache them.
const NEVER: &str = "private, no-store";

const ALWAYS: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "same-origin"),
    (X_FRAME_OPTIONS, "DENY"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
    ),
];

/// Adds the headers that the handler did not set.
pub async fn secure(Extension(client): Extension<Client>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    for (name, value) in ALWAYS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    headers.entry(CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(NOTHING_RUNS));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(NEVER));
    if client.scheme == Scheme::Https {
        headers.entry(STRICT_TRANSPORT_SECURITY).or_insert(HeaderValue::from_static("max-age=31536000"));
    }
    response
}

/// Marks a file whose name carries the hash of its content.
pub async fn hashed_file(request: Request, next: Next) -> Response {
    keep(next.run(request).await, FOR_EVER)
}

/// Marks a file of a build that gave it no such name. An older one of it beside newer ones would be a page that cannot start.
pub async fn plain_file(request: Request, next: Next) -> Response {
    keep(next.run(request).await, ASKED_FOR)
}

fn keep(mut response: Response, how: &'static str) -> Response {
    if is_kept(response.status()) {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(how));
    }
    response
}

/// Marks a file of the page: it is the same for everybody, and comes in several encodings. Whoever keeps one must not give
/// it to those who cannot read it, nor a 404 of one build to those of the next (RFC 9110 §12.5.5). A 304 says what its
/// 200 would say, since it takes the place of the headers that were kept (RFC 9110 §15.4.5).
pub async fn named_file(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let is_kept = is_kept(response.status());
    let headers = response.headers_mut();
    headers.insert(VARY, HeaderValue::from_static("accept-encoding"));
    if is_kept {
        headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static(ONE_HOUR));
    }
    response
}

fn is_kept(status: StatusCode) -> bool {
    status.is_success() || status == StatusCode::NOT_MODIFIED
}
