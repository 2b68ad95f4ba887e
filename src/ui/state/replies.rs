//! Replying: what the next message of the composer replies to. It belongs to the draft, and waits with it while a message is
//! edited.

use super::RoomState;
use crate::client::element::focus;
use crate::client::storage;
use crate::protocol::Seq;

impl RoomState {
    /// The next message replies to this one. What was typed stays.
    pub fn reply(self, to: Seq) {
        if self.me.with_untracked(Option::is_none) {
            return self.ask_for_nickname();
        }
        self.reply_with_draft(Some(to));
        focus("composer");
    }

    /// The next message replies to nothing. Returns whether it did.
    pub fn cancel_reply(self) -> bool {
        let is_replying = self.reply_to.get_untracked().is_some();
        self.reply_with_draft(None);
        is_replying
    }

    fn reply_with_draft(self, to: Option<Seq>) {
        self.reply_to.set(to);
        self.keep_reply();
    }

    /// What the page was drawn with is kept like what was chosen here.
    pub(super) fn keep_reply(self) {
        storage::keep_reply(&self.slug(), self.reply_to.get_untracked());
    }
}
