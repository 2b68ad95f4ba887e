//! One accepted socket, from TLS handshake to close.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio_util::sync::CancellationToken;
use tower::Service as _;

use super::socket::Socket;
use super::{ListenerOptions, PeerAddress};
use crate::server::config::{Scheme, limit};

/// hyper refuses a smaller buffer; a shorter `request_head_bytes` still holds.
const BUFFER_BYTES_MIN: usize = 8_192;

/// What all connections share.
pub(super) struct Acceptor {
    router: Router,
    options: ListenerOptions,
    http: http1::Builder,
    drain: CancellationToken,
}

impl Acceptor {
    pub(super) fn new(router: Router, options: ListenerOptions, drain: CancellationToken) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limit(options.header_read_timeout));
        if let Some(bytes) = limit(options.request_head_bytes) {
            http.max_header_size(bytes).max_buf_size(bytes.max(BUFFER_BYTES_MIN));
        }
        Self { router, options, http, drain }
    }

    pub(super) const fn scheme(&self) -> Scheme {
        self.options.scheme()
    }

    /// Serves one socket until it closes or is upgraded. A panic in a handler ends this task and so this socket, no other.
    pub(super) async fn carry(self: Arc<Self>, socket: Socket, peer: SocketAddr) {
        if let Err(error) = socket.set_nodelay() {
            tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
        }
        // Boxed, so that the state of a handshake does not weigh on every connection without one.
        let Some(socket) = Box::pin(self.secure(socket, peer)).await else { return };
        let scheme = self.scheme();
        let service = service_fn(|mut request: Request<Incoming>| {
            request.extensions_mut().insert(PeerAddress(peer));
            request.extensions_mut().insert(scheme);
            self.router.clone().call(request)
        });
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(socket), service).with_upgrades());
        let served = tokio::select! {
            served = connection.as_mut() => served,
            () = self.drain.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            // Clients leave in the middle of things all the time.
            tracing::debug!(%peer, %error, "connection ended early");
        }
    }

    /// The TLS handshake, if this listener speaks TLS. `None` when it failed, took too long, or a drain began.
    async fn secure(&self, socket: Socket, peer: SocketAddr) -> Option<Socket> {
        let Some(tls) = &self.options.tls else { return Some(socket) };
        let handshake = socket.secure(tls.current());
        let outcome = tokio::select! {
            outcome = async {
                match limit(self.options.tls_handshake_timeout) {
                    Some(most) => tokio::time::timeout(most, handshake).await.unwrap_or_else(|late| Err(late.into())),
                    None => handshake.await,
                }
            } => outcome,
            () = self.drain.cancelled() => return None,
        };
        outcome.inspect_err(|error| tracing::debug!(%peer, %error, "TLS handshake failed")).ok()
    }
}
