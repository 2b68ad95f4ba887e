//! Reacting to a message: from a button into the outbox, and what is told when it comes to nothing.

use super::RoomState;
use crate::client::element::focus;
use crate::client::storage;
use crate::model::conversation::outbox::PostState;
use crate::model::conversation::reactions::Change;
use crate::protocol::page::Form;
use crate::protocol::{ErrorCode, PostBody, Refusal, Seq};
use crate::ui::i18n::{self, fill};

impl RoomState {
    /// Sets a reaction of the reader, or takes it back: shows it at once and sends it when the connection allows.
    pub fn react(self, target: Seq, emoji: String, change: Change) {
        let Some(me) = self.me.get_untracked() else { return self.ask_for_nickname() };
        self.clear_notice(Form::Post);
        self.put_out(me.id, PostBody::Reaction { target, emoji, on: change == Change::Set });
        self.send_soon();
    }

    /// Whoever has no nickname is asked for one, where it is chosen.
    pub fn ask_for_nickname(self) {
        self.refuse_form(Form::Nickname, Refusal::permanent(ErrorCode::NicknameRequired));
        focus("composer");
    }

    /// Says why reactions do not go, and forgets them: nobody is asked about one.
    pub(super) fn give_up_reactions(self) {
        if !self.outbox.with_untracked(|outbox| outbox.has_given_up()) {
            return;
        }
        for line in self.outbox.update(|outbox| outbox.give_up()) {
            storage::forget_post(&line.room, &line.post_id);
            let reason = match line.state {
                PostState::Failed(refusal) => i18n::refusal(self.language, refusal),
                _ => self.words().stale.to_owned(),
            };
            self.tell_form(Form::Post, fill(self.words().not_reacted, &[("{reason}", &reason)]));
        }
    }
}
