//! What a conversation is made of, in the order in which it is shown: what the log brought, who came and went, and what is on
//! its way. Used by `layout` only.

use std::sync::Arc;

use super::Delivery;
use crate::model::conversation::outbox::{Outbox, OutgoingPost};
use crate::model::conversation::pending::{Changed, Pending};
use crate::model::conversation::timeline::{Hole, Notice, Timeline, TimelineEntry};
use crate::model::rows::ReplyRow;
use crate::protocol::{HistoryItem, Person, PostId, Timestamp};

/// One part of a conversation. Together with what comes before it, it decides all that its rows show.
#[derive(Clone, Debug)]
pub(super) enum RowSource {
    Item {
        /// With the reader's own changes that are on their way.
        item: Arc<HistoryItem>,
        /// How far its text has come.
        delivery: Delivery,
    },
    Notice(Arc<Notice>),
    Hole(Hole),
    Outgoing(OutgoingRow),
}

/// An own message that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OutgoingRow {
    pub(super) id: PostId,
    pub(super) text: String,
    pub(super) reply: Option<ReplyRow>,
    pub(super) created: Timestamp,
    pub(super) delivery: Delivery,
}

/// All parts of a conversation, in order.
pub(super) struct RowSources<'a> {
    timeline: &'a Timeline,
    outbox: &'a Outbox,
    pending: Pending<'a>,
    stored: Vec<TimelineEntry<'a>>,
}

impl<'a> RowSources<'a> {
    pub(super) fn of(timeline: &'a Timeline, outbox: &'a Outbox, me: Option<&'a Person>) -> Self {
        let pending = Pending::of(outbox, timeline.room(), me);
        Self { timeline, outbox, pending, stored: timeline.entries().collect() }
    }

    /// How many of the first ones are certain to show what these show. It is asked of a whole conversation for each message,
    /// so that nothing is made for the answer.
    pub(super) fn count_unchanged<'b>(&self, laid: impl Iterator<Item = &'b RowSource>) -> usize {
        laid.zip(&self.stored).take_while(|(source, entry)| source.is_unchanged(entry, &self.pending)).count()
    }

    /// Those from one place on.
    pub(super) fn from(self, start: usize) -> impl Iterator<Item = RowSource> + use<'a> {
        let Self { timeline, outbox, pending, stored } = self;
        let stored = stored.into_iter().skip(start).map(move |entry| match entry {
            TimelineEntry::Item(item) => RowSource::item(item, &pending),
            TimelineEntry::Notice(notice) => RowSource::Notice(Arc::clone(notice)),
            TimelineEntry::Hole(hole) => RowSource::Hole(hole),
        });
        stored.chain(outbox.posts().iter().filter_map(|post| RowSource::outgoing(post, timeline)))
    }
}

impl RowSource {
    fn is_unchanged(&self, entry: &TimelineEntry<'_>, pending: &Pending<'_>) -> bool {
        match (self, entry) {
            (Self::Item { item, delivery: Delivery::Stored }, TimelineEntry::Item(other)) => {
                Arc::ptr_eq(item, other) && pending.over(other).is_none()
            }
            (Self::Notice(notice), TimelineEntry::Notice(other)) => Arc::ptr_eq(notice, other),
            (Self::Hole(hole), TimelineEntry::Hole(other)) => hole == other,
            _ => false,
        }
    }

    /// A message of this room that is not shown yet.
    fn outgoing(post: &OutgoingPost, timeline: &Timeline) -> Option<Self> {
        let (text, delivery) = (post.text()?, Delivery::of(post.state)?);
        // The log may be faster than the ack: a message is not shown twice in between.
        if post.room != *timeline.room() || timeline.holds_post(&post.sender, &post.post_id) {
            return None;
        }
        let reply = post.reply_to().map(|to| ReplyRow { to, quote: timeline.quote(to) });
        let (id, text) = (post.post_id.clone(), text.to_owned());
        Some(Self::Outgoing(OutgoingRow { id, text, reply, created: post.created, delivery }))
    }

    fn item(item: &Arc<HistoryItem>, pending: &Pending<'_>) -> Self {
        let Some(Changed { item, text_state }) = pending.over(item) else {
            return Self::Item { item: Arc::clone(item), delivery: Delivery::Stored };
        };
        Self::Item { item, delivery: text_state.and_then(Delivery::of).unwrap_or(Delivery::Stored) }
    }

    /// Where it stands among the others, as a key that grows from the oldest to the newest.
    pub(super) fn position(&self) -> (u64, u8) {
        match self {
            Self::Item { item, .. } => (item.event.seq.get(), 0),
            Self::Notice(notice) => (notice.after.get(), 1),
            Self::Hole(hole) => (hole.after.get(), 2),
            Self::Outgoing(_) => (u64::MAX, 3),
        }
    }

    /// Whether it is certain that both show the same. What the log brought is compared by pointer, since each change makes
    /// another item of it.
    pub(super) fn is_the_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Item { item, delivery }, Self::Item { item: other, delivery: other_delivery }) => {
                Arc::ptr_eq(item, other) && delivery == other_delivery
            }
            (Self::Notice(notice), Self::Notice(other)) => Arc::ptr_eq(notice, other),
            (Self::Hole(hole), Self::Hole(other)) => hole == other,
            (Self::Outgoing(outgoing), Self::Outgoing(other)) => outgoing == other,
            _ => false,
        }
    }
}
