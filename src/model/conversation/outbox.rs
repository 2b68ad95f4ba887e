//! Posts that were typed and are not yet in the log as it is shown, of all rooms: the local echo and its state. All tabs of a browser
//! share what is kept of them; each tab has an outbox of its own over it. Two tabs that send the same post do no harm,
//! since its id is the same; that they rarely do is only thrift. Not here: where posts are kept (`client::storage`) and how
//! they travel (`conversation::posting`).

mod given_up;
mod gone_rooms;
mod kept;
mod post;

pub use kept::KeptPost;
pub use post::{OutgoingPost, PostState, STALE_MS, Unsent};

use crate::protocol::{
    ErrorCode, EventBody, LogEvent, Message, Person, PostBody, PostId, Refusal, RoomSlug, Seq, Timestamp, UserId,
};

/// An answer that did not come for this long is not waited for: the same post is sent again, under the same id.
pub const UNANSWERED_MS: i64 = 10_000;
/// A post that another tab was seen to keep is left to that tab for this long. It may have been closed since.
pub const ELSEWHERE_MS: i64 = 15_000;

/// The posts that the log does not show yet, in the order of typing. Nothing leaves it silently: only by [`Outbox::acked`],
/// [`Outbox::placed`], [`Outbox::arrived`], [`Outbox::shown`] or [`Outbox::discard`], here or in another tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// At most one of each room is `Sending`, which alone keeps the order of typing. Rooms do not wait for each other.
    posts: Vec<OutgoingPost>,
    /// Set by a refusal that asked to wait: since when, and what it was.
    pause: Option<(Timestamp, Refusal)>,
}

impl Outbox {
    /// Adds a post at the end.
    pub fn push(&mut self, room: RoomSlug, post_id: PostId, sender: UserId, body: PostBody, now: Timestamp) {
        let state = PostState::Waiting;
        let (created, wanted, may_have_arrived) = (now, now, false);
        let post = OutgoingPost { room, post_id, sender, body, created, wanted, state, may_have_arrived };
        self.posts.push(post);
    }

    /// A post to send now, marked as sending; none of a room while one of it is in flight. A post unanswered for 10 s is
    /// given out again. Call it until it gives none, while the server can be reached: after `push`, `acked`, `placed`,
    /// `refused`, `arrived`, `retry`, `discard`, on becoming live, and when [`Outbox::wait_ms`] has passed.
    pub fn next_to_send(&mut self, now: Timestamp) -> Option<&OutgoingPost> {
        self.age(now);
        self.pause = self.pause.filter(|pause| pause_ms(*pause, now) > 0);
        let post = (0..self.posts.len()).find(|place| self.post_wait_ms(&self.posts[*place], now) == Some(0))?;
        self.posts[post].state = PostState::Sending { since: now };
        self.posts[post].may_have_arrived = true;
        Some(&self.posts[post])
    }

    /// What only time changes. Returns whether that is so of a post.
    pub fn age(&mut self, now: Timestamp) -> bool {
        self.posts.iter_mut().filter_map(|post| post.age(now).then_some(())).count() > 0
    }

    /// In how many milliseconds `next_to_send` is worth calling although nothing happens; none when nothing waits.
    #[must_use]
    pub fn wait_ms(&self, now: Timestamp) -> Option<u32> {
        self.posts.iter().filter_map(|post| self.post_wait_ms(post, now)).min()
    }

    /// In how many milliseconds a post may be given out; none while that is not a matter of time.
    fn post_wait_ms(&self, post: &OutgoingPost, now: Timestamp) -> Option<u32> {
        let is_before = |other: &OutgoingPost| other.is_in_flight() && other.room == post.room;
        match post.state {
            PostState::Sending { since } => Some(remaining_ms(since, UNANSWERED_MS, now)),
            PostState::Waiting if self.posts.iter().any(is_before) => None,
            PostState::Waiting => Some(self.pause.map_or(0, |pause| pause_ms(pause, now))),
            PostState::Elsewhere { until } => Some(u32::try_from(until.unix_ms() - now.unix_ms()).unwrap_or(0)),
            PostState::Acked { .. } | PostState::Failed(_) | PostState::Stale => None,
        }
    }

    /// The server has the post, and its room is not open here.
    pub fn acked(&mut self, id: &PostId) {
        self.posts.retain(|post| post.post_id != *id);
    }

