//! What storage keeps of a line. Not here: where it is kept (`client::storage`).

use serde::{Deserialize, Serialize};

use super::{LineState, OutgoingLine};
use crate::protocol::{ClientMessageId, Refusal, RoomSlug, Timestamp, UserId};

/// A line as it is stored: what cannot be worked out again. Its room is in the name that it is stored under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLine {
    client_message_id: ClientMessageId,
    sender: UserId,
    text: String,
    created_ms: Timestamp,
    wanted_ms: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
}

impl From<&OutgoingLine> for KeptLine {
    fn from(line: &OutgoingLine) -> Self {
        let refusal = match line.state {
            LineState::Failed(refusal) => Some(refusal),
            LineState::Waiting | LineState::Sending { .. } | LineState::Stale | LineState::Elsewhere { .. } => None,
        };
        Self {
            client_message_id: line.client_message_id.clone(),
            sender: line.sender.clone(),
            text: line.text.clone(),
            created_ms: line.created,
            wanted_ms: line.wanted,
            refusal,
        }
    }
}

impl KeptLine {
    pub(super) fn into_line(self, room: RoomSlug) -> OutgoingLine {
        OutgoingLine {
            room,
            client_message_id: self.client_message_id,
            sender: self.sender,
            text: self.text,
            created: self.created_ms,
            wanted: self.wanted_ms,
            state: self.refusal.map_or(LineState::Waiting, LineState::Failed),
            may_have_arrived: true,
        }
    }
}
