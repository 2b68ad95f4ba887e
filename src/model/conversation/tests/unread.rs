//! What counts as unread, where what is new begins, and when it is read.

use super::*;
use crate::protocol::{ReadMark, RoomSummary};

const fn count(known: usize, or_more: bool) -> Count {
    Count { known, or_more }
}

fn mark(room: &str, seq: u64, message_no: u64, lowered: u32) -> ReadMark {
    let room = RoomSlug::parse(room).unwrap();
    ReadMark { room, seq: Seq::new(seq), message_no: MessageNo::new(message_no), lowered }
}

fn room_with(slug: &str, message_no: u64) -> RoomSummary {
    RoomSummary { message_no: MessageNo::new(message_no), ..room(slug) }
}

/// Ada's page of the lobby with two messages of Bo, of which she has read the first, and which is not connected yet.
fn half_read() -> Bench {
    let snapshot = snapshot(vec![numbered(1, 1), numbered(2, 2)]);
    let rooms = vec![room_with("lobby", 2), room_with("garden", 9)];
    let marks = vec![mark("lobby", 1, 1, 0), mark("garden", 5, 4, 0)];
    let conversation = Conversation::new(Some(person("ada")), &snapshot, rooms, Limits::default(), marks);
    Bench { conversation, now: 1_000_000, effects: Vec::new() }
}

fn nothing_missed(bench: &Bench) -> Backlog {
    Backlog::Resumed { epoch: bench.conversation.timeline().cursor().epoch.clone(), events: Vec::new() }
}

fn garden(bench: &Bench) -> usize {
    bench.conversation.unread().in_room(&room("garden").slug).known
}

#[test]
fn a_page_counts_what_is_behind_the_marks_before_it_is_alive() {
    let bench = half_read();
    assert_eq!((bench.unread(), garden(&bench)), (1, 5));
    assert_eq!(bench.conversation.unread().total(), count(6, false));
    assert_eq!(*bench.conversation.new_after(), None, "the first drawing is that of the server");
}

#[test]
fn what_is_new_is_marked_and_read_when_the_room_is_live() {
    let mut bench = half_read();
    let backlog = nothing_missed(&bench);
    bench.join(backlog);
    assert_eq!((bench.unread(), *bench.conversation.new_after()), (1, Some(Seq::new(1))));
    assert_eq!(bench.wishes(), Vec::<String>::new(), "nobody has read what may be out of date");
    bench.step(Update::Status(ConnectionStatus::Live));
    assert_eq!((bench.unread(), bench.wishes()), (0, vec!["read lobby 2".to_owned()]));
    bench.publish(numbered(3, 3));
    assert_eq!((bench.unread(), bench.wishes()), (0, vec![]), "not more often than once a second");
    assert_eq!(*bench.conversation.new_after(), Some(Seq::new(1)), "the line stays while the reader reads");
    bench.ring(TimerId::Mark, 1_000);
    assert_eq!(bench.wishes(), ["read lobby 3"]);
    bench.step(Update::MarkRead);
    assert_eq!(*bench.conversation.new_after(), None);
}

#[test]
fn the_server_is_told_until_it_says_that_it_knows() {
    let mut bench = half_read();
    bench.step(Update::Status(ConnectionStatus::Live));
    assert_eq!(bench.wishes(), ["read lobby 2"]);
    bench.ring(TimerId::Mark, 1_000);
    assert_eq!(bench.wishes(), ["read lobby 2"], "the first may be lost");
    bench.hear(Event::Marks { marks: vec![mark("lobby", 2, 2, 0)] });
    bench.ring(TimerId::Mark, 1_000);
    assert_eq!(bench.wishes(), Vec::<String>::new());
}

#[test]
fn what_comes_while_the_reader_is_away_is_counted_and_marked_where_it_begins() {
    let mut bench = Bench::live(vec![numbered(1, 1)]);
    bench.step(Update::Visible(false));
    bench.publish(reaction(2, 1, person("bo"), "🍵", true, 1));
    assert_eq!((bench.unread(), *bench.conversation.new_after()), (0, None));
    bench.publish(numbered(3, 2));
    bench.publish(numbered(4, 3));
    assert_eq!(bench.unread(), 2);
    assert_eq!(*bench.conversation.new_after(), Some(Seq::new(1)), "up to there everything was read");
    bench.step(Update::Visible(true));
    assert_eq!((bench.unread(), *bench.conversation.new_after()), (0, Some(Seq::new(1))));
    bench.step(Update::AtNewest(false));
    bench.publish(numbered(5, 4));
    assert_eq!((bench.unread(), *bench.conversation.new_after()), (1, Some(Seq::new(4))));
}

