//! Promises about edits, deletions and restorations: what a message says after them, who may make them and until when, that a
//! deleted text is nowhere, and that the projection is the log folded.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::protocol::HistoryItem;

/// A store with a message of Ann at place 2, posted at 1,000.
async fn store_with_a_message(place: &dyn Location) -> Arc<dyn Store> {
    let store = Subject::open(place).await.store;
    store.append(line("lobby", "ann", "message", "tea?")).await.unwrap();
    store
}

async fn item(store: &dyn Store, seq: u64) -> HistoryItem {
    let page = store.history(&RoomSlug::lobby(), EventRange::From(Seq::new(seq)), 1).await.unwrap();
    page.items.into_iter().next().unwrap()
}

/// What the message at place 2 says, and when it was edited.
async fn says(store: &dyn Store) -> (String, Option<i64>) {
    let item = item(store, 2).await;
    (item.event.body.text().to_owned(), item.edited_ms.map(Timestamp::unix_ms))
}

pub async fn an_edited_message_says_the_last_text_and_when_it_was_edited(place: &dyn Location) {
    let Subject { store, mut announced } = Subject::open(place).await;
    store.append(line("lobby", "ann", "message", "tea?")).await.unwrap();
    assert_eq!(says(&*store).await, ("tea?".to_owned(), None));
    for (id, text, ms) in [("a", "coffee?", 2_000), ("b", "tea!", 3_000)] {
        store.append(Draft { at: at(ms), ..change("ann", id, edited(2, text)) }).await.unwrap();
    }
    assert_eq!(says(&*store).await, ("tea!".to_owned(), Some(3_000)));
    let log = whole_log(&*store, "lobby").await;
    let told: Vec<_> = log.iter().map(|event| event.body.text()).collect();
    assert_eq!(told, ["", "tea?", "coffee?", "tea!"], "the log tells what was said and when");
    announced.recv().await.unwrap();
    let first = announced.recv().await.unwrap();
    assert_eq!((first.event.body, first.target.unwrap().body.text()), (edited(2, "coffee?"), "tea?"));
    assert_eq!(announced.recv().await.unwrap().target.unwrap().body.text(), "coffee?", "the text before this change");
}

/// A deleted text is told to nobody: by no page, by no event of the log, by no retry.
pub async fn the_text_of_a_deleted_message_is_in_no_event_and_on_no_page(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    for (id, body) in [
        ("a", edited(2, "a secret")),
        ("b", deleted(2)),
        ("c", restored(2)),
        ("d", edited(2, "another secret")),
        ("e", deleted(2)),
        ("f", deleted(2)),
    ] {
        store.append(change("ann", id, body)).await.unwrap();
    }
    assert_eq!(says(&*store).await.0, "");
    let log = whole_log(&*store, "lobby").await;
    assert!(log.iter().all(|event| event.body.text().is_empty()), "{log:?}");
    assert_eq!(log.len(), 8, "that it was said and changed stays in the log");
}

pub async fn a_deleted_message_is_restored_with_its_last_text(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    store.append(change("ann", "a", edited(2, "tea!"))).await.unwrap();
    store.append(change("ann", "b", deleted(2))).await.unwrap();
    store.append(change("ann", "c", restored(2))).await.unwrap();
    assert_eq!(says(&*store).await, ("tea!".to_owned(), Some(1_000)));
    let last = whole_log(&*store, "lobby").await.pop().unwrap();
    assert_eq!(last.body.text(), "tea!", "whoever read the message while it was deleted learns its text");
    let again = store.append(change("ann", "d", restored(2))).await;
    assert!(matches!(again, Err(StoreError::NotDeleted)), "{again:?}");
}

