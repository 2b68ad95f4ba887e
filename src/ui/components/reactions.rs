//! The reactions to a message, and what one reacts by. All their buttons belong to one form, which works without scripts and
//! which only the server draws (`ui::shell`); what each asks for is in its value (`model::conversation::reactions`).

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};

use super::edits::{CHANGE_NAME, change_pressed, offer_changes};
use super::notice_line;
use crate::client::element::{clicked, close_popover, element, open_popover_at};
use crate::client::listener::Listener;
use crate::model::conversation::reactions::{Change, Press, REPLY};
use crate::model::rows::{MessageRow, MessageRowId, Ownership, ReactionRow};
use crate::protocol::Seq;
use crate::ui::erased_view::{Erase, ErasedView, html_only};
use crate::ui::i18n::fill;
use crate::ui::parts::{NotLoaded, Parts};
use crate::ui::state::{RoomState, use_room_state};

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

/// Under a message of the log: who reacted how, and the ways to reply and to add a reaction. A deleted one has none.
pub fn reactions_of(row: &MessageRow) -> Option<ErasedView> {
    let (MessageRowId::Stored(seq), false) = (&row.id, row.text.is_empty()) else { return None };
    let (seq, state) = (*seq, use_room_state());
    let words = state.words();
    let react = if row.ownership == Ownership::Own { words.react_or_change } else { words.react };
    let mut buttons: Vec<ErasedView> = row.reactions.iter().map(|reaction| chip(state, seq, reaction)).collect();
    let reply = [&seq.to_string(), REPLY].concat();
    buttons.push(button("reactions__reply", reply, None, words.reply.to_owned(), Vec::new()));
    buttons.push(button("reactions__add", seq.to_string(), None, react.to_owned(), Vec::new()));
    Some(view! { <div class="reactions">{buttons}</div> }.erase())
}

fn chip(state: RoomState, seq: Seq, reaction: &ReactionRow) -> ErasedView {
    let words = state.words();
    let (sentence, change, pressed) = match reaction.ownership {
        Ownership::Own => (words.reaction_own, Change::TakeBack, "true"),
        Ownership::Other => (words.reaction_of_others, Change::Set, "false"),
    };
    let names = notice_line::names(state.language, reaction.people.clone());
    let who = fill(&sentence.with(reaction.count as usize), &[("{emoji}", &reaction.emoji), ("{names}", &names)]);
    let value = change.value(seq, &reaction.emoji);
    // An element of its own, since only the emoji is drawn in colour: digits have coloured forms, too.
    let emoji = view! { <bdi>{reaction.emoji.clone()}</bdi> }.erase();
    let count = [" ", &reaction.count.to_string()].concat().erase();
    button("reactions__chip", value, Some(pressed), who, vec![emoji, count])
}

/// One type of view for all. Only in HTML does a button name its form: Chromium asks every such button of the page whenever
/// one of them comes or goes, which cost more than all the rest of a row.
fn button(
    class: &'static str,
    value: String,
    pressed: Option<&'static str>,
    label: String,
    shown: Vec<ErasedView>,
) -> ErasedView {
    view! {
        <button
            class=class
            form=html_only(REACTION_FORM_ID)
            name=REACTION_NAME
            value=value
            aria-pressed=pressed
            title=label.clone()
            aria-label=label
        >
            {shown}
        </button>
    }
    .erase()
}

/// Takes over from the form without scripts, before a button submits it.
pub fn follow_reactions(state: RoomState, parts: Option<Parts>) {
    let listener = Listener::on(&window(), "click", move |event| {
        let Some(button) = clicked(&event, "button[name]") else { return };
        match button.get_attribute("name").as_deref() {
            Some(REACTION_NAME) => pressed(state, &button),
            Some(CHANGE_NAME) => change(state, &button),
            _ => return,
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
