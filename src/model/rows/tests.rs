use super::*;
use crate::model::calendar::Clocks;
use crate::model::conversation::outbox::Outbox;
use crate::model::conversation::timeline::Timeline;
use crate::model::samples::{self, person};
use crate::protocol::{ErrorCode, LogEvent, Person, RoomSlug, Timestamp};

mod incremental;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn id(name: &str) -> PostId {
    PostId::parse(name).expect("a good id")
}

fn said(seq: u64, who: &str, ms: i64) -> LogEvent {
    samples::message(seq, ms, person(who), &format!("{who}-{seq}"))
}

fn timeline(events: Vec<LogEvent>) -> Timeline {
    Timeline::new(&samples::history_page(events))
}

fn laid_out(timeline: &Timeline, outbox: &Outbox) -> Vec<Arc<KeyedRow>> {
    let reader = RowReader { me: Some(&person("me")), clocks: Clocks::Utc, new_after: None, zone: &|_| 0 };
    Layout::default().lay_out(timeline, outbox, reader)
}

/// As a stranger in Shanghai sees it.
fn in_shanghai(timeline: &Timeline, outbox: &Outbox) -> Vec<Arc<KeyedRow>> {
    Layout::default().lay_out(
        timeline,
        outbox,
        RowReader { me: None, clocks: Clocks::Utc, new_after: None, zone: &|_| 480 },
    )
}

/// The rows in short: `1` opens a group, `.2` follows in it, `>x` is outgoing.
fn shown(rows: &Rows) -> String {
    let words: Vec<String> = rows
        .iter()
        .map(|row| match &row.row {
            Row::New { .. } => "new".to_owned(),
            Row::Day { date } => date.to_string(),
            Row::Message(line) => {
                let dot = if line.continuation == Continuation::Following { "." } else { "" };
                match &line.id {
                    MessageRowId::Stored(seq) => format!("{dot}{seq}"),
                    MessageRowId::Outgoing(id) => format!("{dot}>{id}"),
                }
            }
            Row::Notice(notice) => format!("+{}", notice.joined.named.join(",")),
            Row::RoomCreated { .. } => "created".to_owned(),
            Row::Newer { seq } => format!("newer {seq}"),
            Row::Hole(_) => "-".to_owned(),
        })
        .collect();
    words.join(" ")
}

#[test]
fn consecutive_lines_of_one_person_are_grouped_for_five_minutes() {
    let events = vec![
        said(1, "ada", 0),
        said(2, "ada", 4 * MINUTE),
        said(3, "ada", 5 * MINUTE),
        said(4, "bo", 6 * MINUTE),
        said(5, "ada", 7 * MINUTE),
    ];
    assert_eq!(shown(&laid_out(&timeline(events), &Outbox::default())), "1970-01-01 1 .2 3 4 5");
}

#[test]
fn a_person_who_changes_the_nickname_opens_a_new_group() {
    let mut second = said(2, "ada", 1);
    second.by.as_mut().unwrap().nickname = "countess".to_owned();
    assert_eq!(shown(&laid_out(&timeline(vec![said(1, "ada", 0), second]), &Outbox::default())), "1970-01-01 1 2");
}

#[test]
fn the_readers_midnight_opens_a_day_and_a_group() {
    let timeline = timeline(vec![said(1, "ada", DAY - MINUTE), said(2, "ada", DAY + MINUTE)]);
    assert_eq!(shown(&laid_out(&timeline, &Outbox::default())), "1970-01-01 1 1970-01-02 2");
    let in_shanghai = in_shanghai(&timeline, &Outbox::default());
    assert_eq!(shown(&in_shanghai), "1970-01-02 1 .2");
    let Row::Message(line) = &in_shanghai[1].row else { panic!("a line") };
    assert_eq!(line.clock.to_string(), "07:59");
}

#[test]
fn a_notice_and_a_hole_end_the_group_before_them() {
    let mut timeline = timeline(vec![said(1, "ada", 0)]);
    timeline.notice(&[person("bo")], &[], None, at(1));
    timeline.publish(said(2, "ada", 2));
    assert_eq!(shown(&laid_out(&timeline, &Outbox::default())), "1970-01-01 1 +bo 2");
}

