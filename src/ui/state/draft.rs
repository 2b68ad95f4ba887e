//! What is being typed: the field of the composer and its draft change together, and a draft belongs to its room.

use leptos::prelude::*;
use web_sys::HtmlTextAreaElement;

use super::RoomState;
use crate::client::element::element;
use crate::client::storage;
use crate::model::draft::{Draft, with_kept};
use crate::protocol::page::Form;

impl RoomState {
    /// The composer is in the document. What was typed into it before the page came alive goes on behind what storage kept.
    pub fn composer_came(self) {
        let Some(field) = field() else { return };
        match field.value() {
            nothing if nothing.is_empty() => self.open_draft(),
            typed => {
                let room = self.slug();
                let text = with_kept(storage::draft(&room), typed);
                // Setting the same text again would move the caret.
                if text != field.value() {
                    field.set_value(&text);
                }
                self.draft.set(Draft::new(room, String::new()));
                self.typed(text);
            }
        }
        if self.focus_composer.get_value() {
            self.focus_composer.set_value(false);
            // Fails only for an element that is out of the document.
            let _ = field.focus();
        }
    }

    /// A key changed the text of the field.
    pub fn typed(self, text: String) {
        self.clear_notice(Form::Say);
        self.wrote(&text);
        self.draft.update(|draft| {
            storage::keep_draft(draft.room(), &text);
            draft.edit(text);
        });
    }

    /// Storage has got back what a crash took: shows it, unless something was typed meanwhile.
    pub(super) fn recover_draft(self) {
        if self.draft.with_untracked(|draft| draft.text().is_empty()) {
            self.open_draft();
        }
    }

    /// Another room is open: shows its draft. The field changes in the same step as the room, so that no key falls in
    /// between.
    pub(super) fn open_draft(self) {
        let room = self.slug();
        let text = storage::draft(&room);
        write(&text);
        self.draft.set(Draft::new(room, text));
    }

    /// The draft was said.
    pub(super) fn clear_draft(self) {
        write("");
        self.draft.update(|draft| {
            storage::keep_draft(draft.room(), "");
            draft.edit(String::new());
        });
    }
}

/// A reader without a nickname has none.
fn field() -> Option<HtmlTextAreaElement> {
    element("composer")
}

fn write(text: &str) {
    if let Some(field) = field() {
        field.set_value(text);
    }
}
