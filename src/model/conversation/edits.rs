//! Edits as a reader asks for them: which messages are theirs to change, and what these say. Not here: what is seen of a change
//! before the log brings it (`pending`), what the log makes of it (`timeline`), how it travels (`outbox`).

use std::sync::Arc;

use super::Conversation;
use super::pending::Pending;
use super::timeline::TimelineEntry;
use crate::protocol::{HistoryItem, Limits, Person, Seq, Timestamp};

/// Whether this reader may edit a message now: it is theirs, not deleted, and not too old.
#[must_use]
pub fn may_edit(item: &HistoryItem, me: Option<&Person>, limits: &Limits, now: Timestamp) -> bool {
    is_own(item, me) && is_within(limits.edit_window_ms, item, now)
}

/// Whether this reader may delete a message now.
#[must_use]
pub fn may_delete(item: &HistoryItem, me: Option<&Person>, limits: &Limits, now: Timestamp) -> bool {
    is_own(item, me) && is_within(limits.delete_window_ms, item, now)
}

/// Nothing but a message has an author and a text.
fn is_own(item: &HistoryItem, me: Option<&Person>) -> bool {
    me.is_some_and(|me| item.event.by.as_ref().is_some_and(|by| by.id == me.id)) && !item.event.body.text().is_empty()
}

/// Whether a message is not older than this; 0 = no limit.
fn is_within(window_ms: u64, item: &HistoryItem, now: Timestamp) -> bool {
    let age_ms = u64::try_from(now.unix_ms() - item.event.at_ms.unix_ms()).unwrap_or(0);
    window_ms == 0 || age_ms <= window_ms
}

impl Conversation {
    /// What a message of the open room says, if the reader may edit it now.
    #[must_use]
    pub fn editable(&self, seq: Seq, now: Timestamp) -> Option<String> {
        let item = self.item_as_shown(seq)?;
        self.may_edit(&item, now).then(|| item.event.body.text().to_owned())
    }

    /// What a message of the open room says, as it was typed.
    #[must_use]
    pub fn source(&self, seq: Seq) -> Option<String> {
        self.item_as_shown(seq).map(|item| item.event.body.text().to_owned())
    }

    /// Whether the reader may delete a message of the open room now.
    #[must_use]
    pub fn is_deletable(&self, seq: Seq, now: Timestamp) -> bool {
        self.item_as_shown(seq).is_some_and(|item| may_delete(&item, self.me.as_ref(), &self.limits, now))
    }

    /// The newest message that the reader may edit now.
    #[must_use]
    pub fn newest_editable(&self, now: Timestamp) -> Option<Seq> {
        let pending = self.pending();
        let items = self.timeline.entries().filter_map(|entry| match entry {
            TimelineEntry::Item(item) => Some(pending.shown(item)),
            TimelineEntry::Notice(_) | TimelineEntry::Hole(_) => None,
        });
        items.filter(|item| self.may_edit(item, now)).last().map(|item| item.event.seq)
    }

    fn may_edit(&self, item: &HistoryItem, now: Timestamp) -> bool {
        may_edit(item, self.me.as_ref(), &self.limits, now)
    }

    /// An item of the open room with the reader's own changes that are on their way.
    fn item_as_shown(&self, seq: Seq) -> Option<Arc<HistoryItem>> {
        self.timeline.item(seq).map(|item| self.pending().shown(item))
    }

    fn pending(&self) -> Pending<'_> {
        Pending::of(&self.outbox, &self.room.slug, self.me.as_ref())
    }
}
