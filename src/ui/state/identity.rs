//! The reader's nickname: taken, changed, given back.

use leptos::task::spawn_local;
use web_sys::HtmlInputElement;

use super::RoomState;
use crate::api::{self, ApiError, ChooseNickname, SignOut};
use crate::client::connection::ConnectionHandle;
use crate::client::element::element;
use crate::client::storage::PersonChange;
use crate::client::{dialog, storage};
use crate::model::conversation::Update;
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
        self.step(Update::AsksForName);
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

    /// Hears of a sign-out in another tab of this browser, and of a nickname that was taken there: that cookie is this tab's,
    /// too.
    pub(super) fn follow_other_tabs_person(self) {
        let listener = storage::on_person_change(move |change| match change {
            PersonChange::SignedOut => _ = self.leave_if_signed_out(),
            PersonChange::Named(nickname) if self.is_called(&nickname) => {}
            PersonChange::Named(_) => self.greet_anew(),
        });
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }

    /// A nickname that was taken before the page was alive is not known to storage, nor to the other tabs.
    pub(super) fn keep_own_nickname(self) {
        let me = self.me.get_untracked();
        if let Some(me) = me.filter(|me| storage::nickname().as_ref() != Some(&me.nickname)) {
            storage::keep_nickname(&me.nickname);
        }
    }

    /// The server greets this tab as `me`. The forms for a nickname are drawn anew when that is news, and go on with what was
    /// typed.
    pub(super) fn keep_typed_nickname(self, me: Option<&Person>) {
        let field = element::<HtmlInputElement>("nickname").or_else(|| element("composer"));
        let typed = field.and_then(|field| {
            let typed = field.value();
            // What was typed before the last time is in the form as what it came with.
            let is_typed = typed != field.default_value() || typed == self.typed_into(Form::Nickname);
            (is_typed && me.is_none_or(|me| me.nickname != typed)).then_some((Form::Nickname, typed))
        });
        self.typed.set(typed);
    }

    fn is_called(self, nickname: &str) -> bool {
        self.me.with_untracked(|me| me.as_ref().is_some_and(|me| me.nickname == nickname))
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
        self.typed.set(None);
        self.step(Update::SignedOut);
        self.restore_posts();
    }

    fn greet_anew(self) {
        self.quietly(|quiet| quiet.connection.iter().for_each(ConnectionHandle::identity_changed));
    }

    fn identity_changed(self, outcome: Result<Person, ApiError>) {
        match outcome {
            Ok(me) => {
                storage::end_join_attempt();
                storage::keep_nickname(&me.nickname);
                let is_first = self.me.with_untracked(Option::is_none);
                self.quietly(|quiet| quiet.focus_composer = is_first);
                self.typed.set(None);
                self.step(Update::Named(Some(me)));
            }
            Err(error) => {
                self.step(Update::Named(None));
                self.fail_form(Form::Nickname, error);
            }
        }
    }
}
