use super::*;
use crate::model::samples::{message, person};
use crate::protocol::{ErrorCode, PostId, ReactionSummary, Refusal, Timestamp};

const TARGET: Seq = Seq::new(1);
const NOW: Timestamp = Timestamp::from_unix_ms(7);

fn post(outbox: &mut Outbox, id: &str, sender: &str, body: PostBody) {
    let id = PostId::parse(id).expect("a good id");
    outbox.push(RoomSlug::lobby(), id, person(sender).id, body, NOW);
}

fn asked(outbox: &mut Outbox, id: &str, sender: &str, emoji: &str, on: bool) {
    post(outbox, id, sender, PostBody::Reaction { target: TARGET, emoji: emoji.to_owned(), on });
}

fn edited(text: &str) -> PostBody {
    PostBody::Edited { target: TARGET, text: text.to_owned() }
}

fn item(reactions: &[(&str, &[&str])]) -> Arc<HistoryItem> {
    let reactions = reactions.iter().map(|(emoji, names)| ReactionSummary {
        emoji: (*emoji).to_owned(),
        count: u32::try_from(names.len()).expect("a few"),
        people: names.iter().map(|name| person(name)).collect(),
    });
    Arc::new(HistoryItem { reactions: reactions.collect(), ..HistoryItem::new(message(1, 0, person("me"), "x")) })
}

/// The reactions to message 1 as `me` sees them.
fn seen(outbox: &Outbox, item: &Arc<HistoryItem>) -> Vec<String> {
    let me = person("me");
    let changed = Pending::of(outbox, &RoomSlug::lobby(), Some(&me)).over(item);
    let reactions = changed.map_or_else(|| item.reactions.clone(), |changed| changed.item.reactions.clone());
    let names =
        |summary: &ReactionSummary| summary.people.iter().map(|person| person.nickname.clone()).collect::<Vec<_>>();
    reactions.iter().map(|summary| format!("{}{} {}", summary.emoji, summary.count, names(summary).join(","))).collect()
}

#[test]
fn an_own_reaction_counts_at_once_and_only_once_when_the_log_brings_it() {
    let mut outbox = Outbox::default();
    asked(&mut outbox, "a", "me", "🍵", true);
    assert_eq!(seen(&outbox, &item(&[])), ["🍵1 me"]);
    assert_eq!(seen(&outbox, &item(&[("👍", &["bo"]), ("🍵", &["bo"])])), ["👍1 bo", "🍵2 bo,me"]);
    assert_eq!(seen(&outbox, &item(&[("🍵", &["bo", "me"])])), ["🍵2 bo,me"], "the log was faster than the ack");
}

#[test]
fn one_that_is_taken_back_is_gone_at_once() {
    let mut outbox = Outbox::default();
    asked(&mut outbox, "a", "me", "🍵", false);
    assert_eq!(seen(&outbox, &item(&[("🍵", &["me"])])), [""; 0]);
    assert_eq!(seen(&outbox, &item(&[("🍵", &["me", "bo"])])), ["🍵1 bo"]);
    assert_eq!(seen(&outbox, &item(&[("🍵", &["bo"])])), ["🍵1 bo"]);
    asked(&mut outbox, "b", "me", "🍵", true);
    assert_eq!(seen(&outbox, &item(&[("🍵", &["bo"])])), ["🍵2 bo,me"], "the last wish is the one that counts");
}

#[test]
fn what_is_somebody_elses_or_refused_or_of_another_message_is_not_shown() {
    let mut outbox = Outbox::default();
    asked(&mut outbox, "a", "bo", "🍵", true);
    asked(&mut outbox, "b", "me", "👍", true);
    let refusal = Refusal::permanent(ErrorCode::TooManyReactions);
    outbox.refused(&PostId::parse("b").expect("a good id"), refusal, Timestamp::default());
    assert_eq!(seen(&outbox, &item(&[])), [""; 0]);
    asked(&mut outbox, "c", "me", "🎉", true);
    let other = Arc::new(HistoryItem::new(message(2, 0, person("ada"), "y")));
    assert_eq!(seen(&outbox, &other), [""; 0]);
    assert!(Pending::of(&outbox, &RoomSlug::lobby(), None).over(&item(&[])).is_none());
}

/// What message 1, which says "line 1", says to `me`; when it was edited; how far that has come.
fn says(outbox: &Outbox, item: &Arc<HistoryItem>) -> (String, Option<i64>, Option<PostState>) {
    let me = person("me");
    let changed = Pending::of(outbox, &RoomSlug::lobby(), Some(&me)).over(item);
    let state = changed.as_ref().and_then(|changed| changed.text_state);
    let item = changed.map_or_else(|| Arc::clone(item), |changed| changed.item);
    (item.event.body.text().to_owned(), item.edited_ms.map(Timestamp::unix_ms), state)
}

#[test]
fn an_own_edit_is_seen_at_once_and_the_last_one_counts() {
    let mut outbox = Outbox::default();
    assert_eq!(says(&outbox, &item(&[])), ("line 1".to_owned(), None, None));
    post(&mut outbox, "a", "me", edited("tea"));
    post(&mut outbox, "b", "me", edited("more tea"));
    assert_eq!(says(&outbox, &item(&[])), ("more tea".to_owned(), Some(7), Some(PostState::Waiting)));
}

#[test]
fn an_own_deletion_is_seen_at_once_and_so_is_its_undoing() {
    let mut outbox = Outbox::default();
    post(&mut outbox, "a", "me", PostBody::Deleted { target: TARGET });
    assert_eq!(says(&outbox, &item(&[])), (String::new(), None, Some(PostState::Waiting)));
    post(&mut outbox, "b", "me", PostBody::Restored { target: TARGET });
    assert_eq!(says(&outbox, &item(&[])).0, "line 1");
}

#[test]
fn a_refused_edit_shows_again_what_was_there() {
    let mut outbox = Outbox::default();
    post(&mut outbox, "a", "me", edited("tea"));
    let refusal = Refusal::permanent(ErrorCode::TooLate);
    outbox.refused(&PostId::parse("a").expect("a good id"), refusal, NOW);
    assert_eq!(says(&outbox, &item(&[])), ("line 1".to_owned(), None, None));
}

#[test]
fn a_reaction_on_its_way_says_nothing_of_the_text() {
    let mut outbox = Outbox::default();
    asked(&mut outbox, "a", "me", "🍵", true);
    assert_eq!(says(&outbox, &item(&[])), ("line 1".to_owned(), None, None));
}
