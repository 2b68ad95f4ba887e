//! One accepted socket, from TLS handshake to close.

use std::convert::Infallible;
use std::error::Error as _;
use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use futures::FutureExt as _;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::answer::AnswerBody;
use super::options::{ListenerOptions, PeerAddress};
use super::overload;
use super::patience::{GivenUp, Patience};
use super::socket::AcceptedSocket;
use super::stage::{Shared, Stage};
use crate::server::config::{Scheme, limit};
use crate::server::limits::{Action, Address, Attack, Excess};
use crate::server::net::client_address::{client_address, is_trusted};
use crate::server::net::refusal_page::Reader;

/// hyper refuses a smaller buffer; a shorter `request_head_bytes` still holds.
const BUFFER_BYTES_MIN: usize = 8_192;

/// What all connections share.
pub(super) struct Acceptor {
    router: Router,
    options: ListenerOptions,
    http: http1::Builder,
    drain: CancellationToken,
}

/// How serving one socket ended.
enum End {
    /// The client left, broke HTTP, or has a WebSocket now.
    Served(hyper::Result<()>),
    /// Another client needs the slot, or the client took too long.
    GivenUp(GivenUp),
    /// The server stops.
    Drained,
}

impl Acceptor {
    pub(super) fn new(router: Router, options: ListenerOptions, drain: CancellationToken) -> Self {
        let mut http = http1::Builder::new();
        // hyper's own timeout of the head runs while a client is idle, too: see `patience`.
        http.header_read_timeout(None);
        if let Some(bytes) = limit(options.request_head_bytes) {
            http.max_header_size(bytes).max_buf_size(bytes.max(BUFFER_BYTES_MIN));
        }
        Self { router, options, http, drain }
    }

    pub(super) const fn scheme(&self) -> Scheme {
        self.options.scheme()
    }

    /// Whose a connection is while it has no request in hand: its peer's. One of a trusted proxy is nobody's.
    pub(super) fn owner(&self, peer: SocketAddr) -> Option<Address> {
        let address = peer.ip().to_canonical();
        (!is_trusted(address, &self.options.trusted_proxies)).then(|| Address::of(address))
    }

    /// Serves one socket until it closes or is upgraded. A panic in a handler ends this task and so this socket, no other.
    pub(super) async fn serve(self: Arc<Self>, socket: AcceptedSocket, shared: Arc<Shared>, peer: SocketAddr) {
        if let Err(error) = socket.set_nodelay() {
            tracing::debug!(%peer, %error, "cannot set TCP_NODELAY");
        }
        // Boxed, so that the state of a handshake does not weigh on every connection without one.
        let Some(socket) = Box::pin(self.secure(socket, &shared, peer)).await else { return };
        let service = service_fn(|request| self.answer(request, Arc::clone(&shared), peer));
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(socket), service).with_upgrades());
        let mut patience = Patience::new(&shared, self.owner(peer), &self.options);
        let end = tokio::select! {
            // The connection first, so that what came of it is known when the patience looks.
            biased;
            served = connection.as_mut() => End::Served(served),
            given_up = poll_fn(|context| patience.poll_over(context)) => End::GivenUp(given_up),
            () = self.drain.cancelled() => End::Drained,
        };
        let served = match end {
            End::Served(served) => served,
            End::GivenUp(given_up) => {
                // Browsers open connections ahead of what they ask for, so that nothing comes on some is no attack.
                if given_up == GivenUp::TooSlow(Stage::Head) {
                    self.note(Attack::SlowRequest, peer);
                }
                // Closes in order what is idle; whoever is in the middle of a head is cut off.
                connection.as_mut().graceful_shutdown();
                connection.now_or_never().unwrap_or(Ok(()))
            }
            End::Drained => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = served {
            if is_timeout(&error) {
                self.note(Attack::SlowReader, peer);
            }
            // Clients leave in the middle of things all the time.
            tracing::debug!(%peer, %error, "connection ended early");
        }
    }

    /// Counts an attack, unless it is of a proxy's connection, where nobody knows whose it is.
    fn note(&self, attack: Attack, peer: SocketAddr) {
        if let Some(owner) = self.owner(peer) {
            self.options.client_limits.attacks.note(attack, owner);
        }
    }

    /// Has a request answered, if its client may have one more in hand.
    async fn answer(
        &self,
        mut request: Request<Incoming>,
        shared: Arc<Shared>,
        peer: SocketAddr,
    ) -> Result<Response<AnswerBody>, Infallible> {
        shared.stages.begun();
        let response = match self.begin(&shared, peer, request.headers()) {
            Err(excess) => self.refuse(excess, peer, &request),
            Ok(()) => {
                request.extensions_mut().insert(PeerAddress(peer));
                request.extensions_mut().insert(self.scheme());
                self.router.clone().oneshot(request.map(Body::new)).await?
            }
        };
        // After an upgrade no further request comes: the socket holds the slot until its end.
        let shared = (response.status() != StatusCode::SWITCHING_PROTOCOLS).then_some(shared);
        Ok(response.map(|body| AnswerBody::new(body, shared)))
    }

    /// The connection of a client ends with the refusal, so that going on costs it new ones. That of a proxy is everybody's
    /// behind it, and goes on.
    fn refuse(&self, excess: Excess, peer: SocketAddr, request: &Request<Incoming>) -> Response<Body> {
        let reader = Reader::of(request.method(), request.uri().path(), request.headers());
        let mut response = overload::response(excess, &self.options.refusal_pages, reader.as_ref());
        if self.owner(peer).is_some() {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }

    fn begin(&self, shared: &Shared, peer: SocketAddr, headers: &HeaderMap) -> Result<(), Excess> {
        let address = client_address(peer.ip(), headers, &self.options.trusted_proxies);
        self.options.client_limits.begin(&shared.slot, Address::of(address))
    }

    /// The TLS handshake, if this listener speaks TLS. `None` when it is one too many, failed, took too long, gave way, or a
    /// drain began.
    async fn secure(&self, socket: AcceptedSocket, shared: &Shared, peer: SocketAddr) -> Option<AcceptedSocket> {
        let Some(tls) = &self.options.tls else { return Some(socket) };
        let owner = self.owner(peer);
        if let Some(owner) = owner {
            self.options.client_limits.charge(Action::TlsHandshake, &owner.into()).ok()?;
        }
        let gives_way = shared.slot.rest(owner);
        let handshake = socket.secure(tls.current());
        let outcome = tokio::select! {
            outcome = async {
                match limit(self.options.tls_handshake_timeout) {
                    Some(most) => tokio::time::timeout(most, handshake).await.unwrap_or_else(|late| Err(late.into())),
                    None => handshake.await,
                }
            } => outcome,
            _ = gives_way => return None,
            () = self.drain.cancelled() => return None,
        };
        outcome
            .inspect_err(|error| {
                if error.kind() == io::ErrorKind::TimedOut {
                    self.note(Attack::SlowRequest, peer);
                }
                tracing::debug!(%peer, %error, "TLS handshake failed");
            })
            .ok()
    }
}

/// Whether a write took longer than `limits.write_timeout_ms`. A client that is gone is not slow: then the system says so.
fn is_timeout(error: &hyper::Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<io::Error>());
    cause.is_some_and(|cause| cause.kind() == io::ErrorKind::TimedOut && cause.raw_os_error().is_none())
}
