//! A timeline holds so much and no more, and loses nothing that a reader looks at.

use super::*;

/// The places of all items that are held.
fn held(timeline: &Timeline) -> Vec<u64> {
    let places = timeline.entries().filter_map(|entry| match entry {
        TimelineEntry::Item(item) => Some(item.event.seq.get()),
        _ => None,
    });
    places.collect()
}

/// A timeline after so many messages, of a reader who looks at the newest, or reads back from an event on.
fn after(count: u64, reading_from: Option<u64>) -> Timeline {
    let mut timeline = Timeline::new(&newest(1..=50));
    for seq in 51..=count {
        assert_eq!(timeline.publish(event(seq)), Published::Added);
        timeline.drop_excess(reading_from.map(Seq::new));
        assert!(timeline.item_count() <= OPEN_ROOM_ITEMS_MAX);
    }
    timeline
}

#[test]
fn a_busy_room_drops_its_oldest_messages_and_says_that_there_are_older_ones() {
    let timeline = after(200_000, None);
    let places = held(&timeline);
    let oldest = places[0];
    assert!(places.len() >= 600, "{} are held", places.len());
    assert_eq!(places, (oldest..=200_000).collect::<Vec<_>>(), "what is left has no hole");
    assert_eq!(timeline.older_than(), Some(Seq::new(oldest)));
    assert_eq!(timeline.head(), Seq::new(200_000));
}

#[test]
fn what_was_dropped_comes_back_by_pages() {
    let mut timeline = after(1_850, None);
    let oldest = held(&timeline)[0];
    let as_of = event(1_850).cursor(&epoch(EPOCH));
    let older = HistoryPage { as_of, has_newer: true, ..newest(oldest - 99..=oldest) };
    assert!(timeline.add_page(&older));
    timeline.drop_excess(Some(Seq::new(oldest)));
    assert_eq!(held(&timeline), (oldest - 99..=1_850).collect::<Vec<_>>());
}

#[test]
fn a_reader_who_reads_back_loses_nothing_around_what_is_in_sight_and_finds_a_hole_below() {
    let timeline = after(200_000, Some(120));
    let places = held(&timeline);
    let hole = timeline.newest_hole().expect("what came in between is not held");
    assert!(hole.after >= Seq::new(120 + 300), "what is mounted and some more: up to {}", hole.after);
    assert_eq!(places[..hole.after.get() as usize], (1..=hole.after.get()).collect::<Vec<_>>());
    assert!(hole.before <= Seq::new(200_000 - 299), "the newest are held, from {}", hole.before);
    assert_eq!(timeline.older_than(), None, "the beginning is held");
}

#[test]
fn the_hole_below_a_reader_is_filled_from_above() {
    let mut timeline = after(5_000, Some(120));
    let hole = timeline.newest_hole().expect("a hole");
    let after = hole.after.get();
    let as_of = event(5_000).cursor(&epoch(EPOCH));
    let next = HistoryPage { as_of, has_newer: true, ..newest(after..=after + 99) };
    assert!(timeline.add_page(&next));
    timeline.drop_excess(Some(Seq::new(after - 100)));
    let hole = timeline.newest_hole().expect("the rest of the hole");
    assert_eq!(hole.after, Seq::new(after + 99));
    assert!(held(&timeline).contains(&(after - 100)));
}

#[test]
fn a_change_of_a_message_that_was_dropped_is_known_when_it_comes_back() {
    let mut timeline = after(2_000, None);
    let oldest = held(&timeline)[0];
    let behind =
        HistoryPage { as_of: event(2_000).cursor(&epoch(EPOCH)), has_newer: true, ..newest(oldest - 9..=oldest) };
    timeline.publish(samples::reaction(2_001, oldest - 5, person("ada"), "🍵", true, 1));
    assert!(timeline.add_page(&behind));
    let reactions = timeline.entries().find_map(|entry| match entry {
        TimelineEntry::Item(item) if item.event.seq.get() == oldest - 5 => Some(item.reactions.len()),
        _ => None,
    });
    assert_eq!(reactions, Some(1));
    assert_eq!(timeline.outdated(), None);
}

#[test]
fn a_room_that_is_left_holds_its_newest_messages_only() {
    let mut timeline = after(1_000, None);
    timeline.notice(&[person("ada")], &[], None, Timestamp::from_unix_ms(0));
    timeline.leave();
    assert_eq!(held(&timeline), (701..=1_000).collect::<Vec<_>>());
    assert_eq!(timeline.older_than(), Some(Seq::new(701)));
    assert!(shown(&timeline).ends_with("1000 +ada"));
    timeline.join(&resumed(1_001..=1_002));
    assert_eq!(held(&timeline).last(), Some(&1_002), "it is joined again where it was left");
}

#[test]
fn notices_and_the_people_in_one_are_bounded_too() {
    let now = Timestamp::from_unix_ms(0);
    let mut timeline = Timeline::new(&newest(1..=1));
    for number in 0..2_000_u64 {
        timeline.publish(samples::reaction(number + 2, 1, person("ada"), "🍵", true, 1));
        timeline.notice(&[person(&format!("guest{number}"))], &[], None, now);
    }
    assert_eq!(timeline.entries().filter(|entry| matches!(entry, TimelineEntry::Notice(_))).count(), 300);
    for number in 0..2_000_u64 {
        timeline.notice(&[], &[person(&format!("guest{number}"))], None, now);
    }
    let last = timeline
        .entries()
        .filter_map(|entry| if let TimelineEntry::Notice(notice) = entry { Some(notice) } else { None });
    assert_eq!(last.last().map(|notice| notice.left.len()), Some(300));
}
