//! What is being typed, together with the room that it is for, so that no text can be posted in a room that it was not
//! typed for. Not here: where drafts are kept (`client::storage`).

use crate::protocol::{RoomSlug, Seq};

/// An unsent text and its room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ComposerDraft {
    room: RoomSlug,
    text: String,
}

impl ComposerDraft {
    /// What was typed for a room so far.
    #[must_use]
    pub const fn new(room: RoomSlug, text: String) -> Self {
        Self { room, text }
    }

    /// The room that the text is for.
    #[must_use]
    pub const fn room(&self) -> &RoomSlug {
        &self.room
    }

    /// What the field shows.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The field holds another text now; it stays the field of the same room.
    pub fn edit(&mut self, text: String) {
        self.text = text;
    }

    /// What may be posted in a room: nothing of what was typed for another one.
    #[must_use]
    pub fn text_for(&self, room: &RoomSlug) -> &str {
        if self.room == *room { &self.text } else { "" }
    }
}

/// A message of one's own with a text that is not saved yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnsavedEdit {
    /// The message.
    pub target: Seq,
    /// What it said when its text came into the field: where it says something else by now, saving would undo that.
    pub original: String,
    /// What the field holds.
    pub text: String,
}

impl UnsavedEdit {
    /// No field holds this character.
    const SEPARATOR: char = '\0';

    /// For storage.
    #[must_use]
    pub fn written(&self) -> String {
        const SEPARATOR: &str = "\0";
        [&self.target.to_string(), SEPARATOR, &self.original, SEPARATOR, &self.text].concat()
    }

    /// What [`UnsavedEdit::written`] wrote.
    #[must_use]
    pub fn parse(written: &str) -> Option<Self> {
        let (target, texts) = written.split_once(Self::SEPARATOR)?;
        let (original, text) = texts.split_once(Self::SEPARATOR)?;
        Some(Self { target: Seq::new(target.parse().ok()?), original: original.to_owned(), text: text.to_owned() })
    }
}

/// What the field holds when something was typed before storage answered what it kept: nothing of either is lost. A browser
/// that filled the field by itself, as after a reload, adds nothing.
#[must_use]
pub fn with_kept(kept: String, typed: String) -> String {
    if kept.starts_with(&typed) {
        kept
    } else if typed.starts_with(&kept) {
        typed
    } else {
        [kept, "\n".to_owned(), typed].concat()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_that_is_typed_early_does_not_cost_a_long_draft() {
        let field = |kept: &str, typed: &str| with_kept(kept.to_owned(), typed.to_owned());
        assert_eq!(field("a long draft", "x"), "a long draft\nx");
        assert_eq!(field("", "typed early"), "typed early");
        assert_eq!(field("a long draft", "a long draft"), "a long draft", "the browser filled it in");
        assert_eq!(field("a long", "a long draft"), "a long draft");
        assert_eq!(field("a long draft", "a long"), "a long draft");
    }

    #[test]
    fn an_unsaved_edit_is_read_as_it_was_written_and_nothing_else_is_one() {
        for text in ["", "tea", "a\nb 7 0", "🍵"] {
            let edit = UnsavedEdit { target: Seq::new(7), original: "tea?\n".to_owned(), text: text.to_owned() };
            assert_eq!(UnsavedEdit::parse(&edit.written()), Some(edit));
        }
        for other in ["", "7", "7\0tea", "x\0tea\0tea"] {
            assert_eq!(UnsavedEdit::parse(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_text_is_never_said_in_a_room_that_it_was_not_typed_for() {
        let room = |slug| RoomSlug::parse(slug).expect("a good slug");
        let mut draft = ComposerDraft::new(room("lobby"), "hello".to_owned());
        draft.edit("hello there".to_owned());
        assert_eq!(draft.text_for(&room("lobby")), "hello there");
        assert_eq!(draft.text_for(&room("garden")), "");
        assert_eq!(draft.text(), "hello there", "asking takes nothing away");
    }
}
