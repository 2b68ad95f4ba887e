//! Reading and writing one WebSocket, with the limits that every socket has. Not here: what the frames mean.

use std::time::Duration;

use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use futures::{SinkExt, StreamExt};
use tokio::time::timeout;

use crate::protocol::CloseCode;
use crate::server::hub::publication::Frame;

/// How long a close frame may take to go out and to be answered.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// What came from the client.
#[derive(Debug)]
pub enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A binary frame, which no protocol here has.
    Binary,
    /// A sign of life below the protocol (ping or pong).
    Alive,
    /// The socket is over, by a close frame or by an error. `Some` when the client must be told why.
    Over(Option<CloseCode>),
}

/// The client does not take what is written, or is gone.
#[derive(Debug)]
pub struct WriteFailed;

/// A WebSocket with a bound on how long one write may take.
pub struct Transport {
    socket: WebSocket,
    write_timeout: Duration,
}

impl Transport {
    /// Wraps an upgraded socket. A `write_timeout` of zero waits for ever.
    #[must_use]
    pub fn new(socket: WebSocket, write_timeout: Duration) -> Self {
        Self { socket, write_timeout }
    }

    /// Waits for the next frame. Cancel-safe.
    pub async fn receive(&mut self) -> Incoming {
        match self.socket.next().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Binary(_))) => Incoming::Binary,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => Incoming::Alive,
            Some(Ok(Message::Close(_))) | None => Incoming::Over(None),
            Some(Err(error)) => Incoming::Over(close_code(&error)),
        }
    }

    /// Writes frames in order and flushes once.
    pub async fn send(&mut self, frames: Vec<Frame>) -> Result<(), WriteFailed> {
        let socket = &mut self.socket;
        bounded(self.write_timeout, async {
            for frame in frames {
                socket.feed(Message::Text(frame)).await?;
            }
            socket.flush().await
        })
        .await
    }

    /// Asks for a pong, so that the other side's silence can be told from its death.
    pub async fn ping(&mut self) -> Result<(), WriteFailed> {
        let socket = &mut self.socket;
        bounded(self.write_timeout, socket.send(Message::Ping(Vec::new().into()))).await
    }

    /// Says why and closes, within [`CLOSE_TIMEOUT`]. Nothing can be done when that fails too.
    pub async fn close(mut self, code: CloseCode) {
        let frame = CloseFrame { code: code.number(), reason: code.reason().into() };
        let socket = &mut self.socket;
        let _ = bounded(CLOSE_TIMEOUT, async {
            socket.send(Message::Close(Some(frame))).await?;
            // Waiting for the answer lets the reason arrive: closing a socket with unread data resets it (RFC 1122 §4.2.2.13).
            while let Some(Ok(_)) = socket.next().await {}
            Ok(())
        })
        .await;
    }
}

async fn bounded(limit: Duration, write: impl Future<Output = Result<(), axum::Error>>) -> Result<(), WriteFailed> {
    let written = if limit.is_zero() { write.await } else { timeout(limit, write).await.map_err(|_| WriteFailed)? };
    written.map_err(|_| WriteFailed)
}

/// Which close code tells the client what its last frame did wrong.
fn close_code(error: &axum::Error) -> Option<CloseCode> {
    use std::error::Error;
    let mut source: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(current) = source {
        if let Some(error) = current.downcast_ref::<tungstenite::Error>() {
            return match error {
                tungstenite::Error::Capacity(_) => Some(CloseCode::FrameTooLarge),
                tungstenite::Error::Utf8(_) => Some(CloseCode::InvalidUtf8),
                _ => None,
            };
        }
        source = current.source();
    }
    None
}
