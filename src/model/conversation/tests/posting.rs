//! What becomes of posts.

use super::*;
use crate::model::conversation::timeline::TimelineEntry;
use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{PostBody, ReactionSummary};

fn reacts(target: u64) -> PostBody {
    PostBody::Reaction { target: Seq::new(target), emoji: "🍵".to_owned(), on: true }
}

fn acked(name: &str, seq: u64) -> Update {
    Update::Posted(RoomSlug::lobby(), id(name), PostAnswer::Acked(Seq::new(seq), Timestamp::default()))
}

/// Where the connection may not join the room, no log comes that would show what is on disk.
#[test]
fn what_is_on_disk_is_not_posted_again_where_the_room_is_refused() {
    for body in [reacts(1), text("tea?")] {
        let mut bench = Bench::live(vec![of_bo(1)]);
        bench.step(Update::Status(ConnectionStatus::Refused(Refusal::retry_after(ErrorCode::Busy, 60_000))));
        bench.step(Update::Post(id("a"), body));
        assert_eq!(bench.wishes(), ["request a"]);
        bench.step(acked("a", 9));
        for _ in 0..5 {
            bench.ring(TimerId::Outbox, 10_000);
        }
        assert_eq!(bench.wishes(), Vec::<String>::new());
        bench.step(Update::Status(ConnectionStatus::Live));
        bench.join(Backlog::Gap { page: page_up_to(12, vec![of_bo(8)]) });
        assert_eq!(bench.conversation.outbox().posts(), [], "the log is shown up to it");
    }
}

/// A repetition may be refused of what is on disk, and "try again" may be pressed twice. What storage holds once more would be
/// posted again by the next page.
#[test]
fn what_is_on_disk_is_not_put_back_into_storage() {
    for late in [
        Update::Posted(RoomSlug::lobby(), id("a"), PostAnswer::Refused(Refusal::permanent(ErrorCode::MessageTooLong))),
        Update::Posted(RoomSlug::lobby(), id("a"), PostAnswer::Refused(Refusal::retry_after(ErrorCode::Busy, 1_000))),
        Update::Retry(id("a")),
    ] {
        let mut bench = Bench::live(vec![of_bo(1)]);
        bench.step(Update::Post(id("a"), text("tea?")));
        bench.step(acked("a", 9));
        assert!(bench.effects.contains(&Effect::Forget(RoomSlug::lobby(), id("a"))));
        bench.effects.clear();
        bench.step(late.clone());
        assert!(!bench.effects.contains(&Effect::Keep(id("a"))), "{late:?}");
    }
}

#[test]
fn posts_of_the_open_room_go_over_the_connection_and_all_others_by_request() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::Post(id("here"), text("tea?")));
    assert_eq!(bench.wishes(), ["send here"]);
    bench.step(Update::OpenRoom(room("garden").slug));
    bench.step(Update::Status(ConnectionStatus::Connecting));
    bench.effects.clear();
    bench.step(Update::Status(ConnectionStatus::Live));
    assert_eq!(bench.wishes(), ["request here"], "it is of the room that was left");
    bench.step(Update::Status(ConnectionStatus::Blocked));
    bench.step(Update::Post(id("there"), text("flowers!")));
    assert_eq!(bench.wishes(), ["request there"], "there is no connection");
}

#[test]
fn a_post_without_an_answer_is_sent_again_by_its_timer() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::Post(id("a"), text("tea?")));
    assert!(bench.effects.contains(&Effect::SetTimer(TimerId::Outbox, Some(10_000))));
    assert_eq!(bench.wishes(), ["send a"]);
    bench.ring(TimerId::Outbox, 10_000);
    assert_eq!(bench.wishes(), ["send a"]);
    bench.publish(message(2, 0, person("ada"), "a"));
    assert!(bench.effects.contains(&Effect::Forget(RoomSlug::lobby(), id("a"))), "it came back, which is an ack");
    assert!(bench.effects.contains(&Effect::SetTimer(TimerId::Outbox, None)));
}

#[test]
fn nobody_posts_without_a_name_and_what_waited_goes_under_the_new_one() {
    let mut bench = Bench::new(vec![of_bo(1)]);
    bench.step(Update::Post(id("a"), text("tea?")));
    bench.step(Update::Status(ConnectionStatus::Live));
    bench.effects.clear();
    bench.conversation.set_me(None);
    bench.step(Update::Post(id("nobodys"), text("…")));
    assert_eq!(bench.conversation.outbox().posts().len(), 1);
    let mut lost = Bench::new(vec![of_bo(1)]);
    lost.step(Update::Post(id("a"), text("tea?")));
    lost.conversation.set_me(None);
    lost.step(Update::Status(ConnectionStatus::Live));
    assert_eq!(lost.wishes(), [] as [String; 0]);
    lost.step(Update::Named(Some(named("ada-2", "Ada"))));
    assert!(lost.effects.contains(&Effect::Keep(id("a"))), "storage learns whose it is now");
    assert_eq!(lost.wishes(), ["reconnect", "send a", "read lobby 1"]);
}

#[test]
fn another_name_is_told_unless_this_tab_asked_for_one() {
    let welcome = |me: Option<Person>| Event::Welcome {
        protocol: 2,
        me,
        epoch: crate::model::samples::epoch(),
        heartbeat_ms: 1,
        limits: Limits::default(),
        rooms: vec![room("lobby")],
    };
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.hear(welcome(Some(named("ada", "Countess"))));
    assert_eq!(bench.wishes(), ["explain NamedElsewhere(\"Countess\")"]);
    bench.hear(welcome(Some(named("ada", "Countess"))));
    assert_eq!(bench.shown(), [Part::Rooms, Part::Limits], "whoever types a new name is not disturbed");
    bench.step(Update::AsksForName);
    bench.hear(welcome(Some(named("ada", "Lovelace"))));
    assert_eq!(bench.wishes(), [] as [String; 0]);
    bench.step(Update::Named(Some(named("ada", "Lovelace"))));
    assert_eq!(bench.wishes(), [] as [String; 0], "the connection is on its way under this name");
    bench.hear(welcome(None));
    assert_eq!(bench.wishes(), ["explain CookieLost"]);
}

