//! Promises about reactions: what is set, by whom, how often, and that the projection is the log folded.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{EventPage, HistoryItem, ReactionSummary, Seq};

async fn items_of(store: &dyn Store) -> Vec<HistoryItem> {
    store.history(&RoomSlug::lobby(), EventRange::Newest, 1_000).await.unwrap().items
}

/// The reactions to the message with seq 2, in short: emoji, count, and who is named.
async fn shown(store: &dyn Store) -> Vec<(String, u32, Vec<String>)> {
    let item = items_of(store).await.into_iter().find(|item| item.event.seq == Seq::new(2)).unwrap();
    let short = |summary: ReactionSummary| {
        let people = summary.people.iter().map(|person| person.id.to_string()).collect();
        (summary.emoji, summary.count, people)
    };
    item.reactions.into_iter().map(short).collect()
}

async fn store_with_a_message(place: &dyn Location) -> Arc<dyn Store> {
    let store = Subject::open(place).await.store;
    store.append(line("lobby", "host", "message", "tea?")).await.unwrap();
    store
}

pub async fn a_reaction_is_set_once_for_each_person_and_taken_back(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    for (id, who, emoji, on) in
        [("a", "ann", "🍵", true), ("b", "bo", "🍵", true), ("c", "ann", "🍵", true), ("d", "ann", "❤️", true)]
    {
        store.append(reaction(who, id, 2, emoji, on)).await.unwrap();
    }
    let both = vec!["ann".to_owned(), "bo".to_owned()];
    let heart = ("❤️".to_owned(), 1, vec!["ann".to_owned()]);
    assert_eq!(shown(&*store).await, [("🍵".to_owned(), 2, both), heart.clone()]);
    store.append(reaction("ann", "e", 2, "🍵", false)).await.unwrap();
    store.append(reaction("cy", "f", 2, "🍵", false)).await.unwrap();
    assert_eq!(shown(&*store).await, [("🍵".to_owned(), 1, vec!["bo".to_owned()]), heart.clone()]);
    store.append(reaction("bo", "g", 2, "🍵", false)).await.unwrap();
    assert_eq!(shown(&*store).await, [heart]);
}

pub async fn an_event_tells_how_many_have_the_reaction_after_it(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    let mut counts = Vec::new();
    for (id, who, on) in [("a", "ann", true), ("b", "bo", true), ("c", "bo", true), ("d", "ann", false)] {
        store.append(reaction(who, id, 2, "🍵", on)).await.unwrap();
    }
    for event in whole_log(&*store, "lobby").await {
        counts.extend(if let EventBody::Reaction(reaction) = event.body { Some(reaction.count) } else { None });
    }
    assert_eq!(counts, [1, 2, 2, 1]);
}

pub async fn only_a_message_of_the_same_room_can_be_reacted_to(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    store.append(reaction("ann", "a", 2, "🍵", true)).await.unwrap();
    for (number, target) in [(0, 1), (1, 3), (2, 4), (3, 99)] {
        let refused = store.append(reaction("ann", &format!("no-{number}"), target, "🍵", true)).await;
        assert!(matches!(refused, Err(StoreError::TargetNotFound)), "{target}: {refused:?}");
    }
    let elsewhere = Draft { room: slug("garden"), ..reaction("ann", "b", 2, "🍵", true) };
    assert!(matches!(store.append(elsewhere).await, Err(StoreError::TargetNotFound)));
    assert_eq!(whole_log(&*store, "lobby").await.len(), 3, "nothing of what was refused is in the log");
}

pub async fn a_message_has_at_most_so_many_different_reactions(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    let within =
        |id: &str, who: &str, emoji: &str| Draft { emojis_per_message_max: 2, ..reaction(who, id, 2, emoji, true) };
    store.append(within("a", "ann", "🍵")).await.unwrap();
    store.append(within("b", "ann", "❤️")).await.unwrap();
    let third = store.append(within("c", "bo", "🎉")).await;
    assert!(matches!(third, Err(StoreError::TooManyReactions)), "{third:?}");
    store.append(within("d", "bo", "🍵")).await.unwrap();
    assert_eq!(shown(&*store).await.len(), 2);
    store.append(within("a", "ann", "🍵")).await.expect("a retry is answered as before");
}

