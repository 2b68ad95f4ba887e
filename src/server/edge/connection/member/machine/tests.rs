use super::*;
use crate::model::samples;
use crate::protocol::{Seq, Timestamp};
use crate::server::config::Config;

struct Bench {
    machine: Machine,
    now: Instant,
}

impl Bench {
    fn new(me: Option<Person>, change: impl FnOnce(&mut LimitsConfig)) -> Self {
        let mut config = Config::default().limits;
        change(&mut config);
        let now = Instant::now();
        let epoch = Epoch::parse("first").unwrap();
        Self { machine: Machine::new(me, epoch, Limits::default(), &config, now), now }
    }

    /// Greeted and in the lobby.
    fn joined(me: Option<Person>) -> Self {
        let mut bench = Self::new(me, |_| {});
        bench.feed(hello());
        bench.feed(Input::Rooms(Ok(rooms())));
        bench.feed(Input::Followed(RoomSlug::lobby(), Ok(CatchUp::Complete)));
        bench
    }

    fn feed(&mut self, input: Input) -> Vec<Output> {
        self.machine.step(input, self.now)
    }
}

fn alice() -> Option<Person> {
    Some(samples::named("a", "Alice"))
}

fn hello() -> Input {
    Input::Command(Command::Hello { protocol: PROTOCOL, tab: TabId::parse("tab").unwrap() })
}

fn rooms() -> Greeting {
    Greeting { rooms: EncodedRooms::new(&[]), marks: Vec::new() }
}

const PROTOCOL: u32 = crate::protocol::limits::PROTOCOL_VERSION;

fn join() -> Input {
    Input::Command(Command::Join { room: RoomSlug::lobby(), cursor: None })
}

fn id() -> PostId {
    PostId::parse("x").unwrap()
}

fn body() -> PostBody {
    PostBody::Message { text: "text".into(), reply_to: None }
}

fn send() -> Input {
    Input::Command(Command::Post { room: RoomSlug::lobby(), id: id(), body: body() })
}

fn nack(code: ErrorCode) -> Vec<Output> {
    vec![Output::Send(Event::Nack { room: RoomSlug::lobby(), id: id(), refusal: code.into() })]
}

#[test]
fn nothing_is_done_before_hello_and_hello_comes_once() {
    let mut bench = Bench::new(alice(), |_| {});
    assert_eq!(bench.feed(send()), nack(ErrorCode::HelloExpected));
    assert_eq!(bench.feed(hello()), [Output::ReadRooms]);
    let outputs = bench.feed(Input::Rooms(Ok(rooms())));
    assert!(matches!(&outputs[..], [Output::Identify(_), Output::Welcome(Event::Welcome { .. }, _)]), "{outputs:?}");
    let refused = Event::Refused { room: None, refusal: ErrorCode::HelloExpected.into() };
    assert_eq!(bench.feed(hello()), [Output::Send(refused)]);
}

#[test]
fn a_hello_that_could_not_be_answered_may_be_said_again() {
    let mut bench = Bench::new(alice(), |_| {});
    bench.feed(hello());
    bench.feed(Input::Rooms(Err(ErrorCode::Internal.into())));
    assert_eq!(bench.feed(hello()), [Output::ReadRooms]);
}

#[test]
fn another_version_of_the_protocol_is_not_spoken() {
    let mut bench = Bench::new(None, |_| {});
    let hello = Command::Hello { protocol: PROTOCOL + 1, tab: TabId::parse("tab").unwrap() };
    assert_eq!(bench.feed(Input::Command(hello)), [Output::Close(CloseCode::UnsupportedProtocol)]);
}

