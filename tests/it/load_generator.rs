//! The judgement of the load generator: if it overlooked a lost line, all its figures would be worthless. A benchmark
//! cannot run tests, so the parts that judge are brought into this test program. Not here: the figures.

#![expect(dead_code, reason = "the benchmark uses more of these modules than their tests do")]

#[path = "../../benches/load/dialect.rs"]
mod dialect;
#[path = "../../benches/load/fault.rs"]
mod fault;
#[path = "../../benches/load/histogram.rs"]
mod histogram;
#[path = "../../benches/load/ledger.rs"]
mod ledger;
#[path = "../../benches/load/page.rs"]
mod page;
#[path = "../../benches/load/wire.rs"]
mod wire;

use std::time::{Duration, Instant};

use teahouse::protocol::{Backlog, Covers, Cursor, Epoch, Event, HistoryPage, MessageNo, RoomSlug, RoomSummary, Seq};

use dialect::{Dialect, Heard, MarkPlace, RoomNumber, cursor_after, is_resumed};
use histogram::Histogram;
use ledger::{Ledger, LineNumber, Position, Tally};
use page::{Page, Wrong};
use wire::{Opcode, first_frame, write_masked, write_unmasked};

const ROOM: RoomNumber = RoomNumber::LOBBY;

/// Two people in a room, and two speakers.
struct Scene {
    ledger: Ledger,
    positions: [Position; 2],
    now: Instant,
}

impl Scene {
    fn new() -> Self {
        let mut ledger = Ledger::default();
        let positions = [ledger.enter(ROOM), ledger.enter(ROOM)];
        Self { ledger, positions, now: Instant::now() }
    }

    fn say(&mut self, speaker: usize) -> LineNumber {
        self.ledger.say(speaker, ROOM, self.now)
    }

    fn hear(&mut self, person: usize, lines: &[LineNumber]) {
        for line in lines {
            self.ledger.hear(*line, ROOM, &mut self.positions[person], self.now);
        }
    }

    /// Deliveries that are missing, came twice, and came in a wrong order.
    fn wrong(&self) -> (u64, u64, u64) {
        let Tally { doubled, disordered, .. } = self.ledger.tally;
        (self.ledger.missing_deliveries(), doubled, disordered)
    }
}

#[test]
fn whoever_hears_every_line_once_and_in_order_has_nothing_to_complain_about() {
    let mut scene = Scene::new();
    let lines = [scene.say(0), scene.say(1), scene.say(0)];
    scene.hear(0, &lines[..2]);
    scene.hear(1, &lines);
    assert_eq!(scene.ledger.unheard_lines(), 1);
    scene.hear(0, &lines[2..]);
    assert_eq!(scene.ledger.unheard_lines(), 0);
    assert_eq!((scene.wrong(), scene.ledger.tally.deliveries), ((0, 0, 0), 6));
}

#[test]
fn a_lost_line_is_missing_whether_others_heard_it_or_nobody_did() {
    let mut scene = Scene::new();
    let lines = [scene.say(0), scene.say(0), scene.say(0), scene.say(0)];
    scene.hear(0, &lines[..3]);
    scene.hear(1, &[lines[0], lines[2]]);
    assert_eq!(scene.wrong(), (3, 0, 0));
}

#[test]
fn a_line_that_comes_twice_is_seen_at_once_and_later() {
    let mut scene = Scene::new();
    let lines = [scene.say(0), scene.say(0)];
    scene.hear(0, &lines);
    scene.hear(1, &[lines[0], lines[0], lines[1], lines[0]]);
    assert_eq!(scene.wrong().1, 2);
}

#[test]
fn people_who_hear_another_order_than_the_others_are_seen() {
    let mut scene = Scene::new();
    let lines = [scene.say(0), scene.say(1)];
    scene.hear(0, &lines);
    scene.hear(1, &[lines[1], lines[0]]);
    assert_ne!(scene.wrong(), (0, 0, 0));
}

#[test]
fn lines_of_one_speaker_in_a_wrong_order_are_seen_though_everybody_agrees() {
    let mut scene = Scene::new();
    let lines = [scene.say(0), scene.say(0)];
    scene.hear(0, &[lines[1], lines[0]]);
    scene.hear(1, &[lines[1], lines[0]]);
    assert_eq!(scene.wrong(), (0, 0, 1));
}

#[test]
fn latency_counts_from_the_moment_when_a_line_was_due() {
    let mut scene = Scene::new();
    let line = scene.say(0);
    scene.now += Duration::from_millis(40);
    scene.hear(0, &[line]);
    assert_eq!(scene.ledger.tally.latency.quantile(1.0), Duration::from_millis(40));
    assert_eq!(scene.ledger.lag(scene.now), Duration::from_millis(40));
}