#[test]
fn four_people_are_one_and_three_others() {
    let mut timeline = timeline(vec![said(1, "ada", 0)]);
    let people: Vec<Person> = ["b", "c", "d", "e"].map(person).to_vec();
    timeline.notice(&people[..3], &[], None, at(1));
    let names = |timeline: &Timeline| match laid_out(timeline, &Outbox::default()).last().map(|row| row.row.clone()) {
        Some(Row::Notice(notice)) => notice.joined,
        other => panic!("a notice, not {other:?}"),
    };
    assert_eq!(names(&timeline), Names { named: vec!["b".into(), "c".into(), "d".into()], others: 0 });
    timeline.notice(&people[3..], &[], None, at(2));
    assert_eq!(names(&timeline), Names { named: vec!["b".into()], others: 3 });
}

#[test]
fn an_own_line_is_shown_once_from_the_key_press_to_the_log() {
    let mut timeline = timeline(vec![said(1, "me", 0)]);
    let mut outbox = Outbox::default();
    outbox.push(RoomSlug::lobby(), id("me-2"), person("me").id, samples::text("line 2"), at(1));
    outbox.push(RoomSlug::lobby(), id("me-3"), person("me").id, samples::text("line 3"), at(2));
    let elsewhere = RoomSlug::parse("garden").expect("a good slug");
    outbox.push(elsewhere, id("me-4"), person("me").id, samples::text("for another room"), at(3));
    assert_eq!(shown(&laid_out(&timeline, &outbox)), "1970-01-01 1 .>me-2 .>me-3");
    timeline.publish(said(2, "me", 3));
    assert_eq!(shown(&laid_out(&timeline, &outbox)), "1970-01-01 1 .2 .>me-3", "the log came before the ack");
}

#[test]
fn somebody_elses_line_never_hides_an_own_one() {
    let mut timeline = timeline(vec![said(1, "me", 0)]);
    timeline.publish(said(2, "bo", 3));
    let mut outbox = Outbox::default();
    outbox.push(RoomSlug::lobby(), id("bo-2"), person("me").id, samples::text("the same id by chance"), at(1));
    assert_eq!(shown(&laid_out(&timeline, &outbox)), "1970-01-01 1 2 >bo-2");
}

#[test]
fn a_slow_clock_of_this_machine_does_not_bring_back_yesterday() {
    let timeline = timeline(vec![said(1, "ada", 3 * DAY)]);
    let mut outbox = Outbox::default();
    outbox.push(RoomSlug::lobby(), id("x"), person("me").id, samples::text("text"), at(DAY));
    assert_eq!(shown(&laid_out(&timeline, &outbox)), "1970-01-04 1 >x");
}

#[test]
fn a_key_changes_exactly_when_something_that_is_shown_changes() {
    let mut timeline = timeline(vec![said(1, "ada", 0)]);
    let mut outbox = Outbox::default();
    let keys = |timeline: &Timeline, outbox: &Outbox| {
        laid_out(timeline, outbox).iter().map(|row| Arc::clone(&row.key)).collect::<Vec<_>>()
    };
    outbox.push(RoomSlug::lobby(), id("x"), person("me").id, samples::text("text"), at(1));
    let waiting = keys(&timeline, &outbox);
    assert_eq!(waiting, keys(&timeline, &outbox));
    outbox.next_to_send(at(2));
    let sending = keys(&timeline, &outbox);
    assert_eq!(waiting[..2], sending[..2]);
    assert_ne!(waiting[2], sending[2]);
    outbox.refused(&id("x"), ErrorCode::MessageTooLong.into(), at(3));
    assert_ne!(sending[2], keys(&timeline, &outbox)[2]);
    assert_ne!(waiting[1], in_shanghai(&timeline, &outbox)[1].key, "the clock is shown");

    timeline.notice(&[person("bo")], &[], None, at(4));
    let bo = keys(&timeline, &outbox)[2].clone();
    timeline.notice(&[person("cy")], &[person("bo")], None, at(5));
    assert_ne!(bo, keys(&timeline, &outbox)[2], "one came and one went: the counts are the same, the names are not");
}

#[test]
fn a_line_stands_before_the_first_message_that_was_new_and_ends_its_group() {
    let timeline = timeline((1..=4).map(|seq| said(seq, "bo", 0)).collect());
    let laid = |new_after: Option<u64>| {
        let reader = RowReader { me: None, clocks: Clocks::Utc, new_after: new_after.map(Seq::new), zone: &|_| 0 };
        shown(&Layout::default().lay_out(&timeline, &Outbox::default(), reader))
    };
    assert_eq!(laid(None), "1970-01-01 1 .2 .3 .4");
    assert_eq!(laid(Some(2)), "1970-01-01 1 .2 new 3 .4");
    assert_eq!(laid(Some(0)), "1970-01-01 new 1 .2 .3 .4");
    assert_eq!(laid(Some(4)), "1970-01-01 1 .2 .3 .4");
}