#[test]
fn a_line_needs_a_nickname_and_a_room_that_was_joined() {
    let mut visitor = Bench::joined(None);
    assert_eq!(visitor.feed(send()), nack(ErrorCode::NicknameRequired));
    let mut bench = Bench::new(alice(), |_| {});
    bench.feed(hello());
    bench.feed(Input::Rooms(Ok(rooms())));
    assert_eq!(bench.feed(send()), nack(ErrorCode::NotJoined));
    assert_eq!(bench.feed(join()), [Output::Follow(RoomSlug::lobby(), None)]);
    assert_eq!(
        bench.feed(Input::Followed(RoomSlug::lobby(), Ok(CatchUp::Complete))),
        [Output::Presence(RoomSlug::lobby(), PresenceChange::Entered)]
    );
    assert_eq!(bench.feed(send()), [Output::Append(RoomSlug::lobby(), id(), body())]);
    let posted = Posted { seq: Seq::new(2), at: Timestamp::default() };
    let ack = Event::Ack { room: RoomSlug::lobby(), id: id(), seq: posted.seq, at_ms: posted.at };
    assert_eq!(bench.feed(Input::Appended(RoomSlug::lobby(), id(), Ok(posted))), [Output::Send(ack)]);
}

#[test]
fn a_join_that_failed_leaves_nothing_of_an_earlier_one() {
    let mut bench = Bench::joined(alice());
    let outputs = bench.feed(Input::Followed(RoomSlug::lobby(), Err(ErrorCode::Internal.into())));
    let refused = Event::Refused { room: Some(RoomSlug::lobby()), refusal: ErrorCode::Internal.into() };
    assert_eq!(
        outputs,
        [
            Output::Unfollow(RoomSlug::lobby()),
            Output::Presence(RoomSlug::lobby(), PresenceChange::Left),
            Output::Send(refused)
        ]
    );
    assert!(bench.machine.joined().is_empty());
}

#[test]
fn joining_again_is_no_second_coming() {
    let mut bench = Bench::joined(alice());
    assert_eq!(bench.feed(Input::Followed(RoomSlug::lobby(), Ok(CatchUp::Complete))), []);
    let gap = Event::Gap { room: RoomSlug::lobby(), head: Seq::new(9) };
    let outputs = bench.feed(Input::Followed(RoomSlug::lobby(), Ok(CatchUp::Gap(Seq::new(9)))));
    assert_eq!(outputs, [Output::Send(gap)]);
}

#[test]
fn a_slow_client_is_told_its_gaps_and_closed_when_it_comes_again_too_soon() {
    let mut bench = Bench::joined(alice());
    let heads = || vec![RoomHead { room: RoomSlug::lobby(), head: Seq::new(9) }];
    let gap = Event::Gap { room: RoomSlug::lobby(), head: Seq::new(9) };
    assert_eq!(bench.feed(Input::FellBehind(heads())), [Output::Send(gap)]);
    bench.now += Duration::from_secs(59);
    assert_eq!(bench.feed(Input::FellBehind(heads())), [Output::Close(CloseCode::Slow)]);
}

#[test]
fn a_heartbeat_comes_in_its_time_and_not_before() {
    let mut bench = Bench::joined(None);
    bench.now += Duration::from_secs(24);
    assert_eq!(bench.feed(Input::Check), []);
    bench.now += Duration::from_secs(1);
    assert_eq!(bench.feed(Input::Check), [Output::TellPositions(vec![RoomSlug::lobby()])]);
    assert_eq!(bench.feed(Input::Check), []);
    bench.now += Duration::from_secs(40);
    assert_eq!(bench.feed(Input::Check), [Output::Close(CloseCode::Idle)]);
}

#[test]
fn the_limit_of_rooms_counts_only_new_ones() {
    let mut bench = Bench::new(None, |limits| limits.joined_rooms = 1);
    bench.feed(hello());
    bench.feed(Input::Rooms(Ok(rooms())));
    bench.feed(Input::Followed(RoomSlug::lobby(), Ok(CatchUp::Complete)));
    assert_eq!(bench.feed(join()), [Output::Follow(RoomSlug::lobby(), None)]);
    let tea = RoomSlug::parse("tea").unwrap();
    let refused = Event::Refused { room: Some(tea.clone()), refusal: ErrorCode::TooManyJoins.into() };
    assert_eq!(bench.feed(Input::Command(Command::Join { room: tea, cursor: None })), [Output::Send(refused)]);
}

#[test]
fn one_refusal_too_many_in_a_row_closes() {
    let mut bench = Bench::new(None, |limits| limits.refused_frames = 1);
    let outputs = bench.feed(Input::InvalidFrame(ErrorCode::BinaryFrame));
    assert_eq!(outputs.last(), Some(&Output::Close(CloseCode::TooFast)));
}
