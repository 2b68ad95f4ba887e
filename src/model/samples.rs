//! People, events and rooms for unit tests, as small as they can be. A test that cares about a field sets it itself. Not in
//! the program, and not for tests over a socket, which get theirs from a server.

use crate::protocol::{
    ClientMessageId, Epoch, EventBody, LogEvent, Message, Origin, Person, RoomSlug, RoomSnapshot, RoomSummary, Seq,
    Timestamp, UserId,
};

/// The history that all samples belong to.
pub fn epoch() -> Epoch {
    Epoch::parse("first").expect("a good epoch")
}

/// Somebody whose id is like the nickname.
pub fn person(name: &str) -> Person {
    named(name, name)
}

/// Somebody with an id of their own.
pub fn named(id: &str, nickname: &str) -> Person {
    Person { id: UserId::parse(id).expect("a good id"), nickname: nickname.to_owned(), origin: Origin::Web }
}

/// An event of which only the place matters.
pub fn event(seq: u64) -> LogEvent {
    LogEvent { seq: Seq::new(seq), at_ms: Timestamp::default(), by: None, id: None, body: EventBody::RoomCreated }
}

/// A message; its text says where it is.
pub fn message(seq: u64, unix_ms: i64, by: Person, id: &str) -> LogEvent {
    LogEvent {
        seq: Seq::new(seq),
        at_ms: Timestamp::from_unix_ms(unix_ms),
        by: Some(by),
        id: Some(ClientMessageId::parse(id).expect("a good id")),
        body: EventBody::Message(Message { text: format!("line {seq}"), sender_time: None }),
    }
}

/// The lobby with these events, the last of which is its newest.
pub fn snapshot(events: Vec<LogEvent>) -> RoomSnapshot {
    let summary = RoomSummary {
        slug: RoomSlug::lobby(),
        title: "Lobby".to_owned(),
        head: events.last().map_or(Seq::ZERO, |event| event.seq),
        online: 0,
        people: vec![],
    };
    let has_older = events.first().is_some_and(|event| event.seq.get() > 1);
    RoomSnapshot { summary, epoch: epoch(), events, has_older, people: vec![] }
}
