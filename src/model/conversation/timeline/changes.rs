//! The changes that a room's stream brought lately. A page of history that was read before one of them, and comes after it,
//! lacks it. Used by `timeline` only.

use super::segment::Segment;
use crate::protocol::{LogEvent, Seq, UserId};

/// More are not kept: a page that was read before them is fetched again.
const CHANGES_MAX: usize = 200;

/// The changes after a place, oldest first.
#[derive(Clone, Debug)]
pub(super) struct RecentChanges {
    /// All changes behind this event are kept.
    since: Seq,
    /// At most [`CHANGES_MAX`].
    changes: Vec<LogEvent>,
}

impl RecentChanges {
    pub(super) const fn since(since: Seq) -> Self {
        Self { since, changes: Vec::new() }
    }

    /// Keeps an event of the stream, if it is a change.
    pub(super) fn push(&mut self, event: &LogEvent) {
        if event.body.target().is_none() {
            return;
        }
        if self.changes.len() == CHANGES_MAX {
            self.since = self.changes.remove(0).seq;
        }
        self.changes.push(event.clone());
    }

    /// Brings the items of a page up to date that was read at `as_of`. Returns whether every change since then is known.
    pub(super) fn apply(&self, as_of: Seq, segment: &mut Segment, reader: Option<&UserId>) -> bool {
        self.changes.iter().for_each(|change| segment.change(change, reader));
        as_of >= self.since
    }
}
