//! Constants and limits that both sides of a socket must agree on. Not here: limits that only the server enforces
//! (`server::config`).

use serde::{Deserialize, Serialize};

/// Version of the member socket's protocol, sent in `hello` and in the subprotocol's name.
pub const PROTOCOL_VERSION: u32 = 2;

/// WebSocket subprotocol of the member socket.
pub const SUBPROTOCOL: &str = "teahouse.v2";

/// What the subprotocols of all versions begin with.
pub const SUBPROTOCOL_FAMILY: &str = "teahouse.v";

/// Events in the server-rendered page and in a fresh `joined`.
pub const SNAPSHOT_EVENTS: u32 = 50;

/// Most events that one backlog or one page of history carries.
pub const PAGE_EVENTS_MAX: u32 = 200;

/// Most people whose names a snapshot lists; the count beside them is always whole.
pub const ROSTER_NAMES_MAX: usize = 200;

/// Most people whom a page names for one reaction to one message; the others are counted.
pub const REACTION_NAMES_MAX: usize = 20;

/// Most characters of a message that a reply quotes. It is cut between two grapheme clusters, at about 150.
pub const QUOTE_CHARS_MAX: usize = 200;

/// Most people whom a `typing` names; the others are counted.
pub const TYPING_NAMES_MAX: usize = 5;

/// What the server accepts, told to the client so that it can say no before sending. 0 = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Longest message, in grapheme clusters.
    pub message_graphemes: u32,
    /// Longest nickname, in grapheme clusters.
    pub nickname_graphemes: u32,
    /// Longest frame from the client, in bytes of UTF-8.
    pub frame_bytes: u32,
    /// How long after it was posted a message may be edited, in milliseconds.
    #[serde(default)]
    pub edit_window_ms: u64,
    /// How long after it was posted a message may be deleted, in milliseconds.
    #[serde(default)]
    pub delete_window_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_graphemes: 4_000,
            nickname_graphemes: 24,
            frame_bytes: 65_536,
            edit_window_ms: 0,
            delete_window_ms: 0,
        }
    }
}
