//! A message of somebody.

mod delivery;

use leptos::prelude::*;

pub use self::delivery::clipboard;
use self::delivery::delivery_of;
use super::edits::edited_mark;
use super::markdown::markdown;
use super::person_name::person_name;
use super::reactions::reactions_of;
use super::replies::quote_of;
use super::seal::{Seal, SealSize};
use crate::model::rows::{Continuation, Delivery, MessageRow, MessageRowId};
use crate::model::{address, calendar};
use crate::protocol::{Origin, UserId};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::state::use_room_state;

/// Seal, nickname and time open a group; the messages that follow in it show their text.
#[component]
pub fn Message(
    /// The message.
    row: MessageRow,
) -> impl IntoView {
    let class = class(&row);
    let delivery = delivery_of(&row);
    let reactions = reactions_of(&row);
    let anchor = if let MessageRowId::Stored(seq) = row.id { Some(address::anchor(seq)) } else { None };
    let datetime = calendar::rfc3339_utc(row.at);
    let clock = row.clock.to_string();
    let edited = edited_mark(&row);
    let quote = quote_of(&row);
    let fold = is_tall(&row.text).then(fold);
    let words = use_room_state().words();
    let text = markdown(if row.text.is_empty() { words.deleted.to_owned() } else { row.text }, words);
    let time = view! { <time class="message__time" datetime=datetime>{clock}</time> };
    let head = match row.continuation {
        Continuation::First => opening(row.nickname, row.author, row.origin, time.erase()),
        Continuation::Following => following(row.nickname, time.erase()),
    };
    view! {
        <li class=class id=anchor data-row="">
            {head}
            {quote}
            {text}
            {fold}
            {edited}
            {delivery}
            {reactions}
        </li>
    }
}

fn class(row: &MessageRow) -> String {
    let place = match row.continuation {
        Continuation::First => "message--opens",
        Continuation::Following => "message--continues",
    };
    let state = match row.delivery {
        Delivery::Stored => "",
        Delivery::Waiting | Delivery::Sending => " message--pending",
        Delivery::Failed(_) | Delivery::Stale => " message--failed",
    };
    let deleted = if row.text.is_empty() { " message--deleted" } else { "" };
    ["message ", place, state, deleted].concat()
}

fn opening(nickname: String, author: Option<UserId>, origin: Origin, time: ErasedView) -> ErasedView {
    let words = use_room_state().words();
    let seal = view! { <Seal nickname=nickname.clone() size=SealSize::Regular /> };
    view! {
        {seal}
        <div class="message__head">
            {author.map(|author| person_name("message__name", &author, nickname))}
            " "
            {(origin == Origin::Plain).then(|| view! { <span class="mark">{words.plain_mark}</span> })}
            " "
            {time}
        </div>
    }
    .erase()
}

/// The name stands above; a screen reader hears it here too.
fn following(nickname: String, time: ErasedView) -> ErasedView {
    view! {
        <bdi class="visually-hidden">{nickname}</bdi>
        {time}
    }
    .erase()
}

/// Whether a text is so tall that it would push the conversation out of sight: more than about 40 lines on a wide page.
fn is_tall(text: &str) -> bool {
    const LINES_MAX: usize = 40;
    // As wide as the conversation is at most, in Latin letters.
    const LINE_CELLS: usize = 88;
    let lines = text.split('\n').map(|line| {
        let cells: usize = line.chars().map(|character| if character < '\u{2E80}' { 1 } else { 2 }).sum();
        1 + cells / LINE_CELLS
    });
    lines.sum::<usize>() > LINES_MAX
}

/// Its state alone decides how much of the text above it is shown: the style sheet does the rest, with or without scripts.
fn fold() -> ErasedView {
    let words = use_room_state().words();
    view! {
        <details class="message__fold">
            <summary class="link-button">
                <span class="message__more">{words.show_all}</span>
                <span class="message__less">{words.show_less}</span>
            </summary>
        </details>
    }
    .erase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_text_of_more_than_about_forty_lines_is_folded() {
        for (text, tall) in [
            ("tea".to_owned(), false),
            ("tea\n".repeat(39), false),
            ("tea\n".repeat(40), true),
            ("x".repeat(3_400), false),
            ("x".repeat(4_000), true),
            ("字".repeat(1_700), false),
            ("字".repeat(2_000), true),
        ] {
            assert_eq!(is_tall(&text), tall, "{} bytes", text.len());
        }
    }
}
