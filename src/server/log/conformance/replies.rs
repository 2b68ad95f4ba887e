//! Promises about replies: to what one may reply, and that what is quoted is what that message says now, wherever it is read.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::model::text::quote;
use crate::protocol::Quote;

/// Somebody replies to a message of the lobby.
fn reply(sender: &str, id: &str, target: u64, text: &str) -> Draft {
    let message = Message { text: text.to_owned(), reply_to: Some(Seq::new(target)), ..Message::default() };
    Draft { body: EventBody::Message(message), ..line("lobby", sender, id, "") }
}

fn quote_of(event: &LogEvent) -> Option<(&str, &str)> {
    event.body.quote().map(|quote| (quote.nickname.as_str(), quote.text.as_str()))
}

/// The newest event of the lobby as the log and as a page of history tell it, and as it was announced.
async fn everywhere(subject: &mut Subject) -> Vec<LogEvent> {
    let log = whole_log(&*subject.store, "lobby").await.pop().unwrap();
    let page = subject.store.history(&RoomSlug::lobby(), EventRange::Newest, 1).await.unwrap();
    // It is announced after its answer.
    let mut announced = subject.announced.recv().await.unwrap().event;
    while announced.seq != log.seq {
        announced = subject.announced.recv().await.unwrap().event;
    }
    vec![log, page.items.into_iter().next_back().unwrap().event, announced]
}

pub async fn a_reply_quotes_what_its_message_says_now(place: &dyn Location) {
    let mut subject = Subject::open(place).await;
    subject.store.append(line("lobby", "ann", "a", "tea?")).await.unwrap();
    subject.store.append(change("ann", "b", edited(2, "tea or coffee?"))).await.unwrap();
    subject.store.append(reply("bo", "c", 2, "tea")).await.unwrap();
    for event in everywhere(&mut subject).await {
        assert_eq!(event.body.reply_to(), Some(Seq::new(2)));
        assert_eq!(quote_of(&event), Some(("ann 茶", "tea or coffee?")), "{event:?}");
    }
    for (id, body, says) in [
        ("d", edited(2, "water?"), "water?"),
        ("e", deleted(2), ""),
        ("f", restored(2), "water?"),
        ("g", edited(2, &"tea ".repeat(100)), "tea tea"),
    ] {
        subject.store.append(change("ann", id, body)).await.unwrap();
        let log = whole_log(&*subject.store, "lobby").await;
        let (_, quoted) = quote_of(&log[3]).unwrap();
        assert!(if says.is_empty() { quoted.is_empty() } else { quoted.starts_with(says) }, "{quoted}");
        assert!(quoted.chars().count() <= crate::protocol::limits::QUOTE_CHARS_MAX, "{quoted}");
    }
}

pub async fn only_a_message_of_the_same_room_can_be_replied_to_also_a_deleted_one(place: &dyn Location) {
    let mut subject = Subject::open(place).await;
    subject.store.create_room(new_room("garden", 1_000)).await.unwrap();
    subject.store.append(line("lobby", "ann", "a", "a slip")).await.unwrap();
    subject.store.append(reaction("bo", "b", 2, "🍵", true)).await.unwrap();
    for target in [0, 1, 3, 4, 5, 99, u64::MAX] {
        let refused = subject.store.append(reply("bo", "no", target, "what?")).await;
        assert!(matches!(refused, Err(StoreError::TargetNotFound)), "{target}: {refused:?}");
    }
    let elsewhere = Draft { room: slug("garden"), ..reply("bo", "no", 2, "what?") };
    assert!(matches!(subject.store.append(elsewhere).await, Err(StoreError::TargetNotFound)));
    subject.store.append(change("ann", "c", deleted(2))).await.unwrap();
    subject.store.append(reply("bo", "d", 2, "what was it?")).await.unwrap();
    for event in everywhere(&mut subject).await {
        assert_eq!(quote_of(&event), Some(("ann 茶", "")), "{event:?}");
    }
}

pub async fn a_retry_of_a_reply_gets_the_first_place_and_a_reply_to_something_else_is_another_post(
    place: &dyn Location,
) {
    let store = Subject::open(place).await.store;
    store.append(line("lobby", "ann", "a", "tea?")).await.unwrap();
    store.append(line("lobby", "ann", "b", "coffee?")).await.unwrap();
    store.append(reply("bo", "c", 2, "yes")).await.unwrap();
    store.append(change("ann", "d", edited(2, "no tea?"))).await.unwrap();
    assert_eq!(seq_of(store.append(reply("bo", "c", 2, "yes"))).await.unwrap(), 4);
    for other in [reply("bo", "c", 3, "yes"), line("lobby", "bo", "c", "yes")] {
        let conflict = store.append(other).await;
        assert!(matches!(conflict, Err(StoreError::IdConflict)), "{conflict:?}");
    }
}

/// Random messages, replies and changes: every quote is how its message begins, in the log and on the pages.
pub async fn every_quote_is_of_the_message_as_it_is(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let posts = proptest::collection::vec((0_u64..60, 0_usize..6), 200);
    let posts = posts.new_tree(&mut TestRunner::new(Config::default())).unwrap().current();
    for (number, (target, kind)) in posts.into_iter().enumerate() {
        let (id, text) = (format!("p-{number}"), format!("text {number} {}", "茶".repeat(number)));
        // Many are refused.
        let _ = store
            .append(match kind {
                0 | 1 => reply("ann", &id, target, &text),
                2 => line("lobby", "ann", &id, &text),
                3 => change("ann", &id, edited(target, &text)),
                4 => change("ann", &id, deleted(target)),
                _ => change("ann", &id, restored(target)),
            })
            .await;
    }
    let page = store.history(&RoomSlug::lobby(), EventRange::Newest, 1_000).await.unwrap();
    let log = whole_log(&*store, "lobby").await;
    let as_it_is = |seq: Seq| {
        let item = page.items.iter().find(|item| item.event.seq == seq).unwrap();
        quote(&item.event)
    };
    let quotes: Vec<(Seq, Option<&Quote>)> = log
        .iter()
        .chain(page.items.iter().map(|item| &item.event))
        .filter_map(|event| Some((event.body.reply_to()?, event.body.quote())))
        .collect();
    assert!(quotes.len() > 20, "{} replies", quotes.len());
    for (target, quoted) in quotes {
        assert_eq!(quoted, as_it_is(target).as_ref(), "of {target}");
    }
}
