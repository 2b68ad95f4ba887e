//! The accept loop: TCP and TLS in, HTTP/1.1 to the router, WebSocket upgrades included.
//!
//! Our own rather than `axum::serve`, which sets no header-read timeout, knows no cap, and has no TLS. HTTP/2 is not
//! spoken: WebSockets gain nothing from it, and its floods need their own tests.
//!
//! Not here: what a request means, how often a client may come (`limits`), and closing WebSockets on drain (their own
//! tasks do that).
//! Who may use it: `http` reads [`PeerAddress`] and [`crate::server::config::Scheme`]; `connection` may take back the [`AcceptedSocket`]; `boot` runs it.

mod accepted;
mod answer;
mod options;
mod overload;
mod patience;
mod socket;
mod stage;
mod tls;

pub use options::{ListenerOptions, PeerAddress};
pub use socket::AcceptedSocket;
pub use tls::{FileFault, Hangup, PemItem, Tls, TlsError, TlsWarning};

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::server::config::limit;
use accepted::Acceptor;
use stage::{Shared, Stages};

/// Connections that may wait to be accepted. A room of ten thousand may lose its network and come back at once; whoever
/// finds the queue full knocks again only after a second, then two, then four. The system cuts it to its own maximum.
const BACKLOG: u32 = 4096;

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Another program listens there.
    #[error("{addr} is taken by another program. Stop that program, or choose another address with --addr, such as --addr {ip}:{next}.", ip = ip_for_url(addr), next = addr.port().wrapping_add(1).max(1024))]
    Taken {
        /// The address.
        addr: SocketAddr,
    },
    /// The system keeps the port for privileged users.
    #[error(
        "this user may not listen on {addr}. Choose a port from 1024 with --addr, or give the program the right to bind low ports."
    )]
    NotPermitted {
        /// The address.
        addr: SocketAddr,
    },
    /// This machine does not have the address.
    #[error("this machine does not have the address {addr}. Choose one of its own with --addr, or 0.0.0.0:{port} for all of them.", port = addr.port())]
    NotHere {
        /// The address.
        addr: SocketAddr,
    },
    /// Anything else.
    #[error("cannot listen on {addr}: {source}. Choose another address with --addr.")]
    Other {
        /// The address.
        addr: SocketAddr,
        /// The system's error message.
        source: io::Error,
    },
}

/// Starts listening; connections wait in the system's queue until [`serve`] runs. Asynchronous, since only a runtime can
/// watch the socket.
///
/// # Errors
/// [`BindError`] with the address and how to choose another.
pub async fn bind(addr: SocketAddr) -> Result<TcpListener, BindError> {
    listen(addr).map_err(|source| match source.kind() {
        io::ErrorKind::AddrInUse => BindError::Taken { addr },
        io::ErrorKind::PermissionDenied => BindError::NotPermitted { addr },
        io::ErrorKind::AddrNotAvailable => BindError::NotHere { addr },
        _ => BindError::Other { addr, source },
    })
}

fn listen(addr: SocketAddr) -> io::Result<TcpListener> {
    let socket = if addr.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A restart takes the address back, although connections of the last run linger.
    socket.set_reuseaddr(true)?;
    socket.bind(addr)?;
    socket.listen(BACKLOG)
}

/// Accepts until `drain` is cancelled, then lets every connection finish the request it is at.
///
/// Returns as soon as nothing more is accepted. Each connection is a task of `tracker`: close the tracker and wait for
/// it, within `limits.drain_timeout`, to know that all are gone. Upgraded sockets have left these tasks.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    options: ListenerOptions,
    drain: CancellationToken,
    tracker: TaskTracker,
) {
    let write_timeout = limit(options.write_timeout);
    let client_limits = Arc::clone(&options.client_limits);
    let mut overload = overload::Overload::new(options.refusal_pages.clone());
    let acceptor = Arc::new(Acceptor::new(router, options, drain.clone()));
    let mut pause = Pause::default();
    loop {
        let accepted = tokio::select! {
            biased;
            () = drain.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                pause = Pause::default();
                match client_limits.enter(acceptor.owner(peer)) {
                    Ok(slot) => {
                        let shared = Arc::new(Shared { slot, stages: Stages::default() });
                        let socket = AcceptedSocket::new(stream, Arc::clone(&shared), write_timeout);
                        tracker.spawn(Arc::clone(&acceptor).serve(socket, shared, peer));
                    }
                    Err(excess) => overload.refuse(excess, stream, acceptor.scheme(), &tracker),
                }
                // Whoever is in already comes first: of thousands who knock at once, one is accepted in each round of the
                // tasks that have something to do, and the others wait outside, where they cost nothing.
                tokio::task::yield_now().await;
            }
            Err(error) if concerns_one_connection(&error) => tracing::debug!(%error, "a connection went away"),
            Err(error) => {
                let wait = pause.next();
                tracing::error!(%error, wait_ms = wait.as_millis(), "cannot accept connections");
                let _ = tokio::time::timeout(wait, drain.cancelled()).await;
            }
        }
    }
}

/// How long to wait after an accept error that will not pass by itself, such as too many open files: 10 ms doubling to 1 s.
struct Pause(Duration);

impl Default for Pause {
    fn default() -> Self {
        Self(Duration::from_millis(10))
    }
}

impl Pause {
    fn next(&mut self) -> Duration {
        let now = self.0;
        self.0 = (now * 2).min(Duration::from_secs(1));
        now
    }
}

fn concerns_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

fn ip_for_url(addr: &SocketAddr) -> String {
    if addr.is_ipv6() { format!("[{}]", addr.ip()) } else { addr.ip().to_string() }
}

#[cfg(test)]
mod tests;
