//! What rooms are made of on the wire: people, log events, snapshots, pages of history.
//! Not here: rows of the database, which the store converts by hand.

use serde::{Deserialize, Serialize};

use super::ids::{ClientMessageId, Cursor, Epoch, RoomSlug, Seq, Timestamp, UserId};

/// Which door somebody came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The member socket or a form of the page: the nickname is owned by a session.
    Web,
    /// The plain socket: the nickname is only what the program said.
    Plain,
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
#[serde(try_from = "FlatLogEvent")]
pub struct LogEvent {
    /// The place in the room's log.
    pub seq: Seq,
    /// When the server took it, never earlier than the event before it.
    pub at_ms: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub body: EventBody,
}

impl LogEvent {
    /// Where a reader stands whose newest event is this one. Two events with equal cursors are the same event, and so are
    /// all events before them.
    #[must_use]
    pub fn cursor(&self, epoch: &Epoch) -> Cursor {
        let client_message_id = match &self.body {
            EventBody::Message(message) => Some(message.client_message_id.clone()),
            EventBody::RoomCreated { .. } => None,
        };
        Cursor { epoch: epoch.clone(), seq: self.seq, at_ms: self.at_ms, client_message_id }
    }
}

/// What a log event records. Closed: a client that meets an unknown `kind` must be upgraded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EventBody {
    /// Somebody said something.
    Message(Message),
    /// The room was opened; always the first event of a room.
    RoomCreated {
        /// Who opened it; absent for the lobby, which the server opens itself.
        creator: Option<Person>,
    },
}

/// What a person wrote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Message {
    /// Who wrote it, under the nickname of that moment.
    pub sender: Person,
    /// The sender's own name for this line.
    pub client_message_id: ClientMessageId,
    /// Text, never HTML; may hold line breaks.
    pub text: String,
    /// The time as a program on the plain socket wrote it, passed through to its like; absent for everybody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sender_time: Option<String>,
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
    /// How many people are here now.
    pub online: u32,
    /// The nicknames of some of them (at most 5), for the list.
    pub people: Vec<String>,
}

/// A room as somebody sees who just came in: by the server-rendered page or by `joined`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSnapshot {
    /// Address, name, counts.
    pub summary: RoomSummary,
    /// The history that the seqs belong to.
    pub epoch: Epoch,
    /// A contiguous run of events, oldest first, that ends at `summary.head`.
    pub events: Vec<LogEvent>,
    /// Whether older events than the first of `events` exist.
    pub has_older: bool,
    /// Who is here, by nickname, at most [`super::limits::ROSTER_NAMES_MAX`]; `summary.online` counts all.
    pub people: Vec<Person>,
}

/// A page of history, as `GET /api/v1/rooms/{slug}/events` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// The room.
    pub room: RoomSlug,
    /// The history that the seqs belong to.
    pub epoch: Epoch,
    /// The newest event of the room at the time of reading.
    pub head: Seq,
    /// A contiguous run of events, oldest first.
    pub events: Vec<LogEvent>,
    /// Whether older events than the first of `events` exist.
    pub has_older: bool,
    /// Whether newer events than the last of `events` exist.
    pub has_newer: bool,
}

/// How a [`LogEvent`] is read: every field of every kind, then the ones that its `kind` asks for. Smaller in the browser
/// than serde's way with flattened fields, for the reason given in [`super::event`]'s `frame`.
#[derive(Deserialize)]
struct FlatLogEvent {
    seq: Seq,
    at_ms: Timestamp,
    kind: String,
    sender: Option<Person>,
    client_message_id: Option<ClientMessageId>,
    text: Option<String>,
    sender_time: Option<String>,
    creator: Option<Person>,
}

/// A log event of an unknown kind, or without a field that its kind has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no log event")]
pub struct NoLogEvent;

impl TryFrom<FlatLogEvent> for LogEvent {
    type Error = NoLogEvent;

    fn try_from(flat: FlatLogEvent) -> Result<Self, NoLogEvent> {
        let (seq, at_ms) = (flat.seq, flat.at_ms);
        let body = flat.into_body().ok_or(NoLogEvent)?;
        Ok(Self { seq, at_ms, body })
    }
}

impl FlatLogEvent {
    fn into_body(self) -> Option<EventBody> {
        match self.kind.as_str() {
            "message" => Some(EventBody::Message(Message {
                sender: self.sender?,
                client_message_id: self.client_message_id?,
                text: self.text?,
                sender_time: self.sender_time,
            })),
            "room_created" => Some(EventBody::RoomCreated { creator: self.creator }),
            _ => None,
        }
    }
}
