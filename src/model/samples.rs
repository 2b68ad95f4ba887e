//! People, events and rooms for unit tests, as small as they can be. A test that cares about a field sets it itself. Not in
//! the program, and not for tests over a socket, which get theirs from a server.

use crate::protocol::{
    Covers, Cursor, Epoch, ErrorCode, EventBody, FormRefusal, HistoryItem, HistoryPage, Limits, LogEvent, Message,
    Origin, PageData, Person, PostBody, PostId, Reaction, RoomSlug, RoomSnapshot, RoomSummary, Seq, Timestamp, UserId,
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

/// The body of a message to post.
pub fn text(text: &str) -> PostBody {
    PostBody::Message { text: text.to_owned(), reply_to: None }
}

/// Somebody sets a reaction or takes it back; `count` people have it then.
pub fn reaction(seq: u64, target: u64, by: Person, emoji: &str, on: bool, count: u32) -> LogEvent {
    let reaction = Reaction { target: Seq::new(target), emoji: emoji.to_owned(), on, count };
    LogEvent { by: Some(by), body: EventBody::Reaction(reaction), ..event(seq) }
}

/// The author of a message changes it.
pub fn change(seq: u64, by: Person, body: EventBody) -> LogEvent {
    LogEvent {
        at_ms: Timestamp::from_unix_ms(i64::try_from(seq).expect("a small number")),
        by: Some(by),
        body,
        ..event(seq)
    }
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
        id: Some(PostId::parse(id).expect("a good id")),
        body: EventBody::Message(Message { text: format!("line {seq}"), ..Message::default() }),
    }
}

/// The page of these content events, the last of which is the newest of the room.
pub fn history_page(events: Vec<LogEvent>) -> HistoryPage {
    let start = Cursor::start(epoch());
    let (first, as_of) = match (events.first(), events.last()) {
        (Some(first), Some(last)) => (first.seq, last.cursor(&epoch())),
        _ => (start.seq.next(), start),
    };
    HistoryPage {
        room: RoomSlug::lobby(),
        covers: Covers { first, last: as_of.seq },
        as_of,
        items: events.into_iter().map(HistoryItem::new).collect(),
        has_older: first.get() > 1,
        has_newer: false,
    }
}

/// The lobby with these events, the last of which is its newest.
pub fn snapshot(events: Vec<LogEvent>) -> RoomSnapshot {
    let summary = RoomSummary {
        slug: RoomSlug::lobby(),
        title: "Lobby".to_owned(),
        head: events.last().map_or(Seq::ZERO, |event| event.seq),
        message_no: events.iter().rev().find_map(|event| event.body.message_no()).unwrap_or_default(),
        online: 0,
        people: vec![],
    };
    RoomSnapshot { summary, page: history_page(events), people: vec![] }
}

/// A page of somebody whose message was refused.
pub fn page_data() -> PageData {
    let notice = FormRefusal {
        form: crate::protocol::page::Form::Post,
        refusal: ErrorCode::MessageTooLong.into(),
        typed: "</script><b>typed</b>".to_owned(),
        post_id: None,
    };
    PageData {
        room: snapshot(vec![message(1, 1_000, person("alice"), "one")]),
        rooms: vec![],
        limits: Limits { message_graphemes: 10, nickname_graphemes: 10, frame_bytes: 10, ..Limits::default() },
        nickname_rest_hours: 24,
        at_newest: true,
        offered_for: None,
        marked: None,
        me: Some(person("alice")),
        marks: Vec::new(),
        drawn_ms: Timestamp::from_unix_ms(1_000),
        notice: Some(notice),
        reply_to: Some(Seq::new(1)),
    }
}
