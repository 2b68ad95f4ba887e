mod loss;
mod promises;

use super::*;
use crate::model::samples::{epoch, event, snapshot};
use crate::protocol::event::RoomHead;
use crate::protocol::{Backlog, CloseCode, ErrorCode, Limits, PostBody, PostId, Seq, TabId};

const HEARTBEAT_MS: u32 = 25_000;
const SILENCE_MS: i64 = 60_000;

fn slug(name: &str) -> RoomSlug {
    RoomSlug::parse(name).expect("a good slug")
}

fn cursor(seq: u64) -> Option<Cursor> {
    Some(event(seq).cursor(&epoch()))
}

fn frame(event: Event) -> Input {
    Input::Frame(Box::new(event))
}

fn welcome() -> Input {
    let limits = Limits::default();
    frame(Event::Welcome { protocol: 2, me: None, epoch: epoch(), heartbeat_ms: HEARTBEAT_MS, limits, rooms: vec![] })
}

fn joined(room: &str, head: u64) -> Input {
    let mut summary = snapshot(vec![event(head)]).summary;
    summary.slug = slug(room);
    let backlog = Backlog::Resumed { epoch: epoch(), events: vec![event(head)] };
    frame(Event::Joined { summary, people: vec![], backlog })
}

fn publication(seq: u64) -> Input {
    frame(Event::Publication { room: slug("lobby"), event: event(seq) })
}

fn heartbeat(head: u64) -> Input {
    frame(Event::Heartbeat { heads: vec![RoomHead { room: slug("lobby"), head: Seq::new(head) }] })
}

fn line(room: &str) -> Command {
    let (id, body) =
        (PostId::parse("a").expect("a good id"), PostBody::Message { text: "text".to_owned(), reply_to: None });
    Command::Post { room: slug(room), id, body }
}

/// A connection, its clock and its timer, and its outputs in short words.
struct Bench {
    connection: Connection,
    now: i64,
    alarm: Option<i64>,
}

impl Bench {
    fn new() -> Self {
        let tab = TabId::parse("tab").expect("a good id");
        Self { connection: Connection::new(tab, slug("lobby"), cursor(5)), now: 1_000_000, alarm: None }
    }

    /// Started, greeted, joined with head 5.
    fn live() -> Self {
        let mut bench = Self::new();
        for input in [Input::Start, Input::Opened, welcome(), joined("lobby", 5)] {
            bench.feed(input);
        }
        assert_eq!(bench.connection.status(), ConnectionStatus::Live);
        bench
    }

    fn outputs(&mut self, input: Input) -> Vec<Output> {
        let outputs = self.connection.step(input, Timestamp::from_unix_ms(self.now), 1.0);
        for output in &outputs {
            if let Output::Wait { ms } = output {
                self.alarm = Some(self.now + i64::from(*ms));
            }
        }
        outputs
    }

    fn feed(&mut self, input: Input) -> String {
        let outputs = self.outputs(input).into_iter().filter(|output| !matches!(output, Output::Wait { .. }));
        let words = outputs.map(|output| match output {
            Output::OpenSocket => "open".to_owned(),
            Output::CloseSocket => "close".to_owned(),
            Output::Send(Command::Hello { .. }) => "hello".to_owned(),
            Output::Send(Command::Join { room, cursor }) => {
                format!("join {room} {}", cursor.map_or("-".to_owned(), |cursor| cursor.seq.to_string()))
            }
            Output::Send(Command::Leave { room }) => format!("leave {room}"),
            Output::Send(Command::Post { .. }) => "post".to_owned(),
            Output::Send(Command::Read { room, seq }) => format!("read {room} {seq}"),
            Output::Send(Command::Unread { room, seq }) => format!("unread {room} {seq}"),
            Output::Send(Command::Typing { .. }) => "typing".to_owned(),
            Output::Send(Command::Heartbeat) => "heartbeat".to_owned(),
            Output::Wait { .. } => unreachable!("left out above: the bench has a timer of its own"),
            Output::Status(status) => format!("{status:?}").split([' ', '(']).next().unwrap_or_default().to_owned(),
            Output::Deliver(_) => "deliver".to_owned(),
            Output::CaughtUp { new } => format!("caught-up {new}"),
        });
        words.collect::<Vec<_>>().join(", ")
    }

    /// Something happens after a time in which the timer did not ring, as on a sleeping machine.
    fn after(&mut self, ms: i64, input: Input) -> String {
        self.now += ms;
        self.feed(input)
    }

    /// Time goes by, and the timer rings when it is due.
    fn sleep(&mut self, ms: i64) -> String {
        let end = self.now + ms;
        let mut words = Vec::new();
        while let Some(alarm) = self.alarm.filter(|alarm| *alarm <= end) {
            self.alarm = None;
            self.now = self.now.max(alarm);
            words.push(self.feed(Input::Tick));
        }
        self.now = end;
        words.retain(|word| !word.is_empty());
        words.join(", ")
    }
}

#[test]
fn a_connection_greets_joins_with_the_cursor_and_is_live() {
    let mut bench = Bench::new();
    assert_eq!(bench.feed(Input::Start), "open");
    assert_eq!(bench.feed(Input::Opened), "hello");
    assert_eq!(bench.feed(welcome()), "deliver, join lobby 5");
    assert_eq!(bench.feed(joined("lobby", 5)), "deliver, Live");
    assert_eq!(bench.feed(publication(6)), "deliver");
}

