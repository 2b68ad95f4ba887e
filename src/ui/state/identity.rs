//! The reader's nickname: taken, changed, given back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::RoomState;
use crate::api::{self, ApiError, ChooseNickname, SignOut};
use crate::client::{dialog, storage};
use crate::model::outbox::Outbox;
use crate::protocol::Person;
use crate::protocol::page::Form;

impl RoomState {
    /// Takes a nickname, or changes it.
    pub fn choose_nickname(self, nickname: String) {
        self.clear_notice(Form::Nickname);
        // The server would give the nickname to a browser that cannot show it again.
        if !self.tell_blocked_cookies() {
            return;
        }
        spawn_local(async move {
            let chosen = {
                let arguments = [("nickname", nickname.as_str()), ("attempt", &storage::join_attempt())];
                api::call::<ChooseNickname, _>(&arguments).await
            };
            self.identity_changed(chosen.map(Some));
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
        let unsent = storage::kept_lines();
        if unsent > 0 && !dialog::confirm(&self.words().sign_out_drops.with(unsent)) {
            return;
        }
        self.clear_notice(Form::Nickname);
        spawn_local(async move {
            let signed_out = api::call::<SignOut, ()>(&[]).await;
            if signed_out.is_ok() {
                self.forget_person();
            }
            self.identity_changed(signed_out.map(|()| None));
        });
    }

    /// Another tab of this browser signed out: what this one still holds goes as well.
    pub(super) fn follow_sign_out(self) {
        let listener = storage::on_forget_person(move || self.forget_person());
        // Kept for as long as the application lives, in whose effect this runs.
        StoredValue::new_local(listener);
    }

    fn forget_person(self) {
        self.outbox.set(Outbox::default());
        self.clear_draft();
        storage::forget_person();
    }

    fn identity_changed(self, outcome: Result<Option<Person>, ApiError>) {
        match outcome {
            Ok(me) => {
                storage::end_join_attempt();
                if let Some(me) = &me {
                    storage::keep_nickname(&me.nickname);
                }
                let is_first = self.me.with_untracked(Option::is_none);
                self.focus_composer.set_value(is_first);
                self.me.set(me);
                self.disown_lines_of_others();
                self.handle.with_value(|handle| {
                    if let Some(handle) = handle {
                        handle.identity_changed();
                    }
                });
            }
            Err(error) => self.fail_form(Form::Nickname, error),
        }
    }
}
