//! Tells the conversation what happened, and carries out what it wants done. Only called in the browser.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{FormNotice, RoomState};
use crate::api::{self, ApiError, PostMessage};
use crate::client::connection::ConnectionHandle;
use crate::client::{history, local_time, storage};
use crate::model::conversation::outbox::{OutgoingPost, PostState};
use crate::model::conversation::{Effect, PageRequest, PostAnswer, Reason, TimerId, Update};
use crate::protocol::page::Form;
use crate::protocol::{PostId, Refusal};
use crate::ui::i18n::{self, fill, isolated};

impl RoomState {
    /// Something happened.
    pub(super) fn step(self, update: Update) {
        let now = local_time::now();
        for effect in self.conversation.update_untracked(|conversation| conversation.step(update, now)) {
            self.carry_out(effect);
        }
    }

    fn carry_out(self, effect: Effect) {
        match effect {
            Effect::Show(part) => self.quietly(|quiet| quiet.changed[part as usize]).update(|()| ()),
            Effect::Send(command) => self.connection(|connection| connection.send(command)),
            Effect::PostByRequest(post) => spawn_local(self.post_by_request(*post)),
            Effect::Fetch(request) => spawn_local(self.fetch(request)),
            Effect::Follow(room, cursor) => self.connection(|connection| connection.switch_room(room, cursor)),
            Effect::Hasten => self.connection(ConnectionHandle::hasten),
            Effect::Reconnect => self.connection(ConnectionHandle::identity_changed),
            Effect::SetTimer(timer, wait_ms) => self.set_timer(timer, wait_ms),
            Effect::Keep(id) => self.keep_post(&id),
            Effect::Forget(room, id) => storage::forget_post(&room, &id),
            Effect::Announce { nickname, text } => self.announce(&nickname, &text),
            Effect::Explain(form, reason) => {
                if let Reason::NotChanged(_) = reason {
                    self.forget_deletion();
                }
                self.tell_form(form, self.words_of(&reason));
            }
            Effect::TakeBackText(room, text) => self.take_back_text(&room, text),
            Effect::ShowNewest => self.show_newest_row(),
            Effect::WithdrawExplanation => self.form_notice.set(None),
            Effect::RoomOpened => self.open_draft(),
            Effect::Reload => _ = window().location().reload(),
        }
    }

    fn connection(self, tell: impl FnOnce(&ConnectionHandle)) {
        // There is none before the page is alive.
        self.quietly(|quiet| quiet.connection.as_ref().map(tell));
    }

    async fn post_by_request(self, post: OutgoingPost) {
        let OutgoingPost { room, post_id: id, sender, body, .. } = post;
        let Ok(body) = serde_json::to_string(&body) else {
            unreachable!("a body has no part that JSON cannot hold");
        };
        let arguments = [("room", room.as_str()), ("id", id.as_str()), ("by", sender.as_str()), ("body", &body)];
        let posted = match api::call::<PostMessage, _>(&arguments).await {
            Ok(posted) => PostAnswer::Acked(posted.seq, posted.at_ms),
            Err(ApiError::Refused(refusal)) => PostAnswer::Refused(refusal),
            Err(ApiError::NoAnswer) => PostAnswer::NoAnswer,
        };
        self.step(Update::Posted(room, id, posted));
    }

    async fn fetch(self, request: PageRequest) {
        let page = history::page(&request).await;
        self.step(Update::Page(request, page.ok().map(Box::new)));
    }

    fn set_timer(self, timer: TimerId, wait_ms: Option<u32>) {
        self.quietly(|quiet| {
            let set = &mut quiet.timers.conversation[timer as usize];
            match wait_ms {
                Some(wait_ms) => set.set(wait_ms, move || self.step(Update::Rang(timer))),
                None => set.stop(),
            }
        });
    }

    fn keep_post(self, id: &PostId) {
        self.outbox.with_untracked(|outbox| outbox.post(id).into_iter().for_each(storage::keep_post));
    }

    fn words_of(self, reason: &Reason) -> String {
        let words = self.words();
        match reason {
            Reason::NotReacted(state) => self.given_up(words.not_reacted, *state),
            Reason::NotChanged(state) => self.given_up(words.not_changed, *state),
            Reason::NamedElsewhere(nickname) => fill(words.named_elsewhere, &[("{name}", &isolated(nickname))]),
            Reason::CookieLost => words.cookie_lost.to_owned(),
        }
    }

    fn given_up(self, sentence: &str, state: PostState) -> String {
        let reason = match state {
            PostState::Failed(refusal) => i18n::refusal(self.language, refusal),
            _ => self.words().stale.to_owned(),
        };
        fill(sentence, &[("{reason}", &reason)])
    }

    /// Shows why a form was refused.
    pub(super) fn refuse_form(self, form: Form, refusal: Refusal) {
        self.tell_form(form, i18n::refusal(self.language, refusal));
    }

    /// Shows why a form's request failed.
    pub(super) fn fail_form(self, form: Form, error: ApiError) {
        match error {
            ApiError::Refused(refusal) => self.refuse_form(form, refusal),
            ApiError::NoAnswer => self.tell_form(form, self.words().no_connection.to_owned()),
        }
    }

    pub(super) fn tell_form(self, form: Form, words: String) {
        self.form_notice.set(Some(FormNotice { form, words }));
    }

    /// The form is being mended or went well.
    pub fn clear_notice(self, form: Form) {
        let shown = self.form_notice.with_untracked(|notice| notice.as_ref().is_some_and(|notice| notice.form == form));
        if shown {
            self.form_notice.set(None);
        }
    }
}