#[test]
fn a_publication_is_delivered_once_and_a_missing_one_is_asked_for() {
    let mut bench = Bench::live();
    bench.feed(publication(6));
    assert_eq!(bench.feed(publication(6)), "");
    assert_eq!(bench.feed(publication(8)), "join lobby 6");
    assert_eq!(bench.feed(publication(9)), "", "the answer to the join holds it");
    assert_eq!(bench.feed(joined("lobby", 9)), "deliver");
    assert_eq!(bench.feed(publication(10)), "deliver");
}

#[test]
fn a_heartbeat_is_answered_and_finds_a_lost_tail() {
    let mut bench = Bench::live();
    assert_eq!(bench.feed(heartbeat(5)), "heartbeat");
    assert_eq!(bench.feed(heartbeat(7)), "heartbeat, join lobby 5");
    assert_eq!(bench.connection.status(), ConnectionStatus::Live, "a repair is no news");
    assert_eq!(bench.feed(Input::Send(line("lobby"))), "post", "the room is still joined");
}

/// Also when the reader has seen everything: the server sends nothing more before the join.
#[test]
fn a_gap_is_answered_by_a_join_with_the_cursor() {
    let gap = |head| frame(Event::Gap { room: slug("lobby"), head: Seq::new(head) });
    let mut bench = Bench::live();
    assert_eq!(bench.feed(gap(5)), "join lobby 5");
    assert_eq!(bench.feed(gap(9)), "", "the join that is under way is good for this one too");
    assert_eq!(bench.feed(joined("lobby", 9)), "deliver");
    assert_eq!(bench.feed(publication(10)), "deliver");
    assert_eq!(bench.feed(gap(12)), "join lobby 10");
}

#[test]
fn a_new_nickname_reopens_even_what_the_server_had_ended() {
    let mut bench = Bench::live();
    assert_eq!(bench.feed(Input::IdentityChanged), "close, open, Connecting");
    bench.feed(Input::Closed { code: CloseCode::SessionEnded.number() });
    assert_eq!(bench.feed(Input::IdentityChanged), "open, Connecting");
}

/// Two tabs that join at once change the cookie twice, and browsers complain of a socket that is closed before it is open.
#[test]
fn a_cookie_that_changes_while_a_socket_opens_is_used_by_the_next_one() {
    let mut bench = Bench::live();
    assert_eq!(bench.feed(Input::IdentityChanged), "close, open, Connecting");
    assert_eq!(bench.feed(Input::IdentityChanged), "");
    assert_eq!(bench.feed(Input::Opened), "close, open");
    assert_eq!(bench.feed(Input::Opened), "hello");
}

#[test]
fn another_room_is_joined_on_the_same_connection() {
    let mut bench = Bench::live();
    let switch = Input::SwitchRoom { room: slug("tea"), cursor: None };
    assert_eq!(bench.feed(switch), "leave lobby, join tea -, Connecting");
    assert_eq!(bench.feed(publication(6)), "", "the old room's");
    assert_eq!(bench.feed(joined("lobby", 6)), "", "late");
    assert_eq!(bench.feed(Input::Send(line("tea"))), "", "not joined yet: the outbox keeps it");
    assert_eq!(bench.feed(joined("tea", 3)), "deliver, Live");
    assert_eq!(bench.feed(Input::Send(line("tea"))), "post");
    assert_eq!(bench.feed(Input::Send(line("lobby"))), "");
}

#[test]
fn a_room_that_is_refused_says_why_and_is_tried_again_only_when_that_helps() {
    let mut bench = Bench::new();
    for input in [Input::Start, Input::Opened, welcome()] {
        bench.feed(input);
    }
    let refused = |refusal| frame(Event::Refused { room: Some(slug("lobby")), refusal });
    assert_eq!(bench.feed(refused(Refusal::retry_after(ErrorCode::Busy, 2_000))), "deliver, Refused");
    assert_eq!(bench.sleep(2_000), "join lobby 5, Connecting");
    bench.feed(refused(ErrorCode::RoomNotFound.into()));
    assert_eq!(bench.connection.status(), ConnectionStatus::Refused(ErrorCode::RoomNotFound.into()));
    let elsewhere = Input::SwitchRoom { room: slug("tea"), cursor: None };
    assert_eq!(bench.feed(elsewhere), "join tea -, Connecting");
}

/// A refusal that names no room is of another frame: a heartbeat that came too soon, say. A join that it were taken for would
/// never be tried again, and the page would stay behind.
#[test]
fn a_refusal_that_names_no_room_refuses_no_room() {
    let mut bench = Bench::new();
    for input in [Input::Start, Input::Opened, welcome()] {
        bench.feed(input);
    }
    let refusal = frame(Event::Refused { room: None, refusal: ErrorCode::HelloExpected.into() });
    assert_eq!(bench.feed(refusal), "deliver");
    assert_eq!(bench.feed(joined("lobby", 5)), "deliver, Live");
}

#[test]
fn a_closed_link_stays_closed() {
    let mut bench = Bench::live();
    assert_eq!(bench.feed(Input::Close), "close, Ended");
    for input in [Input::Start, Input::Online, Input::Attended, Input::IdentityChanged, Input::Opened] {
        assert_eq!(bench.after(100_000, input), "");
    }
}
