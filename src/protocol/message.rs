//! What rooms are made of on the wire: people, log events, snapshots. Pages of their logs are in `history`.
//! Not here: rows of the database, which the store converts by hand.

use serde::{Deserialize, Serialize};

use super::body::EventBody;
use super::history::HistoryPage;
use super::ids::{Cursor, Epoch, MessageNo, PostId, RoomSlug, Seq, Timestamp, UserId};

/// Which door somebody came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", from = "String")]
pub enum Origin {
    /// The member socket or a form of the page: the nickname is owned by a session.
    Web,
    /// The plain socket: the nickname is only what the program said.
    Plain,
    /// A door that this program is too old for.
    Unknown,
}

/// The door of a newer server fails neither a frame nor a row of the database.
impl From<String> for Origin {
    fn from(name: String) -> Self {
        match name.as_str() {
            "web" => Self::Web,
            "plain" => Self::Plain,
            _ => Self::Unknown,
        }
    }
}

/// Somebody, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// Stable while the session (web) or the connection (plain) lasts.
    pub id: UserId,
    /// The name to show, already validated by `model::text`.
    pub nickname: String,
    /// The door they came in by.
    pub origin: Origin,
}

/// One entry of a room's log: it lasts, and has its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEvent {
    /// The place in the room's log.
    pub seq: Seq,
    /// When the server took it. Not earlier than the event before it, except where that is more than 5 s ahead of the
    /// server's clock, which was wrong then, or is: the log goes on by the clock.
    pub at_ms: Timestamp,
    /// Who posted it, under the nickname of that moment; absent when the server did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<Person>,
    /// The author's own name for it, unique among all that they ever posted; absent when no socket or form posted it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<PostId>,
    /// What happened.
    pub body: EventBody,
}

impl LogEvent {
    /// Where a reader stands whose newest event is this one. Two events with equal cursors are the same event, and so are
    /// all events before them.
    #[must_use]
    pub fn cursor(&self, epoch: &Epoch) -> Cursor {
        Cursor { epoch: epoch.clone(), seq: self.seq, at_ms: self.at_ms, id: self.id.clone() }
    }

    /// Whether this is what this person posted under this id.
    #[must_use]
    pub fn is_post(&self, author: &UserId, id: &PostId) -> bool {
        self.id.as_ref() == Some(id) && self.by.as_ref().is_some_and(|by| by.id == *author)
    }
}

/// A room in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// The address.
    pub slug: RoomSlug,
    /// The name to show.
    pub title: String,
    /// The newest event.
    pub head: Seq,
    /// The newest message, by its position among the messages; zero before the first one.
    #[serde(default)]
    pub message_no: MessageNo,
    /// How many people are here now.
    pub online: u32,
    /// The nicknames of some of them (at most 5), for the list.
    pub people: Vec<String>,
}

/// A room as somebody sees who just came in by the server-rendered page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSnapshot {
    /// Address, name, counts.
    pub summary: RoomSummary,
    /// What the page shows of the room's history.
    pub page: HistoryPage,
    /// Who is here, by nickname, at most [`super::limits::ROSTER_NAMES_MAX`]; `summary.online` counts all.
    pub people: Vec<Person>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn somebody_who_came_in_by_a_door_of_a_newer_server_is_still_somebody() {
        let bot = r#"{"id":"b-1","nickname":"Bot","origin":"bot"}"#;
        assert_eq!(serde_json::from_str::<Person>(bot).unwrap().origin, Origin::Unknown);
    }
}
