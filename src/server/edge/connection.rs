//! One open WebSocket: moves frames between the socket and the use cases, keeps it alive, and closes it with a close code.
//! Not here: the HTTP upgrade (`http`), what a use case does (`posting`).

use std::sync::Arc;

use bytes::BytesMut;
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::protocol::CloseCode;
use crate::server::app::App;
use crate::server::config::{LimitsConfig, limit};
use crate::server::delivery::compressor::Compressor;
use crate::server::delivery::sendq::{Sendq, SendqLimits, WhenFull};
use crate::server::limits::{Address, Attack};
use crate::server::net::listener::AcceptedSocket;
use crate::server::net::websocket::{Agreement, Inbox};

mod connection_limits;
mod following;
mod pending_posts;
mod transport;

pub mod member;
pub mod plain;

pub use transport::{Reading, Transport, TransportEvent};

/// A socket after the handshake.
pub struct Upgraded {
    /// The socket.
    pub socket: AcceptedSocket,
    /// The bytes that were read behind the request.
    pub unread: BytesMut,
    /// The compression that was negotiated.
    pub agreement: Option<Agreement>,
    /// Makes a drain wait, from before the upgrade until the connection ends.
    pub drain_guard: TaskTrackerToken,
}

impl Upgraded {
    /// The two halves of a [`Transport`], with the limits of every connection.
    pub fn split(
        self,
        limits: &LimitsConfig,
        compressor: &Arc<Compressor>,
        when_full: WhenFull,
    ) -> (Arc<Sendq>, Inbox, TaskTrackerToken) {
        let sendq_limits = SendqLimits { bytes: limits.sendq_bytes, frames: limits.sendq_frames };
        let sendq = Sendq::new(sendq_limits, when_full);
        let sendq = sendq.with_socket(self.socket, self.agreement, compressor);
        let frame_bytes = limit(limits.frame_bytes).map_or(usize::MAX, |bytes| bytes as usize);
        (Arc::new(sendq), Inbox::new(self.unread, frame_bytes, self.agreement), self.drain_guard)
    }
}

/// Closes a connection at once, with a close code.
pub fn reject(app: &App, upgraded: Upgraded, code: CloseCode) -> impl Future<Output = ()> + Send + use<> {
    let (sendq, inbox, drain_guard) = upgraded.split(&app.config.limits, app.hub.compressor(), WhenFull::Close);
    let transport = Transport::new(sendq, inbox);
    async move {
        transport.close(code).await;
        drop(drain_guard);
    }
}

/// Notes a client that is closed for what no honest client does.
fn note_attack(app: &App, address: Address, code: CloseCode) {
    let attack = match code {
        CloseCode::TooFast => Attack::RefusedFrames,
        CloseCode::Slow => Attack::SlowReader,
        CloseCode::FrameTooLarge | CloseCode::InvalidUtf8 | CloseCode::ProtocolError => Attack::BrokenFrames,
        CloseCode::Drain
        | CloseCode::Idle
        | CloseCode::IdentityChanged
        | CloseCode::Replaced
        | CloseCode::UnsupportedProtocol
        | CloseCode::SessionEnded => return,
    };
    app.limits.attacks.note(attack, address);
}

#[cfg(test)]
mod tests;
