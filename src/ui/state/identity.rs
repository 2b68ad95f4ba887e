//! The reader's nickname: taken, changed, given back.

use leptos::task::spawn_local;

use super::RoomState;
use crate::api::{self, ApiError, ChooseNickname, SignOut};
use crate::client::{dialog, storage};
use crate::model::conversation::outbox::Outbox;
use crate::protocol::Person;
use crate::protocol::page::Form;
use crate::ui::i18n::{fill, isolated};

impl RoomState {
    /// Takes a nickname, or changes it.
    pub fn choose_nickname(self, nickname: String) {
        self.clear_notice(Form::Nickname);
        // The server would give the nickname to a browser that cannot show it again.
        if !self.tell_blocked_cookies() {
            return;
        }
        self.quietly(|quiet| quiet.chooses_name = true);
        spawn_local(async move {
            let chosen = {
                let arguments = [("nickname", nickname.as_str()), ("attempt", &storage::join_attempt())];
                api::call::<ChooseNickname, _>(&arguments).await
            };
            self.identity_changed(chosen);
        });
    }

    /// Tells a browser without cookies why it cannot have a nickname. Returns whether it can.
    pub fn tell_blocked_cookies(self) -> bool {
        let keeps = storage::keeps_cookies();
        if !keeps {
            self.tell_form(Form::Nickname, self.words().cookies_blocked.to_owned());
        }
        keeps
    }

    /// Gives the nickname back, and leaves nothing of this person in the browser. Asks first when that would drop messages
    /// that have not been sent.
    pub fn sign_out(self) {
        let unsent = self.outbox.with_untracked(|outbox| outbox.messages().count());
        if unsent > 0 && !dialog::confirm(&self.words().sign_out_drops.with(unsent)) {
            return;
        }
        self.clear_notice(Form::Nickname);
        let me = self.me.get_untracked();
        spawn_local(async move {
            let signed_out = api::call::<SignOut, ()>(&[]).await;
            // The end of the connection may have told it before.
            if self.me.get_untracked() != me {
                return;
            }
            match signed_out {
                Ok(()) => {
                    storage::forget_person();
                    self.leave();
                    self.greet_anew();
                }
                Err(error) => self.fail_form(Form::Nickname, error),
            }
        });
    }

    /// What comes of signing out, besides what is asked about.
    #[must_use]
    pub fn sign_out_words(self) -> String {
        self.quietly(|quiet| quiet.sign_out.clone())
    }

    /// Hears of a sign-out in another tab of this browser.
    pub(super) fn follow_sign_out(self) {
        let listener = storage::on_sign_out(move || _ = self.leave_if_signed_out());
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }

    /// When somebody signed out at this browser while this tab did not look: nothing of them stays in it either. Returns
    /// whether that is so.
    pub(super) fn leave_if_signed_out(self) -> bool {
        let has_signed_out = storage::has_signed_out();
        if has_signed_out {
            self.leave();
        }
        has_signed_out
    }

    /// The server closed the connection, since its session ended by a sign-out. The answer to that may be lost, and the
    /// page that asked for it may never come alive, so this tab tells the others. It stays as a reader.
    pub(super) fn session_ended(self) {
        // Whoever is here after a sign-out that this tab knows of has nothing to do with that session.
        if !self.leave_if_signed_out() && self.me.with_untracked(Option::is_some) {
            storage::forget_person();
            self.leave();
        }
        self.greet_anew();
    }

    /// Shows nothing of the person any more: what storage holds now is nobody's or somebody else's.
    fn leave(self) {
        self.forget_draft();
        self.me.set(None);
        self.outbox.set(Outbox::default());
        self.restore_outbox();
        self.unread.set(0);
    }

    fn greet_anew(self) {
        self.quietly(|quiet| {
            if let Some(handle) = &quiet.handle {
                handle.identity_changed();
            }
        });
    }

    /// The server knows this browser by another name: its tabs share one cookie, and of two that join at once the last
    /// answer counts. While this tab waits for an answer of its own, that tells.
    pub(super) fn tell_new_name(self, now: Option<&Person>) {
        let Some(now) = now else { return };
        let is_renamed = self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.nickname != now.nickname));
        if is_renamed && !self.quietly(|quiet| quiet.chooses_name) {
            let words = self.words().named_elsewhere;
            self.tell_form(Form::Post, fill(words, &[("{name}", &isolated(&now.nickname))]));
        }
    }

    fn identity_changed(self, outcome: Result<Person, ApiError>) {
        self.quietly(|quiet| quiet.chooses_name = false);
        match outcome {
            Ok(me) => {
                storage::end_join_attempt();
                storage::keep_nickname(&me.nickname);
                let is_first = self.me.with_untracked(Option::is_none);
                // Whoever has a name and changes it has lost no session.
                if is_first {
                    self.adopt_lines(&me.id);
                }
                let is_known = self.me.with_untracked(|known| known.as_ref() == Some(&me));
                self.quietly(|quiet| quiet.focus_composer = is_first);
                self.me.set(Some(me));
                self.disown_lines_of_others();
                // At the second answer to a double click, the connection is on its way under this name already.
                if !is_known {
                    self.greet_anew();
                }
            }
            Err(error) => self.fail_form(Form::Nickname, error),
        }
    }
}
