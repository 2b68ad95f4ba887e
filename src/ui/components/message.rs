//! A message of somebody. It is written as HTML (`ui::html`): nothing in it listens to anything, since clicks are taken where
//! they arrive (`super::reactions`).

mod delivery;

use self::delivery::write_delivery;
pub use self::delivery::{OUTGOING_NAME, clipboard, follow_waiting, outgoing_pressed};
use super::edits::write_edited;
use super::markdown::write_markdown;
use super::person_name::write_name;
use super::reactions::write_reactions;
use super::replies::write_quote;
use super::seal::{SealSize, write_seal};
use crate::model::address;
use crate::model::calendar::Clock;
use crate::model::rows::{Continuation, Delivery, MessageRow, MessageRowId};
use crate::protocol::Origin;
use crate::ui::html::{Html, HtmlElement, html_element};
use crate::ui::i18n::Words;
use crate::ui::state::RoomState;

/// The id of what the document says that the time of a message leads to.
pub const ABOUT_DETAILS_ID: &str = "about-details";

/// Seal, nickname and time open a group; the messages that follow in it show their text.
pub fn message(state: RoomState, row: &MessageRow) -> HtmlElement {
    html_element(|html| write_message(html, state, row))
}

fn write_message(html: &mut Html, state: RoomState, row: &MessageRow) {
    let words = state.words();
    let class = class(row);
    let anchor = if let MessageRowId::Stored(seq) = row.id { Some(address::anchor(seq)) } else { None };
    let attributes = [("class", class.as_str()), ("data-row", ""), ("id", anchor.as_deref().unwrap_or_default())];
    html.start("li", if anchor.is_some() { &attributes } else { &attributes[..2] });
    match row.continuation {
        Continuation::First => write_opening(html, state, row),
        // The name stands above; a screen reader hears it here too.
        Continuation::Following => {
            html.name("visually-hidden", &row.nickname);
            write_when(html, state, row);
        }
    }
    if let Some(reply) = &row.reply {
        write_quote(html, state, reply);
    }
    write_markdown(html, if row.text.is_empty() { words.deleted } else { &row.text }, words);
    if is_tall(&row.text) {
        write_fold(html, words);
    }
    if let Some(edited) = row.edited {
        write_edited(html, words, edited);
    }
    write_delivery(html, state, row);
    if let (MessageRowId::Stored(seq), false) = (&row.id, row.text.is_empty()) {
        write_reactions(html, state, *seq, row);
    }
    html.end();
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

fn write_opening(html: &mut Html, state: RoomState, row: &MessageRow) {
    write_seal(html, state, &row.nickname, SealSize::Regular);
    html.start("div", &[("class", "message__head")]);
    if let Some(author) = &row.author {
        write_name(html, "message__name", author, &row.nickname);
    }
    html.text(" ");
    if row.origin == Origin::Plain {
        html.element("span", &[("class", "mark")], state.words().plain_mark);
    }
    html.text(" ");
    write_when(html, state, row);
    html.end();
}

/// Writes when. Of a message of the log, it leads to all that may be known of it.
fn write_when(html: &mut Html, state: RoomState, row: &MessageRow) {
    let MessageRowId::Stored(seq) = row.id else { return write_time(html, row.clock) };
    let details = address::details(&state.slug(), seq);
    let attributes = [
        ("class", "message__time"),
        ("href", details.as_str()),
        ("data-panel", ""),
        ("aria-describedby", ABOUT_DETAILS_ID),
    ];
    html.element("a", &attributes, &row.clock.to_string());
}

/// Writes a time of day on the reader's clock.
pub fn write_time(html: &mut Html, clock: Clock) {
    html.element("span", &[("class", "message__time")], &clock.to_string());
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
fn write_fold(html: &mut Html, words: &'static Words) {
    html.start("details", &[("class", "message__fold")]);
    html.start("summary", &[("class", "link-button")]);
    html.element("span", &[("class", "message__more")], words.show_all);
    html.element("span", &[("class", "message__less")], words.show_less);
    html.end();
    html.end();
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
