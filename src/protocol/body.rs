//! What an event of a log records, and what a member may post: one kind a file of this folder. `PROTOCOL.md` documents
//! each kind under its name.
//!
//! A field has the same type in every kind. So a reader finds the fields that it knows in one flat struct, and a kind
//! that it does not know never fails the frame: it becomes [`EventBody::Unknown`].

mod edit;
mod message;
mod reaction;

use serde::{Deserialize, Serialize};

pub use edit::{Deleted, Edited, Restored};
pub use message::Message;
pub use reaction::Reaction;

use super::ids::Seq;

/// What a log event records. On the wire an object whose `kind` names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", from = "Fields")]
pub enum EventBody {
    /// Somebody wrote something.
    Message(Message),
    /// Somebody set or took back a reaction to a message.
    Reaction(Reaction),
    /// The author of a message gave it another text.
    Edited(Edited),
    /// The author of a message took its text away.
    Deleted(Deleted),
    /// The author of a deleted message brought its text back.
    Restored(Restored),
    /// The room was opened; always the first event of a room. Whoever opened it posted it; nobody did for the lobby, which
    /// the server opens itself.
    RoomCreated,
    /// Something that this program is too old for, or that lacks a field of its kind.
    #[serde(untagged)]
    Unknown(UnknownBody),
}

/// What is left of a body that this program cannot read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct UnknownBody {
    /// Its name, for a log line and for a reader that asks what to upgrade.
    pub kind: String,
    /// The event that it changes, if it changes one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<Seq>,
}

impl EventBody {
    /// Whether a retry under the same id asks for the same: what the server or another door adds does not count. Of a
    /// deleted message the log does not know the text any more, so there every text is the same.
    #[must_use]
    pub fn is_same_post(&self, retry: &Self) -> bool {
        let is_same_text = |first: &str, retry: &str| first.is_empty() || first == retry;
        match (self, retry) {
            (Self::Message(first), Self::Message(retry)) => is_same_text(&first.text, &retry.text),
            (Self::Edited(first), Self::Edited(retry)) => {
                first.target == retry.target && is_same_text(&first.text, &retry.text)
            }
            (Self::Restored(first), Self::Restored(retry)) => first.target == retry.target,
            (Self::Reaction(first), Self::Reaction(retry)) => {
                (first.target, &first.emoji, first.on) == (retry.target, &retry.emoji, retry.on)
            }
            (first, retry) => first == retry,
        }
    }

    /// The event that it changes; `None` for a content event, which a reader pages through.
    #[must_use]
    pub const fn target(&self) -> Option<Seq> {
        match self {
            Self::Reaction(reaction) => Some(reaction.target),
            Self::Edited(edited) => Some(edited.target),
            Self::Deleted(deleted) => Some(deleted.target),
            Self::Restored(restored) => Some(restored.target),
            Self::Unknown(unknown) => unknown.target,
            Self::Message(_) | Self::RoomCreated => None,
        }
    }

    /// What somebody wrote in it; empty for a kind without words. Its length is what an event costs beyond its frame.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Message(message) => &message.text,
            Self::Reaction(reaction) => &reaction.emoji,
            Self::Edited(edited) => &edited.text,
            Self::Restored(restored) => &restored.text,
            Self::Deleted(_) | Self::RoomCreated | Self::Unknown(_) => "",
        }
    }
}

/// What a member may post: the part of a body that its author decides. Unknown fields are refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PostBody {
    /// Becomes [`EventBody::Message`].
    Message {
        /// As it was typed; the server cleans and checks it.
        text: String,
    },
    /// Becomes [`EventBody::Reaction`].
    Reaction {
        /// A message of the same room.
        target: Seq,
        /// One emoji.
        emoji: String,
        /// Whether it is to be there.
        on: bool,
    },
    /// Becomes [`EventBody::Edited`].
    Edited {
        /// A message of the same room and author.
        target: Seq,
        /// As it was typed; the server cleans and checks it.
        text: String,
    },
    /// Becomes [`EventBody::Deleted`].
    Deleted {
        /// A message of the same room and author.
        target: Seq,
    },
    /// Becomes [`EventBody::Restored`].
    Restored {
        /// A deleted message of the same room and author.
        target: Seq,
    },
    /// A kind that this server does not know or that members do not post. Only ever read, and refused by name.
    #[serde(other)]
    Unknown,
}

impl PostBody {
    /// The event that it changes; `None` for content.
    #[must_use]
    pub const fn target(&self) -> Option<Seq> {
        match self {
            Self::Reaction { target, .. }
            | Self::Edited { target, .. }
            | Self::Deleted { target }
            | Self::Restored { target } => Some(*target),
            Self::Message { .. } | Self::Unknown => None,
        }
    }
}

const ROOM_CREATED: &str = "room_created";

