//! What counts as unread, and when it is read.

use super::*;

const fn count(known: usize, or_more: bool) -> Count {
    Count { known, or_more }
}

/// A page of history covers more events than it has messages, and what lies before it may be all reactions.
#[test]
fn reactions_behind_a_gap_are_not_counted_as_unread_messages() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::AtNewest(false));
    bench.join(Backlog::Gap { page: page_up_to(400, vec![of_bo(200), of_bo(300)]) });
    assert_eq!(*bench.conversation.unread(), count(2, true));
    bench.step(Update::CaughtUp);
    assert_eq!(*bench.conversation.caught_up(), Some(count(2, true)), "the same number");
    bench.ring(TimerId::CaughtUp, 6_000);
    assert_eq!(*bench.conversation.caught_up(), None);
}

#[test]
fn a_reaction_is_no_unread_message() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::AtNewest(false));
    bench.publish(reaction(2, 1, person("bo"), "🍵", true, 1));
    bench.publish(message(3, 0, person("ada"), "own"));
    assert_eq!(*bench.conversation.unread(), count(0, false));
    bench.publish(of_bo(4));
    assert_eq!(*bench.conversation.unread(), count(1, false));
}

#[test]
fn what_comes_while_the_reader_looks_on_is_read() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.publish(of_bo(2));
    assert!(bench.conversation.unread().is_none());
    bench.step(Update::Announced);
    assert_eq!(bench.wishes(), ["read lobby 2"]);
    bench.step(Update::Visible(false));
    bench.publish(of_bo(3));
    bench.step(Update::Announced);
    assert_eq!((*bench.conversation.unread(), bench.wishes()), (count(1, false), vec![]));
    bench.step(Update::Visible(true));
    assert_eq!((bench.conversation.unread().is_none(), bench.wishes()), (true, vec!["read lobby 3".to_owned()]));
}

#[test]
fn another_tab_reads_for_this_one_as_far_as_it_got() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::Visible(false));
    bench.publish(of_bo(2));
    bench.step(Update::ReadElsewhere(RoomSlug::lobby(), Seq::new(1)));
    assert_eq!(*bench.conversation.unread(), count(1, false));
    bench.step(Update::ReadElsewhere(room("garden").slug, Seq::new(9)));
    assert_eq!(*bench.conversation.unread(), count(1, false));
    bench.step(Update::ReadElsewhere(RoomSlug::lobby(), Seq::new(2)));
    assert!(bench.conversation.unread().is_none());
}

/// It was opened without scripts, and everything behind it was there before.
#[test]
fn behind_an_older_page_nothing_is_news() {
    let mut older = snapshot(vec![of_bo(1)]);
    older.page.has_newer = true;
    let mut bench = Bench::of(&older);
    bench.step(Update::Visible(false));
    bench.join(Backlog::Resumed { epoch: older.page.as_of.epoch.clone(), events: vec![of_bo(2)] });
    assert!(bench.conversation.unread().is_none());
    assert!(*bench.conversation.ends_at_newest());
    bench.publish(of_bo(3));
    assert_eq!(*bench.conversation.unread(), count(1, false));
}
