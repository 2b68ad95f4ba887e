//! The reactions to a message, and what one reacts by. All their buttons belong to one form, which works without scripts and
//! which only the server draws (`ui::shell`); what each asks for is in its value (`model::conversation::reactions`).

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};

use super::edits::{CHANGE_NAME, TAKE_BACK_NAME, change_pressed, offer_changes, take_back_pressed};
use super::hole_marker::{FILL_NAME, fill_pressed};
use super::jump_to_newest::NEWEST_NAME;
use super::message::{OUTGOING_NAME, outgoing_pressed};
use super::notice_line;
use super::replies::cancel_pressed;
use super::timeline::OLDER_CLASS;
use crate::client::element::{clicked, close_popover, element, open_popover_at};
use crate::client::listener::Listener;
use crate::model::conversation::reactions::{Change, Press, REPLY};
use crate::model::rows::{MessageRow, Ownership, ReactionRow};
use crate::protocol::Seq;
use crate::ui::html::Html;
use crate::ui::i18n::fill;
use crate::ui::parts::{NotLoaded, Parts};
use crate::ui::state::RoomState;

/// The id of the form of all these buttons.
pub const REACTION_FORM_ID: &str = "react";
/// The id of the emojis that are offered.
pub const OFFER_ID: &str = "offer";
/// The id of the field with the message that they are offered for.
pub const OFFERED_FOR_ID: &str = "offered-for";
/// The id of the button that shows all emojis.
pub const MORE_ID: &str = "offer-more";
/// The name of every button that reacts, or offers to.
pub const REACTION_NAME: &str = "reaction";

/// Writes, under a message of the log, who reacted how, and the ways to reply and to add a reaction.
pub fn write_reactions(html: &mut Html, state: RoomState, seq: Seq, row: &MessageRow) {
    let words = state.words();
    let seq_text = seq.to_string();
    html.start("div", &[("class", "reactions")]);
    for reaction in &row.reactions {
        write_chip(html, state, seq, reaction);
    }
    start_button(html, "reactions__reply", &[&seq_text, REPLY].concat(), words.reply, None);
    html.end();
    let react = if row.ownership == Ownership::Own { words.react_or_change } else { words.react };
    start_button(html, "reactions__add", &seq_text, react, None);
    html.end();
    html.end();
}

fn write_chip(html: &mut Html, state: RoomState, seq: Seq, reaction: &ReactionRow) {
    let words = state.words();
    let (sentence, change, pressed) = match reaction.ownership {
        Ownership::Own => (words.reaction_own, Change::TakeBack, "true"),
        Ownership::Other => (words.reaction_of_others, Change::Set, "false"),
    };
    let names = notice_line::names(state.language, reaction.people.clone());
    let who = fill(&sentence.with(reaction.count as usize), &[("{emoji}", &reaction.emoji), ("{names}", &names)]);
    start_button(html, "reactions__chip", &change.value(seq, &reaction.emoji), &who, Some(pressed));
    // An element of its own, since only the emoji is drawn in colour: digits have coloured forms, too.
    html.name("", &reaction.emoji);
    html.text(" ");
    html.text(&reaction.count.to_string());
    html.end();
}

/// Only the server's page names the form of the buttons: Chromium asks every button of the page that names one whenever one
/// of them comes or goes, which cost more than all the rest of a row.
fn start_button(html: &mut Html, class: &'static str, value: &str, label: &str, pressed: Option<&'static str>) {
    let mut attributes = vec![("class", class), ("name", REACTION_NAME), ("value", value)];
    attributes.extend(pressed.map(|pressed| ("aria-pressed", pressed)));
    attributes.extend([("title", label), ("aria-label", label)]);
    if cfg!(feature = "ssr") {
        attributes.push(("form", REACTION_FORM_ID));
    }
    html.start("button", &attributes);
}

/// What is taken: every button with a name, and the links that do more in the page than where they lead to.
const PRESSED: &str = "button[name], .timeline__older, .reply-notice__cancel";

/// Takes over from the form without scripts, before a button submits it.
pub fn follow_reactions(state: RoomState, parts: Option<Parts>) {
    let listener = Listener::on(&window(), "click", move |event| {
        let Some(button) = clicked(&event, PRESSED) else { return };
        match button.get_attribute("name").as_deref() {
            Some(REACTION_NAME) => pressed(state, &button),
            Some(CHANGE_NAME) => change(state, &button),
            Some(OUTGOING_NAME) => outgoing_pressed(state, &button),
            Some(FILL_NAME) => fill_pressed(state, &button),
            Some(NEWEST_NAME) => state.show_newest(),
            Some(TAKE_BACK_NAME) => take_back_pressed(state),
            None if button.class_name() == OLDER_CLASS => state.load_older(),
            None => cancel_pressed(state),
            Some(_) => return,
        }
        event.prevent_default();
    });
    // It listens for as long as the page lives.
    std::mem::forget(listener);
    // Should the scripts stop, the form would post to the room that was open first: then it does nothing.
    if let Some(form) = element::<HtmlElement>(REACTION_FORM_ID) {
        // A method is a name that is always accepted.
        let _ = form.set_attribute("method", "dialog");
    }
    if let (Some(more), Some(parts)) = (element::<HtmlElement>(MORE_ID), parts) {
        for (event, wish) in [("pointerenter", Wish::Fetch), ("focus", Wish::Fetch), ("click", Wish::Show)] {
            let listener = Listener::on(&more, event, move |_| spawn_local(get_emoji_picker(state, parts, wish)));
            std::mem::forget(listener);
        }
    }
}

/// What is wanted of a part.
#[derive(Clone, Copy)]
enum Wish {
    /// That it is there when it is needed.
    Fetch,
    Show,
}

/// Fetches the part with all emojis; `data-more` tells the sheet how far that is.
async fn get_emoji_picker(state: RoomState, parts: Parts, wish: Wish) {
    if let Wish::Show = wish {
        mark_more("loading");
    }
    let loaded = (parts.emoji_picker)().await;
    match (wish, loaded, element::<HtmlElement>(OFFER_ID)) {
        (Wish::Show, Ok(show), Some(offer)) => show(&offer, state.language),
        (Wish::Show, Err(NotLoaded), _) => mark_more("failed"),
        _ => {}
    }
}

fn mark_more(progress: &str) {
    if let Some(offer) = element::<HtmlElement>(OFFER_ID) {
        // It is a name that an attribute may have.
        let _ = offer.set_attribute("data-more", progress);
    }
}

fn change(state: RoomState, button: &HtmlElement) {
    let Some(field) = element::<HtmlInputElement>(OFFERED_FOR_ID) else { return };
    if let (Some(change), Ok(seq)) = (button.get_attribute("value"), field.value().parse()) {
        change_pressed(state, &change, Seq::new(seq));
    }
}

fn pressed(state: RoomState, button: &HtmlElement) {
    let Some(field) = element::<HtmlInputElement>(OFFERED_FOR_ID) else { return };
    match Press::parse(&button.get_attribute("value").unwrap_or_default(), &field.value()) {
        Some(Press::Offer(seq)) if state.me.with_untracked(Option::is_some) => {
            field.set_value(&seq.to_string());
            mark_more("");
            offer_changes(state, seq);
            open_popover_at(OFFER_ID, button);
        }
        Some(Press::Offer(_)) => state.ask_for_nickname(),
        Some(Press::Reply(seq)) => {
            close_popover(OFFER_ID);
            state.reply(seq);
        }
        Some(Press::React { target, emoji, change }) => {
            close_popover(OFFER_ID);
            state.react(target, emoji, change);
        }
        None => {}
    }
}
