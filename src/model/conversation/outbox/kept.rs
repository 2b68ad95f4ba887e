//! What storage keeps of a line. Not here: where it is kept (`client::storage`).

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::{LineState, OutgoingLine};
use crate::protocol::{ClientMessageId, Message, PostBody, Reaction, Refusal, RoomSlug, Seq, Timestamp, UserId};

/// A line as it is stored: what cannot be worked out again. Its room is in the name that it is stored under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptLine {
    client_message_id: ClientMessageId,
    sender: UserId,
    #[serde(deserialize_with = "read_body")]
    body: PostBody,
    created_ms: Timestamp,
    wanted_ms: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
}

/// The fields of all kinds: `client::json` reads nothing whose shape is known only after a part of it was read.
#[derive(Deserialize)]
struct BodyFields {
    kind: String,
    text: Option<String>,
    target: Option<Seq>,
    emoji: Option<String>,
    on: Option<bool>,
}

/// A body of a kind that only a newer page knows stays in storage.
fn read_body<'de, D: Deserializer<'de>>(from: D) -> Result<PostBody, D::Error> {
    let BodyFields { kind, text, target, emoji, on } = BodyFields::deserialize(from)?;
    let body = match kind.as_str() {
        Message::KIND => text.map(|text| PostBody::Message { text }),
        Reaction::KIND => match (target, emoji, on) {
            (Some(target), Some(emoji), Some(on)) => Some(PostBody::Reaction { target, emoji, on }),
            _ => None,
        },
        _ => None,
    };
    body.ok_or_else(|| D::Error::custom("unknown kind"))
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
            body: line.body.clone(),
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
            body: self.body,
            created: self.created_ms,
            wanted: self.wanted_ms,
            state: self.refusal.map_or(LineState::Waiting, LineState::Failed),
            may_have_arrived: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::person;

    #[test]
    fn what_is_kept_of_every_kind_is_read_again_and_a_newer_kind_is_left_alone() {
        let reaction = PostBody::Reaction { target: Seq::new(7), emoji: "🍵".to_owned(), on: false };
        for body in [PostBody::Message { text: "tea".to_owned() }, reaction] {
            let kept = KeptLine {
                client_message_id: ClientMessageId::parse("a").expect("a good id"),
                sender: person("ada").id,
                body,
                created_ms: Timestamp::default(),
                wanted_ms: Timestamp::default(),
                refusal: None,
            };
            let json = serde_json::to_string(&kept).expect("JSON");
            assert_eq!(serde_json::from_str::<KeptLine>(&json).ok(), Some(kept), "{json}");
            let newer = json.replace("\"kind\":\"", "\"kind\":\"newer_");
            assert!(serde_json::from_str::<KeptLine>(&newer).is_err(), "{newer}");
        }
    }
}
