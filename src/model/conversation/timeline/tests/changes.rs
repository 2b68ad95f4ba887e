//! Changes: applied once, in whatever order pages and the stream bring them.

use super::*;
use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{Deleted, Edited, EventBody, HistoryItem, Message, Quote, ReactionSummary, Restored};

fn set(seq: u64, target: u64, who: &str, count: u32) -> LogEvent {
    samples::reaction(seq, target, person(who), "🍵", true, count)
}

/// The reactions to an item: emoji, count and who is named.
fn reactions(timeline: &Timeline, seq: u64) -> Vec<(String, u32, Vec<String>)> {
    let item = timeline.entries().find_map(|entry| match entry {
        TimelineEntry::Item(item) if item.event.seq == Seq::new(seq) => Some(item),
        _ => None,
    });
    let short = |summary: &ReactionSummary| {
        let people = summary.people.iter().map(|person| person.nickname.clone()).collect();
        (summary.emoji.clone(), summary.count, people)
    };
    item.expect("it is held").reactions.iter().map(short).collect()
}

fn tea(count: u32, people: &[&str]) -> Vec<(String, u32, Vec<String>)> {
    vec![("🍵".to_owned(), count, people.iter().map(|&name| name.to_owned()).collect())]
}

#[test]
fn a_change_alters_its_target_and_has_no_place_of_its_own() {
    let mut timeline = Timeline::new(&newest(1..=3));
    assert_eq!(timeline.publish(set(4, 2, "ada", 1)), Published::Added);
    assert_eq!(timeline.publish(set(5, 2, "bo", 2)), Published::Added);
    assert_eq!(timeline.publish(event(6)), Published::Added);
    assert_eq!(shown(&timeline), "1 2 3 6");
    assert_eq!(timeline.cursor().seq, Seq::new(6));
    assert_eq!(reactions(&timeline, 2), tea(2, &["ada", "bo"]));
    assert_eq!(timeline.publish(set(5, 2, "bo", 2)), Published::Duplicate);
    timeline.publish(samples::reaction(7, 2, person("ada"), "🍵", false, 1));
    assert_eq!(reactions(&timeline, 2), tea(1, &["bo"]));
    timeline.publish(samples::reaction(8, 2, person("bo"), "🍵", false, 0));
    assert_eq!(reactions(&timeline, 2), vec![]);
}

/// A reply quotes what its message says now, wherever the two are held.
#[test]
fn a_change_of_a_message_changes_the_quotes_of_it_once_and_in_every_part() {
    let reply = |seq, says: &str| {
        let quote = Some(Box::new(Quote { nickname: "ada".to_owned(), text: says.to_owned() }));
        let message = Message { text: "yes".to_owned(), reply_to: Some(Seq::new(2)), quote, ..Message::default() };
        LogEvent { body: EventBody::Message(message), ..samples::message(seq, 0, person("bo"), "b") }
    };
    let quotes = |timeline: &Timeline| -> Vec<String> {
        let quote = |entry| match entry {
            TimelineEntry::Item(item) => item.event.body.quote().map(|quote| quote.text.clone()),
            _ => None,
        };
        timeline.entries().filter_map(quote).collect()
    };
    let mut timeline = Timeline::new(&newest(1..=3));
    timeline.publish(reply(4, "tea?"));
    timeline.join(&Backlog::Gap {
        page: HistoryPage { items: vec![HistoryItem::new(reply(20, "tea?"))], ..newest(20..=20) },
    });
    timeline.publish(edited(21, 2, "more tea?"));
    assert_eq!(quotes(&timeline), ["more tea?", "more tea?"]);
    timeline.publish(deleted(22, 2));
    assert_eq!(quotes(&timeline), ["", ""]);
    timeline.publish(restored(23, 2, &"tea".repeat(100)));
    assert_eq!(quotes(&timeline)[0].chars().count(), 151, "cut as the server cuts it");
    timeline.publish(reply(24, "as it is then"));
    assert_eq!(timeline.publish(edited(21, 2, "old")), Published::Duplicate);
    assert_eq!(quotes(&timeline)[2], "as it is then");
    timeline.publish(edited(25, 3, "another message"));
    assert_eq!(quotes(&timeline)[2], "as it is then");
}

