//! Changing one's own messages: in the composer, whose draft waits meanwhile. Not here: which messages may be changed
//! (`model::conversation::edits`).

use super::RoomState;
use crate::client::element::{focus, focus_unless_touch};
use crate::client::{dialog, local_time, storage};
use crate::model::conversation::Update;
use crate::model::draft::{UnsavedEdit, with_kept};
use crate::protocol::page::Form;
use crate::protocol::{ErrorCode, PostBody, Refusal, RoomSlug, Seq};
use crate::ui::i18n;

/// What the reader does or did last with a message of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnChange {
    /// The composer holds its text.
    Edits(Seq),
    /// It was deleted here.
    Deleted(Seq),
}

impl RoomState {
    /// What an own message says that may be edited now.
    pub fn editable(self, seq: Seq) -> Option<String> {
        self.conversation.with_untracked(|conversation| conversation.editable(seq, local_time::now()))
    }

    /// What a message says, as it was typed.
    pub fn source(self, seq: Seq) -> Option<String> {
        self.conversation.with_untracked(|conversation| conversation.source(seq))
    }

    /// Whether this is an own message that may be deleted now.
    pub fn is_deletable(self, seq: Seq) -> bool {
        self.conversation.with_untracked(|conversation| conversation.is_deletable(seq, local_time::now()))
    }

    /// Puts the text of a message into the composer. What was being written there waits.
    pub fn edit_message(self, seq: Seq) {
        let Some(text) = self.editable(seq) else { return };
        self.clear_notice(Form::Post);
        self.keep_last_words();
        let text = self.take_up_edit(UnsavedEdit { target: seq, original: text.clone(), text });
        self.show_in_composer(text);
        focus("composer");
    }

    /// Goes on with an edit, whether its message is held or not: the server decides what becomes of it. Returns what the
    /// composer is to show.
    pub(super) fn take_up_edit(self, UnsavedEdit { target, original, text }: UnsavedEdit) -> String {
        self.quietly(|quiet| quiet.original = original);
        self.change.set(Some(OwnChange::Edits(target)));
        text
    }

    /// What is edited here, with the text that the field holds.
    pub(super) fn unsaved_edit(self, text: &str) -> Option<UnsavedEdit> {
        let Some(OwnChange::Edits(target)) = self.change.get_untracked() else { return None };
        Some(UnsavedEdit { target, original: self.quietly(|quiet| quiet.original.clone()), text: text.to_owned() })
    }

    /// Whether the message that is edited says something else by now than when its text came into the composer. Followed.
    pub fn is_edit_outdated(self) -> bool {
        let Some(OwnChange::Edits(seq)) = self.change.get() else { return false };
        self.timeline.with(|_| ());
        self.outbox.with(|_| ());
        self.editable(seq).is_some_and(|text| self.quietly(|quiet| quiet.original != text))
    }

    /// Edits the newest own message, if nothing is being written. Returns whether it does.
    pub fn edit_newest(self) -> bool {
        let is_free = !self.is_editing() && self.draft.with_untracked(|draft| draft.text().is_empty());
        let now = local_time::now();
        let newest = self.conversation.with_untracked(|conversation| conversation.newest_editable(now));
        newest.filter(|_| is_free).is_some_and(|seq| {
            self.edit_message(seq);
            true
        })
    }

    /// Leaves the message as it is, and goes on with the draft. Returns whether a message was being edited.
    pub fn stop_editing(self) -> bool {
        let is_editing = self.is_editing();
        if is_editing {
            self.clear_notice(Form::Post);
            self.quietly(|quiet| quiet.timers.draft.stop());
            storage::keep_edit(&self.slug(), None);
            self.open_draft();
        }
        is_editing
    }

    /// Whether the composer holds the text of a message, which is no draft.
    pub(super) fn is_editing(self) -> bool {
        matches!(self.change.get_untracked(), Some(OwnChange::Edits(_)))
    }

    /// Posts the new text of a message: checked, shown at once and kept as a new message is. An empty one asks to delete it.
    pub(super) fn save_edit(self, seq: Seq, typed: &str) {
        match self.conversation.with_untracked(|conversation| conversation.checked(typed)) {
            Ok(text) => {
                if self.editable(seq).as_ref() != Some(&text) {
                    self.step(Update::Post(storage::new_post_id(), PostBody::Edited { target: seq, text }));
                }
                self.stop_editing();
            }
            Err(ErrorCode::EmptyMessage) if typed.trim().is_empty() => {
                if dialog::confirm(self.words().delete_empty) {
                    self.delete_message(seq);
                }
            }
            Err(code) => {
                self.tell_form(Form::Post, i18n::refusal_of(self.language, Refusal::permanent(code), typed));
            }
        }
    }

    /// Deletes a message, and offers to bring it back.
    pub fn delete_message(self, seq: Seq) {
        self.stop_editing();
        self.step(Update::Post(storage::new_post_id(), PostBody::Deleted { target: seq }));
        self.change.set(Some(OwnChange::Deleted(seq)));
    }

    /// A deletion cannot be undone any more, or was refused: nothing is offered.
    pub(super) fn forget_deletion(self) {
        if let Some(OwnChange::Deleted(_)) = self.change.get_untracked() {
            self.change.set(None);
        }
    }

    /// The reader wants it undone.
    pub fn take_back(self, change: OwnChange) {
        match change {
            OwnChange::Edits(_) => _ = self.stop_editing(),
            OwnChange::Deleted(seq) => {
                self.change.set(None);
                self.step(Update::Post(storage::new_post_id(), PostBody::Restored { target: seq }));
            }
        }
        focus_unless_touch("composer");
    }

    /// What was typed for a change that was refused goes back to where it was typed, behind what is there.
    pub(super) fn take_back_text(self, room: &RoomSlug, text: String) {
        storage::keep_draft(room, &with_kept(storage::draft(room), text));
        if *room == self.slug() && !self.is_editing() {
            self.open_draft();
        }
    }
}
