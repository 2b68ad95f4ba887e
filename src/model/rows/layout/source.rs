//! What a conversation is made of, in the order in which it is shown: what the log brought, who came and went, and what is on
//! its way. Used by `layout` only.

use std::sync::Arc;

use super::Delivery;
use crate::model::conversation::outbox::{Outbox, OutgoingPost};
use crate::model::conversation::reactions::Pending;
use crate::model::conversation::timeline::{Hole, Notice, Timeline, TimelineEntry};
use crate::protocol::{HistoryItem, PostId, ReactionSummary, Timestamp};

/// One part of a conversation. Together with what comes before it, it decides all that its rows show.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum RowSource {
    Item {
        item: Arc<HistoryItem>,
        /// The reactions as they will be, where some of the reader's own are on their way.
        reactions: Option<Vec<ReactionSummary>>,
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
    pub(super) created: Timestamp,
    pub(super) delivery: Delivery,
}

impl RowSource {
    /// All of a conversation.
    pub(super) fn all<'a>(
        timeline: &'a Timeline,
        outbox: &'a Outbox,
        pending: &'a Pending<'a>,
    ) -> impl Iterator<Item = Self> + 'a {
        let held = timeline.entries().map(|entry| match entry {
            TimelineEntry::Item(item) => Self::Item { item: Arc::clone(item), reactions: pending.over(item) },
            TimelineEntry::Notice(notice) => Self::Notice(Arc::clone(notice)),
            TimelineEntry::Hole(hole) => Self::Hole(hole),
        });
        // The log may be faster than the ack: a message is not shown twice in between.
        let is_shown = |post: &&OutgoingPost| post.room == *timeline.room() && !is_in_log(post, timeline);
        let outgoing = outbox.posts().iter().filter(is_shown).filter_map(|post| {
            let (id, text, delivery) = (post.post_id.clone(), post.text()?.to_owned(), Delivery::of(post.state)?);
            Some(Self::Outgoing(OutgoingRow { id, text, created: post.created, delivery }))
        });
        held.chain(outgoing)
    }

    /// Where it stands among the others: what is not less comes later, or at the same place instead.
    pub(super) fn position(&self) -> (u64, u8) {
        match self {
            Self::Item { item, .. } => (item.event.seq.get(), 0),
            Self::Notice(notice) => (notice.after.get(), 1),
            Self::Hole(hole) => (hole.after.get(), 2),
            Self::Outgoing(_) => (u64::MAX, 3),
        }
    }
}

fn is_in_log(post: &OutgoingPost, timeline: &Timeline) -> bool {
    timeline.entries().any(|entry| match entry {
        TimelineEntry::Item(item) => item.event.is_post(&post.sender, &post.post_id),
        _ => false,
    })
}
