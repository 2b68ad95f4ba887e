//! Promises about finding messages: whatever is in the index and what is not yet, the answer is what a look at every message as it
//! stands would give.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::*;
use crate::model::search::{Phrase, SearchExtent, SearchPlace, WordEnd};
use crate::server::ground::search_fold::fold_cluster;
use crate::server::log::MessageSearch;

fn words(text: &str) -> MessageSearch {
    let phrases = text.split(' ').filter_map(|word| Phrase::of(word, WordEnd::Open, fold_cluster)).collect();
    MessageSearch { phrases, limit: 1_000, ..MessageSearch::default() }
}

/// What is found, as room and text.
async fn found(store: &dyn Store, search: MessageSearch) -> Vec<(String, String)> {
    let found = store.search(search).await.unwrap();
    assert_eq!(found.extent, SearchExtent::Whole);
    let texts = found.messages.into_iter().map(|found| (found.room.to_string(), found.event.body.text().to_owned()));
    texts.collect()
}

async fn found_texts(store: &dyn Store, search: MessageSearch) -> Vec<String> {
    found(store, search).await.into_iter().map(|(_, text)| text).collect()
}

/// The answer before the messages come into the index, which is the same after that.
async fn found_before_and_after(store: &dyn Store, search: MessageSearch) -> Vec<String> {
    let before = found_texts(store, search.clone()).await;
    store.maintain().await.unwrap();
    assert_eq!(found_texts(store, search).await, before);
    before
}

async fn say(store: &dyn Store, room: &str, who: &str, id: &str, text: &str, unix_ms: i64) {
    store.append(Draft { at: at(unix_ms), ..line(room, who, id, text) }).await.unwrap();
}

pub async fn what_was_acknowledged_is_found_the_newest_first(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    say(&*store, "lobby", "ann", "a", "我们去茶馆", 2_000).await;
    say(&*store, "garden", "bo", "b", "Café and TEA", 3_000).await;
    store.maintain().await.unwrap();
    say(&*store, "lobby", "bo", "c", "茶馆关门了", 4_000).await;
    say(&*store, "garden", "ann", "d", "茶，好茶", 5_000).await;
    for (wanted, texts) in [
        ("茶馆", &["茶馆关门了", "我们去茶馆"][..]),
        ("茶", &["茶，好茶", "茶馆关门了", "我们去茶馆"]),
        ("馆 们", &["我们去茶馆"]),
        ("cafe", &["Café and TEA"]),
        ("te caf", &["Café and TEA"]),
        ("ea", &[]),
        ("茶楼", &[]),
    ] {
        assert_eq!(found_texts(&*store, words(wanted)).await, texts, "{wanted}");
    }
    assert_eq!(found_before_and_after(&*store, words("茶")).await.len(), 3);
}

pub async fn an_edited_message_is_found_by_what_it_says_now(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.append(line("lobby", "ann", "a", "green tea")).await.unwrap();
    store.append(line("lobby", "ann", "b", "green cups")).await.unwrap();
    store.append(change("ann", "c", edited(2, "black tea"))).await.unwrap();
    assert_eq!(found_before_and_after(&*store, words("green")).await, ["green cups"]);
    store.append(change("ann", "d", edited(3, "black cups"))).await.unwrap();
    assert_eq!(found_texts(&*store, words("green")).await, [""; 0]);
    assert_eq!(found_texts(&*store, words("black")).await, ["black cups", "black tea"]);
}

/// Also where only its author, its room or a link in it is looked for.
pub async fn a_deleted_message_is_found_by_nothing_until_it_is_restored(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for (id, seq) in [("in-index", 2), ("in-tail", 6)] {
        store.append(line("lobby", "ann", id, "a secret at https://example.org")).await.unwrap();
        if seq == 2 {
            store.maintain().await.unwrap();
        }
        let by_name = MessageSearch { from: Some("ann 茶".to_owned()), limit: 9, ..MessageSearch::default() };
        let by_room = MessageSearch { room: Some(RoomSlug::lobby()), limit: 9, ..MessageSearch::default() };
        let by_link = MessageSearch { has_link: true, limit: 9, ..MessageSearch::default() };
        let searches = [words("secret"), by_name, by_room, by_link];
        for search in searches.clone() {
            assert_eq!(found_texts(&*store, search).await.len(), 1);
        }
        store.append(change("ann", &format!("{id}-1"), deleted(seq))).await.unwrap();
        for search in searches.clone() {
            assert_eq!(found_texts(&*store, search).await, [""; 0]);
        }
        store.append(change("ann", &format!("{id}-2"), restored(seq))).await.unwrap();
        for search in searches.clone() {
            assert_eq!(found_texts(&*store, search).await.len(), 1);
        }
        store.append(change("ann", &format!("{id}-3"), deleted(seq))).await.unwrap();
        for search in searches {
            assert_eq!(found_before_and_after(&*store, search).await, [""; 0]);
        }
    }
    // What was deleted before it came into the index is restored into it.
    store.append(line("lobby", "ann", "late", "a secret")).await.unwrap();
    store.append(change("ann", "late-1", deleted(10))).await.unwrap();
    assert_eq!(found_before_and_after(&*store, words("secret")).await, [""; 0]);
    store.append(change("ann", "late-2", restored(10))).await.unwrap();
    assert_eq!(found_texts(&*store, words("secret")).await, ["a secret"]);
}