#[test]
fn a_change_that_a_page_knows_already_is_not_applied_to_it_again() {
    let mut timeline = Timeline::new(&newest(5..=6));
    // The page was read after the events 7 and 8, which the stream brings later.
    let mut ahead = HistoryPage { as_of: event(8).cursor(&epoch(EPOCH)), ..page(3..=5) };
    let known = ReactionSummary { emoji: "🍵".to_owned(), count: 1, people: vec![person("bo")] };
    ahead.items[0].reactions = vec![known];
    assert!(timeline.add_page(&ahead));
    timeline.publish(set(7, 3, "ada", 1));
    timeline.publish(samples::reaction(8, 3, person("ada"), "🍵", false, 1));
    assert_eq!(reactions(&timeline, 3), tea(1, &["bo"]));
    timeline.publish(set(9, 3, "cy", 2));
    assert_eq!(reactions(&timeline, 3), tea(2, &["bo", "cy"]));
}

/// The others of a crowd are counted; a log that is begun anew has the same reader.
#[test]
fn the_reader_is_named_in_their_reaction_however_many_came_before() {
    let mut crowd = newest(1..=2);
    let people: Vec<_> = (0..REACTION_NAMES_MAX).map(|number| person(&format!("p-{number}"))).collect();
    crowd.items[0].reactions = vec![ReactionSummary { emoji: "🍵".to_owned(), count: 20, people }];
    let mut timeline = Timeline::empty(RoomSlug::lobby(), epoch("another"));
    timeline.read_by(Some(&person("ada")));
    timeline.join(&Backlog::Reset { page: crowd });
    let beyond = |timeline: &Timeline| reactions(timeline, 1).remove(0).2.split_off(REACTION_NAMES_MAX);
    timeline.publish(set(3, 1, "bo", 21));
    timeline.publish(set(4, 1, "ada", 22));
    assert_eq!(beyond(&timeline), ["ada"]);
    timeline.publish(samples::reaction(5, 1, person("ada"), "🍵", false, 21));
    assert_eq!(beyond(&timeline), Vec::<String>::new());
    timeline.read_by(None);
    timeline.publish(set(6, 1, "ada", 22));
    assert_eq!(beyond(&timeline), Vec::<String>::new());
}

#[test]
fn a_page_that_was_read_before_a_change_and_comes_after_it_knows_it_too() {
    let mut timeline = Timeline::new(&newest(5..=6));
    let behind = HistoryPage { as_of: event(6).cursor(&epoch(EPOCH)), ..page(3..=5) };
    timeline.publish(set(7, 3, "ada", 1));
    assert!(timeline.add_page(&behind));
    assert_eq!(reactions(&timeline, 3), tea(1, &["ada"]));
    assert_eq!(timeline.outdated(), None);
}

#[test]
fn a_page_that_was_read_before_more_changes_than_are_kept_is_to_be_fetched_again() {
    let mut timeline = Timeline::new(&newest(5..=6));
    (7..=407).for_each(|seq| _ = timeline.publish(set(seq, 6, "ada", 1)));
    let behind = HistoryPage { as_of: event(6).cursor(&epoch(EPOCH)), ..page(3..=5) };
    assert!(timeline.add_page(&behind));
    assert_eq!(timeline.outdated(), Some(Seq::new(4)), "what is held of 5 knows more than the page");
    let fresh = HistoryPage { as_of: event(407).cursor(&epoch(EPOCH)), ..page(3..=5) };
    assert!(timeline.add_page(&fresh));
    assert_eq!(timeline.outdated(), None);
}

#[test]
fn what_was_held_before_a_gap_may_have_changed_and_is_fetched_again_from_the_newest_on() {
    let mut timeline = Timeline::new(&newest(1..=4));
    timeline.join(&gap(300..=301));
    assert_eq!(timeline.outdated(), Some(Seq::new(4)));
    let mut fresh = HistoryPage { as_of: event(301).cursor(&epoch(EPOCH)), ..page(3..=4) };
    fresh.items[1].reactions = vec![ReactionSummary { emoji: "🍵".to_owned(), count: 1, people: vec![person("bo")] }];
    assert!(timeline.add_page(&fresh));
    assert_eq!(reactions(&timeline, 4), tea(1, &["bo"]));
    assert_eq!(timeline.outdated(), Some(Seq::new(2)));
    assert_eq!(shown(&timeline), "1 2 3 4 - 300 301");
}

