//! The plain socket's JSON: the compatibility promise of the simplest WebSocket chat. Described in `PROTOCOL.md`.

use serde::{Deserialize, Serialize};

use super::ids::RoomSlug;

/// What a program sends. Unknown fields are ignored, since the simplest programs send all sorts of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PlainMessage {
    /// Who speaks.
    pub nickname: String,
    /// What they say.
    pub message: String,
    /// The sender's own idea of the time, passed through as it is.
    #[serde(default)]
    pub time: String,
}

/// What everybody in the room gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainEvent {
    /// Who spoke or left.
    pub nickname: String,
    /// What they said; empty when they left.
    pub message: String,
    /// As the sender wrote it; `MM-DD HH:MM:SS` in the server's time zone for everything else.
    pub time: String,
    /// 1 = chat, 0 = this person left.
    pub status: i8,
    /// RFC 3339, UTC.
    pub at: String,
    /// The room.
    pub room: RoomSlug,
}

/// What a program gets whose message was refused. The connection stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainError {
    /// Always −1.
    pub status: i8,
    /// `code: explanation`.
    pub error: String,
}

/// `status` of a chat message.
pub const STATUS_CHAT: i8 = 1;
/// `status` of a leave notice.
pub const STATUS_LEFT: i8 = 0;
/// `status` of a refusal.
pub const STATUS_REFUSED: i8 = -1;

/// Longest `time` that is passed through, in bytes; a longer one is replaced by the server's.
pub const TIME_MAX_BYTES: usize = 64;
