//! The reader's own changes that the log has not brought yet, and what messages look like with them. Not here: what a button
//! asks for (`reactions`, `edits`), how a change travels (`outbox`), what the log makes of one (`timeline`).

use std::sync::Arc;

use super::outbox::{Outbox, OutgoingPost, PostState};
use super::timeline::{ReactionChange, set_text};
use crate::protocol::{HistoryItem, Person, PostBody, RoomSlug, Seq};

/// The changes of one room, in the order in which they were asked for.
pub(in crate::model) struct Pending<'a> {
    me: Option<&'a Person>,
    changes: Vec<(Seq, &'a OutgoingPost)>,
}

/// A message with the changes to it.
pub(in crate::model) struct Changed {
    /// As it will be.
    pub(in crate::model) item: Arc<HistoryItem>,
    /// How far the last change of its text has come; none where its text is as the log has it.
    pub(in crate::model) text_state: Option<PostState>,
}

impl<'a> Pending<'a> {
    /// Those that wait for this room. One that was refused is none: the message is shown as it was.
    pub(in crate::model) fn of(outbox: &'a Outbox, room: &RoomSlug, me: Option<&'a Person>) -> Self {
        let changes = outbox.posts().iter().filter_map(|post| {
            let is_coming = !matches!(post.state, PostState::Failed(_) | PostState::Stale)
                && post.room == *room
                && me.is_some_and(|me| me.id == post.sender);
            post.body.target().filter(|_| is_coming).map(|target| (target, post))
        });
        Self { me, changes: changes.collect() }
    }

    /// A message as it will be, where that is not as it is. A change that the log has brought already changes nothing.
    pub(in crate::model) fn over(&self, item: &Arc<HistoryItem>) -> Option<Changed> {
        let by = self.me?;
        let mut changes = self.changes.iter().filter(|(target, _)| *target == item.event.seq).peekable();
        changes.peek()?;
        let (mut changed, mut text_state) = (HistoryItem::clone(item), None);
        for (_, post) in changes {
            match &post.body {
                PostBody::Reaction { emoji, on, .. } => {
                    ReactionChange { by, emoji, on: *on, count: None, is_own: true }.apply(&mut changed.reactions);
                    continue;
                }
                PostBody::Edited { text, .. } => set_text(&mut changed, text, Some(post.created)),
                PostBody::Deleted { .. } => set_text(&mut changed, "", None),
                // What the log has forgotten comes back with the log.
                PostBody::Restored { .. } => set_text(&mut changed, item.event.body.text(), None),
                PostBody::Message { .. } | PostBody::Unknown => continue,
            }
            text_state = Some(post.state);
        }
        Some(Changed { item: Arc::new(changed), text_state })
    }

    /// A message as it is shown.
    pub(in crate::model) fn shown(&self, item: &Arc<HistoryItem>) -> Arc<HistoryItem> {
        self.over(item).map_or_else(|| Arc::clone(item), |changed| changed.item)
    }
}

#[cfg(test)]
mod tests;
