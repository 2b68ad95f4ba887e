//! What storage keeps of a line. Not here: where it is kept (`client::storage`).

use serde::{Deserialize, Serialize};

use super::{LineState, OutgoingLine};
use crate::protocol::{ClientMessageId, Refusal, Timestamp, UserId};

/// A line as it is stored: what cannot be worked out again.
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
            LineState::Waiting | LineState::Sending | LineState::Stale | LineState::Elsewhere { .. } => None,
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

impl From<KeptLine> for OutgoingLine {
    fn from(kept: KeptLine) -> Self {
        Self {
            client_message_id: kept.client_message_id,
            sender: kept.sender,
            text: kept.text,
            created: kept.created_ms,
            wanted: kept.wanted_ms,
            state: kept.refusal.map_or(LineState::Waiting, LineState::Failed),
            may_have_arrived: true,
        }
    }
}
