//! How far somebody has read a room.

use serde::{Deserialize, Serialize};

use super::ids::{MessageNo, RoomSlug, Seq};

/// How far somebody has read a room. What they have not read is counted by [`MessageNo::since`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMark {
    /// The room.
    pub room: RoomSlug,
    /// The newest event that they have read.
    pub seq: Seq,
    /// The newest message up to there, by its position among the messages of the room.
    pub message_no: MessageNo,
    /// How often it was put back. Of two marks of one person and room, the later one is that which was put back more often,
    /// else that which is further.
    pub lowered: u32,
}

impl ReadMark {
    /// Whether this mark replaces another one of the same person and room.
    #[must_use]
    pub fn is_later_than(&self, other: &Self) -> bool {
        (self.lowered, self.seq) > (other.lowered, other.seq)
    }
}
