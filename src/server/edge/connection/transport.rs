//! Reading and writing one WebSocket, with the limits that every socket has. Not here: what the frames mean.

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

/// What there is to do.
#[derive(Debug)]
pub enum Turn {
    /// A text frame came.
    Text(String),
    /// A binary frame came, which no protocol here has.
    Binary(Vec<u8>),
    /// A sign of life below the protocol came: a ping, a pong, or a fragment of a message that is not whole.
    Alive,
    /// The sendq wants something seen to.
    Signal(Signal),
    /// The socket is over. `Some` when the client is the reason, and is told if it can be.
    Over(Option<CloseCode>),
}

/// Whether the next frame of the client is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It is.
    Wanted,
    /// It stays where it is, and the client waits.
    Paused,
}

/// One end of a WebSocket: its sendq writes, its inbox reads. At rest it owns no buffer and no timer.
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

    /// Writes what waits, and waits for the next thing to do. A client that does not take what it is sent is not read
    /// from. Cancel-safe.
    pub async fn next(&mut self, reading: Reading) -> Turn {
        poll_fn(|context| self.poll_next(reading, context)).await
    }

    /// Asks for a pong, so that the other side's silence can be told from its death.
    pub fn ping(&self) {
        self.sendq.push(encode(Opcode::Ping, &[]));
    }

    /// Says why and closes, within two seconds. Nothing can be done when that fails too.
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

    fn poll_next(&mut self, reading: Reading, context: &mut Context<'_>) -> Poll<Turn> {
        match ready!(self.sendq.poll_drained(context)) {
            Ok(None) => {}
            Ok(Some(signal)) => return Poll::Ready(Turn::Signal(signal)),
            // The client took nothing for as long as a write may take. It hears the reason only if it reads at last.
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                return Poll::Ready(Turn::Over(Some(CloseCode::Slow)));
            }
            Err(_) => return Poll::Ready(Turn::Over(None)),
        }
        if reading == Reading::Paused {
            return Poll::Pending;
        }
        let incoming = match ready!(self.inbox.poll_next(|buffer| self.sendq.poll_read(context, buffer))) {
            Ok(incoming) => incoming,
            Err(ReceiveError::Protocol(error)) => return Poll::Ready(Turn::Over(Some(close_code(error)))),
            Err(ReceiveError::Io(_) | ReceiveError::Closed) => return Poll::Ready(Turn::Over(None)),
        };
        self.sendq.reply(&incoming);
        Poll::Ready(match incoming {
            Incoming::Text(text) => Turn::Text(text.into_owned()),
            Incoming::Binary(bytes) => Turn::Binary(bytes.into_owned()),
            Incoming::Ping(_) | Incoming::Pong(_) | Incoming::Fragment => Turn::Alive,
            Incoming::Close(_) => {
                // The answer is a courtesy: it goes out if there is room for it now.
                let _ = self.sendq.poll_drained(context);
                Turn::Over(None)
            }
        })
    }
}

/// Which close code tells the client what its last frame did wrong.
fn close_code(error: ProtocolError) -> CloseCode {
    match error.close_code() {
        websocket::CloseStatus::TOO_LARGE => CloseCode::FrameTooLarge,
        websocket::CloseStatus::INVALID_PAYLOAD => CloseCode::InvalidUtf8,
        _ => CloseCode::ProtocolError,
    }
}
