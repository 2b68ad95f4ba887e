//! The kinds `edited`, `deleted` and `restored`: an author changes the text of a message, takes it away, or brings it back.
//! Change events: each alters its `target`.

use serde::{Deserialize, Serialize};

use crate::protocol::ids::Seq;

/// A message got another text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edited {
    /// The message of the same room, by the same author.
    pub target: Seq,
    /// Its text from now on. Empty when the message was deleted after this event.
    pub text: String,
}

/// A message lost its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deleted {
    /// The message of the same room, by the same author.
    pub target: Seq,
}

/// A deleted message got its text back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restored {
    /// The message of the same room, by the same author.
    pub target: Seq,
    /// The text that it had. The server fills it in. Empty when the message was deleted again after this event.
    pub text: String,
}

impl Edited {
    /// The name on the wire and in the database.
    pub const KIND: &'static str = "edited";
}

impl Deleted {
    /// The name on the wire and in the database.
    pub const KIND: &'static str = "deleted";
}

impl Restored {
    /// The name on the wire and in the database.
    pub const KIND: &'static str = "restored";
}
