//! Encoded frames, and the encoders of everything but publications: answers to one client, and notices that are not stored.
//! Not here: publications (`hub::publication`), compression (`compressor`).

use bytes::Bytes;
use chrono::{DateTime, Local, SecondsFormat, Utc};

use crate::protocol::plain::{PlainError, PlainEvent, STATUS_LEFT, STATUS_REFUSED};
use crate::protocol::{Event, Person, RoomSlug, RoomSummary, Timestamp};
use crate::server::net::websocket::{Opcode, encode};

/// A WebSocket frame as it is on the wire. Cloning shares the bytes.
pub type Frame = Bytes;

/// The two wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `protocol::Event`.
    Member,
    /// `protocol::plain`.
    Plain,
}

/// Several frames in one piece of memory.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    /// The frames, one behind the other.
    pub bytes: Frame,
    /// How many they are.
    pub count: usize,
}

impl From<Frame> for Frames {
    fn from(bytes: Frame) -> Self {
        Self { bytes, count: 1 }
    }
}

/// Encodes an event of the member socket.
#[must_use]
pub fn member_frame(event: &Event) -> Frame {
    frame(event)
}

/// The list of all rooms, encoded once for the welcomes of many connections.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedRooms(Bytes);

impl EncodedRooms {
    /// Encodes a list.
    #[must_use]
    pub fn new(rooms: &[RoomSummary]) -> Self {
        Self(json(&rooms).into())
    }
}

/// Encodes a welcome with these rooms. The event itself must hold none.
#[must_use]
pub fn welcome_frame(welcome: &Event, rooms: &EncodedRooms) -> Frame {
    let mut text = json(welcome);
    let without_rooms = text.strip_suffix(b"[]}").expect("the rooms come last in a welcome, and there are none").len();
    text.truncate(without_rooms);
    text.extend_from_slice(&rooms.0);
    text.push(b'}');
    encode(Opcode::Text, &text)
}

/// Encodes the notice on the plain socket that somebody left.
#[must_use]
pub fn plain_left_frame(person: &Person, room: &RoomSlug, at: Timestamp) -> Frame {
    frame(&PlainEvent {
        nickname: person.nickname.clone(),
        message: String::new(),
        time: local_time(at),
        status: STATUS_LEFT,
        at: rfc3339(at),
        room: room.clone(),
    })
}

/// Encodes a refusal on the plain socket. `error` is `code: explanation`; `retry_after_ms` is the wait that it asks for.
#[must_use]
pub fn plain_refusal_frame(error: String, retry_after_ms: Option<u32>) -> Frame {
    frame(&PlainError { status: STATUS_REFUSED, error, retry_after_ms })
}

/// Encodes a frame without compression: it is for one connection, or it is short.
fn frame(value: &impl serde::Serialize) -> Frame {
    encode(Opcode::Text, &json(value))
}

pub(super) fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("wire types have string keys and no failing serializers")
}

fn utc(at: Timestamp) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at.unix_ms()).unwrap_or_default()
}

/// `MM-DD HH:MM:SS` in the server's time zone, the format of the simplest chats.
pub(super) fn local_time(at: Timestamp) -> String {
    utc(at).with_timezone(&Local).format("%m-%d %H:%M:%S").to_string()
}

pub(super) fn rfc3339(at: Timestamp) -> String {
    utc(at).to_rfc3339_opts(SecondsFormat::Millis, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Epoch, Limits, MessageNo, Seq};

    fn welcome(rooms: Vec<RoomSummary>) -> Event {
        let epoch = Epoch::parse("first").unwrap();
        Event::Welcome { protocol: 2, me: None, epoch, heartbeat_ms: 25_000, limits: Limits::default(), rooms }
    }

    #[test]
    fn a_welcome_with_encoded_rooms_is_the_frame_of_the_whole_event() {
        let lobby = RoomSummary {
            slug: RoomSlug::lobby(),
            title: "茶 \"[]}\"".into(),
            head: Seq::new(7),
            message_no: MessageNo::new(5),
            online: 1,
            people: vec!["Alice".into()],
        };
        for rooms in [vec![], vec![lobby.clone()], vec![lobby; 200]] {
            let frame = welcome_frame(&welcome(Vec::new()), &EncodedRooms::new(&rooms));
            assert_eq!(frame, member_frame(&welcome(rooms)));
        }
    }
}