/// The log behind the stream may be another when it goes on, where an old copy of the database was put back: changes that a
/// page knew from there never happened, and hide others in their places.
#[test]
fn a_page_that_was_ahead_of_the_stream_when_it_broke_off_is_fetched_again() {
    let mut timeline = Timeline::new(&newest(5..=8));
    assert!(timeline.add_page(&page(3..=5)), "it was read at event 1,000");
    assert_eq!(timeline.outdated(), None);
    timeline.join(&nothing_missed());
    assert_eq!(timeline.outdated(), Some(Seq::new(5)));
    timeline.publish(set(9, 4, "ada", 1));
    let mut again = page(3..=5);
    again.as_of.seq = Seq::new(9);
    let summary = ReactionSummary { emoji: "🍵".to_owned(), count: 1, people: vec![person("ada")] };
    again.items[1].reactions.push(summary);
    assert!(timeline.add_page(&again));
    assert_eq!(reactions(&timeline, 4), tea(1, &["ada"]));
    assert_eq!(timeline.outdated(), None);
}

fn edited(seq: u64, target: u64, text: &str) -> LogEvent {
    samples::change(seq, person("ada"), EventBody::Edited(Edited { target: Seq::new(target), text: text.to_owned() }))
}

fn deleted(seq: u64, target: u64) -> LogEvent {
    samples::change(seq, person("ada"), EventBody::Deleted(Deleted { target: Seq::new(target) }))
}

fn restored(seq: u64, target: u64, text: &str) -> LogEvent {
    samples::change(
        seq,
        person("ada"),
        EventBody::Restored(Restored { target: Seq::new(target), text: text.to_owned() }),
    )
}

/// What a message says, and the event that edited it.
fn says(timeline: &Timeline, seq: u64) -> (String, Option<i64>) {
    let item = timeline.entries().find_map(|entry| match entry {
        TimelineEntry::Item(item) if item.event.seq == Seq::new(seq) => Some(item),
        _ => None,
    });
    let item = item.expect("it is held");
    (item.event.body.text().to_owned(), item.edited_ms.map(Timestamp::unix_ms))
}

/// Events 1 to 3, of which 2 is a message.
fn with_a_message() -> Timeline {
    let said = samples::message(2, 0, person("ada"), "a");
    Timeline::new(&samples::history_page(vec![event(1), said, event(3)]))
}

#[test]
fn the_last_change_of_a_message_in_the_order_of_the_log_counts() {
    let mut timeline = with_a_message();
    assert_eq!(says(&timeline, 2), ("line 2".to_owned(), None));
    timeline.publish(edited(4, 2, "tea"));
    timeline.publish(edited(5, 2, "more tea"));
    assert_eq!(says(&timeline, 2), ("more tea".to_owned(), Some(5)));
    timeline.publish(deleted(6, 2));
    assert_eq!(says(&timeline, 2).0, "");
    timeline.publish(restored(7, 2, "more tea"));
    assert_eq!(says(&timeline, 2), ("more tea".to_owned(), Some(5)));
    assert_eq!(timeline.publish(edited(5, 2, "old")), Published::Duplicate);
    assert_eq!(says(&timeline, 2).0, "more tea");
    assert_eq!(shown(&timeline), "1 2 3");
}

/// A backlog that was read after a deletion holds the message and its edits without their texts.
#[test]
fn what_was_deleted_before_a_backlog_was_read_ends_as_deleted_and_what_was_restored_as_restored() {
    let mut timeline = Timeline::new(&samples::history_page(vec![event(1)]));
    let mut said = samples::message(2, 0, person("ada"), "a");
    said.body = EventBody::Message(Message::default());
    for event in [said, edited(3, 2, ""), deleted(4, 2)] {
        timeline.publish(event);
    }
    assert_eq!(says(&timeline, 2).0, "");
    timeline.publish(restored(5, 2, "tea"));
    assert_eq!(says(&timeline, 2), ("tea".to_owned(), Some(3)));
}
