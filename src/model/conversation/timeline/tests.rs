use proptest::prelude::*;

use super::*;
use crate::model::samples::{self, event, person};
use crate::protocol::RoomSlug;

mod bounds;
mod changes;

const EPOCH: &str = "first";

fn events(seqs: std::ops::RangeInclusive<u64>) -> Vec<LogEvent> {
    seqs.map(event).collect()
}

fn epoch(name: &str) -> Epoch {
    Epoch::parse(name).expect("a good epoch")
}

/// The newest page of a log that ends with it.
fn newest(seqs: std::ops::RangeInclusive<u64>) -> HistoryPage {
    samples::history_page(events(seqs))
}

/// A page of a log that goes on.
fn page(seqs: std::ops::RangeInclusive<u64>) -> HistoryPage {
    let as_of = Cursor { seq: Seq::new(1_000), ..Cursor::start(epoch(EPOCH)) };
    HistoryPage { as_of, has_newer: true, ..newest(seqs) }
}

fn resumed(seqs: std::ops::RangeInclusive<u64>) -> Backlog {
    Backlog::Resumed { epoch: epoch(EPOCH), events: events(seqs) }
}

fn nothing_missed() -> Backlog {
    Backlog::Resumed { epoch: epoch(EPOCH), events: vec![] }
}

fn gap(seqs: std::ops::RangeInclusive<u64>) -> Backlog {
    Backlog::Gap { page: newest(seqs) }
}

/// The timeline in short: numbers are events, `-` a hole, `+`/`~` people who came or went.
fn shown(timeline: &Timeline) -> String {
    let words: Vec<String> = timeline
        .entries()
        .map(|entry| match entry {
            TimelineEntry::Item(item) => item.event.seq.to_string(),
            TimelineEntry::Hole(_) => "-".to_owned(),
            TimelineEntry::Notice(notice) => {
                let name = |sign: &'static str| move |person: &Person| format!("{sign}{}", person.nickname);
                let names = notice.joined.iter().map(name("+")).chain(notice.left.iter().map(name("~")));
                names.collect::<Vec<_>>().join(",")
            }
        })
        .collect();
    words.join(" ")
}

#[test]
fn live_events_are_added_once_and_a_missing_one_is_noticed() {
    let mut timeline = Timeline::new(&newest(3..=5));
    assert_eq!(timeline.publish(event(6)), Published::Added);
    assert_eq!(timeline.publish(event(6)), Published::Duplicate);
    assert_eq!(timeline.publish(event(4)), Published::Duplicate);
    assert_eq!(timeline.publish(event(8)), Published::Missing);
    assert_eq!(shown(&timeline), "3 4 5 6");
    assert_eq!(timeline.cursor().seq, Seq::new(6), "the cursor does not pass what is missing");
}

#[test]
fn a_resumed_join_adds_what_was_missed() {
    let mut timeline = Timeline::new(&newest(1..=5));
    timeline.join(&resumed(6..=9));
    assert_eq!(shown(&timeline), "1 2 3 4 5 6 7 8 9");
    timeline.join(&nothing_missed());
    assert_eq!(shown(&timeline), "1 2 3 4 5 6 7 8 9");
}

/// An own line is shown by its ack, before the cursor has come to it. The history that the ack was for may be gone.
#[test]
fn a_join_replaces_what_acks_placed_behind_its_cursor() {
    let other = |seq: u64| LogEvent { at_ms: Timestamp::from_unix_ms(7), ..event(seq) };
    let mut timeline = Timeline::new(&newest(1..=5));
    timeline.notice(&[person("ada")], &[], None, Timestamp::from_unix_ms(0));
    timeline.place(event(6));
    timeline.notice(&[person("bo")], &[], None, Timestamp::from_unix_ms(0));
    timeline.join(&nothing_missed());
    assert_eq!(shown(&timeline), "1 2 3 4 5 +ada", "the log ends before it");
    timeline.place(event(6));
    timeline.join(&Backlog::Resumed { epoch: epoch(EPOCH), events: vec![other(6)] });
    assert_eq!(shown(&timeline), "1 2 3 4 5 +ada 6");
    assert_eq!(*timeline.cursor(), other(6).cursor(&epoch(EPOCH)), "another event has its place");
    timeline.place(event(7));
    timeline.join(&gap(20..=21));
    assert_eq!(shown(&timeline), "1 2 3 4 5 +ada 6 - 20 21", "nor is it left before a hole");
    timeline.place(event(22));
    timeline.publish(event(22));
    timeline.join(&nothing_missed());
    assert_eq!(shown(&timeline), "1 2 3 4 5 +ada 6 - 20 21 22", "what the stream brought stays");
}

