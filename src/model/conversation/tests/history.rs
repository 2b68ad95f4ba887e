//! Pages of history: asked for, taken, and asked for again.

use super::*;
use crate::model::samples::reaction;

fn answer(wanted: Wanted, page: Option<HistoryPage>) -> Update {
    answer_after(1, wanted, page)
}

/// The answer to what was asked for after so many joins.
fn answer_after(joins: u32, wanted: Wanted, page: Option<HistoryPage>) -> Update {
    Update::Page(PageRequest { room: RoomSlug::lobby(), wanted, joins }, page.map(Box::new))
}

/// A page of the middle of a room: read at `as_of`.
fn page_of(items: Vec<LogEvent>, as_of: u64) -> HistoryPage {
    let mut page = history_page(items);
    page.as_of = of_bo(as_of).cursor(&page.as_of.epoch);
    page.has_newer = true;
    page
}

#[test]
fn a_page_that_does_not_come_is_told_and_can_be_asked_for_again() {
    let mut bench = Bench::live(vec![of_bo(5), of_bo(6)]);
    bench.step(Update::LoadOlder);
    assert_eq!(*bench.conversation.reach_back(), ReachBack::Loading);
    assert_eq!(bench.wishes(), [format!("fetch {:?}", Wanted::Older(Seq::new(5)))]);
    bench.step(answer(Wanted::Older(Seq::new(5)), None));
    assert_eq!(*bench.conversation.reach_back(), ReachBack::Failed);
    bench.step(Update::LoadOlder);
    bench.step(answer(Wanted::Older(Seq::new(5)), Some(page_of((1..=5).map(of_bo).collect(), 6))));
    assert_eq!(*bench.conversation.reach_back(), ReachBack::Idle);
    assert_eq!(bench.conversation.timeline().older_than(), None);
}

#[test]
fn a_page_for_a_room_that_was_left_goes_nowhere() {
    let mut bench = Bench::live(vec![of_bo(5)]);
    bench.step(Update::LoadOlder);
    bench.step(Update::OpenRoom(room("garden").slug));
    bench.step(answer(Wanted::Older(Seq::new(5)), Some(page_of((1..=5).map(of_bo).collect(), 5))));
    assert_eq!(bench.conversation.timeline().head(), Seq::ZERO);
    assert_eq!(*bench.conversation.reach_back(), ReachBack::Idle);
}

/// What a gap may have changed is fetched again by itself: one page at a time, and not for ever at once.
#[test]
fn what_a_gap_may_have_changed_is_fetched_again_until_it_is_known() {
    let mut bench = Bench::live(vec![of_bo(1), of_bo(2)]);
    bench.join(Backlog::Gap { page: page_up_to(400, vec![of_bo(399), of_bo(400)]) });
    let again = Wanted::Again(Seq::new(2));
    assert_eq!(bench.wishes(), [format!("fetch {again:?}")]);
    bench.publish(of_bo(401));
    assert_eq!(bench.wishes(), [] as [String; 0], "one at a time");
    bench.step(answer(again, None));
    assert!(bench.effects.contains(&Effect::SetTimer(TimerId::Refresh, Some(10_000))));
    assert_eq!(bench.wishes(), [] as [String; 0], "not at once");
    bench.ring(TimerId::Refresh, 10_000);
    assert_eq!(bench.wishes(), [format!("fetch {again:?}")]);
    bench.step(answer(again, None));
    bench.effects.clear();
    bench.join(Backlog::Gap { page: page_up_to(402, vec![of_bo(402)]) });
    assert_eq!(bench.wishes().len(), 1, "what comes with a join tries at once");
}

#[test]
fn whoever_left_while_a_page_was_under_way_has_the_next_room_refreshed_too() {
    let mut bench = Bench::live(vec![of_bo(1), of_bo(2)]);
    bench.join(Backlog::Gap { page: page_up_to(400, vec![of_bo(400)]) });
    bench.effects.clear();
    bench.step(Update::OpenRoom(room("garden").slug));
    bench.step(answer(Wanted::Again(Seq::new(2)), None));
    bench.step(Update::OpenRoom(RoomSlug::lobby()));
    bench.effects.clear();
    bench.join(Backlog::Resumed { epoch: crate::model::samples::epoch(), events: Vec::new() });
    assert_eq!(bench.wishes(), [format!("fetch {:?}", Wanted::Again(Seq::new(2)))]);
}

