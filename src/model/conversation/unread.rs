//! What the reader has not had in sight. A page tells by itself how many messages it holds; how many lie between it and
//! what was held before, nobody says, so such a count is a least one.

use std::ops::AddAssign;

use super::{Conversation, Effect, Part};
use crate::protocol::{EventBody, LogEvent, RoomSlug, Seq};

/// A number of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// So many are known.
    pub known: usize,
    /// Whether there may be more, of which nothing is held.
    pub or_more: bool,
}

impl Count {
    /// One, and no more.
    pub const ONE: Self = Self { known: 1, or_more: false };

    /// Whether there is nothing to count.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        self.known += more.known;
        self.or_more |= more.or_more;
    }
}

impl Conversation {
    /// An event is new to this page. Returns how many messages of somebody else it is.
    pub(super) fn arrived(&mut self, event: &LogEvent) -> Count {
        let (Some(by), EventBody::Message(message)) = (&event.by, &event.body) else { return Count::default() };
        self.stopped_typing(&by.id);
        // Of one that was deleted before it came here, nothing is to be read.
        if message.is_deleted() || self.me.as_ref().is_some_and(|me| me.id == by.id) {
            return Count::default();
        }
        self.out_of_sight(Count::ONE);
        self.effect(Effect::Announce { nickname: by.nickname.clone(), text: message.text.clone() });
        Count::ONE
    }

    /// So many came, in sight or not.
    pub(super) fn out_of_sight(&mut self, came: Count) {
        if !came.is_none() && !self.is_reading() {
            self.unread += came;
            self.show(Part::Unread);
        }
    }

    /// What a screen reader announced is read, if the reader looks on.
    pub(super) fn announced(&mut self) {
        if self.is_reading() {
            self.share_read();
        }
    }

    /// The newest row came in sight, or went out of it.
    pub(super) fn set_at_newest(&mut self, at_newest: bool) {
        if self.at_newest != at_newest {
            self.at_newest = at_newest;
            self.show(Part::AtNewest);
        }
        if at_newest {
            self.reads_from = None;
        }
        self.look();
    }

    /// Whoever comes back to the page at its newest row reads it.
    pub(super) fn set_visible(&mut self, is_visible: bool) {
        self.is_visible = is_visible;
        self.look();
    }

    fn look(&mut self) {
        if self.is_reading() && !self.unread.is_none() {
            self.nothing_unread();
            self.share_read();
        }
    }

    pub(super) fn nothing_unread(&mut self) {
        self.unread = Count::default();
        self.show(Part::Unread);
    }

    /// Another tab showed the reader a room up to an event.
    pub(super) fn read_elsewhere(&mut self, room: &RoomSlug, head: Seq) {
        if self.is_open(room) && self.timeline.head() <= head {
            self.nothing_unread();
        }
    }

    const fn is_reading(&self) -> bool {
        self.at_newest && self.is_visible
    }

    /// The reader has had everything in sight that is held.
    fn share_read(&mut self) {
        let read = Effect::ShareRead(self.room.slug.clone(), self.timeline.head());
        self.effect(read);
    }
}
