//! Reads and writes one WebSocket, with the limits of every socket. Not here: what the frames mean (`member`, `plain`).

use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::timeout;

use crate::protocol::CloseCode;
use crate::server::delivery::sendq::{Sendq, Signal};
use crate::server::net::websocket::{self, Inbox, Incoming, Opcode, ProtocolError, ReceiveError, encode, encode_close};

/// How long a close frame may take to go out and to be answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What happened on the socket.
#[derive(Debug)]
pub enum TransportEvent {
    /// A text frame came.
    Text(String),
    /// A binary frame came, which neither protocol has.
    Binary(Vec<u8>),
    /// A ping, a pong, or a fragment of an incomplete message came.
    Alive,
    /// The sendq was signalled.
    Signal(Signal),
    /// The socket is over. `Some` when the client broke a rule, with the close code for it.
    Closed(Option<CloseCode>),
}

/// Whether the next frame of the client is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It is read.
    Wanted,
    /// It is not read, and the client waits.
    Paused,
}

/// One WebSocket: its sendq writes, its inbox reads. At rest it owns no buffer and no timer.
pub struct Transport {
    sendq: Arc<Sendq>,
    inbox: Inbox,
}

impl Transport {
    /// A transport over a sendq with a socket.
    #[must_use]
    pub fn new(sendq: Arc<Sendq>, inbox: Inbox) -> Self {
        Self { sendq, inbox }
    }

    /// Writes what is queued, and waits for the next event. A client that does not take what it is sent is not read from.
    /// Cancel-safe.
    pub async fn next(&mut self, reading: Reading) -> TransportEvent {
        poll_fn(|context| self.poll_next(reading, context)).await
    }

    /// Sends a ping, whose pong shows that a silent client is alive.
    pub fn ping(&self) {
        self.sendq.push(encode(Opcode::Ping, &[]));
    }

    /// Sends a close frame and closes, within two seconds. A failure is ignored, since the socket is over either way.
    pub async fn close(self, code: CloseCode) {
        let number = websocket::CloseStatus::new(code.number()).expect("every code is one that may be sent");
        self.sendq.end(encode_close(number, code.reason()));
        let _ = timeout(CLOSE_TIMEOUT, self.finish()).await;
    }

    async fn finish(&self) -> io::Result<()> {
        poll_fn(|context| self.sendq.poll_drained(context)).await?;
        poll_fn(|context| self.sendq.poll_shutdown(context)).await?;
        // Waiting for the answer lets the reason arrive: closing a socket with unread data resets it (RFC 1122 §4.2.2.13).
        poll_fn(|context| self.sendq.poll_discard(context)).await
    }

    fn poll_next(&mut self, reading: Reading, context: &mut Context<'_>) -> Poll<TransportEvent> {
        match ready!(self.sendq.poll_drained(context)) {
            Ok(None) => {}
            Ok(Some(signal)) => return Poll::Ready(TransportEvent::Signal(signal)),
            // The client took nothing within the time for a write. It gets the close code only if it reads again.
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                return Poll::Ready(TransportEvent::Closed(Some(CloseCode::Slow)));
            }
            Err(_) => return Poll::Ready(TransportEvent::Closed(None)),
        }
        if reading == Reading::Paused {
            return Poll::Pending;
        }
        let incoming = match ready!(self.inbox.poll_next(|buffer| self.sendq.poll_read(context, buffer))) {
            Ok(incoming) => incoming,
            Err(ReceiveError::Protocol(error)) => return Poll::Ready(TransportEvent::Closed(Some(close_code(error)))),
            Err(ReceiveError::Io(_) | ReceiveError::Closed) => return Poll::Ready(TransportEvent::Closed(None)),
        };
        self.sendq.reply(&incoming);
        Poll::Ready(match incoming {
            Incoming::Text(text) => TransportEvent::Text(text.into_owned()),
            Incoming::Binary(bytes) => TransportEvent::Binary(bytes.into_owned()),
            Incoming::Ping(_) | Incoming::Pong(_) | Incoming::Fragment => TransportEvent::Alive,
            Incoming::Close(_) => {
                // The answer is a courtesy: it goes out if there is room for it now.
                let _ = self.sendq.poll_drained(context);
                TransportEvent::Closed(None)
            }
        })
    }
}

/// The close code for an error of the WebSocket protocol.
fn close_code(error: ProtocolError) -> CloseCode {
    match error.close_code() {
        websocket::CloseStatus::TOO_LARGE => CloseCode::FrameTooLarge,
        websocket::CloseStatus::INVALID_PAYLOAD => CloseCode::InvalidUtf8,
        _ => CloseCode::ProtocolError,
    }
}