#[test]
fn an_acked_message_is_shown_before_the_stream_brings_it() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::Post(id("a"), text("tea?")));
    let at_ms = Timestamp::default();
    bench.hear(Event::Ack { room: RoomSlug::lobby(), id: id("a"), seq: Seq::new(2), at_ms });
    assert_eq!(bench.conversation.timeline().head(), Seq::new(2));
    assert_eq!(bench.conversation.outbox().posts(), []);
}

/// What is far from the reader is dropped: the oldest messages, or those below the ones in the document.
#[test]
fn a_reader_who_reads_back_in_a_busy_room_keeps_what_is_in_the_document_until_the_newest_is_in_sight() {
    let mut bench = Bench::live((1..=50).map(of_bo).collect());
    bench.step(Update::AtNewest(false));
    bench.step(Update::ReadsFrom(Some(Seq::new(1))));
    (51..=1_500).for_each(|seq| bench.publish(of_bo(seq)));
    let hole = bench.conversation.timeline().newest_hole().expect("something below the reader was dropped");
    assert_eq!(bench.conversation.timeline().older_than(), None, "the first message is held");
    bench.effects.clear();
    bench.step(Update::HoleAhead(hole));
    let wanted = Wanted::Newer(hole.after);
    assert_eq!(bench.wishes(), [format!("fetch {wanted:?}")]);
    bench.step(Update::HoleAhead(hole));
    assert_eq!(bench.wishes(), [] as [String; 0], "one at a time");
    let next = (hole.after.get()..hole.after.get() + 100).map(of_bo).collect();
    bench.step(answer(wanted, Some(page_of(next, 1_500))));
    let rest = bench.conversation.timeline().newest_hole().expect("more is missing");
    assert_eq!(rest.after, Seq::new(hole.after.get() + 99));

    bench.step(Update::AtNewest(true));
    (1_501..=3_000).for_each(|seq| bench.publish(of_bo(seq)));
    assert_eq!(bench.conversation.timeline().newest_hole(), None);
    assert!(bench.conversation.timeline().older_than() > Some(Seq::new(1_500)));
}

/// The server cuts a page of long messages short at the end that the reader comes to last.
#[test]
fn a_reader_who_goes_forward_reads_over_a_hole_page_by_page_however_long_its_messages_are() {
    let mut bench = Bench::live((1..=50).map(of_bo).collect());
    bench.step(Update::AtNewest(false));
    bench.step(Update::ReadsFrom(Some(Seq::new(1))));
    (51..=1_500).for_each(|seq| bench.publish(of_bo(seq)));
    while let Some(hole) = bench.conversation.timeline().newest_hole() {
        bench.step(Update::ReadsFrom(Some(Seq::new(hole.after.get() - 100))));
        bench.effects.clear();
        bench.step(Update::HoleAhead(hole));
        let Some(Effect::Fetch(request)) = bench.effects.iter().find(|effect| matches!(effect, Effect::Fetch(_)))
        else {
            panic!("nothing is asked for: {:?}", bench.effects);
        };
        let first: u64 = request.address().rsplit('=').next().and_then(|after| after.parse().ok()).expect("after=SEQ");
        let few = (first + 1..=first + 30).map(of_bo).collect();
        bench.step(Update::Page(request.clone(), Some(Box::new(page_of(few, 1_500)))));
        assert_ne!(bench.conversation.timeline().newest_hole(), Some(hole), "the hole has become smaller");
    }
}

#[test]
fn a_page_that_is_under_way_for_a_room_that_was_left_keeps_no_hole_waiting() {
    let mut bench = Bench::live((1..=50).map(of_bo).collect());
    let hole_ahead = |bench: &mut Bench, head: u64| {
        bench.join(Backlog::Gap { page: page_up_to(head, vec![of_bo(head)]) });
        let hole = bench.conversation.timeline().newest_hole().expect("the join leaves a hole");
        bench.effects.clear();
        bench.step(Update::HoleAhead(hole));
        (Wanted::Newer(hole.after), bench.wishes())
    };
    let (first, wishes) = hole_ahead(&mut bench, 400);
    assert_eq!(wishes, [format!("fetch {first:?}")]);
    bench.step(Update::OpenRoom(room("garden").slug));
    bench.step(Update::OpenRoom(RoomSlug::lobby()));
    let (second, wishes) = hole_ahead(&mut bench, 900);
    assert_eq!(wishes, [format!("fetch {second:?}")]);
}

