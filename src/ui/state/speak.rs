//! Saying something: from the composer into the outbox, from there to the server, and what became of it.

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{FormNotice, RoomState};
use crate::api::{self, ApiError, PostMessage};
use crate::client::connection::ConnectionHandle;
use crate::client::{history, local_time, storage};
use crate::model::connection::ConnectionStatus;
use crate::model::conversation::outbox::{Outbox, OutgoingPost};
use crate::model::conversation::timeline::Timeline;
use crate::model::text;
use crate::protocol::page::Form;
use crate::protocol::{
    Backlog, Command, ErrorCode, LogEvent, PostBody, PostId, Refusal, RoomSlug, Seq, Timestamp, UserId,
};
use crate::ui::i18n;

/// Most messages fetched after something was posted without a socket.
const POSTED_PAGE_ITEMS: u32 = 200;

/// No timer of the outbox is shorter, so that it cannot spin.
const TIMER_LEAST_MS: u32 = 50;

impl RoomState {
    /// Takes what was typed: checks it as the server will, shows it at once and sends it when the connection allows. What
    /// is refused stays in the field, with the words why.
    pub fn say(self) {
        let typed = self.draft.with_untracked(|draft| draft.text_for(&self.slug()).to_owned());
        match self.checked(&typed) {
            Ok((me, line)) => {
                self.clear_notice(Form::Post);
                self.put_out(me, PostBody::Message { text: line });
                self.clear_draft();
                self.quietly(|quiet| quiet.throttle.reset());
                self.show_newest();
                self.send_soon();
            }
            Err(code) => {
                self.tell_form(Form::Post, i18n::refusal_of(self.language, Refusal::permanent(code), &typed));
            }
        }
    }

    /// Puts a post into the outbox, and into storage before anything else happens to it.
    pub(super) fn put_out(self, me: UserId, body: PostBody) {
        let id = storage::new_post_id();
        self.outbox.update(|outbox| outbox.push(self.slug(), id.clone(), me, body, local_time::now()));
        self.keep_post(&id);
    }

    fn checked(self, typed: &str) -> Result<(UserId, String), ErrorCode> {
        let me = self.me.get_untracked().ok_or(ErrorCode::NicknameRequired)?;
        // Not worth looking at: checking a megabyte takes the browser a second.
        let max_bytes = self.limits.get_untracked().frame_bytes as usize;
        if max_bytes != 0 && typed.trim().len() > max_bytes {
            return Err(ErrorCode::MessageTooLong);
        }
        let line = text::message(typed, self.limits.get_untracked().message_graphemes)?;
        Ok((me.id, self.fits_frame(line)?))
    }

    /// The server would close the connection on a larger frame, and the line would come back for ever.
    fn fits_frame(self, line: String) -> Result<String, ErrorCode> {
        const REST_OF_FRAME_BYTES: usize = 256;
        let max_bytes = self.limits.get_untracked().frame_bytes as usize;
        let bytes = serde_json::to_string(&line).map_or(usize::MAX, |json| json.len() + REST_OF_FRAME_BYTES);
        if max_bytes == 0 || bytes <= max_bytes { Ok(line) } else { Err(ErrorCode::MessageTooLong) }
    }

    /// Sends a line again that was refused.
    pub fn retry(self, id: &PostId) {
        let Some(me) = self.me.get_untracked() else { return };
        self.outbox.update(|outbox| outbox.retry(id, &me.id, local_time::now()));
        self.keep_post(id);
        self.send_soon();
    }

    /// Sends what may be sent now. Without a connection the next attempt is made at once, whatever the back-off says.
    pub(super) fn send_soon(self) {
        self.quietly(|quiet| quiet.handle.iter().for_each(ConnectionHandle::hasten));
        self.flush_outbox();
    }

    /// Gives a line up.
    pub fn discard(self, id: &PostId) {
        storage::forget_post(&self.slug(), id);
        self.outbox.update(|outbox| {
            outbox.discard(id);
        });
        self.flush_outbox();
    }

    /// Sends what may be sent now, of all rooms.
    pub(super) fn flush_outbox(self) {
        let status = self.link.get_untracked();
        let can_send =
            matches!(status, ConnectionStatus::Live | ConnectionStatus::Blocked | ConnectionStatus::Refused(_));
        // What waits is not sent by nobody: it waits for a name.
        if !can_send || self.me.with_untracked(Option::is_none) {
            return;
        }
        let now = local_time::now();
        if self.outbox.with_untracked(|outbox| !outbox.posts().is_empty()) {
            while let Some(line) = self.outbox.update(|outbox| outbox.next_to_send(now).cloned()) {
                self.send(line, status);
            }
            self.give_up_reactions();
        }
        let wait_ms = self.outbox.with_untracked(|outbox| outbox.wait_ms(now));
        self.quietly(|quiet| match wait_ms {
            Some(wait_ms) => quiet.timers.outbox.set(wait_ms.max(TIMER_LEAST_MS), move || self.flush_outbox()),
            None => quiet.timers.outbox.stop(),
        });
    }

    fn send(self, line: OutgoingPost, status: ConnectionStatus) {
        if status != ConnectionStatus::Live || !self.is_open(&line.room) {
            spawn_local(self.post(line));
            return;
        }
        let OutgoingPost { room, post_id: id, body, .. } = line;
        self.command(Command::Post { room, id, body });
    }

