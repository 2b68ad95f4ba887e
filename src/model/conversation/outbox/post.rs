//! One post of the outbox, and how far it has come.

use crate::protocol::{PostBody, PostId, Refusal, RoomSlug, Seq, Timestamp, UserId};

/// A post that waited longer than this is not sent by itself any more: nobody likes yesterday's post today.
pub const STALE_MS: i64 = 24 * 60 * 60 * 1_000;

/// How far a post has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PostState {
    /// Will be sent by itself, when its turn comes.
    Waiting,
    /// Sent, not yet answered.
    Sending {
        /// When it was sent last.
        since: Timestamp,
    },
    /// On the server's disk, and not in the log as it is shown here: it is not sent again, unless the connection breaks.
    Acked {
        /// Its place in the log.
        seq: Seq,
    },
    /// Refused for good: the person decides, retry or discard.
    Failed(Refusal),
    /// Waited for more than a day, or was typed under another nickname: the person decides, retry or discard.
    Stale,
    /// Another tab is sending it, and shows it; this one only takes over when that has not come to an end.
    Elsewhere {
        /// From then on it waits here.
        until: Timestamp,
    },
}

/// What a room needs to be marked for, where its posts are not in sight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unsent {
    /// Posts wait, and go by themselves.
    Waiting,
    /// A post does not go by itself: the person decides.
    Stuck,
}

/// A post on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingPost {
    /// Where it was typed, and it is posted nowhere else.
    pub room: RoomSlug,
    /// Its name for ever, also over retries.
    pub post_id: PostId,
    /// Who typed it: the server knows a post again only from the same person.
    pub sender: UserId,
    /// What is posted.
    pub body: PostBody,
    /// When it was typed, which is its place among the others.
    pub created: Timestamp,
    /// When it was typed, or last retried by hand.
    pub wanted: Timestamp,
    /// How far it has come.
    pub state: PostState,
    /// Whether the server may have it: it was sent, or another page may have sent it.
    pub may_have_arrived: bool,
}

impl OutgoingPost {
    /// What was typed, where it is a message. Nothing else has a row of its own, and nobody is asked about it: it is sent, or
    /// given up.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.body {
            PostBody::Message { text, .. } => Some(text),
            PostBody::Reaction { .. }
            | PostBody::Edited { .. }
            | PostBody::Deleted { .. }
            | PostBody::Restored { .. }
            | PostBody::Unknown => None,
        }
    }

    /// The message that it replies to.
    #[must_use]
    pub const fn reply_to(&self) -> Option<Seq> {
        if let PostBody::Message { reply_to, .. } = self.body { reply_to } else { None }
    }

    pub(super) fn is_acked(&self) -> bool {
        matches!(self.state, PostState::Acked { .. })
    }

    pub(super) fn is_in_flight(&self) -> bool {
        matches!(self.state, PostState::Sending { .. })
    }

    /// Two posts of one millisecond were typed in two tabs, and need only be in the same order everywhere.
    pub(super) fn place(&self) -> (Timestamp, &PostId) {
        (self.created, &self.post_id)
    }

    /// What only time changes. Returns whether that is so.
    pub(super) fn age(&mut self, now: Timestamp) -> bool {
        let before = self.state;
        if matches!(self.state, PostState::Elsewhere { until } if until <= now) {
            self.state = PostState::Waiting;
        }
        if self.state == PostState::Waiting && now.unix_ms() - self.wanted.unix_ms() > STALE_MS {
            self.state = PostState::Stale;
        }
        self.state != before
    }
}