/// "You are here as Countess" is not true any more for somebody else, nor for nobody.
#[test]
fn what_was_explained_to_somebody_is_withdrawn_when_they_become_somebody_else() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.conversation.greeted(Some(named("ada", "Countess")));
    let withdrawn = bench.conversation.effects.iter().position(|effect| *effect == Effect::WithdrawExplanation);
    let explained = bench.conversation.effects.iter().position(|effect| matches!(effect, Effect::Explain(..)));
    assert!(withdrawn.is_some() && withdrawn < explained, "the old words, not the new ones");
    for change in [Update::Named(Some(named("ada", "Lovelace"))), Update::SignedOut] {
        bench.effects.clear();
        bench.step(change);
        assert!(bench.effects.contains(&Effect::WithdrawExplanation));
    }
}

#[test]
fn a_refused_reaction_is_forgotten_with_the_reason() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::Post(id("a"), reacts(1)));
    bench.effects.clear();
    let refusal = Refusal::permanent(ErrorCode::MessageNotFound);
    bench.hear(Event::Nack { room: RoomSlug::lobby(), id: id("a"), refusal });
    assert!(bench.effects.contains(&Effect::Forget(RoomSlug::lobby(), id("a"))));
    let reason = Reason::NotReacted(PostState::Failed(refusal));
    assert_eq!(bench.wishes(), [format!("explain {reason:?}")]);
}

#[test]
fn where_no_connection_comes_through_a_post_brings_what_is_new() {
    let mut bench = Bench::new(vec![of_bo(1)]);
    bench.step(Update::Status(ConnectionStatus::Blocked));
    bench.step(Update::Post(id("a"), text("tea?")));
    bench.step(acked("a", 3));
    assert_eq!(bench.wishes(), ["request a", "fetch Newest"]);
    let request = PageRequest { room: RoomSlug::lobby(), wanted: Wanted::Newest, joins: 0 };
    let newest = history_page(vec![of_bo(1), of_bo(2), message(3, 0, person("ada"), "a")]);
    bench.step(Update::Page(request.clone(), Some(Box::new(newest))));
    assert_eq!((bench.conversation.timeline().head(), bench.conversation.outbox().posts().len()), (Seq::new(3), 0));
    let mut another = history_page(vec![of_bo(1), of_bo(2), of_bo(3)]);
    another.items[2].event = event(3);
    another.items[0].event = event(1);
    bench.step(Update::Page(request, Some(Box::new(another))));
    assert_eq!(bench.wishes(), ["reload"], "the history is another");
}

#[test]
fn what_is_too_long_is_known_before_it_is_posted() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    assert_eq!(bench.conversation.checked("tea?").as_deref(), Ok("tea?"));
    assert_eq!(bench.conversation.checked(&"x".repeat(5_000)), Err(ErrorCode::MessageTooLong));
    let quotes = "\"".repeat(3_900) + &"\u{300}\"".repeat(16_000);
    assert_eq!(
        bench.conversation.checked(&quotes),
        Err(ErrorCode::MessageTooLong),
        "its frame would end the connection"
    );
    bench.conversation.set_me(None);
    assert_eq!(bench.conversation.checked("tea?"), Err(ErrorCode::NicknameRequired));
}

/// Once the log has it, the outbox does not show it any more.
#[test]
fn ones_own_reaction_is_ones_own_in_a_crowd_under_every_name() {
    let mut crowd = snapshot(vec![of_bo(1)]);
    let people = (0..REACTION_NAMES_MAX).map(|number| person(&format!("p-{number}"))).collect();
    crowd.page.items[0].reactions = vec![ReactionSummary { emoji: "🍵".to_owned(), count: 20, people }];
    let mut bench = Bench::of(&crowd);
    let is_named = |bench: &Bench, name: &str| {
        let items = bench.conversation.timeline().entries().filter_map(|entry| match entry {
            TimelineEntry::Item(item) => Some(item.reactions.clone()),
            _ => None,
        });
        items.flatten().any(|reaction| reaction.people.iter().any(|known| known.id == person(name).id))
    };
    bench.publish(reaction(2, 1, person("ada"), "🍵", true, 21));
    bench.publish(reaction(3, 1, person("eve"), "🍵", true, 22));
    assert!(is_named(&bench, "ada") && !is_named(&bench, "eve"));
    bench.step(Update::Named(Some(person("eve"))));
    bench.publish(reaction(4, 1, person("eve"), "🍵", false, 21));
    bench.publish(reaction(5, 1, person("eve"), "🍵", true, 22));
    assert!(is_named(&bench, "eve"));
}

#[test]
fn a_post_shows_the_newest_row_and_a_reaction_leaves_the_reader_where_they_are() {
    let mut bench = Bench::live(vec![of_bo(1)]);
    bench.step(Update::AtNewest(false));
    bench.step(Update::Post(id("a"), reacts(1)));
    assert!(!bench.effects.contains(&Effect::ShowNewest) && !bench.conversation.at_newest());
    bench.step(Update::Post(id("b"), text("tea?")));
    assert!(bench.effects.contains(&Effect::ShowNewest) && *bench.conversation.at_newest());
}