#[test]
fn what_was_written_off_is_neither_missed_nor_counted_when_it_comes_late() {
    let mut scene = Scene::new();
    let line = scene.say(0);
    scene.ledger.write_off();
    scene.ledger.start_measuring();
    scene.hear(0, &[line]);
    assert_eq!((scene.wrong(), scene.ledger.tally.deliveries), ((0, 0, 0), 0));
}

#[test]
fn quantiles_are_one_per_cent_off_at_most_over_the_whole_range() {
    for micros in [1, 63, 64, 127, 128, 1_000, 99_999, 12_345_678] {
        let mut histogram = Histogram::default();
        histogram.record(Duration::from_micros(micros));
        // The largest one would hide the bucket of the other.
        histogram.record(Duration::from_secs(3_600));
        let found = histogram.quantile(0.5).as_micros() as f64 / micros as f64;
        assert!((1.0..=1.01).contains(&found), "{micros} µs came back {found} times as large");
    }
}

#[test]
fn a_quantile_is_the_duration_that_so_many_do_not_exceed() {
    let mut histogram = Histogram::default();
    for millis in 1..=100 {
        histogram.record(Duration::from_millis(millis));
    }
    assert!(histogram.quantile(0.99) >= Duration::from_millis(99));
    assert!(histogram.quantile(0.98) < Duration::from_millis(100));
    assert_eq!(histogram.quantile(1.0), Duration::from_millis(100));
}

#[test]
fn a_frame_of_any_length_is_read_when_it_is_whole_and_not_before() {
    for length in [0, 1, 125, 126, 65_535, 65_536] {
        let mut bytes = Vec::new();
        write_unmasked(Opcode::Text, &vec![b'x'; length], &mut bytes);
        let whole = bytes.len();
        bytes.extend_from_slice(b"next");
        let frame = first_frame(&bytes).unwrap().expect("the frame is whole");
        assert_eq!((frame.opcode, frame.payload.len(), frame.bytes), (Opcode::Text, length, whole));
        for cut in [1, whole - 1].into_iter().filter(|cut| *cut < whole) {
            assert!(first_frame(&bytes[..cut]).unwrap().is_none(), "{cut} of {whole} bytes");
        }
    }
}

#[test]
fn frames_that_no_server_here_should_send_are_refused() {
    let mut masked = Vec::new();
    write_masked(Opcode::Text, b"x", &mut masked);
    let (fragment, compressed, binary) = ([0x01, 0], [0xc1, 0], [0x82, 0]);
    for bytes in [&masked[..], &fragment, &compressed, &binary] {
        assert!(first_frame(bytes).is_err(), "{bytes:?}");
    }
}

const LINE: LineNumber = LineNumber(4_000_000_123);

fn written(dialect: Dialect) -> String {
    let mut bytes = Vec::new();
    dialect.write_line(LINE, "p00001", RoomNumber::LOBBY, 64, &mut bytes);
    String::from_utf8(bytes).unwrap()
}

#[test]
fn a_line_is_found_again_wherever_its_mark_stands() {
    let mut place = MarkPlace::default();
    let line = written(Dialect::Plain);
    for payload in [line.clone(), format!("  {line}"), line] {
        assert_eq!(Dialect::Plain.read(payload.as_bytes(), &mut place), Heard::Line(LINE));
    }
}

#[test]
fn a_published_line_its_ack_and_its_refusal_are_told_apart() {
    let send = written(Dialect::Member);
    let read = |kind| Dialect::Member.read(send.replace("post", kind).as_bytes(), &mut MarkPlace::default());
    assert_eq!(read("publication"), Heard::Line(LINE));
    assert_eq!(read("ack"), Heard::Ack(LINE));
    assert_eq!(read("nack"), Heard::Refusal);
    assert_eq!(read("presence"), Heard::Nothing);
}

