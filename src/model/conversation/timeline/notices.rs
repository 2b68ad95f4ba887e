//! Who came and went, shown between the events of a room. Never from the log, gone with the page. Used by `timeline` only.

use std::sync::Arc;

use super::TimelineEntry;
use crate::protocol::{Person, Seq, Timestamp, UserId};

/// A live notice between two events: who came and went. Never from the log, gone with the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// It is shown after this event.
    pub after: Seq,
    /// When it was last added to.
    pub at: Timestamp,
    /// Who came.
    pub joined: Vec<Person>,
    /// Who went.
    pub left: Vec<Person>,
}

/// More notices are not kept, nor more people on either side of one: the oldest are dropped.
const NOTICES_MAX: usize = 300;
const PEOPLE_MAX: usize = 300;

/// By `after`, at most one for each; at most [`NOTICES_MAX`].
#[derive(Clone, Debug, Default)]
pub(super) struct Notices(Vec<Arc<Notice>>);

impl Notices {
    /// Takes a presence change after an event, folded into the notice that is already at the end if there is one. A fold tells of each
    /// person what they did last, so that nobody who was seen coming disappears without a notice. A new nickname counts as
    /// another person: the old one left, the new one joined. What the reader does is no news to them.
    pub(super) fn add(&mut self, after: Seq, joined: &[Person], left: &[Person], me: Option<&UserId>, at: Timestamp) {
        let is_news = |person: &&Person| Some(&person.id) != me;
        if !joined.iter().chain(left).any(|person| is_news(&person)) {
            return;
        }
        if self.0.last().is_none_or(|notice| notice.after != after) {
            if self.0.len() == NOTICES_MAX {
                self.0.remove(0);
            }
            self.0.push(Arc::new(Notice { after, at, joined: Vec::new(), left: Vec::new() }));
        }
        let notice = Arc::make_mut(self.0.last_mut().expect("one was pushed if there was none"));
        notice.at = at;
        left.iter().filter(is_news).for_each(|person| fold(&mut notice.joined, &mut notice.left, person));
        joined.iter().filter(is_news).for_each(|person| fold(&mut notice.left, &mut notice.joined, person));
    }

    /// Adds those from one place to another to a list.
    pub(super) fn list<'a>(&'a self, first: Seq, last: Seq, entries: &mut Vec<TimelineEntry<'a>>) {
        let start = self.0.partition_point(|notice| notice.after < first);
        let within = self.0[start..].iter().take_while(|notice| notice.after <= last);
        entries.extend(within.map(TimelineEntry::Notice));
    }

    /// Drops the notices of places where `is_held` is false.
    pub(super) fn retain(&mut self, is_held: impl Fn(Seq) -> bool) {
        self.0.retain(|notice| is_held(notice.after));
    }

    /// Drops the notices behind a place that another event may take.
    pub(super) fn truncate(&mut self, last: Seq) {
        self.0.retain(|notice| notice.after <= last);
    }
}

/// Puts a person on one side of a notice and off the other.
fn fold(other_side: &mut Vec<Person>, side: &mut Vec<Person>, person: &Person) {
    other_side.retain(|other| other != person);
    if !side.contains(person) {
        if side.len() == PEOPLE_MAX {
            side.remove(0);
        }
        side.push(person.clone());
    }
}
