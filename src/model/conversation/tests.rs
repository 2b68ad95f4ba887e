use super::outbox::PostState;
use super::*;
use crate::model::samples::{event, history_page, message, named, person, reaction, snapshot, text};
use crate::protocol::{Backlog, Command, Covers, HistoryPage, LogEvent, MessageNo, PostId, Refusal, RoomSlug, Seq};

mod edits;
mod history;
mod posting;
mod rooms;
mod unread;

/// A page whose clock the test moves, and what it wanted done since it was asked last.
pub(super) struct Bench {
    conversation: Conversation,
    now: i64,
    effects: Vec<Effect>,
}

impl Bench {
    /// Ada's page of the lobby, which holds these events and is not connected yet.
    fn new(events: Vec<LogEvent>) -> Self {
        Self::of(&snapshot(events))
    }

    fn of(snapshot: &RoomSnapshot) -> Self {
        let rooms = vec![room("lobby"), room("garden")];
        let conversation = Conversation::new(Some(person("ada")), snapshot, rooms, Limits::default(), Vec::new());
        Self { conversation, now: 1_000_000, effects: Vec::new() }
    }

    /// The same, live.
    fn live(events: Vec<LogEvent>) -> Self {
        let mut bench = Self::new(events);
        bench.step(Update::Status(ConnectionStatus::Live));
        bench.effects.clear();
        bench
    }

    fn step(&mut self, update: Update) {
        self.effects.extend(self.conversation.step(update, Timestamp::from_unix_ms(self.now)));
    }

    fn hear(&mut self, event: Event) {
        self.step(Update::Event(Box::new(event)));
    }

    fn publish(&mut self, event: LogEvent) {
        self.hear(Event::Publication { room: RoomSlug::lobby(), event });
    }

    fn join(&mut self, backlog: Backlog) {
        self.hear(Event::Joined { summary: room("lobby"), people: Vec::new(), backlog });
    }

    /// What is wanted besides showing, timers and storage, in short words.
    fn wishes(&mut self) -> Vec<String> {
        let wishes = std::mem::take(&mut self.effects).into_iter().filter_map(|effect| match effect {
            Effect::Send(Command::Post { id, .. }) => Some(format!("send {id}")),
            Effect::Send(Command::Typing { .. }) => Some("send typing".to_owned()),
            Effect::PostByRequest(post) => Some(format!("request {}", post.post_id)),
            Effect::Fetch(PageRequest { wanted, .. }) => Some(format!("fetch {wanted:?}")),
            Effect::Follow(room, cursor) => Some(format!("follow {room} {:?}", cursor.map(|cursor| cursor.seq.get()))),
            Effect::Explain(_, reason) => Some(format!("explain {reason:?}")),
            Effect::Send(Command::Read { room, seq }) => Some(format!("read {room} {seq}")),
            Effect::TakeBackText(room, text) => Some(format!("take back {text} to {room}")),
            Effect::Reload => Some("reload".to_owned()),
            Effect::Reconnect => Some("reconnect".to_owned()),
            _ => None,
        });
        wishes.collect()
    }

    /// The parts that are to be shown anew, in the order of the enum.
    fn shown(&mut self) -> Vec<Part> {
        let shown = std::mem::take(&mut self.effects).into_iter();
        let mut shown: Vec<Part> =
            shown.filter_map(|effect| if let Effect::Show(part) = effect { Some(part) } else { None }).collect();
        shown.sort_by_key(|part| *part as usize);
        shown
    }

    /// How many messages of the open room are unread.
    fn unread(&self) -> usize {
        self.conversation.unread().in_room(&self.conversation.room().slug).known
    }

    fn ring(&mut self, timer: TimerId, after_ms: i64) {
        self.now += after_ms;
        self.step(Update::Rang(timer));
    }
}

fn room(slug: &str) -> RoomSummary {
    RoomSummary {
        slug: RoomSlug::parse(slug).expect("a good slug"),
        title: slug.to_owned(),
        head: Seq::new(1),
        message_no: MessageNo::ZERO,
        online: 0,
        people: Vec::new(),
    }
}

fn id(name: &str) -> PostId {
    PostId::parse(name).expect("a good id")
}

fn of_bo(seq: u64) -> LogEvent {
    message(seq, 0, person("bo"), &format!("bo-{seq}"))
}

/// The message of Bo at this place, which is so many of the messages of its room.
fn numbered(seq: u64, message_no: u64) -> LogEvent {
    let mut event = of_bo(seq);
    event.body.set_message_no(MessageNo::new(message_no));
    event
}

/// The newest page of a room with changes in it: it covers from its first item to `head`.
fn page_up_to(head: u64, items: Vec<LogEvent>) -> HistoryPage {
    let mut page = history_page(items);
    page.as_of.seq = Seq::new(head);
    page.covers = Covers { first: page.covers.first, last: Seq::new(head) };
    page
}

#[test]
fn only_what_has_changed_is_shown_anew() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    let (joined, left) = (vec![person("cy")], Vec::new());
    bench.hear(Event::Presence { room: RoomSlug::lobby(), joined, left, online: 2, people: None });
    assert_eq!(bench.shown(), [Part::Room, Part::Timeline, Part::Roster]);
    bench.hear(Event::Typing { room: RoomSlug::lobby(), people: vec![person("cy")], writing: 1 });
    assert_eq!(bench.shown(), [Part::Typing]);
    bench.publish(of_bo(2));
    assert_eq!(bench.shown(), [Part::Timeline, Part::Typing], "whoever posts does not write any more");
    bench.publish(of_bo(2));
    assert_eq!(bench.shown(), [], "it is shown already");
    bench.step(Update::AtNewest(true));
    assert_eq!(bench.shown(), [], "as before");
}

#[test]
fn what_is_on_its_way_is_not_shown_anew_because_others_talk() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::Post(id("a"), text("tea?")));
    assert_eq!(bench.shown(), [Part::Outbox]);
    bench.hear(Event::Typing { room: RoomSlug::lobby(), people: vec![person("cy")], writing: 1 });
    assert_eq!(bench.shown(), [Part::Typing]);
}
