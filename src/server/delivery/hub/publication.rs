//! One publication as it leaves: encoded and compressed at most once per wire format, whatever the number of receivers.
//! Not here: who receives it (`hub::room`), and several of them in one piece (`hub::run`).

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use chrono::{DateTime, Local, SecondsFormat, Utc};
use tokio::sync::OwnedSemaphorePermit;
use unicode_segmentation::UnicodeSegmentation;

use super::compressor::Compressor;
use crate::protocol::plain::{PlainError, PlainEvent, STATUS_CHAT, STATUS_LEFT, STATUS_REFUSED};
use crate::protocol::{Event, EventBody, LogEvent, Person, Reaction, RoomSlug, RoomSummary, Seq, Timestamp};
use crate::server::log::Committed;
use crate::server::net::websocket::{Form, Opcode, SharedFrame, encode};

/// A WebSocket frame as it is on the wire, or several in a row; cloning shares the bytes.
pub type Frame = Bytes;

/// The two wire formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    /// `protocol::Event`.
    Member,
    /// `protocol::plain`.
    Plain,
}

/// A committed event and its encodings, each made when the first receiver needs it.
pub struct Publication {
    committed: Committed,
    compressor: Arc<Compressor>,
    member: OnceLock<SharedFrame>,
    plain: OnceLock<Option<SharedFrame>>,
    /// Its place among those that are on their way; free again when the last lane has sent it.
    _place: Option<OwnedSemaphorePermit>,
}

impl Publication {
    /// Nothing is encoded yet.
    #[must_use]
    pub fn new(committed: Committed, compressor: Arc<Compressor>, place: Option<OwnedSemaphorePermit>) -> Self {
        Self { committed, compressor, member: OnceLock::new(), plain: OnceLock::new(), _place: place }
    }

    /// Its place in the room.
    #[must_use]
    pub fn seq(&self) -> Seq {
        self.committed.event.seq
    }

    /// About how large its frames are, before they are made.
    #[must_use]
    pub fn approximate_bytes(&self) -> usize {
        const AROUND_THE_TEXT: usize = 256;
        AROUND_THE_TEXT + self.committed.event.body.text().len()
    }

    /// The frame for one wire in one form; `None` when the event has no words there.
    pub fn frame(&self, wire: Wire, form: Form) -> Option<&Frame> {
        let frame = match wire {
            Wire::Member => Some(self.member.get_or_init(|| self.encode_member())),
            Wire::Plain => self.plain.get_or_init(|| self.encode_plain()).as_ref(),
        };
        frame.map(|frame| frame.in_form(form))
    }

    fn encode_member(&self) -> SharedFrame {
        let Committed { room, event, .. } = &self.committed;
        self.compressor.encode(&json(&Event::Publication { room: room.clone(), event: event.clone() }))
    }

    fn encode_plain(&self) -> Option<SharedFrame> {
        let Committed { room, event, target } = &self.committed;
        let by = event.by.as_ref()?;
        let (message, sender_time) = match &event.body {
            EventBody::Message(message) => (message.text.clone(), message.sender_time.clone()),
            EventBody::Reaction(reaction) => (reaction_in_words(reaction, target.as_deref()?)?, None),
            EventBody::RoomCreated | EventBody::Unknown(_) => return None,
        };
        Some(self.compressor.encode(&json(&PlainEvent {
            nickname: by.nickname.clone(),
            message,
            time: sender_time.unwrap_or_else(|| local_time(event.at_ms)),
            status: STATUS_CHAT,
            at: rfc3339(event.at_ms),
            room: room.clone(),
        })))
    }
}

/// What a program reads of a reaction: `🍵 → Alice: the first words of the message`. One that is taken back has no words.
fn reaction_in_words(reaction: &Reaction, target: &LogEvent) -> Option<String> {
    const QUOTED_GRAPHEMES: usize = 40;
    // A grapheme may have any number of marks.
    const QUOTED_BYTES: usize = 200;
    let author = target.by.as_ref().filter(|_| reaction.on)?;
    let line = target.body.text().lines().next().unwrap_or_default();
    let mut bytes = 0;
    let fits = |grapheme: &&str| {
        bytes += grapheme.len();
        bytes <= QUOTED_BYTES
    };
    let quote: String = line.graphemes(true).take(QUOTED_GRAPHEMES).take_while(fits).collect();
    Some(format!("{} → {}: {quote}", reaction.emoji, author.nickname))
}

/// Encodes an event of the member socket.
#[must_use]
pub fn member_frame(event: &Event) -> Frame {
    frame(event)
}

/// All rooms, encoded for the welcomes of everybody who comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedRooms(Bytes);

impl EncodedRooms {
    /// Encodes a list.
    #[must_use]
    pub fn new(rooms: &[RoomSummary]) -> Self {
        Self(json(&rooms).into())
    }
}

/// Encodes a welcome, which is given without rooms, with these.
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

/// Encodes a refusal on the plain socket; `error` is `code: explanation`, and `retry_after_ms` the wait that it speaks of.
#[must_use]
pub fn plain_refusal_frame(error: String, retry_after_ms: Option<u32>) -> Frame {
    frame(&PlainError { status: STATUS_REFUSED, error, retry_after_ms })
}

/// A frame that is not compressed for anybody: it is for one connection, or it is short.
fn frame(value: &impl serde::Serialize) -> Frame {
    encode(Opcode::Text, &json(value))
}

fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("wire types have string keys and no failing serializers")
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{Epoch, Limits};

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
            online: 1,
            people: vec!["Alice".into()],
        };
        for rooms in [vec![], vec![lobby.clone()], vec![lobby; 200]] {
            let frame = welcome_frame(&welcome(Vec::new()), &EncodedRooms::new(&rooms));
            assert_eq!(frame, member_frame(&welcome(rooms)));
        }
    }
}
