//! What storage keeps of a post. Not here: where it is kept (`client::storage`).

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};

use super::{OutgoingPost, PostState};
use crate::protocol::{
    Deleted, Edited, Message, PostBody, PostId, Reaction, Refusal, Restored, RoomSlug, Seq, Timestamp, UserId,
};

/// A post as it is stored: what cannot be worked out again. Its room is in the name that it is stored under.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPost {
    post_id: PostId,
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
    reply_to: Option<Seq>,
    target: Option<Seq>,
    emoji: Option<String>,
    on: Option<bool>,
}

/// A body of a kind that only a newer page knows stays in storage.
fn read_body<'de, D: Deserializer<'de>>(from: D) -> Result<PostBody, D::Error> {
    let BodyFields { kind, text, reply_to, target, emoji, on } = BodyFields::deserialize(from)?;
    let body = match kind.as_str() {
        Message::KIND => text.map(|text| PostBody::Message { text, reply_to }),
        Reaction::KIND => match (target, emoji, on) {
            (Some(target), Some(emoji), Some(on)) => Some(PostBody::Reaction { target, emoji, on }),
            _ => None,
        },
        Edited::KIND => target.zip(text).map(|(target, text)| PostBody::Edited { target, text }),
        Deleted::KIND => target.map(|target| PostBody::Deleted { target }),
        Restored::KIND => target.map(|target| PostBody::Restored { target }),
        _ => None,
    };
    body.ok_or_else(|| D::Error::custom("unknown kind"))
}

impl From<&OutgoingPost> for KeptPost {
    fn from(post: &OutgoingPost) -> Self {
        let refusal = match post.state {
            PostState::Failed(refusal) => Some(refusal),
            PostState::Waiting
            | PostState::Sending { .. }
            | PostState::Acked { .. }
            | PostState::Stale
            | PostState::Elsewhere { .. } => None,
        };
        Self {
            post_id: post.post_id.clone(),
            sender: post.sender.clone(),
            body: post.body.clone(),
            created_ms: post.created,
            wanted_ms: post.wanted,
            refusal,
        }
    }
}

impl KeptPost {
    pub(super) fn into_post(self, room: RoomSlug) -> OutgoingPost {
        OutgoingPost {
            room,
            post_id: self.post_id,
            sender: self.sender,
            body: self.body,
            created: self.created_ms,
            wanted: self.wanted_ms,
            state: self.refusal.map_or(PostState::Waiting, PostState::Failed),
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
        let target = Seq::new(7);
        for body in [
            PostBody::Message { text: "tea".to_owned(), reply_to: None },
            PostBody::Message { text: "tea".to_owned(), reply_to: Some(target) },
            PostBody::Reaction { target, emoji: "🍵".to_owned(), on: false },
            PostBody::Edited { target, text: "tea".to_owned() },
            PostBody::Deleted { target },
            PostBody::Restored { target },
        ] {
            let kept = KeptPost {
                post_id: PostId::parse("a").expect("a good id"),
                sender: person("ada").id,
                body,
                created_ms: Timestamp::default(),
                wanted_ms: Timestamp::default(),
                refusal: None,
            };
            let json = serde_json::to_string(&kept).expect("JSON");
            assert_eq!(serde_json::from_str::<KeptPost>(&json).ok(), Some(kept), "{json}");
            let newer = json.replace("\"kind\":\"", "\"kind\":\"newer_");
            assert!(serde_json::from_str::<KeptPost>(&newer).is_err(), "{newer}");
        }
    }
}