#[test]
fn a_gap_leaves_a_hole_that_is_filled_from_either_side() {
    let mut timeline = Timeline::new(&newest(1..=2));
    timeline.join(&gap(9..=10));
    let hole = timeline.newest_hole().expect("a hole");
    assert_eq!((hole.after, hole.before), (Seq::new(2), Seq::new(9)));
    assert!(timeline.add_page(&page(2..=4)));
    assert!(timeline.add_page(&page(7..=9)));
    assert_eq!(shown(&timeline), "1 2 3 4 - 7 8 9 10");
    assert_eq!(timeline.publish(event(11)), Published::Added, "the room stays live behind a hole");
    timeline.add_page(&page(4..=7));
    assert_eq!(shown(&timeline), "1 2 3 4 5 6 7 8 9 10 11");
    assert_eq!(timeline.newest_hole(), None);
}

#[test]
fn a_reset_forgets_the_old_history() {
    let mut timeline = Timeline::new(&newest(1..=9));
    timeline.notice(&[person("ada")], &[], None, Timestamp::from_unix_ms(0));
    let as_of = event(4).cursor(&epoch("second"));
    timeline.join(&Backlog::Reset { page: HistoryPage { as_of, ..newest(3..=4) } });
    assert_eq!(shown(&timeline), "3 4", "two histories are never mixed");
    assert_eq!(*timeline.cursor(), event(4).cursor(&epoch("second")));
    assert!(!timeline.add_page(&page(1..=3)));
    assert_eq!(shown(&timeline), "3 4", "a page of the old history that comes late is ignored");
}

#[test]
fn a_page_that_does_not_hold_what_is_held_is_of_another_history() {
    let mut timeline = Timeline::new(&newest(5..=9));
    let other = LogEvent { at_ms: Timestamp::from_unix_ms(7), ..event(5) };
    let items = [events(3..=4), vec![other]].concat().into_iter().map(HistoryItem::new).collect();
    assert!(!timeline.add_page(&HistoryPage { items, ..page(3..=5) }), "an old copy was put back and went on");
    assert!(!timeline.add_page(&page(3..=4)), "an old copy was put back and ends here");
    assert!(!timeline.add_page(&HistoryPage { items: vec![], ..page(3..=5) }));
    assert_eq!(shown(&timeline), "5 6 7 8 9");
}

#[test]
fn older_pages_come_before_the_oldest_until_the_first_event() {
    let mut timeline = Timeline::new(&newest(5..=6));
    assert_eq!(timeline.older_than(), Some(Seq::new(5)));
    timeline.add_page(&page(3..=5));
    assert_eq!(timeline.older_than(), Some(Seq::new(3)));
    timeline.add_page(&page(1..=3));
    assert_eq!(timeline.older_than(), None);
    timeline.join(&resumed(7..=8));
    assert_eq!(timeline.older_than(), None, "newer events say nothing about older ones");
    assert_eq!(shown(&timeline), "1 2 3 4 5 6 7 8");
}

#[test]
fn a_page_with_nothing_new_ends_the_search_for_older_events() {
    let mut timeline = Timeline::new(&newest(5..=6));
    assert!(timeline.add_page(&HistoryPage { has_older: false, ..page(5..=5) }));
    assert_eq!(timeline.older_than(), None);
}

#[test]
fn notices_fold_until_something_else_comes_in_between() {
    let now = Timestamp::from_unix_ms(0);
    let mut timeline = Timeline::new(&newest(1..=1));
    timeline.notice(&[person("ada")], &[], None, now);
    timeline.notice(&[person("bo")], &[person("cy")], None, now);
    timeline.publish(event(2));
    timeline.notice(&[], &[person("bo")], None, now);
    assert_eq!(shown(&timeline), "1 +ada,+bo,~cy 2 ~bo");
}

