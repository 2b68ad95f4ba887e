//! What one room's log looks like to one reader: items in order, no doubles, holes known, changes applied once, live notices
//! in between. Not here: posts that are still on their way (`outbox`), what is drawn (`rows`).

mod bounds;
mod changes;
mod edits;
mod notices;
mod reactions;
mod reading;
mod replies;
mod segment;

use std::cmp::Ordering;
use std::sync::Arc;

pub(in crate::model) use self::bounds::Kept;
pub use self::bounds::{LEFT_ROOM_ITEMS_MAX, OPEN_ROOM_ITEMS_MAX};
use self::changes::RecentChanges;
pub(super) use self::edits::set_text;
pub use self::notices::Notice;
use self::notices::Notices;
pub(super) use self::reactions::ReactionChange;
use self::segment::Segment;
use crate::protocol::{
    Backlog, Covers, Cursor, Epoch, HistoryItem, HistoryPage, LogEvent, MessageNo, Person, RoomSlug, Seq, Timestamp,
    UserId,
};

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

/// What became of the items that were held, when [`Timeline::join`] took an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// They are kept.
    Continued,
    /// They were of another history, and are dropped.
    BegunAnew,
}

/// Events that the reader does not hold yet, between two that they do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Hole {
    /// The last event held before the hole. It may be a change: [`Timeline::last_item_before`] is what to ask with.
    pub after: Seq,
    /// The first event held behind the hole: ask for the history that ends with this.
    pub before: Seq,
}

