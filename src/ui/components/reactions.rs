//! The reactions to a message, and what one reacts by. All their buttons belong to one form, which works without scripts;
//! what each asks for is in its value (`model::conversation::reactions`).

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use web_sys::{HtmlElement, HtmlInputElement};

use super::notice_line;
use crate::client::element::{close_popover, element, open_popover_at};
use crate::model::address;
use crate::model::conversation::reactions::{Change, Press, QUICK};
use crate::model::rows::{Line, LineId, Ownership, ReactionRow};
use crate::protocol::Seq;
use crate::ui::i18n::fill;
use crate::ui::piece::{IntoPiece, Piece, live};
use crate::ui::state::{RoomState, use_room_state};

/// The id of the form of all these buttons: without scripts, a field outside of it names the post (`ui::shell`).
pub const REACTION_FORM_ID: &str = "react";
/// The emojis that are offered.
const OFFER: &str = "offer";
/// The field with the message that they are offered for.
const OFFERED_FOR: &str = "offered-for";

/// Under a message of the log: who reacted how, and the way to add a reaction.
pub fn reactions_of(line: &Line) -> Option<Piece> {
    let LineId::Stored(seq) = line.id else { return None };
    let state = use_room_state();
    let mut buttons: Vec<Piece> = line.reactions.iter().map(|reaction| chip(state, seq, reaction)).collect();
    let label = state.words().react;
    let add = view! {
        <button class="reactions__add" form=REACTION_FORM_ID name="reaction" value=seq.to_string() aria-label=label></button>
    };
    buttons.push(add.into_piece());
    Some(view! { <div class="reactions">{buttons}</div> }.into_piece())
}

fn chip(state: RoomState, seq: Seq, reaction: &ReactionRow) -> Piece {
    let words = state.words();
    let (sentence, change, pressed) = match reaction.ownership {
        Ownership::Own => (words.reaction_own, Change::TakeBack, "true"),
        Ownership::Other => (words.reaction_of_others, Change::Set, "false"),
    };
    let names = notice_line::names(state.language, reaction.people.clone());
    let who = fill(&sentence.with(reaction.count as usize), &[("{emoji}", &reaction.emoji), ("{names}", &names)]);
    let shown = [&reaction.emoji, " ", &reaction.count.to_string()].concat();
    let value = change.value(seq, &reaction.emoji);
    view! {
        <button
            class="reactions__chip"
            form=REACTION_FORM_ID
            name="reaction"
            value=value
            aria-pressed=pressed
            title=who.clone()
            aria-label=who
        >
            {shown}
        </button>
    }
    .into_piece()
}

/// The form, and the emojis that are offered: beside the button that asked for them, or above the composer where no script
/// can put them there.
#[component]
pub fn ReactionForm() -> impl IntoView {
    let state = use_room_state();
    let offered_for = state.offered_for();
    // Read once: it is for the page that the server drew, and leads back to it.
    let before = (!state.rendered_newest.get_untracked())
        .then(|| state.timeline.with_untracked(|timeline| timeline.head().next()));
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(button) = event.submitter() {
            pressed(state, &button);
        }
    };
    let quick = QUICK.iter().map(|emoji| {
        view! { <button class="offer__emoji" name="reaction" value=["+", emoji].concat()>{*emoji}</button> }
            .into_piece()
    });
    view! {
        <form
            id=REACTION_FORM_ID
            method="post"
            action=live(move || state.room.with(|room| address::react(&room.slug, before)))
            on:submit=submit
        >
            <input type="hidden" name="offered_for" id=OFFERED_FOR value=offered_for.map(|seq| seq.to_string()) />
            <div
                class="offer"
                id=OFFER
                role="group"
                aria-label=state.words().react
                popover=offered_for.is_none().then_some("auto")
            >
                {quick.collect::<Vec<_>>()}
            </div>
        </form>
    }
}

fn pressed(state: RoomState, button: &HtmlElement) {
    let Some(field) = element::<HtmlInputElement>(OFFERED_FOR) else { return };
    match Press::parse(&button.get_attribute("value").unwrap_or_default(), &field.value()) {
        Some(Press::Offer(seq)) if state.me.with_untracked(Option::is_some) => {
            field.set_value(&seq.to_string());
            open_popover_at(OFFER, button);
        }
        Some(Press::Offer(_)) => state.ask_for_nickname(),
        Some(Press::React { target, emoji, change }) => {
            close_popover(OFFER);
            state.react(target, emoji, change);
        }
        None => {}
    }
}