#[test]
fn who_came_and_went_in_one_fold_is_told_as_gone() {
    let now = Timestamp::from_unix_ms(0);
    let mut timeline = Timeline::new(&newest(1..=1));
    timeline.notice(&[person("ada"), person("bo")], &[], None, now);
    timeline.notice(&[], &[person("ada")], None, now);
    assert_eq!(shown(&timeline), "1 +bo,~ada");
    timeline.notice(&[person("ada")], &[], None, now);
    assert_eq!(shown(&timeline), "1 +bo,+ada", "and as here when they came back");
    timeline.notice(&[person("ada")], &[], None, now);
    assert_eq!(shown(&timeline), "1 +bo,+ada", "once");
}

#[test]
fn a_new_nickname_is_told_as_one_going_and_the_other_coming() {
    let now = Timestamp::from_unix_ms(0);
    let mut timeline = Timeline::new(&newest(1..=1));
    timeline.notice(&[person("ada")], &[], None, now);
    let countess = Person { nickname: "countess".to_owned(), ..person("ada") };
    timeline.notice(&[countess], &[person("ada")], None, now);
    assert_eq!(shown(&timeline), "1 +countess,~ada");
}

#[test]
fn a_notice_in_an_empty_room_is_shown() {
    let mut timeline = Timeline::empty(RoomSlug::lobby(), epoch(EPOCH));
    timeline.notice(&[person("ada")], &[], None, Timestamp::from_unix_ms(0));
    assert_eq!(shown(&timeline), "+ada");
    assert_eq!(timeline.publish(event(1)), Published::Added);
    assert_eq!(shown(&timeline), "+ada 1");
}

#[derive(Clone, Debug)]
enum Happening {
    Publish(u64),
    Page(u64, u64),
    Join(u64, u64),
    Notice,
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (1_u64..60).prop_map(Happening::Publish),
        (1_u64..60, 0_u64..8).prop_map(|(first, more)| Happening::Page(first, first + more)),
        (1_u64..60, 0_u64..8).prop_map(|(first, more)| Happening::Join(first, first + more)),
        Just(Happening::Notice),
    ]
}

proptest! {
    /// Invariant I5: one contiguous segment, or broken only by explicit holes; whatever comes in whatever order.
    #[test]
    fn events_are_sorted_unique_and_broken_only_by_holes(happenings in proptest::collection::vec(happening(), 0..40)) {
        let mut timeline = Timeline::new(&newest(20..=25));
        for happening in happenings {
            let mut least = timeline.head();
            match happening {
                Happening::Publish(seq) => { timeline.publish(event(seq)); }
                Happening::Page(first, last) => { timeline.add_page(&page(first..=last)); }
                Happening::Join(first, last) => {
                    timeline.join(&gap(first..=last));
                    least = least.min(Seq::new(last));
                }
                Happening::Notice => timeline.notice(&[person("ada")], &[], None, Timestamp::from_unix_ms(0)),
            }
            prop_assert!(timeline.head() >= least, "only a join sets the cursor back, to the head of the log");
            let mut expected = timeline.segments.first().expect("something is held").first;
            for entry in timeline.entries() {
                match entry {
                    TimelineEntry::Item(item) => {
                        prop_assert_eq!(item.event.seq, expected);
                        expected = expected.next();
                    }
                    TimelineEntry::Hole(hole) => {
                        prop_assert_eq!(hole.after.next(), expected);
                        prop_assert!(hole.before > expected);
                        expected = hole.before;
                    }
                    TimelineEntry::Notice(notice) => prop_assert_eq!(notice.after.next(), expected),
                }
            }
            prop_assert_eq!(expected, timeline.head().next());
        }
    }
}

#[test]
fn what_the_reader_does_is_no_news() {
    let mut timeline = Timeline::new(&newest(1..=1));
    let (me, now) = (person("me"), Timestamp::from_unix_ms(0));
    timeline.notice(std::slice::from_ref(&me), &[], Some(&me.id), now);
    assert_eq!(timeline.entries().filter(|entry| matches!(entry, TimelineEntry::Notice(_))).count(), 0);
    timeline.notice(&[me.clone(), person("ada")], std::slice::from_ref(&me), Some(&me.id), now);
    let notice = timeline
        .entries()
        .find_map(|entry| if let TimelineEntry::Notice(notice) = entry { Some(notice) } else { None });
    let notice = notice.expect("ada came");
    assert_eq!((&notice.joined[..], &notice.left[..]), (&[person("ada")][..], &[][..]));
}
