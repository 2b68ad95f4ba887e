//! Parts of the conversation as components follow them: each tells its followers when it has changed, and only then.

use crate::model::conversation::Conversation;
use crate::ui::cell::Cell;

/// A part of the conversation. Copy, as a cell is.
pub struct Shown<T> {
    conversation: Cell<Conversation>,
    changed: Cell<()>,
    part: fn(&Conversation) -> &T,
}

impl<T> Clone for Shown<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Shown<T> {}

impl<T> Shown<T> {
    /// `changed` is told when the part has changed.
    pub(super) const fn new(
        conversation: Cell<Conversation>,
        changed: Cell<()>,
        part: fn(&Conversation) -> &T,
    ) -> Self {
        Self { conversation, changed, part }
    }

    /// Reads the part and follows it.
    pub fn with<R>(self, read: impl FnOnce(&T) -> R) -> R {
        follow(self.changed);
        self.with_untracked(read)
    }

    /// Reads the part without following it.
    pub fn with_untracked<R>(self, read: impl FnOnce(&T) -> R) -> R {
        self.conversation.with_untracked(|conversation| read((self.part)(conversation)))
    }

    /// A copy of the part, which is followed.
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of the part, which is not followed.
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

/// One function for all parts: a closure inside of a generic one would be compiled for each of them.
fn follow(changed: Cell<()>) {
    changed.with(|()| ());
}
