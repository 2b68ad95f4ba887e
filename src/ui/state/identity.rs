//! The reader's nickname: taken, changed, given back.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::RoomState;
use crate::api::{self, ApiError, ChooseNickname, SignOut};
use crate::client::storage;
use crate::protocol::Person;
use crate::protocol::page::Form;

impl RoomState {
    /// Takes a nickname, or changes it.
    pub fn choose_nickname(self, nickname: String) {
        self.clear_notice(Form::Nickname);
        spawn_local(async move {
            let chosen = api::call::<ChooseNickname, _>(&[("nickname", &nickname)]).await;
            self.identity_changed(chosen.map(Some));
        });
    }

    /// Gives the nickname back.
    pub fn sign_out(self) {
        self.clear_notice(Form::Nickname);
        spawn_local(async move {
            let signed_out = api::call::<SignOut, ()>(&[]).await;
            self.identity_changed(signed_out.map(|()| None));
        });
    }

    fn identity_changed(self, outcome: Result<Option<Person>, ApiError>) {
        match outcome {
            Ok(me) => {
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
