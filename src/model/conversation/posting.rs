//! Posting: from the reader into the outbox, from there to the server, and what becomes of it.

use super::outbox::{Outbox, OutgoingPost};
use super::timeline::Timeline;
use super::{Conversation, Effect, Part, PostAnswer, Reason, TimerId, Wanted};
use crate::model::connection::ConnectionStatus;
use crate::model::text;
use crate::protocol::page::Form;
use crate::protocol::{
    Command, ErrorCode, LogEvent, Person, PostBody, PostId, Refusal, RoomSlug, Seq, Timestamp, UserId,
};

/// No timer of the outbox is shorter, so that it cannot spin.
const TIMER_LEAST_MS: u32 = 50;
/// What a frame holds beside the text of its message, at most.
const REST_OF_FRAME_BYTES: usize = 256;

impl Conversation {
    /// What was typed, as it may be posted.
    ///
    /// # Errors
    /// What the server would refuse it with.
    pub fn checked(&self, typed: &str) -> Result<String, ErrorCode> {
        if self.me.is_none() {
            return Err(ErrorCode::NicknameRequired);
        }
        let most_bytes = self.limits.frame_bytes as usize;
        let fits = |bytes: usize| most_bytes == 0 || bytes <= most_bytes;
        // Not worth looking at: checking a megabyte takes the browser a second.
        if !fits(typed.trim().len()) {
            return Err(ErrorCode::MessageTooLong);
        }
        let message = text::message(typed, self.limits.message_graphemes)?;
        // The server would close the connection on a larger frame, and the message would come back for ever.
        let json_bytes = serde_json::to_string(&message).map_or(usize::MAX, |json| json.len() + REST_OF_FRAME_BYTES);
        if fits(json_bytes) { Ok(message) } else { Err(ErrorCode::MessageTooLong) }
    }

    /// Puts a post into the outbox, and into storage before anything else happens to it.
    pub(super) fn post(&mut self, id: PostId, body: PostBody, now: Timestamp) {
        let Some(me) = self.me.as_ref().map(|me| me.id.clone()) else { return };
        let is_message = matches!(body, PostBody::Message { .. });
        self.outbox.push(self.room.slug.clone(), id.clone(), me, body, now);
        self.show(Part::Outbox);
        self.effect(Effect::Keep(id));
        self.effect(Effect::Hasten);
        if is_message {
            self.throttle.reset();
            self.effect(Effect::ShowNewest);
            self.set_at_newest(true);
        }
    }

    pub(super) fn retry(&mut self, id: PostId, now: Timestamp) {
        let Some(me) = self.me.as_ref().map(|me| me.id.clone()) else { return };
        if self.change_outbox(|outbox| outbox.retry(&id, &me, now)) {
            self.effect(Effect::Keep(id));
        }
        self.effect(Effect::Hasten);
    }

    pub(super) fn discard(&mut self, id: PostId) {
        let Some(room) = self.outbox.post(&id).map(|post| post.room.clone()) else { return };
        self.change_outbox(|outbox| _ = outbox.discard(&id));
        self.effect(Effect::Forget(room, id));
    }

    /// Sends what may be sent now, of all rooms. Comes after every update.
    pub(super) fn flush(&mut self, now: Timestamp) {
        // What waits is not sent by nobody: it waits for a name.
        let can_send = self.me.is_some()
            && matches!(self.status, ConnectionStatus::Live | ConnectionStatus::Blocked | ConnectionStatus::Refused(_));
        let mut wait_ms = None;
        if can_send && !self.outbox.posts().is_empty() {
            if self.outbox.age(now) {
                self.show(Part::Outbox);
            }
            while let Some(post) = self.outbox.next_to_send(now).cloned() {
                self.show(Part::Outbox);
                self.send(post);
            }
            self.give_up_changes();
            wait_ms = self.outbox.wait_ms(now).map(|wait_ms| wait_ms.max(TIMER_LEAST_MS));
        }
        self.set_timer(TimerId::Outbox, wait_ms);
    }

    fn send(&mut self, post: OutgoingPost) {
        // The connection follows the open room only, and where the network lets no WebSocket through, there is none.
        let sends = self.status == ConnectionStatus::Live && self.is_open(&post.room);
        self.effect(if sends {
            let OutgoingPost { room, post_id: id, body, .. } = post;
            Effect::Send(Command::Post { room, id, body })
        } else {
            Effect::PostByRequest(Box::new(post))
        });
    }

    /// Says why changes of messages do not go, and forgets them: nobody is asked about one.
    fn give_up_changes(&mut self) {
        if self.outbox.has_given_up() {
            self.show(Part::Outbox);
            for post in self.outbox.give_up() {
                self.effect(Effect::Forget(post.room.clone(), post.post_id));
                let reason = match post.body {
                    PostBody::Reaction { .. } => Reason::NotReacted(post.state),
                    _ => Reason::NotChanged(post.state),
                };
                self.effect(Effect::Explain(Form::Post, reason));
                if let PostBody::Edited { text, .. } = post.body {
                    self.effect(Effect::TakeBackText(post.room, text));
                }
            }
        }
    }

