//! The kind `message`: what a person wrote.

use serde::{Deserialize, Serialize};

/// What a person wrote. Its event always has an author and an id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Text, never HTML; may hold line breaks. Empty when the message is deleted, and only then.
    pub text: String,
    /// The time as a program on the plain socket wrote it, passed through to its like; absent for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_time: Option<String>,
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