/// A page may know more than the stream has brought: what it brings first is news all the same.
#[test]
fn what_a_page_brings_before_the_stream_does_is_counted_and_changes_what_is_held() {
    let mut bench = Bench::live((1..=3).map(|seq| numbered(seq, seq)).collect());
    bench.step(Update::AtNewest(false));
    bench.step(answer(Wanted::Newer(Seq::new(3)), Some(page_up_to(5, vec![numbered(3, 3), numbered(5, 4)]))));
    assert_eq!(bench.unread(), 1);
    bench.publish(reaction(4, 1, named("ada", "Ada"), "🍵", true, 1));
    bench.publish(numbered(5, 4));
    assert_eq!(bench.unread(), 1, "it is not counted twice");
    let item = bench.conversation.timeline().item(Seq::new(1)).expect("it is held");
    assert_eq!(item.reactions.len(), 1, "the change was not lost with the event that the page had covered");
}

/// What a page was to begin with may be dropped before it comes.
#[test]
fn a_page_that_does_not_fit_any_more_is_no_failure() {
    let mut bench = Bench::live((1..=50).map(of_bo).collect());
    let wanted = Wanted::Older(Seq::new(2_000));
    bench.step(answer(wanted, Some(page_of((1_950..=2_000).map(of_bo).collect(), 2_000))));
    assert_eq!(*bench.conversation.reach_back(), ReachBack::Idle);
    assert_eq!(bench.conversation.timeline().head(), Seq::new(50));
}

/// The place of a reader in a history that is gone says nothing of another one.
#[test]
fn after_a_reset_the_newest_messages_are_in_sight_and_stay() {
    let mut bench = Bench::live((5_000..=5_050).map(of_bo).collect());
    bench.step(Update::AtNewest(false));
    bench.step(Update::ReadsFrom(Some(Seq::new(5_000))));
    bench.effects.clear();
    bench.join(Backlog::Reset { page: history_page((1..=50).map(of_bo).collect()) });
    assert!(bench.effects.contains(&Effect::ShowNewest));
    (51..=2_000).for_each(|seq| bench.publish(of_bo(seq)));
    assert!(bench.conversation.timeline().item(Seq::new(1_500)).is_some(), "the newest are held");
}

/// Protects a page that was open while somebody put an old copy of the database back: what was read of the history before
/// comes after the join that is of the history behind.
#[test]
fn a_page_that_was_asked_for_before_a_join_brings_nothing_of_a_history_that_never_was() {
    let mut bench = Bench::live(vec![of_bo(5), of_bo(6)]);
    bench.step(Update::LoadOlder);
    let older = Wanted::Older(Seq::new(5));
    assert_eq!(bench.wishes(), [format!("fetch {older:?}")]);
    bench.join(Backlog::Resumed { epoch: snapshot(vec![]).page.as_of.epoch, events: vec![] });
    let mut late = page_of((1..=7).map(of_bo).collect(), 8);
    late.items[0].reactions =
        vec![crate::protocol::ReactionSummary { emoji: "🍵".to_owned(), count: 1, people: vec![person("bo")] }];
    bench.step(answer_after(0, older, Some(late)));
    assert_eq!(bench.conversation.timeline().head(), Seq::new(6), "nothing behind the stream");
    let again = Wanted::Again(Seq::new(4));
    assert_eq!(bench.wishes(), [format!("fetch {again:?}")], "whatever it says of changes is asked for again");
    bench.publish(reaction(7, 1, person("cy"), "👍", true, 1));
    bench.step(answer(again, Some(page_of((1..=6).map(of_bo).collect(), 6))));
    let first = bench.conversation.timeline().item(Seq::new(1)).expect("it is held");
    let emojis: Vec<_> = first.reactions.iter().map(|reaction| reaction.emoji.as_str()).collect();
    assert_eq!(emojis, ["👍"], "as the log has it");
}
