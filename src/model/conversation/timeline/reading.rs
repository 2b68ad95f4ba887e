//! What can be read of a timeline. Nothing here changes it. Used by `timeline` only, as the other half of its type.

use std::sync::Arc;

use super::{Hole, Timeline, TimelineEntry};
use crate::model::text;
use crate::protocol::{Cursor, HistoryItem, PostId, Quote, RoomSlug, Seq, UserId};

impl Timeline {
    /// Whose log it is.
    #[must_use]
    pub const fn room(&self) -> &RoomSlug {
        &self.room
    }

    /// Where this reader stands.
    #[must_use]
    pub const fn cursor(&self) -> &Cursor {
        &self.followed
    }

    /// The newest event held; [`Seq::ZERO`] when none is.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.segments.last().map_or(Seq::ZERO, |segment| segment.last)
    }

    /// The oldest event held, when older ones exist: ask for the history that ends with this.
    #[must_use]
    pub fn older_than(&self) -> Option<Seq> {
        self.segments.first().map(|segment| segment.first).filter(|_| self.has_older)
    }

    /// The newest hole.
    #[must_use]
    pub fn newest_hole(&self) -> Option<Hole> {
        let [.., older, newer] = self.segments.as_slice() else {
            return None;
        };
        Some(Hole { after: older.last, before: newer.first })
    }

    /// The item at a place, if it is held.
    #[must_use]
    pub fn item(&self, seq: Seq) -> Option<&Arc<HistoryItem>> {
        let place = self.segments.partition_point(|segment| segment.last < seq);
        self.segments.get(place)?.item(seq)
    }

    /// What a reply to the message at a place quotes, if it is held.
    #[must_use]
    pub fn quote(&self, seq: Seq) -> Option<Quote> {
        self.item(seq).and_then(|item| text::quote(&item.event))
    }

    /// The last item before a hole.
    #[must_use]
    pub fn last_item_before(&self, hole: Hole) -> Option<Seq> {
        let segment = self.segments.iter().find(|segment| segment.last == hole.after)?;
        segment.items().last().map(|item| item.event.seq)
    }

    /// Whether a post is among the items.
    #[must_use]
    pub fn holds_post(&self, sender: &UserId, id: &PostId) -> bool {
        self.segments.iter().any(|segment| segment.items().any(|item| item.event.is_post(sender, id)))
    }

    /// Everything held, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = TimelineEntry<'_>> + use<'_> {
        let mut entries = Vec::with_capacity(self.item_count());
        let mut after = self.segments.first().map_or(Seq::ZERO, |segment| segment.first.previous());
        self.notices.list(Seq::ZERO, after, &mut entries);
        for segment in &self.segments {
            if after.next() < segment.first {
                entries.push(TimelineEntry::Hole(Hole { after, before: segment.first }));
            }
            let mut first = segment.first;
            for item in segment.items() {
                self.notices.list(first, item.event.seq.previous(), &mut entries);
                entries.push(TimelineEntry::Item(item));
                first = item.event.seq;
            }
            after = segment.last;
            self.notices.list(first, after, &mut entries);
        }
        entries.into_iter()
    }
}
