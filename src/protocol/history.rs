//! A room's log as it is read: events, and pages of messages with what became of them. Not here: what an event records
//! (`body`).

use serde::{Deserialize, Serialize};

use super::body::EventBody;
use super::ids::{ClientMessageId, Cursor, Epoch, RoomSlug, Seq, Timestamp, UserId};
use super::people::Person;

/// One entry of a room's log: it lasts, and has its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvent {
    /// The place in the room's log.
    pub seq: Seq,
    /// When the server took it, never earlier than the event before it.
    pub at_ms: Timestamp,
    /// Who posted it, under the nickname of that moment; absent when the server did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// The author's own name for it, unique among all that they ever posted; absent when no socket or form posted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ClientMessageId>,
    /// What happened.
    pub body: EventBody,
}

impl LogEvent {
    /// What the event is known by.
    #[must_use]
    pub fn position(&self) -> Position {
        Position { seq: self.seq, at_ms: self.at_ms, id: self.id.clone() }
    }

    /// Where a reader stands whose newest event is this one.
    #[must_use]
    pub fn cursor(&self, epoch: &Epoch) -> Cursor {
        self.position().cursor(epoch)
    }

    /// Whether this is what this person posted under this id.
    #[must_use]
    pub fn is_post(&self, author: &UserId, id: &ClientMessageId) -> bool {
        self.id.as_ref() == Some(id) && self.by.as_ref().is_some_and(|by| by.id == *author)
    }
}

/// What an event is known by. Two events of one history with equal positions are the same event, and so are all events
/// before them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The place in the room's log.
    pub seq: Seq,
    /// When the server took it.
    pub at_ms: Timestamp,
    /// The author's own name for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ClientMessageId>,
}

impl Position {
    /// Where a reader stands whose newest event is this one.
    #[must_use]
    pub fn cursor(&self, epoch: &Epoch) -> Cursor {
        Cursor { epoch: epoch.clone(), seq: self.seq, at_ms: self.at_ms, id: self.id.clone() }
    }
}

/// A contiguous run of a room's log, as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPage {
    /// The room.
    pub room: RoomSlug,
    /// The history that the seqs belong to.
    pub epoch: Epoch,
    /// The newest event of the room at the time of reading.
    pub head: Seq,
    /// The events, oldest first, without holes.
    pub events: Vec<LogEvent>,
    /// Whether older events than the first of `events` exist.
    pub has_older: bool,
    /// Whether newer events than the last of `events` exist.
    pub has_newer: bool,
}

/// A part of a room's log as somebody reads it: the content events of a range, each with what later events made of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// The room.
    pub room: RoomSlug,
    /// The history that the seqs belong to.
    pub epoch: Epoch,
    /// The newest event of the room at the time of reading. Every change up to it is in the items already; whoever holds
    /// the page applies only later ones.
    pub as_of: Seq,
    /// The range of the log that the page tells of. Its events that are not among the items change others. Absent when the
    /// page is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub covers: Option<Covers>,
    /// The content events of the range, oldest first.
    pub items: Vec<Item>,
    /// Whether older events than the range exist.
    pub has_older: bool,
    /// Whether newer events than the range exist.
    pub has_newer: bool,
}

/// The first and the last event of a range, both in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covers {
    /// The first.
    pub first: Position,
    /// The last; the same as the first when there is but one.
    pub last: Position,
}

/// A content event with what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    /// What was written.
    pub event: LogEvent,
}
