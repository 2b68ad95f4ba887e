//! The kind `reaction`: somebody sets or takes back a reaction to a message. A change event: it alters its `target`.

use serde::{Deserialize, Serialize};

use crate::protocol::ids::Seq;

/// A reaction that was set or taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reaction {
    /// The message of the same room.
    pub target: Seq,
    /// One emoji, in the form that Unicode calls fully qualified.
    pub emoji: String,
    /// Whether it is there from now on.
    pub on: bool,
    /// How many people have this reaction on the message after this event. The server fills it in, so that a reader who
    /// does not hold all their names knows it, and setting twice counts once.
    pub count: u32,
}

impl Reaction {
    /// The name on the wire and in the database.
    pub const KIND: &'static str = "reaction";
}