#[test]
fn a_notice_without_a_mark_is_no_line_and_a_refusal_is_seen() {
    let read = |payload: &str| Dialect::Plain.read(payload.as_bytes(), &mut MarkPlace::default());
    assert_eq!(read(r#"{"nickname":"p1","message":"","status":0}"#), Heard::Nothing);
    assert_eq!(read(r#"{"status":-1,"error":"busy: …"}"#), Heard::Refusal);
}

#[test]
fn the_text_of_a_line_is_as_long_as_was_asked_for() {
    let line: serde_json::Value = serde_json::from_str(&written(Dialect::Plain)).unwrap();
    assert_eq!(line["message"].as_str().unwrap().len(), 64);
}

/// The answer to a join as the server writes it.
fn joined(backlog: Backlog) -> Vec<u8> {
    let summary = RoomSummary {
        slug: RoomSlug::lobby(),
        title: "Lobby".to_owned(),
        head: Seq::new(2),
        message_no: MessageNo::ZERO,
        online: 0,
        people: Vec::new(),
    };
    serde_json::to_vec(&Event::Joined { summary, people: Vec::new(), backlog }).unwrap()
}

fn resumed(events: &[&str]) -> Vec<u8> {
    let events = events.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    joined(Backlog::Resumed { epoch: Epoch::parse("e-5f2a").unwrap(), events })
}

fn newest_page() -> HistoryPage {
    let as_of = Cursor { seq: Seq::new(2), ..Cursor::start(Epoch::parse("e-5f2a").unwrap()) };
    let covers = Covers { first: Seq::new(1), last: as_of.seq };
    HistoryPage { room: RoomSlug::lobby(), as_of, covers, items: Vec::new(), has_older: false, has_newer: false }
}

#[test]
fn whoever_comes_back_and_has_to_start_anew_was_not_resumed() {
    assert!(is_resumed(&resumed(&[])));
    let page = newest_page;
    for backlog in [Backlog::Fresh { page: page() }, Backlog::Gap { page: page() }, Backlog::Reset { page: page() }] {
        assert!(!is_resumed(&joined(backlog.clone())), "{backlog:?}");
    }
}

#[test]
fn whoever_joined_knows_where_to_go_on() {
    let first = r#"{"seq":1,"at_ms":5,"body":{"kind":"room_created"}}"#;
    let by = r#"{"id":"u-1","nickname":"Ada","origin":"web"}"#;
    let line = format!(r#"{{"seq":2,"at_ms":7,"by":{by},"id":"5eed","body":{{"kind":"message","text":"tea"}}}}"#);
    let after_first = r#"{"epoch":"e-5f2a","seq":1,"at_ms":5,"id":null}"#;
    let after_line = r#"{"epoch":"e-5f2a","seq":2,"at_ms":7,"id":"5eed"}"#;
    assert_eq!(cursor_after(&resumed(&[first])).as_deref(), Some(after_first));
    assert_eq!(cursor_after(&resumed(&[first, &line])).as_deref(), Some(after_line));
    assert_eq!(cursor_after(&resumed(&[])), None, "without an event there is nothing to name");
    let after_page = r#"{"epoch":"e-5f2a","seq":2,"at_ms":0,"id":null}"#;
    assert_eq!(cursor_after(&joined(Backlog::Fresh { page: newest_page() })).as_deref(), Some(after_page));
}

/// A page as a server writes it, with what differs from answer to answer.
fn answer(messages: &str, time: &str, name: char) -> Vec<u8> {
    let name = String::from(name).repeat(32);
    let end = format!("\"me\":null,\"drawn_ms\":{time},\"notice\":null}}}}</script><input value=\"{name}\"></body>");
    format!("<ol>{messages}</ol>{end}").into_bytes()
}

#[test]
fn a_page_is_wrong_when_any_byte_of_it_is_but_for_the_time_and_the_name() {
    let texts = ["one", "two", "me\":null"].map(str::to_owned);
    let page = Page::learn(&answer("one two", "1", 'a'), None, &texts).unwrap();
    let first = page.check(&answer("one two", "1", 'a')).unwrap();
    assert_ne!(page.check(&answer("one two", "1795712004163", 'b')).unwrap(), first, "another name");
    assert!(matches!(page.check(&answer("one TWO", "1", 'a')), Err(Wrong::Differs(8, _))));
    for wrong in [answer("one two", "", 'a'), answer("one two", "1", 'x'), b"".to_vec(), b"<ol>one two".to_vec()] {
        assert!(page.check(&wrong).is_err(), "{}", String::from_utf8_lossy(&wrong));
    }
    let more = [answer("one two", "1", 'a'), b"!".to_vec()].concat();
    assert!(page.check(&more).is_err());
    assert!(Page::learn(&answer("two one", "1", 'a'), None, &texts).is_err(), "in another order");
    assert!(Page::learn(&answer("one two", "1", 'a'), Some("br"), &texts).is_err(), "not compressed");
}

#[test]
fn a_page_of_several_forms_has_the_same_name_in_each() {
    let two_forms = |first: char, second: char| {
        let second = format!("<input value=\"{}\"></html>", String::from(second).repeat(32));
        [answer("one", "1", first), second.into_bytes()].concat()
    };
    let page = Page::learn(&two_forms('a', 'a'), None, &[]).unwrap();
    assert_ne!(page.check(&two_forms('b', 'b')).unwrap(), page.check(&two_forms('a', 'a')).unwrap());
    assert!(page.check(&two_forms('b', 'a')).is_err(), "another name in the second form");
    assert!(page.check(&answer("one", "1", 'a')).is_err(), "without the second form");
}