#[test]
fn what_one_posts_is_read_also_where_one_does_not_look() {
    let mut bench = Bench::live(vec![numbered(1, 1)]);
    bench.step(Update::Visible(false));
    bench.publish(numbered(2, 2));
    let mut own = message(3, 0, person("ada"), "own");
    own.body.set_message_no(MessageNo::new(3));
    bench.publish(own);
    assert_eq!(bench.unread(), 0);
    bench.ring(TimerId::Mark, 1_000);
    bench.effects.clear();
    bench.ring(TimerId::Mark, 1_000);
    assert_eq!(bench.wishes(), Vec::<String>::new(), "the server knows it by the message itself");
}

#[test]
fn another_tab_reads_for_this_one_and_marks_may_come_in_any_order() {
    let mut bench = half_read();
    bench.step(Update::Visible(false));
    bench.hear(Event::Marks { marks: vec![mark("garden", 8, 7, 0)] });
    assert_eq!((bench.unread(), garden(&bench)), (1, 2));
    bench.hear(Event::Marks { marks: vec![mark("garden", 6, 5, 1), mark("lobby", 2, 2, 0)] });
    assert_eq!((bench.unread(), garden(&bench)), (0, 4), "it was put back");
    bench.hear(Event::Marks { marks: vec![mark("garden", 9, 8, 0), mark("lobby", 1, 1, 0)] });
    assert_eq!((bench.unread(), garden(&bench)), (0, 4), "these are older");
}

#[test]
fn what_is_said_in_other_rooms_comes_by_the_room_list() {
    let mut bench = half_read();
    bench.hear(Event::Rooms { changed: vec![room_with("garden", 11), room_with("lobby", 40)] });
    assert_eq!((bench.unread(), garden(&bench)), (1, 7), "what was said here, the log of the room tells");
    bench.hear(Event::Rooms { changed: vec![room_with("garden", 10)] });
    assert_eq!(garden(&bench), 7, "an older one");
}

#[test]
fn a_room_that_one_never_was_in_has_nothing_unread_until_it_is_opened() {
    let mut bench = Bench::live(vec![numbered(1, 1)]);
    bench.hear(Event::Rooms { changed: vec![room_with("garden", 11)] });
    assert_eq!(garden(&bench), 0);
    bench.effects.clear();
    bench.step(Update::OpenRoom(room("garden").slug));
    bench.step(Update::Status(ConnectionStatus::Connecting));
    let mut page = history_page(vec![numbered(12, 11)]);
    page.room = room("garden").slug;
    bench.hear(Event::Joined { summary: room("garden"), people: Vec::new(), backlog: Backlog::Fresh { page } });
    assert_eq!((garden(&bench), *bench.conversation.new_after()), (0, None));
}

/// A page of history covers more events than it has messages, and what lies before it may be all reactions.
#[test]
fn reactions_behind_a_gap_are_not_counted_as_new_messages() {
    let mut bench = Bench::live(vec![numbered(1, 1)]);
    bench.step(Update::AtNewest(false));
    bench.join(Backlog::Gap { page: page_up_to(400, vec![numbered(200, 7), numbered(300, 8)]) });
    assert_eq!(bench.unread(), 7, "the numbers tell also what is not held");
    bench.step(Update::CaughtUp);
    assert_eq!(*bench.conversation.caught_up(), Some(count(2, true)));
    bench.ring(TimerId::CaughtUp, 6_000);
    assert_eq!(*bench.conversation.caught_up(), None);
}

/// It was opened without scripts, and everything behind it was there before.
#[test]
fn behind_an_older_page_nothing_is_announced() {
    let mut older = snapshot(vec![numbered(1, 1)]);
    older.page.has_newer = true;
    let mut bench = Bench::of(&older);
    bench.step(Update::Visible(false));
    bench.join(Backlog::Resumed { epoch: older.page.as_of.epoch.clone(), events: vec![numbered(2, 2)] });
    assert!(*bench.conversation.ends_at_newest());
    assert!(!bench.effects.iter().any(|effect| matches!(effect, Effect::Announce { .. })));
}

/// The join says so by another history, of which less was said.
#[test]
fn what_is_gone_with_an_old_copy_of_the_database_is_not_unread() {
    let mut bench = Bench::live(vec![numbered(1, 1)]);
    bench.step(Update::Visible(false));
    (2..=9).for_each(|seq| bench.publish(numbered(seq, seq)));
    assert_eq!(bench.unread(), 8);
    bench.hear(Event::Marks { marks: vec![mark("lobby", 1, 1, 0)] });
    bench.join(Backlog::Reset { page: history_page(vec![numbered(1, 1), numbered(2, 2)]) });
    assert_eq!(bench.unread(), 1);
}
