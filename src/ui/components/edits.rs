//! What is shown of a message that its author changed: when it was edited, and that it is deleted; what one changes it by,
//! and copies it by.
//! The buttons belong to the form of reactions, which works without scripts (`ui::shell`); the text is changed in the composer.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, KeyboardEvent};

use super::message::{clipboard, write_time};
use super::reactions::OFFER_ID;
use crate::client::element::{close_popover, element};
use crate::client::listener::Listener;
use crate::model::calendar::Clock;
use crate::protocol::Seq;
use crate::ui::cell::Derived;
use crate::ui::erased_view::{Erase, live};
use crate::ui::html::{Html, html_element};
use crate::ui::i18n::Words;
use crate::ui::state::{OwnChange, RoomState, use_room_state};

/// The name of every button that changes an own message, and of the attribute of the offer that shows them.
pub const CHANGE_NAME: &str = "change";
/// The name of the button that takes a change back.
pub const TAKE_BACK_NAME: &str = "take-back";
/// The value of the button that copies what was typed, with its marks.
pub const COPY: &str = "copy";
/// The value of the button that edits.
pub const EDIT: &str = "edit";
/// The value of the button that deletes.
pub const DELETE: &str = "delete";

/// Writes, under the text of a message, when it was edited.
pub fn write_edited(html: &mut Html, words: &'static Words, edited: Clock) {
    html.start("span", &[("class", "message__edited")]);
    html.text(words.edited);
    html.text(" ");
    write_time(html, edited);
    html.end();
}

/// Above the composer: that it edits a message, or that one was deleted; and the way back.
#[component]
pub fn ChangeNotice() -> impl IntoView {
    let state = use_room_state();
    let is_outdated = Derived::new(move || state.is_edit_outdated());
    live(move || {
        state.change.get().map(|change| {
            let words = state.words();
            let (says, back) = match change {
                OwnChange::Edits(_) if is_outdated.get() => (words.editing_outdated, words.cancel),
                OwnChange::Edits(_) => (words.editing, words.cancel),
                OwnChange::Deleted(_) => (words.deleted_own, words.undo),
            };
            html_element(|html| {
                html.start("p", &[("class", "change-notice"), ("role", "status")]);
                html.text(says);
                html.text(" ");
                html.element("button", &[("type", "button"), ("class", "link-button"), ("name", TAKE_BACK_NAME)], back);
                html.end();
            })
            .erase()
        })
    })
}

/// Shows in the offer what may be done with this message.
pub fn offer_changes(state: RoomState, seq: Seq) {
    if let Some(offer) = element::<HtmlElement>(OFFER_ID) {
        let changes =
            [clipboard().map(|_| COPY), state.editable(seq).map(|_| EDIT), state.is_deletable(seq).then_some(DELETE)];
        let changes: Vec<_> = changes.into_iter().flatten().collect();
        // It is a name that an attribute may have.
        let _ = offer.set_attribute("data-change", &changes.join(" "));
    }
}

/// A button of the offer was pressed for this message.
pub fn change_pressed(state: RoomState, change: &str, seq: Seq) {
    close_popover(OFFER_ID);
    match (change, clipboard()) {
        (COPY, Some(clipboard)) => {
            drop(clipboard.write_text(&state.source(seq).unwrap_or_default()));
        }
        (EDIT, _) => state.edit_message(seq),
        (DELETE, _) => state.delete_message(seq),
        _ => {}
    }
}

/// The button that takes a change back was pressed.
pub fn take_back_pressed(state: RoomState) {
    if let Some(change) = state.change.get_untracked() {
        state.take_back(change);
    }
}

/// In the composer: up edits the newest own message while nothing is written, Escape stops editing, then replying. There and
/// in the conversation, it then ends what is new.
pub fn follow_composer_keys(state: RoomState) {
    let listener = Listener::on(&window(), "keydown", move |event| {
        let key: &KeyboardEvent = event.unchecked_ref();
        let target = event.target().and_then(|target| target.dyn_into::<HtmlElement>().ok());
        let place = target.map(|target| target.id()).unwrap_or_default();
        let is_composer = place == "composer";
        if !(is_composer || place == "messages") || key.is_composing() {
            return;
        }
        let is_taken = match key.key().as_str() {
            "ArrowUp" if is_composer => state.edit_newest(),
            "Escape" => state.stop_editing() || state.cancel_reply() || state.mark_read(),
            _ => false,
        };
        if is_taken {
            event.prevent_default();
        }
    });
    // It listens for as long as the page lives.
    std::mem::forget(listener);
}
