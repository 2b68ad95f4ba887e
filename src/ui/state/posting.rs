//! What the reader posts: a message from the composer, a reaction from a button; and what they decide about a post that
//! was refused.

use super::{OwnChange, RoomState};
use crate::client::element::focus;
use crate::client::storage;
use crate::model::conversation::Update;
use crate::model::conversation::reactions::Change;
use crate::model::text::slash;
use crate::protocol::page::Form;
use crate::protocol::{ErrorCode, PostBody, PostId, Refusal, Seq};
use crate::ui::i18n;

impl RoomState {
    /// Takes what was typed: checks it as the server will, shows it at once and sends it when the connection allows. What
    /// is refused stays in the field, with the words why.
    pub fn post_message(self) {
        let typed = self.draft.with_untracked(|draft| draft.text_for(&self.slug()).to_owned());
        if let Some(OwnChange::Edits(seq)) = self.change.get_untracked() {
            return self.save_edit(seq, &typed);
        }
        let text = slash::posted(&typed);
        match self.conversation.with_untracked(|conversation| conversation.checked(&text)) {
            Ok(text) => {
                self.forget_deletion();
                self.clear_notice(Form::Post);
                let reply_to = self.reply_to.get_untracked();
                self.cancel_reply();
                self.clear_draft();
                self.step(Update::Post(storage::new_post_id(), PostBody::Message { text, reply_to }));
            }
            Err(code) => {
                self.tell_form(Form::Post, i18n::refusal_of(self.language, Refusal::permanent(code), &typed));
            }
        }
    }

    /// Sets a reaction of the reader, or takes it back: shows it at once and sends it when the connection allows.
    pub fn react(self, target: Seq, emoji: String, change: Change) {
        if self.me.with_untracked(Option::is_none) {
            return self.ask_for_nickname();
        }
        self.clear_notice(Form::Post);
        let body = PostBody::Reaction { target, emoji, on: change == Change::Set };
        self.step(Update::Post(storage::new_post_id(), body));
    }

    /// Whoever has no nickname is asked for one, where it is chosen.
    pub fn ask_for_nickname(self) {
        self.refuse_form(Form::Nickname, Refusal::permanent(ErrorCode::NicknameRequired));
        focus("composer");
    }

    /// Sends a post again that was refused.
    pub fn retry(self, id: &PostId) {
        self.step(Update::Retry(id.clone()));
    }

    /// Gives a post up.
    pub fn discard(self, id: &PostId) {
        self.step(Update::Discard(id.clone()));
    }

    /// Takes up what a crash of the browser nearly took: posts that wait, and the draft.
    pub(super) fn recover(self) {
        storage::recover(move || {
            // A sign-out may be what the crash took: then what is shown is somebody else's.
            if storage::has_signed_out() {
                self.step(Update::ForgetPosts);
                self.forget_draft();
            } else {
                self.recover_draft();
            }
            self.restore_posts();
        });
    }

    /// Takes up the posts that storage kept.
    pub(super) fn restore_posts(self) {
        self.step(Update::Restored(storage::kept_posts()));
    }

    /// Hears what other tabs do with their posts.
    pub(super) fn follow_other_tabs(self) {
        let listener = storage::on_post_change(move |room, id, kept| self.step(Update::KeptElsewhere(room, id, kept)));
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }
}
