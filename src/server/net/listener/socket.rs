//! A client's socket: TCP or TLS over TCP, counted for as long as it lives, failed when its client stops reading.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::stage::Shared;

/// The transport of every connection. After an upgrade, `hyper::upgrade::Upgraded::downcast::<TokioIo<AcceptedSocket>>` gives it back.
pub struct AcceptedSocket {
    transport: Transport,
    /// With its slot among all connections, which it keeps as long as it lives.
    shared: Arc<Shared>,
    /// How long one write may wait for the client. `None` = for ever.
    write_timeout: Option<Duration>,
    /// Runs while a write waits; allocated only then.
    stalled: Option<Pin<Box<Sleep>>>,
}

enum Transport {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl AcceptedSocket {
    pub(super) const fn new(stream: TcpStream, shared: Arc<Shared>, write_timeout: Option<Duration>) -> Self {
        Self { transport: Transport::Plain(stream), shared, write_timeout, stalled: None }
    }

    /// The TCP stream when nothing lies between it and the client: then its bytes are ours to write directly.
    #[must_use]
    pub const fn plain(&self) -> Option<&TcpStream> {
        match &self.transport {
            Transport::Plain(stream) => Some(stream),
            Transport::Tls(_) => None,
        }
    }

    /// Small frames leave at once.
    pub(super) fn set_nodelay(&self) -> io::Result<()> {
        match &self.transport {
            Transport::Plain(stream) => stream.set_nodelay(true),
            Transport::Tls(stream) => stream.get_ref().0.set_nodelay(true),
        }
    }

    /// Runs the server's side of a TLS handshake.
    pub(super) async fn secure(self, config: Arc<rustls::ServerConfig>) -> io::Result<Self> {
        let Transport::Plain(stream) = self.transport else { return Ok(self) };
        let stream = TlsAcceptor::from(config).accept(stream).await?;
        Ok(Self { transport: Transport::Tls(Box::new(stream)), ..self })
    }

    /// Passes on the outcome of a write, and fails it when the client has taken nothing for too long.
    fn unless_stalled<T>(&mut self, outcome: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        let Some(most) = self.write_timeout.filter(|_| outcome.is_pending()) else {
            self.stalled = None;
            return outcome;
        };
        let stalled = self.stalled.get_or_insert_with(|| Box::pin(tokio::time::sleep(most)));
        stalled.as_mut().poll(cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }
}

/// Calls the same method on whatever lies below.
macro_rules! delegate {
    ($socket:ident, $stream:ident => $call:expr) => {
        match &mut $socket.transport {
            Transport::Plain(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Transport::Tls(stream) => {
                let $stream = Pin::new(stream.as_mut());
                $call
            }
        }
    };
}

impl AsyncRead for AcceptedSocket {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        let before = buffer.filled().len();
        let outcome = delegate!(socket, stream => stream.poll_read(cx, buffer));
        if buffer.filled().len() > before {
            socket.shared.stages.heard();
        }
        outcome
    }
}

impl AsyncWrite for AcceptedSocket {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        let outcome = delegate!(socket, stream => stream.poll_write(cx, bytes));
        socket.unless_stalled(outcome, cx)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let socket = self.get_mut();
        let outcome = delegate!(socket, stream => stream.poll_write_vectored(cx, slices));
        socket.unless_stalled(outcome, cx)
    }

    fn is_write_vectored(&self) -> bool {
        match &self.transport {
            Transport::Plain(stream) => stream.is_write_vectored(),
            Transport::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        let outcome = delegate!(socket, stream => stream.poll_flush(cx));
        if matches!(outcome, Poll::Ready(Ok(()))) {
            socket.shared.stages.flushed();
        }
        socket.unless_stalled(outcome, cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let socket = self.get_mut();
        let outcome = delegate!(socket, stream => stream.poll_shutdown(cx));
        socket.unless_stalled(outcome, cx)
    }
}