    /// The server did not take it: it fails, or waits as long as the refusal says, and every later post behind it. Returns
    /// whether the post has changed.
    pub fn refused(&mut self, id: &PostId, refusal: Refusal, now: Timestamp) -> bool {
        // A repetition may be refused of what is on disk.
        let Some(post) = self.post_mut(id).filter(|post| !post.is_acked()) else {
            return false;
        };
        match refusal.retry_after_ms {
            // Its author is not who the server knows this browser by.
            None if refusal.code == ErrorCode::NicknameRequired => post.state = PostState::Stale,
            None => post.state = PostState::Failed(refusal),
            Some(_) => {
                post.state = PostState::Waiting;
                self.pause = Some((now, refusal));
            }
        }
        true
    }

    /// The server has the post at `seq`, and the log as far as `head` is on the screen. When the post is the next event,
    /// this is that event, to be shown at once; it leaves the outbox when the log shows it, so that it is in sight at
    /// every moment. Until then it is not sent again, however long the log takes.
    pub fn placed(&mut self, id: &PostId, seq: Seq, at: Timestamp, me: &Person, head: Seq) -> Option<LogEvent> {
        if seq <= head {
            self.acked(id);
        }
        let post = self.post_mut(id)?;
        post.state = PostState::Acked { seq };
        // What a reply quotes comes with the log.
        if seq != head.next() || post.sender != me.id || post.reply_to().is_some() {
            return None;
        }
        let body = EventBody::Message(Message { text: post.text()?.to_owned(), ..Message::default() });
        Some(LogEvent { seq, at_ms: at, by: Some(me.clone()), id: Some(id.clone()), body })
    }

    /// The log of a room is shown up to `head`: what was acknowledged up to there is in it.
    pub fn shown(&mut self, room: &RoomSlug, head: Seq) {
        self.posts.retain(|post| !matches!(post.state, PostState::Acked { seq } if seq <= head && post.room == *room));
    }

    /// The room is left: what was acknowledged in it is no business of another room.
    pub fn left(&mut self) {
        self.posts.retain(|post| !post.is_acked());
    }

