//! From an HTTP request to a WebSocket: the handshake, and taking the socket out of HTTP. Not here: who may connect, and what
//! the socket is for (`socket`).

use axum::body::Body;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::BytesMut;
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::protocol::ErrorCode;
use crate::protocol::limits::{SUBPROTOCOL, SUBPROTOCOL_FAMILY};
use crate::server::edge::connection::Upgraded;
use crate::server::net::listener::AcceptedSocket;
use crate::server::net::websocket::{Accept, Agreement, HandshakeError, NegotiationError, negotiate};

/// A request that asks for a WebSocket as RFC 6455 wants it.
pub struct Upgrade {
    accept: Accept,
    on_upgrade: OnUpgrade,
    agreement: Option<Agreement>,
    subprotocol: Option<HeaderValue>,
}

/// Which version of the member socket's protocol was negotiated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// The version of this server.
    Spoken,
    /// Another one. The socket is opened only to be closed with the reason.
    Other,
}

/// Why a request cannot become a WebSocket. The answer says what a right request looks like.
#[derive(Debug, thiserror::Error)]
pub enum UpgradeRefused {
    /// It breaks the rules of the handshake.
    #[error(transparent)]
    Handshake(#[from] HandshakeError),
    /// Its extensions cannot be read.
    #[error(transparent)]
    Extensions(#[from] NegotiationError),
    /// A proxy between the client and this server does not forward WebSockets.
    #[error("this connection cannot become a WebSocket")]
    NotUpgradable,
}

impl UpgradeRefused {
    /// Whether the client broke the rules, and not a proxy on the way.
    #[must_use]
    pub const fn is_by_the_client(&self) -> bool {
        matches!(self, Self::Handshake(_) | Self::Extensions(_))
    }
}

impl<S: Sync> FromRequestParts<S> for Upgrade {
    type Rejection = UpgradeRefused;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, UpgradeRefused> {
        let accept = Accept::check(&parts.method, parts.version, &parts.headers)?;
        let agreement = negotiate(parts.headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS))?;
        let on_upgrade = parts.extensions.remove().ok_or(UpgradeRefused::NotUpgradable)?;
        Ok(Self { accept, on_upgrade, agreement, subprotocol: None })
    }
}

impl Upgrade {
    /// Negotiates the subprotocol of the member socket: ours, or else that of another version. A client of another version can
    /// be answered so only over an open socket, since a browser does not tell a page why a handshake was refused.
    ///
    /// # Errors
    /// `unsupported_protocol` when no version is offered.
    pub fn member_subprotocol(self, headers: &HeaderMap) -> Result<(Self, Version), ErrorCode> {
        let (offer, version) = match offered(headers).find(|offer| *offer == SUBPROTOCOL) {
            Some(ours) => (ours, Version::Spoken),
            None => (any_version(headers).ok_or(ErrorCode::UnsupportedProtocol)?, Version::Other),
        };
        Ok((Self { subprotocol: offer.parse().ok(), ..self }, version))
    }

    /// Accepts the first subprotocol that the client offers, whatever it is. A browser closes a socket whose offer was not
    /// answered, and the plain socket uses JSON under any name.
    #[must_use]
    pub fn any_subprotocol(self, headers: &HeaderMap) -> Self {
        let subprotocol = offered(headers).find(|offer| !offer.is_empty()).and_then(|offer| offer.parse().ok());
        Self { subprotocol, ..self }
    }

    /// Declines compression, whatever was offered.
    #[must_use]
    pub fn uncompressed(self) -> Self {
        Self { agreement: None, ..self }
    }

    /// The answer that opens the WebSocket. Then `serve` runs with its socket, in a task of its own.
    pub fn accept<F>(
        self,
        drain_guard: TaskTrackerToken,
        serve: impl FnOnce(Upgraded) -> F + Send + 'static,
    ) -> Response
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let Self { accept, on_upgrade, agreement, subprotocol } = self;
        tokio::spawn(async move {
            match take_socket(on_upgrade).await {
                // A new task, which is smaller than that of the handshake.
                Some((socket, unread)) => {
                    drop(tokio::spawn(serve(Upgraded { socket, unread, agreement, drain_guard })))
                }
                None => tracing::debug!("a client was gone before its WebSocket was open"),
            }
        });
        let mut response = accept.response(agreement).map(|()| Body::empty());
        if let Some(subprotocol) = subprotocol {
            response.headers_mut().insert(header::SEC_WEBSOCKET_PROTOCOL, subprotocol);
        }
        response
    }
}

/// Whether a request asks for a WebSocket as RFC 6455 wants it.
pub fn is_handshake(request: &Request) -> bool {
    let headers = request.headers();
    Accept::check(request.method(), request.version(), headers).is_ok()
        && negotiate(headers.get_all(header::SEC_WEBSOCKET_EXTENSIONS)).is_ok()
}

/// Whether a client offers any version of the member socket's protocol.
pub fn offers_member_subprotocol(headers: &HeaderMap) -> bool {
    any_version(headers).is_some()
}

fn any_version(headers: &HeaderMap) -> Option<&str> {
    offered(headers).find(|offer| offer.starts_with(SUBPROTOCOL_FAMILY))
}

/// The subprotocols that a client offers, in its order (RFC 6455 §11.3.4).
fn offered(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let lines = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim)
}

/// The socket as the listener made it, without HTTP around it, and the bytes that were read already.
async fn take_socket(on_upgrade: OnUpgrade) -> Option<(AcceptedSocket, BytesMut)> {
    let upgraded = on_upgrade.await.ok()?;
    let parts = upgraded.downcast::<TokioIo<AcceptedSocket>>().ok()?;
    // Copied, since the original buffer has many kilobytes and would live as long as the socket.
    Some((parts.io.into_inner(), BytesMut::from(&parts.read_buf[..])))
}

impl IntoResponse for UpgradeRefused {
    fn into_response(self) -> Response {
        const VERSION: [(HeaderName, HeaderValue); 2] = [
            (header::UPGRADE, HeaderValue::from_static("websocket")),
            (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13")),
        ];
        let status = match &self {
            Self::Handshake(error) => error.status(),
            Self::Extensions(_) | Self::NotUpgradable => StatusCode::BAD_REQUEST,
        };
        let mut response = (status, self.to_string()).into_response();
        if status == StatusCode::UPGRADE_REQUIRED {
            response.headers_mut().extend(VERSION);
        }
        response
    }
}
