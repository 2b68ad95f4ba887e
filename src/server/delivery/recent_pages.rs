//! The newest pages of the rooms that people join: one of history, and one of the log as it is stored. So thousands who come
//! back at once do not read the same page thousands of times. Only for connections that follow the room already, since they
//! are sent what is newer than the page. Not here: reading for anybody else, who would miss events that are committed and
//! not yet published.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::protocol::{EventPage, HistoryPage, RoomSlug, Seq};

/// The pages that were read last.
pub struct RecentPages {
    newest: Recent<HistoryPage>,
    tails: Recent<EventPage>,
}

impl RecentPages {
    /// Keeps the pages of so many rooms: `rooms.recent_pages`.
    #[must_use]
    pub fn new(rooms_max: usize) -> Self {
        Self { newest: Recent::new(rooms_max), tails: Recent::new(rooms_max) }
    }

    /// The newest page of history, if it reaches `published`: the newest event that was sent to followers, or is being sent,
    /// read after the connection became one. Such a page lacks nothing but what the connection is going to be sent.
    pub fn newest(&self, room: &RoomSlug, published: Seq) -> Option<HistoryPage> {
        self.newest.find(room, published).map(|page| HistoryPage::clone(&page))
    }

    /// The log from an event on, that event included, if the page reaches back so far. `None` also for an event beyond the
    /// page, which may be newer or of another history: the store decides.
    pub fn tail(&self, room: &RoomSlug, published: Seq, from: Seq) -> Option<EventPage> {
        let page = self.tails.find(room, published)?;
        let start = page.events.binary_search_by_key(&from, |event| event.seq).ok()?;
        Some(EventPage {
            room: page.room.clone(),
            epoch: page.epoch.clone(),
            head: page.head,
            events: page.events[start..].to_vec(),
            has_older: page.has_older || start > 0,
            has_newer: false,
        })
    }

    /// Keeps a newest page of history.
    pub fn keep_newest(&self, page: HistoryPage) {
        self.newest.keep(page);
    }

    /// Keeps a newest page of the log.
    pub fn keep_tail(&self, page: EventPage) {
        self.tails.keep(page);
    }

    /// Forgets a room that was removed.
    pub fn forget(&self, room: &RoomSlug) {
        self.newest.forget(room);
        self.tails.forget(room);
    }
}

/// A page that ends at the newest event of its room.
trait Newest {
    fn room(&self) -> &RoomSlug;
    fn head(&self) -> Seq;
}

impl Newest for HistoryPage {
    fn room(&self) -> &RoomSlug {
        &self.room
    }

    fn head(&self) -> Seq {
        self.as_of.seq
    }
}

impl Newest for EventPage {
    fn room(&self) -> &RoomSlug {
        &self.room
    }

    fn head(&self) -> Seq {
        self.head
    }
}

/// The newest page of each of some rooms.
struct Recent<P> {
    /// When there are more rooms, all are read anew. 0 keeps none.
    rooms_max: usize,
    /// At most `rooms_max`. Innermost lock; held for one look-up.
    pages: Mutex<HashMap<RoomSlug, Arc<P>>>,
}

impl<P: Newest> Recent<P> {
    fn new(rooms_max: usize) -> Self {
        Self { rooms_max, pages: Mutex::default() }
    }

    fn find(&self, room: &RoomSlug, published: Seq) -> Option<Arc<P>> {
        self.lock().get(room).filter(|page| page.head() >= published).cloned()
    }

    /// Keeps a page, unless a newer one is kept already.
    fn keep(&self, page: P) {
        if self.rooms_max == 0 {
            return;
        }
        let mut pages = self.lock();
        if pages.len() >= self.rooms_max && !pages.contains_key(page.room()) {
            pages.clear();
        }
        if pages.get(page.room()).is_none_or(|kept| kept.head() <= page.head()) {
            pages.insert(page.room().clone(), Arc::new(page));
        }
    }

    fn forget(&self, room: &RoomSlug) {
        self.lock().remove(room);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<RoomSlug, Arc<P>>> {
        // Every page is whole, so a poisoned lock is as good as any.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{epoch, event, history_page};

    const ROOMS_MAX: usize = 10;

    /// Pages of which the newest has the events 5 to 7.
    fn pages() -> RecentPages {
        let pages = RecentPages::new(ROOMS_MAX);
        pages.keep_tail(tail(5..=7));
        pages.keep_newest(history_page((5..=7).map(event).collect()));
        pages
    }

    fn tail(seqs: std::ops::RangeInclusive<u64>) -> EventPage {
        EventPage {
            room: RoomSlug::lobby(),
            epoch: epoch(),
            head: Seq::new(*seqs.end()),
            events: seqs.map(event).collect(),
            has_older: true,
            has_newer: false,
        }
    }

    fn found(published: u64, from: u64) -> Option<Vec<u64>> {
        let page = pages().tail(&RoomSlug::lobby(), Seq::new(published), Seq::new(from))?;
        assert_eq!((page.head, page.has_newer), (Seq::new(7), false));
        Some(page.events.iter().map(|event| event.seq.get()).collect())
    }

    #[test]
    fn a_page_serves_as_long_as_nothing_newer_was_published() {
        let serves = |published| pages().newest(&RoomSlug::lobby(), Seq::new(published)).is_some();
        assert!(serves(6) && serves(7) && !serves(8));
        assert_eq!(found(8, 7), None);
    }

    #[test]
    fn whoever_comes_back_gets_what_they_hold_and_what_is_missing_if_the_page_reaches_back_so_far() {
        assert_eq!(found(7, 7), Some(vec![7]));
        assert_eq!(found(7, 6), Some(vec![6, 7]));
        assert_eq!(found(7, 5), Some(vec![5, 6, 7]));
        assert_eq!(found(7, 4), None);
    }

    #[test]
    fn a_position_beyond_the_page_is_for_the_store_to_judge() {
        assert_eq!(found(7, 8), None);
    }

    #[test]
    fn a_page_that_was_read_earlier_does_not_take_the_place_of_a_later_one() {
        let pages = pages();
        pages.keep_tail(tail(4..=6));
        pages.keep_newest(history_page(vec![event(6)]));
        assert!(pages.tail(&RoomSlug::lobby(), Seq::new(7), Seq::new(7)).is_some());
        assert!(pages.newest(&RoomSlug::lobby(), Seq::new(7)).is_some());
    }

    #[test]
    fn the_pages_of_many_rooms_do_not_add_up() {
        let pages = pages();
        for number in 0..1_000 {
            let room = RoomSlug::parse(&format!("room-{number}")).unwrap();
            pages.keep_tail(EventPage { room: room.clone(), ..tail(1..=2) });
            pages.keep_newest(HistoryPage { room, ..history_page(vec![event(1)]) });
        }
        assert!(pages.newest.lock().len() <= ROOMS_MAX && pages.tails.lock().len() <= ROOMS_MAX);
    }
}