    /// By HTTP: the connection follows the open room only, and where the network lets no WebSocket through, there is none.
    async fn post(self, line: OutgoingPost) {
        let OutgoingPost { room, post_id: id, sender, body, .. } = line;
        let body = serde_json::to_string(&body).expect("a body has no part that JSON cannot hold");
        let arguments = [("room", room.as_str()), ("id", id.as_str()), ("by", sender.as_str()), ("body", &body)];
        match api::call::<PostMessage, _>(&arguments).await {
            Ok(posted) => {
                if self.is_open(&room) && self.link.get_untracked() == ConnectionStatus::Blocked {
                    self.fetch_newest(&room).await;
                }
                self.acked(&room, id, posted.seq, posted.at_ms);
            }
            Err(ApiError::Refused(refusal)) => self.refused(&id, refusal),
            // It stays in the outbox, which gives it out again after a while.
            Err(ApiError::NoAnswer) => {}
        }
    }

    /// Nothing else brings what is new.
    async fn fetch_newest(self, room: &RoomSlug) {
        let Ok(page) = history::newest(room, POSTED_PAGE_ITEMS).await else { return };
        if !self.is_open(room) {
            return;
        }
        let (head, continues, is_ahead) = self.timeline.with_untracked(|timeline| {
            let (head, epoch) = (timeline.head(), &timeline.cursor().epoch);
            (head, timeline.continues(&page), page.as_of.epoch == *epoch && page.covers.first > head)
        });
        if is_ahead {
            return self.take_backlog(&Backlog::Gap { page });
        }
        if !continues {
            // Another history: there is no join that could say so.
            let _ = window().location().reload();
            return;
        }
        self.timeline.update(|timeline| timeline.add_page(&page));
        for item in page.items.iter().filter(|item| item.event.seq > head) {
            self.arrived(&item.event);
        }
        self.settle_own(page.items.iter().map(|item| &item.event));
    }

    /// The line is on disk.
    pub(super) fn acked(self, room: &RoomSlug, id: PostId, seq: Seq, at_ms: Timestamp) {
        storage::forget_post(room, &id);
        let Some(me) = self.me.get_untracked().filter(|_| self.is_open(room)) else {
            self.outbox.update(|outbox| outbox.acked(&id));
            return self.flush_outbox();
        };
        let head = self.timeline.with_untracked(|timeline| timeline.head());
        match self.outbox.update(|outbox| outbox.placed(&id, seq, at_ms, &me, head)) {
            Some(event) => self.published(event, Timeline::place),
            None => self.flush_outbox(),
        }
    }

    pub(super) fn refused(self, id: &PostId, refusal: Refusal) {
        self.outbox.update(|outbox| outbox.refused(id, refusal, local_time::now()));
        self.keep_post(id);
        self.flush_outbox();
    }

    /// Own lines that came back in the log have arrived.
    pub(super) fn settle_own<'a>(self, events: impl Iterator<Item = &'a LogEvent>) {
        if self.outbox.with_untracked(|outbox| outbox.posts().is_empty()) {
            return;
        }
        let arrived = self.outbox.update(|outbox| outbox.arrived(events));
        arrived.iter().for_each(|id| storage::forget_post(&self.slug(), id));
        self.flush_outbox();
    }

    fn keep_post(self, id: &PostId) {
        self.outbox.with_untracked(|outbox| outbox.post(id).into_iter().for_each(storage::keep_post));
    }

    /// Takes up what a crash of the browser nearly took: lines that wait, and the draft.
    pub(super) fn recover(self) {
        storage::recover(move || {
            // A sign-out may be what the crash took: then what is shown is somebody else's.
            if storage::has_signed_out() {
                self.outbox.set(Outbox::default());
                self.forget_draft();
            } else {
                self.recover_draft();
            }
            self.restore_outbox();
            self.flush_outbox();
        });
    }

    /// Takes up the lines that storage kept.
    pub(super) fn restore_outbox(self) {
        self.outbox.update(storage::restore_lines);
        self.disown_lines_of_others();
    }

    /// What was typed here before the session was lost goes under the name that was chosen since. No other line is written
    /// to storage: another tab may have done with it.
    pub(super) fn adopt_lines(self, me: &UserId) {
        let adopted = self.outbox.update(|outbox| outbox.adopt(me));
        adopted.iter().for_each(|id| self.keep_post(id));
    }

    /// Somebody else's lines do not go by themselves.
    pub(super) fn disown_lines_of_others(self) {
        if let Some(me) = self.me.get_untracked() {
            self.outbox.update(|outbox| outbox.speak_as(&me.id));
        }
    }

    /// Hears what other tabs do with their lines.
    pub(super) fn follow_other_tabs(self) {
        let listener = storage::on_post_change(move |room, id, kept| {
            self.outbox.update(|outbox| match kept {
                Some(kept) => outbox.kept_elsewhere(room, kept, local_time::now()),
                None => outbox.gone_elsewhere(&id),
            });
            self.disown_lines_of_others();
            self.flush_outbox();
        });
        // It listens for as long as the page lives.
        std::mem::forget(listener);
    }

    pub(super) fn command(self, command: Command) {
        self.quietly(|quiet| {
            if let Some(handle) = &quiet.handle {
                handle.send(command);
            }
        });
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
