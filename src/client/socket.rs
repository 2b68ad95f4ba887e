//! One WebSocket, by gloo-net: opens, tells what comes, sends, closes when dropped. Not here: when to open the next one
//! (`model::connection`).

use std::future::poll_fn;

use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{AbortHandle, Abortable, Either, select};
use futures::{SinkExt, StreamExt};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, State, WebSocketError};
use wasm_bindgen_futures::spawn_local;

use crate::protocol::limits::SUBPROTOCOL;

/// Close code for "there was no close frame", as browsers report it (RFC 6455 §7.1.5).
const NO_CLOSE_FRAME: u16 = 1006;

/// What a socket tells, in this order: perhaps `Opened`, then any number of `Text`, then `Closed`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// The handshake is done.
    Opened,
    /// A text frame came.
    Text(String),
    /// It closed, or could not be opened. The last news.
    Closed {
        /// Close code.
        code: u16,
    },
}

/// A WebSocket that is opening or open. Dropping it closes it, and nothing more is reported.
#[derive(Debug)]
pub struct Socket {
    outgoing: UnboundedSender<String>,
    task: AbortHandle,
}

impl Socket {
    /// Opens the member socket of the server that the page came from. Never calls `tell` before it returns.
    pub fn open(tell: impl Fn(News) + 'static) -> Self {
        let (outgoing, frames) = unbounded();
        let (task, registration) = AbortHandle::new_pair();
        spawn_local(async move {
            // Aborted means dropped: nobody listens any more.
            let _ = Abortable::new(run(frames, tell), registration).await;
        });
        Self { outgoing, task }
    }

    /// Sends a text frame; one that comes after the end of the socket is dropped with it.
    pub fn send(&self, text: &str) {
        let _ = self.outgoing.unbounded_send(text.to_owned());
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(mut frames: UnboundedReceiver<String>, tell: impl Fn(News)) {
    let socket = address().and_then(|address| WebSocket::open_with_protocol(&address, SUBPROTOCOL).ok());
    let Some(mut socket) = socket else {
        return tell(News::Closed { code: NO_CLOSE_FRAME });
    };
    // Ready when the handshake is done, and also when it failed.
    let _ = poll_fn(|context| socket.poll_ready_unpin(context)).await;
    if matches!(socket.state(), State::Open) {
        tell(News::Opened);
    }
    let (mut sink, mut stream) = socket.split();
    loop {
        match select(stream.next(), frames.next()).await {
            Either::Left((Some(Ok(Message::Text(text))), _)) => tell(News::Text(text)),
            Either::Left((Some(Ok(Message::Bytes(_)) | Err(WebSocketError::ConnectionError)), _)) => {}
            Either::Left((Some(Err(WebSocketError::ConnectionClose(close))), _)) => {
                return tell(News::Closed { code: close.code });
            }
            Either::Left((Some(Err(_)) | None, _)) => {
                return tell(News::Closed { code: NO_CLOSE_FRAME });
            }
            // A frame that cannot be sent any more is followed by the news that the socket closed.
            Either::Right((Some(text), _)) => _ = sink.send(Message::Text(text)).await,
            Either::Right((None, _)) => return,
        }
    }
}

/// `ws://` or `wss://` of the page's own host.
fn address() -> Option<String> {
    let location = web_sys::window()?.location();
    let scheme = if location.protocol().ok()? == "https:" { "wss://" } else { "ws://" };
    Some([scheme, &location.host().ok()?, "/ws"].concat())
}
