//! One publication as it leaves: encoded at most once per wire format, whatever the number of receivers.
//! Not here: who receives it (`hub`).

use std::cell::OnceCell;

use axum::extract::ws::Utf8Bytes;
use chrono::{DateTime, Local, SecondsFormat, Utc};

use crate::protocol::plain::{PlainError, PlainEvent, STATUS_CHAT, STATUS_LEFT, STATUS_REFUSED};
use crate::protocol::{Event, EventBody, Person, Refusal, RoomSlug, Timestamp};
use crate::server::store::Committed;

/// One encoded frame; cloning shares the bytes.
pub type Frame = Utf8Bytes;

/// The two wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `protocol::Event`.
    Member,
    /// `protocol::plain`.
    Plain,
}

/// A committed event and its encodings, each made when the first receiver needs it.
pub struct Publication<'a> {
    committed: &'a Committed,
    member: OnceCell<Frame>,
    plain: OnceCell<Option<Frame>>,
}

impl<'a> Publication<'a> {
    /// Nothing is encoded yet.
    #[must_use]
    pub fn new(committed: &'a Committed) -> Self {
        Self { committed, member: OnceCell::new(), plain: OnceCell::new() }
    }

    /// The frame for one wire; `None` when the event has no form there.
    pub fn frame(&self, wire: Wire) -> Option<Frame> {
        match wire {
            Wire::Member => Some(self.member.get_or_init(|| self.encode_member()).clone()),
            Wire::Plain => self.plain.get_or_init(|| self.encode_plain()).clone(),
        }
    }

    fn encode_member(&self) -> Frame {
        let Committed { room, event } = self.committed;
        member_frame(&Event::Publication { room: room.clone(), event: event.clone() })
    }

    fn encode_plain(&self) -> Option<Frame> {
        let Committed { room, event } = self.committed;
        match &event.body {
            EventBody::Message(message) => Some(encode(&PlainEvent {
                nickname: message.sender.nickname.clone(),
                message: message.text.clone(),
                time: message.sender_time.clone().unwrap_or_else(|| local_time(event.at_ms)),
                status: STATUS_CHAT,
                at: rfc3339(event.at_ms),
                room: room.clone(),
            })),
            EventBody::RoomCreated { .. } => None,
        }
    }
}

/// Encodes an event of the member socket.
#[must_use]
pub fn member_frame(event: &Event) -> Frame {
    encode(event)
}

/// Encodes the notice on the plain socket that somebody left.
#[must_use]
pub fn plain_left_frame(person: &Person, room: &RoomSlug, at: Timestamp) -> Frame {
    encode(&PlainEvent {
        nickname: person.nickname.clone(),
        message: String::new(),
        time: local_time(at),
        status: STATUS_LEFT,
        at: rfc3339(at),
        room: room.clone(),
    })
}

/// Encodes a refusal on the plain socket.
#[must_use]
pub fn plain_refusal_frame(refusal: &Refusal) -> Frame {
    encode(&PlainError { status: STATUS_REFUSED, error: refusal.to_string() })
}

fn encode(value: &impl serde::Serialize) -> Frame {
    serde_json::to_string(value).expect("wire types have string keys and no failing serializers").into()
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.unix_ms()).unwrap_or_default()
}

/// `MM-DD HH:MM:SS` in the server's time zone, as the simplest chats write it.
fn local_time(at: Timestamp) -> String {
    utc(at).with_timezone(&Local).format("%m-%d %H:%M:%S").to_string()
}

fn rfc3339(at: Timestamp) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}