pub async fn only_the_author_changes_a_message_and_only_a_message(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    store.append(reaction("ann", "reaction", 2, "🍵", true)).await.unwrap();
    for body in [edited(2, "x"), deleted(2), restored(2)] {
        let refused = store.append(change("bo", "no", body)).await;
        assert!(matches!(refused, Err(StoreError::NotYours)), "{refused:?}");
    }
    for target in [1, 3, 4, 99] {
        for body in [edited(target, "x"), deleted(target), restored(target)] {
            let refused = store.append(change("ann", "no", body.clone())).await;
            assert!(matches!(refused, Err(StoreError::TargetNotFound)), "{body:?}: {refused:?}");
        }
    }
    let elsewhere = Draft { room: slug("garden"), ..change("ann", "no", deleted(2)) };
    assert!(matches!(store.append(elsewhere).await, Err(StoreError::TargetNotFound)));
    assert_eq!(says(&*store).await, ("tea?".to_owned(), None));
    assert_eq!(whole_log(&*store, "lobby").await.len(), 3, "nothing of what was refused is in the log");
}

pub async fn a_deleted_message_takes_no_change_but_its_restoration(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    store.append(reaction("bo", "before", 2, "🍵", true)).await.unwrap();
    store.append(change("ann", "a", deleted(2))).await.unwrap();
    for draft in [change("ann", "b", edited(2, "x")), reaction("bo", "c", 2, "❤️", true)] {
        let refused = store.append(draft).await;
        assert!(matches!(refused, Err(StoreError::MessageDeleted)), "{refused:?}");
    }
    store.append(change("ann", "d", deleted(2))).await.expect("it stays deleted");
    store.append(change("ann", "e", restored(2))).await.unwrap();
    assert_eq!(item(&*store, 2).await.reactions.len(), 1);
}

pub async fn a_change_comes_within_its_window_or_not_at_all(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    let (edit, delete) = (Some(Duration::from_secs(1)), Some(Duration::from_secs(2)));
    let windows = ChangeWindows { edit, delete, restore: Duration::from_secs(3) };
    let at_ms =
        async |id: &str, ms: i64, body| store.append(Draft { at: at(ms), windows, ..change("ann", id, body) }).await;
    at_ms("a", 2_000, edited(2, "tea!")).await.unwrap();
    let late = at_ms("b", 2_001, edited(2, "late")).await;
    assert!(matches!(late, Err(StoreError::TooLate)), "{late:?}");
    at_ms("c", 3_000, deleted(2)).await.unwrap();
    at_ms("d", 6_000, restored(2)).await.unwrap();
    let late = at_ms("e", 6_000, deleted(2)).await;
    assert!(matches!(late, Err(StoreError::TooLate)), "{late:?}");
    at_ms("a", 9_000, edited(2, "tea!")).await.expect("a retry is answered as before");

    store.append(line("lobby", "ann", "second", "more tea?")).await.unwrap();
    let second = whole_log(&*store, "lobby").await.len() as u64;
    store.append(Draft { at: at(10_000), windows: WINDOWS, ..change("ann", "f", deleted(second)) }).await.unwrap();
    let hour_ms = 3_600_000;
    let late = at_ms("g", 10_001 + hour_ms, restored(second)).await;
    assert!(matches!(late, Err(StoreError::TooLate)), "the window is the one of the deletion: {late:?}");
    at_ms("h", 10_000 + hour_ms, restored(second)).await.unwrap();
    let never = ChangeWindows { restore: Duration::ZERO, ..WINDOWS };
    store.append(Draft { windows: never, ..change("ann", "i", deleted(second)) }).await.unwrap();
    let late = store.append(change("ann", "j", restored(second))).await;
    assert!(matches!(late, Err(StoreError::TooLate)), "{late:?}");
}

pub async fn a_text_that_cannot_be_restored_any_more_is_forgotten(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    store.append(change("ann", "a", deleted(2))).await.unwrap();
    let over = 1_000 + 3_600_000;
    store.forget_deleted(at(over)).await.unwrap();
    store.append(change("ann", "b", restored(2))).await.expect("its time is not over");
    store.append(change("ann", "c", deleted(2))).await.unwrap();
    store.forget_deleted(at(over + 1)).await.unwrap();
    let gone = store.append(change("ann", "d", restored(2))).await;
    assert!(matches!(gone, Err(StoreError::TooLate)), "{gone:?}");
}

