//! The kind `message`: what a person wrote.

use serde::{Deserialize, Serialize};

use crate::protocol::ids::{MessageNo, Seq};

/// What a person wrote. Its event always has an author and an id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Text, never HTML; may hold line breaks. Empty when the message is deleted, and only then.
    pub text: String,
    /// The message of the same room that it replies to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
    /// That message as it stands. The server fills it in whenever it sends the event, and the log does not hold it: so no
    /// quote is older than what it quotes. Absent where `reply_to` is, and where that message is gone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quote: Option<Box<Quote>>,
    /// Its position among the messages of its room, which the store fills in. Absent where nobody has told it yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message_no: Option<MessageNo>,
    /// The time as a program on the plain socket wrote it, passed through to its like; absent for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_time: Option<String>,
}

/// What is shown of a message in a reply to it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Quote {
    /// The author, under the nickname of the message.
    pub nickname: String,
    /// How it begins: at most [`crate::protocol::limits::QUOTE_CHARS_MAX`] characters. Empty when it is deleted, and only
    /// then.
    pub text: String,
}

impl Message {
    /// The name on the wire and in the database.
    pub const KIND: &'static str = "message";

    /// Whether its author deleted it.
    #[must_use]
    pub const fn is_deleted(&self) -> bool {
        self.text.is_empty()
    }
}