pub async fn a_search_is_narrowed_by_author_room_time_and_links(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    for (number, (room, who, text)) in [
        ("lobby", "ann", "tea one"),
        ("garden", "ann", "tea two https://example.org"),
        ("lobby", "bo", "tea three"),
        ("garden", "bo", "no-thing"),
    ]
    .into_iter()
    .enumerate()
    {
        say(&*store, room, who, &format!("m-{number}"), text, 2_000 + 1_000 * number as i64).await;
    }
    let tea = words("tea");
    for (search, texts) in [
        (
            MessageSearch { from: Some("ANN 茶".to_owned()), ..tea.clone() },
            &["tea two https://example.org", "tea one"][..],
        ),
        (MessageSearch { from: Some("an".to_owned()), ..tea.clone() }, &[]),
        (MessageSearch { room: Some(slug("lobby")), ..tea.clone() }, &["tea three", "tea one"]),
        (MessageSearch { room: Some(slug("nowhere")), ..tea.clone() }, &[]),
        (MessageSearch { before: Some(at(4_000)), ..tea.clone() }, &["tea two https://example.org", "tea one"]),
        (MessageSearch { after: Some(at(3_000)), ..tea.clone() }, &["tea three", "tea two https://example.org"]),
        (MessageSearch { has_link: true, ..tea.clone() }, &["tea two https://example.org"]),
        (
            MessageSearch { room: Some(slug("garden")), phrases: Vec::new(), ..tea.clone() },
            &["no-thing", "tea two https://example.org"],
        ),
        (MessageSearch { phrases: Vec::new(), ..tea.clone() }, &[]),
    ] {
        assert_eq!(found_before_and_after(&*store, search.clone()).await, texts, "{search:?}");
    }
}

pub async fn older_messages_follow_where_the_newer_ones_ended(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    for number in 0..20 {
        let room = if number % 3 == 0 { "garden" } else { "lobby" };
        say(&*store, room, "ann", &format!("m-{number}"), &format!("tea {number}"), 2_000 + number).await;
        if number == 9 {
            store.maintain().await.unwrap();
        }
    }
    let all = found_texts(&*store, words("tea")).await;
    assert_eq!(all, (0..20).rev().map(|number| format!("tea {number}")).collect::<Vec<_>>());
    let (mut read, mut older_than) = (Vec::new(), None);
    loop {
        let page = store.search(MessageSearch { limit: 3, older_than, ..words("tea") }).await.unwrap();
        let Some(last) = page.messages.last() else { break };
        older_than = Some(SearchPlace { room: last.room.clone(), seq: last.event.seq });
        read.extend(page.messages.into_iter().map(|found| found.event.body.text().to_owned()));
        if read.len() == 6 {
            // What was not in the index is in it for the rest.
            store.maintain().await.unwrap();
        }
    }
    assert_eq!(read, all);
}

/// Random posts and changes in two rooms, with the index brought up to date now and then; what is found is what `str` finds.
pub async fn every_answer_is_what_a_look_at_all_messages_gives(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    let text =
        proptest::string::string_regex("([茶馆好]{1,4}|tea|teapot|pot)( ([茶馆好]{1,4}|tea|teapot|pot)){0,3}").unwrap();
    let steps = proptest::collection::vec((0_usize..12, 2_u64..40, any::<bool>(), text), 400);
    let steps = steps.new_tree(&mut TestRunner::new(Config::default())).unwrap().current();
    for (number, (kind, target, in_garden, text)) in steps.into_iter().enumerate() {
        let (id, room) = (format!("s-{number}"), if in_garden { "garden" } else { "lobby" });
        let body = match kind {
            0..=4 => EventBody::Message(Message { text, ..Message::default() }),
            5..=7 => edited(target, &text),
            8 => deleted(target),
            9 => restored(target),
            _ => {
                store.maintain().await.unwrap();
                continue;
            }
        };
        // Many are refused, as an edit of what is deleted or no message.
        drop(store.append(Draft { body, at: at(2_000 + number as i64), ..line(room, "ann", &id, "") }).await);
    }
    let mut said = Vec::new();
    for room in ["lobby", "garden"] {
        let items = store.history(&slug(room), EventRange::Newest, 1_000).await.unwrap().items.into_iter();
        let messages = items.filter(|item| matches!(item.event.body, EventBody::Message(_)));
        said.extend(messages.map(|item| (item.event.at_ms, room.to_owned(), item.event.body.text().to_owned())));
    }
    said.sort_by(|one, other| other.cmp(one));
    assert!(said.len() > 100 && said.iter().any(|(.., text)| text.is_empty()));
    for wanted in ["茶", "馆", "茶馆", "馆好茶", "茶馆好茶", "tea", "teap", "pot", "茶 pot", "好好 tea"] {
        let holds = |text: &str, word: &str| {
            if word.is_ascii() { text.split(' ').any(|said| said.starts_with(word)) } else { text.contains(word) }
        };
        let expected = said.iter().filter(|(.., text)| wanted.split(' ').all(|word| holds(text, word)));
        let expected: Vec<_> = expected.map(|(_, room, text)| (room.clone(), text.clone())).collect();
        assert_eq!(found(&*store, words(wanted)).await, expected, "{wanted}");
    }
}
