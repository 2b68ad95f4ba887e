//! What the settings decide for the listener, and what it reports about a connection. Not here: listening (`listener`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;

use super::tls::Tls;
use crate::server::config::{Config, Scheme};
use crate::server::limits::ClientLimits;
use crate::server::net::refusal_page::RefusalPages;

/// The other end of the TCP connection, in the extensions of every request. Behind a proxy this is the proxy: see
/// `client_address`. The [`Scheme`] of the socket is there too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeerAddress(pub SocketAddr);

/// What the listener needs to know. Zero turns a limit off.
#[derive(Clone)]
pub struct ListenerOptions {
    /// Speak HTTPS with this certificate.
    pub tls: Option<Arc<Tls>>,
    /// Who may have how many connections, upgraded ones included.
    pub client_limits: Arc<ClientLimits>,
    /// How refusals look to people.
    pub refusal_pages: RefusalPages,
    /// Networks that tell whose a request is: see `client_address`.
    pub trusted_proxies: Arc<[IpNet]>,
    /// Longest request head, bytes.
    pub request_head_bytes: usize,
    /// Time for a request's head, counted from its first byte; for the first of a connection, from accept.
    pub header_read_timeout: Duration,
    /// Time that a connection is kept open between two requests.
    pub keep_alive_timeout: Duration,
    /// Time for a TLS handshake.
    pub tls_handshake_timeout: Duration,
    /// Time that one write may wait for a client that does not read.
    pub write_timeout: Duration,
}

impl ListenerOptions {
    /// Takes what concerns the listener from `[limits]` and `[server]`.
    #[must_use]
    pub fn new(config: &Config, client_limits: Arc<ClientLimits>, tls: Option<Arc<Tls>>) -> Self {
        let (limits, server) = (&config.limits, &config.server);
        Self {
            tls,
            client_limits,
            refusal_pages: RefusalPages::default(),
            trusted_proxies: server.trusted_proxies.as_slice().into(),
            request_head_bytes: limits.request_head_bytes,
            header_read_timeout: limits.header_read_timeout,
            keep_alive_timeout: limits.keep_alive_timeout,
            tls_handshake_timeout: limits.tls_handshake_timeout,
            write_timeout: limits.write_timeout,
        }
    }

    pub(super) const fn scheme(&self) -> Scheme {
        if self.tls.is_some() { Scheme::Https } else { Scheme::Http }
    }
}
