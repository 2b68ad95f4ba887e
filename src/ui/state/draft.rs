//! What is being typed: the field of the composer and its draft change together, and a draft belongs to its room.

use web_sys::HtmlTextAreaElement;

use super::RoomState;
use crate::client::element::element;
use crate::client::storage;
use crate::model::conversation::Update;
use crate::model::draft::{ComposerDraft, with_kept};
use crate::protocol::page::Form;

/// A draft of this size is kept at every key. To write a longer one takes the browser longer than a key may.
const KEPT_AT_EVERY_KEY_BYTES: usize = 4 * 1024;
/// A longer draft is kept so long after the first key that changed it, and before the page can go.
const KEPT_AFTER_MS: u32 = 1_000;

impl RoomState {
    /// The composer is in the document. What was typed into it before the page came alive goes on behind what storage kept.
    pub fn composer_came(self) {
        let Some(field) = field() else { return };
        if self.reply_to.get_untracked().is_some() {
            self.keep_reply();
        }
        match field.value() {
            nothing if nothing.is_empty() => self.open_draft(),
            typed => {
                let text = with_kept(self.take_up_kept(), typed);
                write(&text);
                self.draft.set(ComposerDraft::new(self.slug(), String::new()));
                self.typed(text);
            }
        }
        if self.quietly(|quiet| std::mem::take(&mut quiet.focus_composer)) {
            // Fails only for an element that is out of the document.
            let _ = field.focus();
        }
    }

    /// A key changed the text of the field.
    pub fn typed(self, text: String) {
        self.clear_notice(Form::Post);
        if !text.trim().is_empty() {
            self.step(Update::Wrote);
        }
        let is_small = text.len() <= KEPT_AT_EVERY_KEY_BYTES;
        self.draft.update(|draft| draft.edit(text));
        if is_small {
            self.keep_draft();
        } else if !self.quietly(|quiet| quiet.timers.draft.is_set()) {
            self.quietly(|quiet| quiet.timers.draft.set(KEPT_AFTER_MS, move || self.keep_draft()));
        }
    }

    fn keep_draft(self) {
        self.quietly(|quiet| quiet.timers.draft.stop());
        self.draft.with_untracked(|draft| match self.unsaved_edit(draft.text()) {
            // It does not take the place of the draft that waits.
            Some(edit) => storage::keep_edit(draft.room(), Some(&edit)),
            None => storage::keep_draft(draft.room(), draft.text()),
        });
    }

    /// The page may be gone in a moment, or shows another draft: what the timer still holds back is kept now.
    pub(super) fn keep_last_words(self) {
        if self.quietly(|quiet| quiet.timers.draft.is_set()) {
            self.keep_draft();
        }
    }

    /// Storage has got back what a crash took: shows it, unless something was typed meanwhile.
    pub(super) fn recover_draft(self) {
        if self.draft.with_untracked(|draft| draft.text().is_empty()) {
            self.open_draft();
        }
    }

    /// Another room is open: shows what is being edited there, or its draft. The field changes in the same step as the room,
    /// so that no key falls in between.
    pub(super) fn open_draft(self) {
        self.keep_last_words();
        let text = self.take_up_kept();
        self.show_in_composer(text);
    }

    /// What storage kept of the open room's composer: an edit, which is gone on with, or the draft.
    fn take_up_kept(self) -> String {
        let room = self.slug();
        self.reply_to.set(storage::reply(&room));
        match storage::unsaved_edit(&room) {
            Some(edit) => self.take_up_edit(edit),
            None => {
                self.change.set(None);
                storage::draft(&room)
            }
        }
    }

    /// The field shows a text of the open room.
    pub(super) fn show_in_composer(self, text: String) {
        write(&text);
        self.draft.set(ComposerDraft::new(self.slug(), text));
    }

    /// Somebody signed out: what the timer still holds back is not kept, nor shown to the next person.
    pub(super) fn forget_draft(self) {
        self.quietly(|quiet| quiet.timers.draft.stop());
        self.open_draft();
    }

    /// The draft was posted.
    pub(super) fn clear_draft(self) {
        write("");
        self.draft.update(|draft| draft.edit(String::new()));
        self.keep_draft();
    }
}

/// A reader without a nickname has none.
fn field() -> Option<HtmlTextAreaElement> {
    element("composer")
}

fn write(text: &str) {
    // Setting the same text again would move the caret.
    if let Some(field) = field().filter(|field| field.value() != text) {
        field.set_value(text);
    }
}