/// The fields of all kinds, each at most once on the wire. Smaller in the browser than serde's way with a tag inside the
/// object, which buffers it and brings a second decoder of every type.
#[derive(Deserialize)]
struct Fields {
    kind: String,
    text: Option<String>,
    sender_time: Option<String>,
    target: Option<Seq>,
    emoji: Option<String>,
    on: Option<bool>,
    count: Option<u32>,
}

impl From<Fields> for EventBody {
    fn from(fields: Fields) -> Self {
        let unknown = UnknownBody { kind: fields.kind.clone(), target: fields.target };
        fields.known().unwrap_or(Self::Unknown(unknown))
    }
}

impl Fields {
    fn known(self) -> Option<EventBody> {
        Some(match self.kind.as_str() {
            Message::KIND => EventBody::Message(Message { text: self.text?, sender_time: self.sender_time }),
            Reaction::KIND => EventBody::Reaction(Reaction {
                target: self.target?,
                emoji: self.emoji?,
                on: self.on?,
                count: self.count?,
            }),
            Edited::KIND => EventBody::Edited(Edited { target: self.target?, text: self.text? }),
            Deleted::KIND => EventBody::Deleted(Deleted { target: self.target? }),
            Restored::KIND => EventBody::Restored(Restored { target: self.target?, text: self.text? }),
            ROOM_CREATED => EventBody::RoomCreated,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> EventBody {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_kind_that_is_not_known_is_kept_by_its_name_and_fails_nothing() {
        let poll = read(r#"{"kind":"poll","question":"Oolong?","options":["yes",7,{"no":null}],"text":"a poll"}"#);
        assert_eq!(poll, EventBody::Unknown(UnknownBody { kind: "poll".to_owned(), target: None }));
        assert_eq!(serde_json::to_string(&poll).unwrap(), r#"{"kind":"poll"}"#);
    }

    #[test]
    fn a_known_kind_that_lacks_a_field_is_not_half_read() {
        assert_eq!(
            read(r#"{"kind":"message"}"#),
            EventBody::Unknown(UnknownBody { kind: "message".to_owned(), target: None })
        );
    }

    #[test]
    fn a_change_of_an_unknown_kind_is_no_content() {
        let pinned = read(r#"{"kind":"pinned","target":7,"text":"tea!"}"#);
        assert_eq!(pinned.target(), Some(Seq::new(7)));
        assert_eq!(serde_json::to_string(&pinned).unwrap(), r#"{"kind":"pinned","target":7}"#);
    }

    #[test]
    fn every_kind_reads_what_it_writes() {
        let message = Message { text: "tea".to_owned(), sender_time: Some("now".to_owned()) };
        let reaction = Reaction { target: Seq::new(7), emoji: "🍵".to_owned(), on: true, count: 2 };
        let (target, text) = (Seq::new(7), "tea!".to_owned());
        for (kind, body) in [
            (Message::KIND, EventBody::Message(message)),
            (Reaction::KIND, EventBody::Reaction(reaction)),
            (Edited::KIND, EventBody::Edited(Edited { target, text: text.clone() })),
            (Deleted::KIND, EventBody::Deleted(Deleted { target })),
            (Restored::KIND, EventBody::Restored(Restored { target, text })),
            (ROOM_CREATED, EventBody::RoomCreated),
        ] {
            let json = serde_json::to_string(&body).unwrap();
            assert!(json.starts_with(&format!(r#"{{"kind":"{kind}""#)), "{json}");
            assert_eq!(read(&json), body);
        }
    }

    #[test]
    fn a_retry_is_known_again_also_when_its_message_was_deleted_meanwhile() {
        let message = |text: &str| EventBody::Message(Message { text: text.to_owned(), sender_time: None });
        let edited = |target, text: &str| EventBody::Edited(Edited { target: Seq::new(target), text: text.to_owned() });
        let restored = |text: &str| EventBody::Restored(Restored { target: Seq::new(7), text: text.to_owned() });
        for first in ["", "tea"] {
            assert!(message(first).is_same_post(&message("tea")));
            assert!(
                edited(7, first).is_same_post(&edited(7, "tea")) && !edited(7, first).is_same_post(&edited(8, "tea"))
            );
            assert!(restored(first).is_same_post(&restored("")));
        }
        assert!(!message("tea").is_same_post(&message("coffee")) && !message("").is_same_post(&edited(7, "tea")));
    }

    #[test]
    fn what_members_do_not_post_is_read_as_unknown_and_never_as_something_else() {
        for json in [r#"{"kind":"room_created"}"#, r#"{"kind":"poll","question":"Oolong?"}"#] {
            assert_eq!(serde_json::from_str::<PostBody>(json).unwrap(), PostBody::Unknown);
        }
        assert!(serde_json::from_str::<PostBody>(r#"{"kind":"message","text":"tea","sender_time":"now"}"#).is_err());
    }
}