/// One thing of a timeline, in the order in which it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimelineEntry<'a> {
    /// A content event as it stands.
    Item(&'a Arc<HistoryItem>),
    /// Who came and went here.
    Notice(&'a Arc<Notice>),
    /// Events are missing here.
    Hole(Hole),
}

/// The log of one room as far as it is held.
#[derive(Clone, Debug)]
pub struct Timeline {
    room: RoomSlug,
    /// The newest event that the room's stream brought. Own messages behind it were placed by their acks: when the stream
    /// breaks off, their history may be another.
    followed: Cursor,
    /// Oldest first; between each two lies at least one event that is not held. See `bounds` for how much is held.
    segments: Vec<Segment>,
    /// Changes that the stream brought lately, for pages that were read before and come later.
    changes: RecentChanges,
    /// Who reads it, and so is named in each of their reactions, however many came before.
    reader: Option<UserId>,
    /// Whether events older than the oldest held exist.
    has_older: bool,
    notices: Notices,
}

impl Timeline {
    /// Seeds from the page or a fresh join.
    #[must_use]
    pub fn new(page: &HistoryPage) -> Self {
        let newest_item = page.items.last().filter(|_| page.covers.last < page.as_of.seq);
        let followed = newest_item.map_or_else(|| page.as_of.clone(), |item| item.event.cursor(&page.as_of.epoch));
        let mut timeline = Self {
            room: page.room.clone(),
            changes: RecentChanges::since(page.as_of.seq),
            followed,
            segments: Vec::new(),
            reader: None,
            has_older: page.has_older,
            notices: Notices::default(),
        };
        timeline.insert(Segment::of(page));
        timeline
    }

    /// Of a room of which nothing is held yet.
    #[must_use]
    pub fn empty(room: RoomSlug, epoch: Epoch) -> Self {
        let as_of = Cursor::start(epoch);
        let covers = Covers { first: as_of.seq.next(), last: as_of.seq };
        Self::new(&HistoryPage { room, as_of, covers, items: Vec::new(), has_older: false, has_newer: false })
    }

    /// Says who reads it from now on.
    pub fn read_by(&mut self, reader: Option<&Person>) {
        self.reader = reader.map(|reader| reader.id.clone());
    }

    /// Takes the answer to a join, which holds what the log has behind the cursor: what was placed there is dropped.
    pub fn join(&mut self, backlog: &Backlog) -> Joined {
        match backlog {
            Backlog::Reset { page } => {
                self.begin_anew(Self::new(page));
                return Joined::BegunAnew;
            }
            _ if *backlog.epoch() != self.followed.epoch => {
                let empty = || Self::empty(self.room.clone(), backlog.epoch().clone());
                self.begin_anew(backlog.page().map_or_else(empty, Self::new));
                return Joined::BegunAnew;
            }
            Backlog::Fresh { page } | Backlog::Gap { page } => {
                self.drop_placed();
                // Changes to what is held are among what is missing.
                self.segments.iter_mut().for_each(Segment::outdate);
                self.changes = RecentChanges::since(page.as_of.seq);
                self.followed = page.as_of.clone();
                self.notices.truncate(page.as_of.seq);
                self.take_has_older(page);
                self.insert(Segment::of(page));
            }
            Backlog::Resumed { events, .. } => {
                self.drop_placed();
                events.iter().for_each(|event| _ = self.publish(event.clone()));
            }
        }
        Joined::Continued
    }

    /// Takes a live event.
    pub fn publish(&mut self, event: LogEvent) -> Published {
        let head = self.head();
        if event.seq > head.next() {
            return Published::Missing;
        }
        if event.seq == self.followed.seq.next() {
            self.followed = event.cursor(&self.followed.epoch);
            self.changes.push(&event);
        }
        if event.seq <= head {
            // A page brought the event before the stream did, but not the other items that it changes.
            self.change(&event);
            return Published::Duplicate;
        }
        self.add(event)
    }

    fn begin_anew(&mut self, timeline: Self) {
        *self = Self { reader: self.reader.take(), ..timeline };
    }

    /// Takes an own message as its ack tells of it, before the stream brings it.
    pub fn place(&mut self, mut event: LogEvent) -> Published {
        event.body.set_message_no(self.message_no().next());
        match event.seq.cmp(&self.head().next()) {
            Ordering::Greater => Published::Missing,
            Ordering::Less => Published::Duplicate,
            Ordering::Equal => self.add(event),
        }
    }

    /// The next event: an item, or a change of one.
    fn add(&mut self, event: LogEvent) -> Published {
        if self.segments.is_empty() {
            self.segments.push(Segment::before(event.seq));
        }
        self.change(&event);
        self.segments.last_mut().expect("one was pushed if there was none").push(event);
        Published::Added
    }

    /// Applies a change to its target and to the replies to that, which are newer, as far as they are held and do not know
    /// it yet.
    fn change(&mut self, event: &LogEvent) {
        let Some(target) = event.body.target() else { return };
        let place = self.segments.partition_point(|segment| segment.last < target);
        for segment in &mut self.segments[place..] {
            segment.change(event, self.reader.as_ref());
        }
    }

    /// Takes a page of history: older events before the oldest, events that fill a hole from either side, or events that are
    /// held and may have changed. Returns whether the page was taken. One that does not continue what is held is of another
    /// history, and the next join will say `Reset`.
    pub fn add_page(&mut self, page: &HistoryPage) -> bool {
        let continues = self.continues(page);
        if continues {
            self.take_has_older(page);
            let mut segment = Segment::of(page);
            if !self.changes.apply(page.as_of.seq, &mut segment, self.reader.as_ref()) {
                segment.outdate();
            }
            self.insert(segment);
        }
        continues
    }

    /// Takes a page that was asked for before the last join. Behind what the stream has brought, it may be of another history:
    /// only what lies before is taken, and is fetched again, since the page may know of changes that lie behind.
    pub fn add_late_page(&mut self, page: &HistoryPage) -> bool {
        let continues = self.continues(page);
        if continues {
            self.take_has_older(page);
            let mut segment = Segment::of(page);
            segment.truncate(self.followed.seq);
            segment.outdate();
            self.insert(segment);
        }
        continues
    }

    /// Whether a page is of the history that is held: they share an item, and no item is another one. So ask for pages that
    /// begin or end with an item that is held.
    #[must_use]
    pub fn continues(&self, page: &HistoryPage) -> bool {
        let epoch = &self.followed.epoch;
        let mut shares_one = false;
        for item in &page.items {
            if let Some(held) = self.item(item.event.seq) {
                if held.event.cursor(epoch) != item.event.cursor(epoch) {
                    return false;
                }
                shares_one = true;
            }
        }
        page.as_of.epoch == *epoch && shares_one
    }

    /// The newest item that may have changed while this page was away: ask for the history that ends with it.
    #[must_use]
    pub fn outdated(&self) -> Option<Seq> {
        self.segments.iter().rev().find_map(Segment::outdated)
    }

    /// The position of the newest message that is held among all messages of the room.
    #[must_use]
    pub fn message_no(&self) -> MessageNo {
        let mut newest = self.segments.iter().rev().flat_map(|segment| segment.items().rev());
        newest.find_map(|item| item.event.body.message_no()).unwrap_or_default()
    }

    /// Takes a presence change: it is shown after the newest event.
    pub fn notice(&mut self, joined: &[Person], left: &[Person], me: Option<&UserId>, at: Timestamp) {
        self.notices.add(self.head(), joined, left, me, at);
    }

    /// What acks and pages brought behind the stream may be of another history: items are dropped, and items with changes
    /// are fetched again.
    fn drop_placed(&mut self) {
        let followed = self.followed.seq;
        self.segments.retain(|segment| segment.first <= followed);
        self.segments.iter_mut().for_each(|segment| segment.truncate(followed));
        self.notices.truncate(followed);
    }

    /// Learns from a page whether older events exist, when it reaches at least as far back as what is held.
    fn take_has_older(&mut self, page: &HistoryPage) {
        if self.segments.first().is_none_or(|oldest| page.covers.first <= oldest.first) {
            self.has_older = page.has_older;
        }
    }

    /// Puts a segment among the others, and makes one of those that touch it.
    fn insert(&mut self, segment: Segment) {
        if segment.last < segment.first {
            return;
        }
        let start = self.segments.partition_point(|held| held.last.next() < segment.first);
        let end = self.segments.partition_point(|held| held.first <= segment.last.next());
        let merged = self.segments.drain(start..end.max(start)).fold(segment, Segment::merge);
        self.segments.insert(start, merged);
    }
}

#[cfg(test)]
mod tests;
