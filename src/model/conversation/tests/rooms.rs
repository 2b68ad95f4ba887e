//! Rooms that are opened, left and gone.

use super::*;

fn wishes_of(bench: &mut Bench, slug: &str) -> Vec<String> {
    bench.effects.clear();
    bench.step(Update::OpenRoom(room(slug).slug));
    bench.wishes()
}

#[test]
fn a_room_that_was_open_before_is_shown_at_once() {
    let mut bench = Bench::live(vec![of_bo(1), of_bo(2)]);
    assert_eq!(wishes_of(&mut bench, "garden"), ["follow garden None"]);
    assert!(*bench.conversation.arriving());
    let page = HistoryPage { room: room("garden").slug, ..history_page(vec![of_bo(7)]) };
    let backlog = Backlog::Fresh { page };
    bench.hear(Event::Joined { summary: room("garden"), people: Vec::new(), backlog });
    assert!(!*bench.conversation.arriving());
    assert_eq!(wishes_of(&mut bench, "lobby"), ["follow lobby Some(2)"]);
    assert_eq!(bench.conversation.timeline().head(), Seq::new(2));
    assert_eq!(wishes_of(&mut bench, "garden"), ["follow garden Some(7)"]);
    assert_eq!(wishes_of(&mut bench, "nowhere"), [] as [String; 0], "it is not known");
    assert_eq!(wishes_of(&mut bench, "garden"), [] as [String; 0], "it is open");
}

#[test]
fn only_a_few_rooms_are_held_and_none_of_which_nothing_came() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.hear(Event::Rooms { changed: (0..9).map(|number| room(&format!("room-{number}"))).collect() });
    for number in 0..9 {
        let summary = room(&format!("room-{number}"));
        bench.step(Update::OpenRoom(summary.slug.clone()));
        let page = HistoryPage { room: summary.slug.clone(), ..history_page(vec![of_bo(1)]) };
        bench.hear(Event::Joined { summary, people: Vec::new(), backlog: Backlog::Fresh { page } });
    }
    assert_eq!(bench.conversation.held.len(), LEFT_ROOMS_MAX);
    assert_eq!(wishes_of(&mut bench, "lobby"), ["follow lobby None"], "it was left first");
    assert_eq!(wishes_of(&mut bench, "garden"), ["follow garden None"]);
    assert!(bench.conversation.held.iter().all(|held| held.room().as_str() != "lobby"), "nothing of it came");
}

#[test]
fn a_room_that_is_gone_shows_nothing_and_can_be_tried_again() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    let refusal = Refusal::permanent(ErrorCode::RoomNotFound);
    bench.step(Update::Status(ConnectionStatus::Refused(refusal)));
    bench.hear(Event::Refused { room: Some(RoomSlug::lobby()), refusal });
    assert_eq!(bench.conversation.timeline().head(), Seq::ZERO);
    assert_eq!(wishes_of(&mut bench, "lobby"), ["follow lobby None"]);
    assert!(bench.conversation.held.is_empty(), "no room is held beside itself");
}

#[test]
fn a_room_without_events_leaves_the_list_unless_something_waits_for_it() {
    let mut bench = Bench::new(vec![of_bo(1)]);
    bench.step(Update::OpenRoom(room("garden").slug));
    bench.step(Update::Post(id("a"), text("flowers!")));
    let gone = || RoomSummary { head: Seq::ZERO, ..room("garden") };
    bench.hear(Event::Rooms { changed: vec![gone()] });
    assert!(bench.conversation.known_room(&room("garden").slug).is_some());
    bench.step(Update::Discard(id("a")));
    assert!(bench.conversation.known_room(&room("garden").slug).is_none());
}

#[test]
fn a_room_that_is_gone_keeps_its_title_where_it_is_still_shown() {
    let mut bench = Bench::new(vec![of_bo(1)]);
    bench.step(Update::Post(id("a"), text("tea?")));
    let gone = RoomSummary { head: Seq::ZERO, title: String::new(), ..room("lobby") };
    bench.hear(Event::Rooms { changed: vec![gone] });
    assert_eq!(bench.conversation.room().title, "Lobby", "it is open");
    let listed = bench.conversation.known_room(&RoomSlug::lobby()).expect("something waits in it");
    assert_eq!((listed.title.as_str(), listed.head), ("lobby", Seq::ZERO));
}

#[test]
fn nothing_of_a_person_is_left_after_they_signed_out() {
    let mut bench = Bench::new(vec![of_bo(1)]);
    bench.step(Update::Visible(false));
    bench.publish(of_bo(2));
    bench.step(Update::Post(id("a"), text("tea?")));
    bench.step(Update::SignedOut);
    assert_eq!(*bench.conversation.me(), None);
    assert!(bench.conversation.unread().total().is_none() && bench.conversation.outbox().posts().is_empty());
}

#[test]
fn writers_fade_and_ones_own_writing_is_told_now_and_then() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.hear(Event::Typing { room: RoomSlug::lobby(), people: vec![person("bo")], writing: 1 });
    assert!(bench.effects.contains(&Effect::SetTimer(TimerId::Typing, Some(5_000))));
    bench.ring(TimerId::Typing, 5_000);
    assert_eq!(bench.conversation.typing().nicknames().count(), 0);
    bench.effects.clear();
    bench.step(Update::Wrote);
    bench.step(Update::Wrote);
    assert_eq!(bench.wishes(), ["send typing"]);
    bench.step(Update::Post(id("a"), text("tea?")));
    bench.effects.clear();
    bench.step(Update::Wrote);
    assert_eq!(bench.wishes(), ["send typing"], "a post ends the writing for everybody");
}
