//! How much of a log is held: a tab that is left open in a busy room must not grow for ever. What is dropped is fetched again
//! when the reader comes to it. Used by `timeline` only.

use std::ops::Range;

use super::Timeline;
use crate::protocol::Seq;

/// At most so many items are held of the open room.
pub const OPEN_ROOM_ITEMS_MAX: usize = 1_200;

/// At most so many of them while the reader follows the newest: the whole conversation is looked through for each message.
const FOLLOWED_ITEMS_MAX: usize = 700;

/// At most so many items are held of a room that was open before: as many as are mounted when it is opened again.
pub const LEFT_ROOM_ITEMS_MAX: usize = 300;

/// How many items stay when some are dropped.
#[derive(Clone, Copy, Debug)]
pub(in crate::model) struct Kept {
    /// Above the first one that a reader has mounted, who reads back.
    pub(in crate::model) above: usize,
    /// From the first one that is mounted on: those that are mounted, and some below them.
    pub(in crate::model) below: usize,
    /// The newest ones, wherever the reader is, so that the way to them is short.
    pub(in crate::model) newest: usize,
    /// The newest ones while the reader follows them.
    pub(in crate::model) followed: usize,
}

impl Kept {
    /// Less than what is held at most, so that dropping is not for every message.
    pub(in crate::model) const STANDARD: Self = Self { above: 200, below: 500, newest: 300, followed: 600 };
}

const _: () = {
    let Kept { above, below, newest, followed } = Kept::STANDARD;
    assert!(above + below + newest < OPEN_ROOM_ITEMS_MAX && followed < FOLLOWED_ITEMS_MAX, "what stays is less");
};

impl Timeline {
    /// Drops items when too many are held: the oldest of them, while the newest are in sight. A reader who reads back names the
    /// first item that is mounted: what is far from there is dropped, which leaves a hole below.
    pub fn drop_excess(&mut self, reading_from: Option<Seq>) {
        let items_max = if reading_from.is_some() { OPEN_ROOM_ITEMS_MAX } else { FOLLOWED_ITEMS_MAX };
        if self.item_count() > items_max {
            self.drop_around(reading_from, Kept::STANDARD);
        }
    }

    pub(in crate::model) fn drop_around(&mut self, reading_from: Option<Seq>, kept: Kept) {
        let count = self.item_count();
        let Some(seq) = reading_from else {
            return self.drop_items(0..count.saturating_sub(kept.followed));
        };
        let first =
            self.segments.iter().flat_map(|segment| segment.items()).take_while(|item| item.event.seq < seq).count();
        self.drop_items(first + kept.below..count.saturating_sub(kept.newest));
        self.drop_items(0..first.saturating_sub(kept.above));
    }

    /// Drops all but the newest [`LEFT_ROOM_ITEMS_MAX`], since the reader goes to another room.
    pub fn leave(&mut self) {
        self.drop_items(0..self.item_count().saturating_sub(LEFT_ROOM_ITEMS_MAX));
    }

    pub(super) fn item_count(&self) -> usize {
        self.segments.iter().map(super::Segment::len).sum()
    }

    /// Drops the items from one place to another, counted from the oldest.
    fn drop_items(&mut self, gone: Range<usize>) {
        if gone.is_empty() {
            return;
        }
        self.has_older |= gone.start == 0;
        let mut older = 0;
        for segment in std::mem::take(&mut self.segments) {
            let count = segment.len();
            let within = |place: usize| place.saturating_sub(older).min(count);
            self.segments.extend(segment.without(within(gone.start)..within(gone.end)).into_iter().flatten());
            older += count;
        }
        let segments = &self.segments;
        self.notices
            .retain(|after| segments.iter().any(|segment| segment.first.previous() <= after && after <= segment.last));
    }
}
