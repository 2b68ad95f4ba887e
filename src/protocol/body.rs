//! What an event of a log records, and what a member may post: one kind a file of this folder. `PROTOCOL.md` documents
//! each kind under its name.
//!
//! A field has the same type in every kind. So a reader finds the fields that it knows in one flat struct, and a kind
//! that it does not know never fails the frame: it becomes [`EventBody::Unknown`].

mod edit;
mod message;
mod reaction;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

pub use edit::{Deleted, Edited, Restored};
pub use message::{Message, Quote};
pub use reaction::Reaction;

use super::ids::{MessageNo, Seq};

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
            (Self::Message(first), Self::Message(retry)) => {
                first.reply_to == retry.reply_to && is_same_text(&first.text, &retry.text)
            }
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

    /// The message that it replies to.
    #[must_use]
    pub const fn reply_to(&self) -> Option<Seq> {
        if let Self::Message(message) = self { message.reply_to } else { None }
    }

    /// What it quotes.
    #[must_use]
    pub fn quote(&self) -> Option<&Quote> {
        if let Self::Message(message) = self { message.quote.as_deref() } else { None }
    }

    /// Its position among the messages of its room, if it is one and that is known.
    #[must_use]
    pub const fn message_no(&self) -> Option<MessageNo> {
        if let Self::Message(message) = self { message.message_no } else { None }
    }

    /// Gives a message its position; nothing else has one.
    pub fn set_message_no(&mut self, position: MessageNo) {
        if let Self::Message(message) = self {
            message.message_no = Some(position);
        }
    }

    /// As the log holds it: without what is filled in whenever it is sent.
    #[must_use]
    pub fn stored(&self) -> Cow<'_, Self> {
        match self {
            Self::Message(message) if message.quote.is_some() || message.message_no.is_some() => {
                Cow::Owned(Self::Message(Message { quote: None, message_no: None, ..message.clone() }))
            }
            _ => Cow::Borrowed(self),
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
        /// A message of the same room, which it replies to.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reply_to: Option<Seq>,
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
    reply_to: Option<Seq>,
    quote: Option<Box<Quote>>,
    message_no: Option<MessageNo>,
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
            Message::KIND => {
                let Self { reply_to, quote, message_no, sender_time, .. } = self;
                EventBody::Message(Message { text: self.text?, reply_to, quote, message_no, sender_time })
            }
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
mod tests;
