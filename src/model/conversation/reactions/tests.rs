use super::*;
use crate::model::conversation::outbox::Outbox;
use crate::model::samples::{message, person};
use crate::protocol::{ErrorCode, PostId, Refusal, Timestamp};

fn asked(outbox: &mut Outbox, id: &str, sender: &str, emoji: &str, on: bool) {
    let body = PostBody::Reaction { target: Seq::new(1), emoji: emoji.to_owned(), on };
    let id = PostId::parse(id).expect("a good id");
    outbox.push(RoomSlug::lobby(), id, person(sender).id, body, Timestamp::default());
}

fn item(reactions: &[(&str, &[&str])]) -> HistoryItem {
    let reactions = reactions.iter().map(|(emoji, names)| ReactionSummary {
        emoji: (*emoji).to_owned(),
        count: u32::try_from(names.len()).expect("a few"),
        people: names.iter().map(|name| person(name)).collect(),
    });
    HistoryItem { reactions: reactions.collect(), ..HistoryItem::new(message(1, 0, person("ada"), "x")) }
}

/// The reactions to message 1 as `me` sees them.
fn seen(outbox: &Outbox, item: &HistoryItem) -> Vec<String> {
    let me = person("me");
    let reactions =
        Pending::of(outbox, &RoomSlug::lobby(), Some(&me)).over(item).unwrap_or_else(|| item.reactions.clone());
    let names =
        |summary: &ReactionSummary| summary.people.iter().map(|person| person.nickname.clone()).collect::<Vec<_>>();
    reactions.iter().map(|summary| format!("{}{} {}", summary.emoji, summary.count, names(summary).join(","))).collect()
}

#[test]
fn a_button_says_what_it_asks_for_and_nothing_else_is_taken_for_one() {
    let react =
        |target, emoji: &str, change| Some(Press::React { target: Seq::new(target), emoji: emoji.to_owned(), change });
    assert_eq!(Press::parse("17", ""), Some(Press::Offer(Seq::new(17))));
    assert_eq!(Press::parse(&Change::Set.value(Seq::new(17), "🍵"), "9"), react(17, "🍵", Change::Set));
    assert_eq!(Press::parse(&Change::TakeBack.value(Seq::new(17), "1️⃣"), ""), react(17, "1️⃣", Change::TakeBack));
    assert_eq!(Press::parse("+🍵", "9"), react(9, "🍵", Change::Set));
    for nonsense in ["", "+🍵", "17🍵", "-17", "99999999999999999999+🍵"] {
        assert_eq!(Press::parse(nonsense, ""), None, "{nonsense:?}");
    }
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
    let other = HistoryItem::new(message(2, 0, person("ada"), "y"));
    assert_eq!(seen(&outbox, &other), [""; 0]);
    assert_eq!(Pending::of(&outbox, &RoomSlug::lobby(), None).over(&item(&[])), None);
}
