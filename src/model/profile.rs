//! What the card of a person tells. The server gathers it, and the page shows it.

use crate::protocol::{Person, RoomSummary, Timestamp};

/// So many messages of one person are counted at most, so that a card costs the same whoever it is of.
pub const MESSAGES_COUNTED_MAX: u32 = 1_000;

/// What everybody may know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// Under the nickname of now, or of the last message for somebody who is gone.
    pub person: Person,
    /// How much they wrote.
    pub messages: Messages,
    /// The rooms that they are in now.
    pub rooms: Vec<RoomSummary>,
}

/// The messages of a person, in all rooms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Messages {
    /// None.
    None,
    /// All of them were counted.
    Counted {
        /// How many.
        count: u32,
        /// When the first one came.
        first_at: Timestamp,
    },
    /// There are [`MESSAGES_COUNTED_MAX`] or more.
    Many,
}
