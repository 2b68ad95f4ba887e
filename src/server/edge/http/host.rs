//! Checks the `Host` header: a request has it exactly once, and it names this server. Not here: which names those are
//! (`net::origin`).

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, StatusCode, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::protocol::ErrorCode;
use crate::server::app::{App, Client};
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Attack;

/// Answers 421 to a request for a host name that is none of ours (RFC 9110 §15.5.20). Only supervisors may ask for the
/// health under any name.
pub async fn ours(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let is_ours = |authority: &str| app.origins.hosts().contain(authority);
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let target = request.uri().authority().map(Authority::as_str);
    if request.uri().path() == "/healthz" || [host, target].into_iter().flatten().all(is_ours) {
        return next.run(request).await;
    }
    app.limits.attacks.note(Attack::UnknownHost, client.address);
    HttpRefusal::from(ErrorCode::HostRefused).into_response()
}

/// Answers 400 to a request whose host is missing, doubled or no host (RFC 9112 §3.2): two readers of it, such as a proxy
/// and this server, could take it for two different requests.
pub async fn named_once(request: Request, next: Next) -> Response {
    if is_named_once(request.version(), request.headers()) {
        return next.run(request).await;
    }
    (StatusCode::BAD_REQUEST, "send the Host header once, with a host and perhaps a port\n").into_response()
}

fn is_named_once(version: Version, headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (None, _) => version < Version::HTTP_11,
        (Some(host), None) => Authority::try_from(host.as_bytes()).is_ok_and(|host| !host.as_str().contains('@')),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_fine(version: Version, hosts: &[&'static str]) -> bool {
        let headers = hosts.iter().map(|host| (header::HOST, host.parse().expect("a value"))).collect();
        is_named_once(version, &headers)
    }

    #[test]
    fn http_1_1_names_one_host_and_http_1_0_may_name_none() {
        for host in ["localhost", "chat.example.org:8080", "192.0.2.1", "[2001:db8::1]:443", "xn--e1afmkfd.example"] {
            assert!(is_fine(Version::HTTP_11, &[host]), "{host}");
        }
        for hosts in [[].as_slice(), &[""], &["a", "a"], &["a b"], &["a/b"], &["user@a"], &["a,b c"]] {
            assert!(!is_fine(Version::HTTP_11, hosts), "{hosts:?}");
        }
        assert!(is_fine(Version::HTTP_10, &[]));
        assert!(!is_fine(Version::HTTP_10, &["a", "b"]));
    }
}