pub async fn a_page_names_the_first_people_and_counts_all(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    let people = REACTION_NAMES_MAX + 3;
    for number in 0..people {
        store.append(reaction(&format!("p-{number}"), &format!("r-{number}"), 2, "🍵", true)).await.unwrap();
    }
    let (_, count, named) = shown(&*store).await.remove(0);
    let first: Vec<String> = (0..REACTION_NAMES_MAX).map(|number| format!("p-{number}")).collect();
    assert_eq!((count as usize, named), (people, first));
}

pub async fn the_reactions_of_a_person_are_found_among_any(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    store.append(line("lobby", "host", "another", "cake?")).await.unwrap();
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    for (id, who, target, emoji, on) in [
        ("a", "ann", 2, "🍵", true),
        ("b", "bo", 2, "🎉", true),
        ("c", "ann", 3, "❤️", true),
        ("d", "ann", 2, "❤️", true),
        ("e", "ann", 2, "❤️", false),
    ] {
        store.append(reaction(who, id, target, emoji, on)).await.unwrap();
    }
    let asked = [(2, "🍵"), (2, "🎉"), (2, "❤️"), (3, "❤️"), (3, "🍵"), (99, "🍵")];
    let asked: Vec<_> = asked.into_iter().map(|(target, emoji)| (Seq::new(target), emoji.to_owned())).collect();
    let ann = UserId::parse("ann").unwrap();
    let found = store.reactions_of(RoomSlug::lobby(), ann.clone(), asked.clone()).await.unwrap();
    assert_eq!(found, [asked[0].clone(), asked[3].clone()]);
    for room in ["garden", "nowhere"] {
        assert_eq!(store.reactions_of(slug(room), ann.clone(), asked.clone()).await.unwrap(), [], "{room}");
    }
}

/// Pages that were open the whole time show the same order: they add what is new at the end.
pub async fn the_reaction_that_is_there_the_longest_comes_first(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    let order = async || shown(&*store).await.into_iter().map(|(emoji, ..)| emoji).collect::<Vec<_>>();
    for (id, who, emoji, on) in
        [("a", "ann", "🍵", true), ("b", "ann", "❤️", true), ("c", "bo", "🍵", true), ("d", "ann", "🍵", false)]
    {
        store.append(reaction(who, id, 2, emoji, on)).await.unwrap();
    }
    assert_eq!(order().await, ["🍵", "❤️"], "it was there all the time, by whomever");
    store.append(reaction("bo", "e", 2, "🍵", false)).await.unwrap();
    store.append(reaction("bo", "f", 2, "🍵", true)).await.unwrap();
    assert_eq!(order().await, ["❤️", "🍵"], "nobody had it in between");
}

/// The reactions as the log tells them, folded anew.
fn folded(page: &EventPage) -> Vec<(u64, String, String)> {
    let mut set: Vec<(u64, String, String)> = Vec::new();
    for event in &page.events {
        if let (EventBody::Reaction(reaction), Some(by)) = (&event.body, &event.by) {
            let one = (reaction.target.get(), reaction.emoji.clone(), by.id.to_string());
            set.retain(|known| *known != one);
            set.extend(reaction.on.then_some(one));
        }
    }
    set.sort();
    set
}

pub async fn the_projection_is_the_log_folded(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for message in 2..=4 {
        store.append(line("lobby", "host", &format!("m-{message}"), "tea")).await.unwrap();
    }
    let posts = proptest::collection::vec((2_u64..=4, 0_usize..3, 0_usize..4, any::<bool>()), 200);
    let mut runner = TestRunner::new(Config::default());
    let posts = posts.new_tree(&mut runner).unwrap().current();
    for (number, (target, emoji, who, on)) in posts.into_iter().enumerate() {
        let (who, emoji) = (["ann", "bo", "cy", "di"][who], ["🍵", "❤️", "🎉"][emoji]);
        store.append(reaction(who, &format!("r-{number}"), target, emoji, on)).await.unwrap();
    }
    let log = store.events(&RoomSlug::lobby(), EventRange::Newest, 1_000).await.unwrap();
    let mut projected = Vec::new();
    for item in items_of(&*store).await {
        for summary in item.reactions {
            assert_eq!(summary.count as usize, summary.people.len());
            let target = item.event.seq.get();
            projected.extend(summary.people.iter().map(|one| (target, summary.emoji.clone(), one.id.to_string())));
        }
    }
    projected.sort();
    assert_eq!(projected, folded(&log));
}