    /// A request that posts was answered.
    pub(super) fn posted(&mut self, room: RoomSlug, id: PostId, posted: PostAnswer, now: Timestamp) {
        match posted {
            PostAnswer::Acked(seq, at_ms) => {
                let is_blocked = self.status == ConnectionStatus::Blocked && self.is_open(&room);
                self.acked(room, id, seq, at_ms);
                if is_blocked {
                    self.fetch(Wanted::Newest);
                }
            }
            PostAnswer::Refused(refusal) => self.refused(id, refusal, now),
            PostAnswer::NoAnswer => {}
        }
    }

    /// The post is on disk.
    pub(super) fn acked(&mut self, room: RoomSlug, id: PostId, seq: Seq, at_ms: Timestamp) {
        let head = self.timeline.head();
        let me = self.me.clone().filter(|_| self.is_open(&room));
        let placed = self.change_outbox(|outbox| match me {
            Some(me) => outbox.placed(&id, seq, at_ms, &me, head),
            None => {
                outbox.acked(&id);
                None
            }
        });
        self.effect(Effect::Forget(room, id));
        if let Some(event) = placed {
            self.publish(event, Timeline::place);
        }
    }

    pub(super) fn refused(&mut self, id: PostId, refusal: Refusal, now: Timestamp) {
        if self.change_outbox(|outbox| outbox.refused(&id, refusal, now)) {
            self.effect(Effect::Keep(id));
        }
    }

    /// Own posts that came back in the log have arrived.
    pub(super) fn settle<'a>(&mut self, events: impl Iterator<Item = &'a LogEvent>) {
        if self.outbox.posts().is_empty() {
            return;
        }
        let (room, head) = (self.room.slug.clone(), self.timeline.head());
        let arrived = self.change_outbox(|outbox| {
            outbox.shown(&room, head);
            outbox.arrived(events)
        });
        for id in arrived {
            self.effect(Effect::Forget(room.clone(), id));
        }
    }

    /// Changes the outbox, and shows it if there is or was anything in it.
    pub(super) fn change_outbox<T>(&mut self, change: impl FnOnce(&mut Outbox) -> T) -> T {
        let was_empty = self.outbox.posts().is_empty();
        let changed = change(&mut self.outbox);
        if !was_empty || !self.outbox.posts().is_empty() {
            self.show(Part::Outbox);
        }
        changed
    }

    /// The server says who the reader is.
    pub(super) fn greeted(&mut self, me: Option<Person>) {
        // The same again would draw the form for a new name anew, which somebody may be typing into.
        if self.me != me {
            let news = match (&self.me, &me) {
                (Some(_), None) => Some((Form::Nickname, Reason::CookieLost)),
                // Tabs share one cookie, and of two that join at once the last answer counts.
                (Some(known), Some(now)) if known.nickname != now.nickname && !self.asks_for_name => {
                    Some((Form::Post, Reason::NamedElsewhere(now.nickname.clone())))
                }
                _ => None,
            };
            self.set_me(me);
            if let Some((form, reason)) = news {
                self.effect(Effect::Explain(form, reason));
            }
        }
        self.disown_posts_of_others();
    }

    /// The server answered a wish for a nickname.
    pub(super) fn named(&mut self, me: Option<Person>) {
        self.asks_for_name = false;
        let Some(me) = me else { return };
        // Whoever has a name and changes it has lost no session.
        if self.me.is_none() {
            self.adopt_posts(&me.id);
        }
        // At the second answer to a double click, the connection is on its way under this name already.
        if self.me.as_ref() != Some(&me) {
            self.effect(Effect::Reconnect);
            self.set_me(Some(me));
        }
        self.disown_posts_of_others();
    }

    /// What was typed here before the session was lost goes under the name that was chosen since. No other post is written
    /// to storage: another tab may have done with it.
    fn adopt_posts(&mut self, me: &UserId) {
        for id in self.change_outbox(|outbox| outbox.adopt(me)) {
            self.effect(Effect::Keep(id));
        }
    }

    /// Somebody else's posts do not go by themselves.
    pub(super) fn disown_posts_of_others(&mut self) {
        if let Some(me) = self.me.as_ref().map(|me| me.id.clone()) {
            self.change_outbox(|outbox| outbox.speak_as(&me));
        }
    }

    pub(super) fn set_me(&mut self, me: Option<Person>) {
        self.timeline.read_by(me.as_ref());
        let known = self.me.as_ref().map(|me| &me.id);
        if known.is_some() && known != me.as_ref().map(|me| &me.id) {
            self.forget_marks();
        }
        self.me = me;
        self.show(Part::Me);
        // What was explained was said to somebody else, or under another name.
        self.effect(Effect::WithdrawExplanation);
    }
}
