//! One open WebSocket: moves frames between the socket and the use cases, keeps it alive, ends it with a reason.
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

mod conduct;
mod following;
mod sends;
mod transport;

pub mod member;
pub mod plain;

pub use transport::{Reading, Transport, Turn};

/// A socket after the handshake.
pub struct Upgraded {
    /// The socket.
    pub socket: AcceptedSocket,
    /// What was read behind the request.
    pub unread: BytesMut,
    /// What was agreed on about compression.
    pub agreement: Option<Agreement>,
    /// Keeps a drain waiting, from before the upgrade until the end.
    pub waited_for: TaskTrackerToken,
}

impl Upgraded {
    /// Its two halves, for a [`Transport`], with the limits that every connection has.
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
        (Arc::new(sendq), Inbox::new(self.unread, frame_bytes, self.agreement), self.waited_for)
    }
}

/// Says why a client that was let in cannot stay, and closes.
pub fn turn_away(app: &App, upgraded: Upgraded, code: CloseCode) -> impl Future<Output = ()> + Send + use<> {
    let (sendq, inbox, waited_for) = upgraded.split(&app.config.limits, app.hub.compressor(), WhenFull::Close);
    let transport = Transport::new(sendq, inbox);
    async move {
        transport.close(code).await;
        drop(waited_for);
    }
}

/// Tells the log of a client that is closed for what no honest one does.
fn note_end(app: &App, address: Address, code: CloseCode) {
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
