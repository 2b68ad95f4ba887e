//! What one room's log looks like to one reader: events in order, no doubles, holes known, live notices in between.
//! Not here: lines that are still on their way (`outbox`), what is drawn (`rows`).

use crate::protocol::event::Continuity;
use crate::protocol::{Cursor, Epoch, HistoryPage, LogEvent, Person, RoomSlug, RoomSnapshot, Seq, Timestamp, UserId};

/// What [`Timeline::publish`] made of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    /// It is the next one and was added.
    Added,
    /// It was there already.
    Duplicate,
    /// Events before it are missing: join again with the cursor.
    Missing,
}

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

/// Events that the reader does not hold yet, between two that they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hole {
    /// The last event held before the hole: ask for the history that begins with this.
    pub after: Seq,
    /// The first event held behind the hole: ask for the history that ends with this.
    pub before: Seq,
}

/// One thing of a timeline, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Entry<'a> {
    /// An event of the log.
    Event(&'a LogEvent),
    /// Who came and went here.
    Notice(&'a Notice),
    /// Events are missing here.
    Hole(Hole),
}

/// The log of one room as far as it is held.
#[derive(Clone, Debug)]
pub struct Timeline {
    room: RoomSlug,
    epoch: Epoch,
    /// Runs of contiguous events, none empty, oldest first; between each two lies at least one event that is not held.
    runs: Vec<Vec<LogEvent>>,
    /// The newest event that the room's stream brought. Own lines behind it were placed by their acks: when the stream
    /// breaks off, their history may be another.
    followed: Seq,
    /// Whether events older than the oldest held exist.
    has_older: bool,
    /// By `after`, at most one for each.
    notices: Vec<Notice>,
}

impl Timeline {
    /// Seeds from the page or a fresh join.
    #[must_use]
    pub fn new(snapshot: &RoomSnapshot) -> Self {
        let mut timeline = Self {
            room: snapshot.summary.slug.clone(),
            epoch: snapshot.epoch.clone(),
            runs: Vec::new(),
            followed: Seq::ZERO,
            has_older: snapshot.has_older,
            notices: Vec::new(),
        };
        timeline.insert(&snapshot.events);
        timeline.followed = timeline.head();
        timeline
    }

    /// Takes the answer to a join, which holds what the log has behind the cursor: what was placed there is given up.
    pub fn join(&mut self, snapshot: &RoomSnapshot, continuity: Continuity) {
        if continuity == Continuity::Reset || snapshot.epoch != self.epoch {
            *self = Self::new(snapshot);
            return;
        }
        let followed = self.followed;
        self.runs.iter_mut().for_each(|run| run.retain(|event| event.seq <= followed));
        self.runs.retain(|run| !run.is_empty());
        self.notices.retain(|notice| notice.after <= snapshot.summary.head);
        self.take_has_older(&snapshot.events, snapshot.has_older);
        self.insert(&snapshot.events);
        self.followed = self.head();
    }

    /// Takes a live event.
    pub fn publish(&mut self, event: LogEvent) -> Published {
        let head = self.head();
        if event.seq > head.next() {
            return Published::Missing;
        }
        self.followed = self.followed.max(event.seq);
        if event.seq <= head {
            return Published::Duplicate;
        }
        match self.runs.last_mut() {
            Some(newest) => newest.push(event),
            None => self.runs.push(vec![event]),
        }
        Published::Added
    }

    /// Takes an own line as its ack tells of it, before the stream brings it.
    pub fn place(&mut self, event: LogEvent) -> Published {
        let followed = self.followed;
        let published = self.publish(event);
        self.followed = followed;
        published
    }

    /// Takes a page of history: older events before the oldest, or events that fill a hole from either side. Returns whether
    /// the page was taken. One that does not continue what is held is of another history, and the next join will say
    /// `Reset`.
    pub fn add_page(&mut self, page: &HistoryPage) -> bool {
        let continues = self.continues(page);
        if continues {
            self.take_has_older(&page.events, page.has_older);
            self.insert(&page.events);
        }
        continues
    }

    /// Whether a page is of the history that is held: its first or its last event is held too. So ask for pages that begin
    /// or end with an event that is held.
    #[must_use]
    pub fn continues(&self, page: &HistoryPage) -> bool {
        let cursor = |event: &LogEvent| event.cursor(&page.epoch);
        let holds = |event: &LogEvent| {
            let held = self.runs.iter().flatten().find(|held| held.seq == event.seq);
            held.is_some_and(|held| cursor(held) == cursor(event))
        };
        page.epoch == self.epoch && [page.events.first(), page.events.last()].into_iter().flatten().any(holds)
    }

    /// Takes a presence change, folded into the notice that is already at the end if there is one. A fold tells of each
    /// person what they did last, so that nobody who was seen coming disappears without a word. A new nickname counts as
    /// another person: the old one left, the new one joined. What the reader does is no news to them.
    pub fn notice(&mut self, joined: &[Person], left: &[Person], me: Option<&UserId>, at: Timestamp) {
        let is_news = |person: &&Person| Some(&person.id) != me;
        if !joined.iter().chain(left).any(|person| is_news(&person)) {
            return;
        }
        let after = self.head();
        if self.notices.last().is_none_or(|notice| notice.after != after) {
            self.notices.push(Notice { after, at, joined: Vec::new(), left: Vec::new() });
        }
        let notice = self.notices.last_mut().expect("one was pushed if there was none");
        notice.at = at;
        left.iter().filter(is_news).for_each(|person| fold(&mut notice.joined, &mut notice.left, person));
        joined.iter().filter(is_news).for_each(|person| fold(&mut notice.left, &mut notice.joined, person));
    }

    /// Everything held, oldest first.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'_>> {
        let mut last = None;
        let before_all = self.notices_after(Seq::ZERO);
        before_all.chain(self.runs.iter().flatten().flat_map(move |event| {
            let hole = last.filter(|after: &Seq| after.next() != event.seq);
            last = Some(event.seq);
            let hole = hole.map(|after| Entry::Hole(Hole { after, before: event.seq }));
            hole.into_iter().chain([Entry::Event(event)]).chain(self.notices_after(event.seq))
        }))
    }

    /// Whose log it is.
    #[must_use]
    pub const fn room(&self) -> &RoomSlug {
        &self.room
    }

    /// Where this reader stands.
    #[must_use]
    pub fn cursor(&self) -> Cursor {
        let newest = self.runs.last().and_then(|run| run.last());
        newest.map_or_else(|| Cursor::start(self.epoch.clone()), |newest| newest.cursor(&self.epoch))
    }

    /// The newest event held; [`Seq::ZERO`] when none is.
    #[must_use]
    pub fn head(&self) -> Seq {
        self.runs.last().map_or(Seq::ZERO, |run| last_seq(run))
    }

    /// The oldest event held, when older ones exist: ask for the history that ends with this.
    #[must_use]
    pub fn older_than(&self) -> Option<Seq> {
        self.oldest().filter(|_| self.has_older)
    }

    /// The newest hole.
    #[must_use]
    pub fn newest_hole(&self) -> Option<Hole> {
        let [.., older, newer] = self.runs.as_slice() else {
            return None;
        };
        Some(Hole { after: last_seq(older), before: newer[0].seq })
    }

    fn oldest(&self) -> Option<Seq> {
        self.runs.first().map(|run| run[0].seq)
    }

    fn notices_after(&self, seq: Seq) -> impl Iterator<Item = Entry<'_>> + use<'_> {
        self.notices
            .binary_search_by_key(&seq, |notice| notice.after)
            .ok()
            .map(|index| Entry::Notice(&self.notices[index]))
            .into_iter()
    }

    /// Learns from an answer whether older events exist, when the answer reaches at least as far back as what is held.
    /// An empty answer says it about the oldest held.
    fn take_has_older(&mut self, events: &[LogEvent], has_older: bool) {
        match (events.first(), self.oldest()) {
            (Some(first), Some(oldest)) if first.seq > oldest => {}
            (None, _) => self.has_older &= has_older,
            _ => self.has_older = has_older,
        }
    }

    /// Merges events into the runs.
    fn insert(&mut self, events: &[LogEvent]) {
        let mut runs = std::mem::take(&mut self.runs);
        for run in events.chunk_by(|one, next| one.seq.next() == next.seq) {
            let place = runs.partition_point(|held| held[0].seq <= run[0].seq);
            runs.insert(place, run.to_vec());
        }
        for run in runs {
            match self.runs.last_mut() {
                Some(earlier) if run[0].seq <= last_seq(earlier).next() => {
                    let end = last_seq(earlier);
                    earlier.extend(run.into_iter().filter(|event| event.seq > end));
                }
                _ => self.runs.push(run),
            }
        }
    }
}

/// Puts a person on one side of a notice and off the other.
fn fold(other_side: &mut Vec<Person>, side: &mut Vec<Person>, person: &Person) {
    other_side.retain(|other| other != person);
    if !side.contains(person) {
        side.push(person.clone());
    }
}

fn last_seq(run: &[LogEvent]) -> Seq {
    run.last().expect("no run is empty").seq
}

#[cfg(test)]
mod tests;
