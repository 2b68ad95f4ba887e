//! What is being typed, together with the room that it is for, so that no text can be posted in a room that it was not
//! typed for. Not here: where drafts are kept (`client::storage`).

use crate::protocol::RoomSlug;

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
    fn a_text_is_never_said_in_a_room_that_it_was_not_typed_for() {
        let room = |slug| RoomSlug::parse(slug).expect("a good slug");
        let mut draft = ComposerDraft::new(room("lobby"), "hello".to_owned());
        draft.edit("hello there".to_owned());
        assert_eq!(draft.text_for(&room("lobby")), "hello there");
        assert_eq!(draft.text_for(&room("garden")), "");
        assert_eq!(draft.text(), "hello there", "asking takes nothing away");
    }
}
