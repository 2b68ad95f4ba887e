//! The newest page of the rooms that people join, so that thousands who come back at once do not read the same page
//! thousands of times. Only for connections that follow the room already: what is newer than the page is published to
//! them. Not here: reading for anybody else, who would miss what is committed and not yet published.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::limits::SNAPSHOT_EVENTS;
use crate::protocol::{HistoryPage, RoomSlug, Seq};
use crate::server::log::EventRange;

/// The pages that were read last.
pub struct RecentPages {
    /// `rooms.recent_pages`. When there are more rooms, all are read anew.
    rooms_max: usize,
    /// Innermost lock; held for one look-up.
    pages: Mutex<HashMap<RoomSlug, Arc<HistoryPage>>>,
}

impl RecentPages {
    /// Keeps the pages of so many rooms.
    #[must_use]
    pub fn new(rooms_max: usize) -> Self {
        Self { rooms_max, pages: Mutex::default() }
    }

    /// What a range holds, if that can be told from the page. `published` is the newest event that was sent or begun to be
    /// sent to the followers, asked for after the connection became one: a page that reaches it lacks nothing that the
    /// connection is not going to be sent.
    pub fn find(&self, room: &RoomSlug, published: Seq, range: EventRange) -> Option<HistoryPage> {
        let page = self.lock().get(room).filter(|page| page.head >= published).cloned()?;
        let start = match range {
            EventRange::Newest => page.events.len().saturating_sub(SNAPSHOT_EVENTS as usize),
            EventRange::From(seq) => start_from(&page, seq)?,
            EventRange::After(_) | EventRange::Before(_) => return None,
        };
        Some(HistoryPage {
            room: page.room.clone(),
            epoch: page.epoch.clone(),
            head: page.head,
            events: page.events[start..].to_vec(),
            has_older: page.has_older || start > 0,
            has_newer: false,
        })
    }

    /// Keeps a newest page, unless one that was read later is there already.
    pub fn keep(&self, page: HistoryPage) {
        if self.rooms_max == 0 {
            return;
        }
        let mut pages = self.lock();
        if pages.len() >= self.rooms_max && !pages.contains_key(&page.room) {
            pages.clear();
        }
        if pages.get(&page.room).is_none_or(|kept| kept.head <= page.head) {
            pages.insert(page.room.clone(), Arc::new(page));
        }
    }

    /// The room is gone.
    pub fn forget(&self, room: &RoomSlug) {
        self.lock().remove(room);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomSlug, Arc<HistoryPage>>> {
        // Every page is whole, so a poisoned lock is as good as any.
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where in a newest page an event is. One beyond the page may be newer than it, or of another history: the store knows.
fn start_from(page: &HistoryPage, seq: Seq) -> Option<usize> {
    page.events.binary_search_by_key(&seq, |event| event.seq).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::{epoch, event};

    const ROOMS_MAX: usize = 10;

    /// Pages of which the newest has the events 5 to 7.
    fn pages() -> RecentPages {
        let pages = RecentPages::new(ROOMS_MAX);
        pages.keep(HistoryPage {
            room: RoomSlug::lobby(),
            epoch: epoch(),
            head: Seq::new(7),
            events: (5..=7).map(event).collect(),
            has_older: true,
            has_newer: false,
        });
        pages
    }

    fn found(published: u64, range: EventRange) -> Option<Vec<u64>> {
        let page = pages().find(&RoomSlug::lobby(), Seq::new(published), range)?;
        assert_eq!((page.head, page.has_newer), (Seq::new(7), false));
        Some(page.events.iter().map(|event| event.seq.get()).collect())
    }

    #[test]
    fn a_page_serves_as_long_as_nothing_newer_was_published() {
        assert_eq!(found(7, EventRange::Newest), Some(vec![5, 6, 7]));
        assert_eq!(found(6, EventRange::Newest), Some(vec![5, 6, 7]));
        assert_eq!(found(8, EventRange::Newest), None);
    }

    #[test]
    fn whoever_comes_back_gets_what_they_hold_and_what_is_missing_if_the_page_reaches_back_so_far() {
        assert_eq!(found(7, EventRange::From(Seq::new(7))), Some(vec![7]));
        assert_eq!(found(7, EventRange::From(Seq::new(6))), Some(vec![6, 7]));
        assert_eq!(found(7, EventRange::From(Seq::new(5))), Some(vec![5, 6, 7]));
        assert_eq!(found(7, EventRange::From(Seq::new(4))), None);
    }

    #[test]
    fn whoever_has_nothing_yet_gets_no_more_than_a_snapshot() {
        let pages = pages();
        let lobby = pages.find(&RoomSlug::lobby(), Seq::ZERO, EventRange::Newest).unwrap();
        pages.keep(HistoryPage {
            head: Seq::new(100),
            events: (1..=100).map(event).collect(),
            has_older: false,
            ..lobby
        });
        let snapshot = pages.find(&RoomSlug::lobby(), Seq::ZERO, EventRange::Newest).unwrap();
        assert_eq!(snapshot.events.first().map(|event| event.seq), Some(Seq::new(51)));
        assert!(snapshot.has_older);
    }

    #[test]
    fn a_position_beyond_the_page_is_for_the_store_to_judge() {
        assert_eq!(found(7, EventRange::From(Seq::new(8))), None);
    }

    #[test]
    fn a_page_that_was_read_earlier_does_not_take_the_place_of_a_later_one() {
        let pages = pages();
        let lobby = pages.find(&RoomSlug::lobby(), Seq::ZERO, EventRange::Newest).unwrap();
        pages.keep(HistoryPage { head: Seq::new(6), events: vec![event(6)], ..lobby });
        let found = pages.find(&RoomSlug::lobby(), Seq::ZERO, EventRange::Newest).unwrap();
        assert_eq!(found.head, Seq::new(7));
    }

    #[test]
    fn the_pages_of_many_rooms_do_not_add_up() {
        let pages = pages();
        let lobby = pages.find(&RoomSlug::lobby(), Seq::ZERO, EventRange::Newest).unwrap();
        for number in 0..1_000 {
            pages.keep(HistoryPage { room: RoomSlug::parse(&format!("room-{number}")).unwrap(), ..lobby.clone() });
        }
        assert!(pages.lock().len() <= ROOMS_MAX);
    }
}