    /// The log shows these events: posts that came back as one's own have arrived, which is as good as an ack. Returns
    /// the ids of those that were not acknowledged before.
    pub fn arrived<'a>(&mut self, events: impl Iterator<Item = &'a LogEvent>) -> Vec<PostId> {
        let mut arrived = Vec::new();
        for event in events {
            if let Some(id) = &event.id
                && let Some(post) = self.posts.iter().find(|post| event.is_post(&post.sender, &post.post_id))
            {
                if !post.is_acked() {
                    arrived.push(id.clone());
                }
                self.acked(id);
            }
        }
        arrived
    }

    /// Another tab keeps this post, or says what became of it there.
    pub fn kept_elsewhere(&mut self, room: RoomSlug, kept: KeptPost, now: Timestamp) {
        let mut post = kept.into_post(room);
        if post.state == PostState::Waiting {
            post.state = PostState::Elsewhere { until: Timestamp::from_unix_ms(now.unix_ms() + ELSEWHERE_MS) };
        }
        match self.post_mut(&post.post_id) {
            // It is on its way from here too: the answer will tell.
            Some(known) if known.is_in_flight() || known.is_acked() => {}
            Some(known) => *known = post,
            None => self.insert(post),
        }
    }

    /// Another tab has done with this post: it arrived, or was discarded there.
    pub fn gone_elsewhere(&mut self, id: &PostId) {
        self.posts.retain(|post| post.post_id != *id || post.is_in_flight() || post.is_acked());
    }

    /// The person that the server knows this browser by, from now on. Posts of somebody else do not go by themselves any
    /// more: one that had arrived without an answer would be posted again by another person.
    pub fn speak_as(&mut self, me: &UserId) {
        for post in self.posts.iter_mut().filter(|post| post.sender != *me) {
            if !matches!(post.state, PostState::Failed(_) | PostState::Acked { .. }) {
                post.state = PostState::Stale;
            }
        }
    }

    /// Whoever typed here lost the session without signing out, and is `me` from now on: what waits goes under the new
    /// name. Not what may have arrived under the old one, which would be posted twice, nor what the person is asked about.
    /// Returns the ids of the posts that have changed.
    pub fn adopt(&mut self, me: &UserId) -> Vec<PostId> {
        let mut adopted = Vec::new();
        for post in &mut self.posts {
            if post.state == PostState::Waiting && !post.may_have_arrived {
                post.sender = me.clone();
                adopted.push(post.post_id.clone());
            }
        }
        adopted
    }

    /// Whatever was in flight may be lost: it waits again. So does what was acknowledged and is not shown: the log that it
    /// is in may be another one by now, and its id tells the server that it is a repetition.
    pub fn connection_lost(&mut self) {
        for post in self.posts.iter_mut().filter(|post| post.is_in_flight() || post.is_acked()) {
            post.state = PostState::Waiting;
        }
    }

    /// The person, now known as `me`, wants a failed or stale post sent again. Returns whether the post has changed.
    pub fn retry(&mut self, id: &PostId, me: &UserId, now: Timestamp) -> bool {
        let Some(post) = self.post_mut(id).filter(|post| !post.is_in_flight() && !post.is_acked()) else {
            return false;
        };
        post.state = PostState::Waiting;
        post.sender = me.clone();
        post.wanted = now;
        true
    }

    /// The person gives a post up; returns its text (to put it back into the composer, say).
    pub fn discard(&mut self, id: &PostId) -> Option<String> {
        let index = self.posts.iter().position(|post| post.post_id == *id)?;
        self.posts.remove(index).text().map(str::to_owned)
    }

    /// Why the server wants every waiting post to wait, and until when.
    #[must_use]
    pub fn pause(&self) -> Option<(Refusal, Timestamp)> {
        let (since, refusal) = self.pause?;
        Some((Refusal::permanent(refusal.code), Timestamp::from_unix_ms(since.unix_ms() + wait_of(refusal))))
    }

    /// All posts, in the order of typing.
    #[must_use]
    pub fn posts(&self) -> &[OutgoingPost] {
        &self.posts
    }

    /// Those that a person typed, that are not known to be on the server's disk, and that the person is asked about.
    pub fn messages(&self) -> impl Iterator<Item = &OutgoingPost> {
        self.posts.iter().filter(|post| post.text().is_some() && !post.is_acked())
    }

    /// A post by its name.
    #[must_use]
    pub fn post(&self, id: &PostId) -> Option<&OutgoingPost> {
        self.posts.iter().find(|post| post.post_id == *id)
    }

    /// What a reader is shown about a room whose posts are not in sight. What another tab is sending is shown there.
    #[must_use]
    pub fn unsent(&self, room: &RoomSlug) -> Option<Unsent> {
        let posts = self.messages().filter(|post| post.room == *room);
        let unsent = posts.filter_map(|post| match post.state {
            PostState::Waiting | PostState::Sending { .. } => Some(Unsent::Waiting),
            PostState::Failed(_) | PostState::Stale => Some(Unsent::Stuck),
            PostState::Acked { .. } | PostState::Elsewhere { .. } => None,
        });
        unsent.max()
    }

    /// Takes a post from storage, unless it is known: it waits, or has failed, as it had there.
    pub fn restore(&mut self, room: RoomSlug, kept: KeptPost) {
        let post = kept.into_post(room);
        if self.post(&post.post_id).is_none() {
            self.insert(post);
        }
    }

    fn insert(&mut self, post: OutgoingPost) {
        let place = self.posts.partition_point(|known| known.place() <= post.place());
        self.posts.insert(place, post);
    }

    fn post_mut(&mut self, id: &PostId) -> Option<&mut OutgoingPost> {
        self.posts.iter_mut().find(|post| post.post_id == *id)
    }
}

fn pause_ms((since, refusal): (Timestamp, Refusal), now: Timestamp) -> u32 {
    remaining_ms(since, wait_of(refusal), now)
}

fn wait_of(refusal: Refusal) -> i64 {
    refusal.retry_after_ms.map_or(0, i64::from)
}

/// What is left of `ms` that began at `since`. A clock that was set back ends every wait rather than prolonging it.
fn remaining_ms(since: Timestamp, ms: i64, now: Timestamp) -> u32 {
    let elapsed = now.unix_ms() - since.unix_ms();
    if elapsed < 0 { 0 } else { u32::try_from(ms - elapsed).unwrap_or(0) }
}

#[cfg(test)]
mod tests;
