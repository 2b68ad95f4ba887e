//! How an [`Event`] is read: all fields of all events in one flat struct, then the ones that its `type` asks for. serde's own
//! way with a tag inside the object buffers it and brings a second decoder of every type into the browser, a fifth of
//! the page's WebAssembly. Writing is derived; the examples of `PROTOCOL.md` hold both against each other.

use serde::Deserialize;

use super::{Event, RoomHead};
use crate::protocol::error::Refusal;
use crate::protocol::history::{Backlog, HistoryPage};
use crate::protocol::ids::{Epoch, PostId, RoomSlug, Seq, Timestamp};
use crate::protocol::limits::Limits;
use crate::protocol::message::{LogEvent, Person, RoomSummary};
use crate::protocol::read_mark::ReadMark;

/// The fields of every event, each at most once on the wire.
#[derive(Deserialize)]
pub(super) struct EventFrame {
    #[serde(rename = "type")]
    kind: String,
    protocol: Option<u32>,
    me: Option<Person>,
    epoch: Option<Epoch>,
    heartbeat_ms: Option<u32>,
    limits: Option<Limits>,
    rooms: Option<Vec<RoomSummary>>,
    continuity: Option<String>,
    summary: Option<RoomSummary>,
    page: Option<HistoryPage>,
    events: Option<Vec<LogEvent>>,
    room: Option<RoomSlug>,
    event: Option<LogEvent>,
    id: Option<PostId>,
    seq: Option<Seq>,
    head: Option<Seq>,
    at_ms: Option<Timestamp>,
    refusal: Option<Refusal>,
    joined: Option<Vec<Person>>,
    left: Option<Vec<Person>>,
    online: Option<u32>,
    people: Option<Vec<Person>>,
    writing: Option<u32>,
    changed: Option<Vec<RoomSummary>>,
    marks: Option<Vec<ReadMark>>,
    heads: Option<Vec<RoomHead>>,
    in_ms: Option<u32>,
}

/// A frame of an unknown type, or without a field that its type has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("this is no event")]
pub struct NoEvent;

impl TryFrom<EventFrame> for Event {
    type Error = NoEvent;

    fn try_from(frame: EventFrame) -> Result<Self, NoEvent> {
        frame.into_event().ok_or(NoEvent)
    }
}

impl EventFrame {
    fn into_event(self) -> Option<Event> {
        Some(match self.kind.as_str() {
            "welcome" => Event::Welcome {
                protocol: self.protocol?,
                me: self.me,
                epoch: self.epoch?,
                heartbeat_ms: self.heartbeat_ms?,
                limits: self.limits?,
                rooms: self.rooms?,
            },
            "joined" => Event::Joined {
                backlog: match self.continuity?.as_str() {
                    "fresh" => Backlog::Fresh { page: self.page? },
                    "resumed" => Backlog::Resumed { epoch: self.epoch?, events: self.events? },
                    "gap" => Backlog::Gap { page: self.page? },
                    "reset" => Backlog::Reset { page: self.page? },
                    _ => return None,
                },
                summary: self.summary?,
                people: self.people?,
            },
            "publication" => Event::Publication { room: self.room?, event: self.event? },
            "ack" => Event::Ack { room: self.room?, id: self.id?, seq: self.seq?, at_ms: self.at_ms? },
            "nack" => Event::Nack { room: self.room?, id: self.id?, refusal: self.refusal? },
            "refused" => Event::Refused { room: self.room, refusal: self.refusal? },
            "gap" => Event::Gap { room: self.room?, head: self.head? },
            "presence" => Event::Presence {
                room: self.room?,
                joined: self.joined?,
                left: self.left?,
                online: self.online?,
                people: self.people,
            },
            "typing" => Event::Typing { room: self.room?, people: self.people?, writing: self.writing? },
            "rooms" => Event::Rooms { changed: self.changed? },
            "marks" => Event::Marks { marks: self.marks? },
            "heartbeat" => Event::Heartbeat { heads: self.heads? },
            "reconnect" => Event::Reconnect { in_ms: self.in_ms? },
            _ => return None,
        })
    }
}