pub async fn a_retry_of_a_change_or_of_its_message_gets_the_first_place(place: &dyn Location) {
    let store = store_with_a_message(place).await;
    let changes = [("a", edited(2, "tea!")), ("b", deleted(2)), ("c", restored(2)), ("d", deleted(2))];
    for (id, body) in changes.clone() {
        store.append(change("ann", id, body)).await.unwrap();
    }
    for ((id, body), seq) in changes.into_iter().zip(3..) {
        assert_eq!(seq_of(store.append(change("ann", id, body))).await.unwrap(), seq, "{id}");
    }
    assert_eq!(seq_of(store.append(line("lobby", "ann", "message", "tea?"))).await.unwrap(), 2);
    let another = store.append(change("ann", "b", deleted(3))).await;
    assert!(matches!(another, Err(StoreError::IdConflict | StoreError::TargetNotFound)), "{another:?}");
    assert_eq!((says(&*store).await.0.as_str(), whole_log(&*store, "lobby").await.len()), ("", 6));
}

/// What the messages say as the log tells it, folded anew: text, and when it was edited.
fn folded(log: &[LogEvent]) -> Vec<(u64, String, Option<Timestamp>)> {
    let mut messages: Vec<(u64, String, Option<Timestamp>)> = Vec::new();
    for event in log {
        if let EventBody::Message(said) = &event.body {
            messages.push((event.seq.get(), said.text.clone(), None));
        }
        let Some(target) = event.body.target() else { continue };
        let (_, text, edited_at) = messages.iter_mut().find(|(seq, ..)| *seq == target.get()).unwrap();
        match &event.body {
            EventBody::Edited(edited) => (*text, *edited_at) = (edited.text.clone(), Some(event.at_ms)),
            EventBody::Deleted(_) => text.clear(),
            EventBody::Restored(restored) => text.clone_from(&restored.text),
            _ => {}
        }
    }
    messages
}

/// Random changes by random people, many of which are refused: last write in log order wins, and nothing that was refused
/// leaves a trace.
pub async fn every_message_is_as_the_log_folded_anew_says(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for message in 2..=4 {
        store.append(line("lobby", "ann", &format!("m-{message}"), &format!("text {message}"))).await.unwrap();
    }
    let posts = proptest::collection::vec((2_u64..=4, 0_usize..5, 0_usize..8), 300);
    let posts = posts.new_tree(&mut TestRunner::new(Config::default())).unwrap().current();
    let mut refused = 0;
    for (number, (target, kind, who)) in posts.into_iter().enumerate() {
        let (id, who) = (format!("c-{number}"), if who == 0 { "bo" } else { "ann" });
        let draft = match kind {
            0 | 1 => change(who, &id, edited(target, &format!("text {number}"))),
            2 => change(who, &id, deleted(target)),
            3 => change(who, &id, restored(target)),
            _ => reaction(who, &id, target, "🍵", number % 2 == 0),
        };
        let draft = Draft { at: at(1_000 + number as i64), ..draft };
        refused += usize::from(store.append(draft).await.is_err());
    }
    assert!((30..270).contains(&refused), "{refused} of 300 were refused");
    let log = whole_log(&*store, "lobby").await;
    assert_eq!(log.len(), 4 + 300 - refused);
    let items = store.history(&RoomSlug::lobby(), EventRange::Newest, 1_000).await.unwrap().items;
    let messages = items.into_iter().filter(|item| matches!(item.event.body, EventBody::Message(_)));
    let projected: Vec<_> =
        messages.map(|item| (item.event.seq.get(), item.event.body.text().to_owned(), item.edited_ms)).collect();
    assert_eq!(projected, folded(&log));
    for (seq, text, _) in projected.iter().filter(|(_, text, _)| text.is_empty()) {
        let told = log.iter().filter(|event| event.seq.get() == *seq || event.body.target() == Some(Seq::new(*seq)));
        let is_text =
            |event: &&LogEvent| !matches!(event.body, EventBody::Reaction(_)) && !event.body.text().is_empty();
        assert_eq!(told.filter(is_text).count(), 0, "{seq} {text}");
    }
}
