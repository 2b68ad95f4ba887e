//! The list of all rooms as a welcome carries it: read and encoded once for all who come in within a tick of the room list,
//! so that thousands who come back at once to a node with a thousand rooms do not each pay for the whole list. Not here:
//! reading it (`posting`), and the list for a page or a program, which is always read anew.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::protocol::RoomSummary;
use crate::server::delivery::frame::EncodedRooms;

/// The list that was made last.
pub struct RoomList {
    /// `rooms.room_list_tick_ms`: counts and heads may lag so far behind, as they do for those who are in already.
    age_max: Duration,
    /// Innermost lock; held for one look-up.
    state: Mutex<State>,
}

/// Counts how often the list was outdated before its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListVersion(u64);

#[derive(Default)]
struct State {
    version: ListVersion,
    kept: Option<Kept>,
}

struct Kept {
    rooms: EncodedRooms,
    read_at: Instant,
}

impl RoomList {
    /// Keeps a list for so long.
    #[must_use]
    pub fn new(age_max: Duration) -> Self {
        Self { age_max, state: Mutex::default() }
    }

    /// The list, unless it is too old or something changed that everybody must see.
    pub fn find(&self, now: Instant) -> Option<EncodedRooms> {
        let state = self.lock();
        let kept = state.kept.as_ref().filter(|kept| now < kept.read_at + self.age_max)?;
        Some(kept.rooms.clone())
    }

    /// To be asked before the list is read, and told to [`RoomList::keep`].
    pub fn version(&self) -> ListVersion {
        self.lock().version
    }

    /// Encodes what was read from `read_at` on, and keeps it unless it was outdated meanwhile.
    pub fn keep(&self, version: ListVersion, read_at: Instant, rooms: &[RoomSummary]) -> EncodedRooms {
        let rooms = EncodedRooms::new(rooms);
        let mut state = self.lock();
        if state.version == version {
            state.kept = Some(Kept { rooms: rooms.clone(), read_at });
        }
        rooms
    }

    /// What is kept must not be told any more: a room is new, or those who are in are about to be told of changes. Whoever
    /// comes in from now on gets a list that was read later.
    pub fn outdate(&self) {
        let mut state = self.lock();
        state.version.0 += 1;
        state.kept = None;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A list is kept whole or not at all, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TICK: Duration = Duration::from_secs(2);

    fn kept_at(start: Instant) -> (RoomList, EncodedRooms) {
        let list = RoomList::new(TICK);
        let rooms = list.keep(list.version(), start, &[]);
        (list, rooms)
    }

    #[test]
    fn a_list_serves_for_one_tick() {
        let start = Instant::now();
        let (list, rooms) = kept_at(start);
        assert_eq!(list.find(start + TICK - Duration::from_millis(1)), Some(rooms));
        assert_eq!(list.find(start + TICK), None);
    }

    #[test]
    fn what_everybody_must_see_is_in_the_next_list() {
        let start = Instant::now();
        let (list, _) = kept_at(start);
        list.outdate();
        assert_eq!(list.find(start), None);
    }

    #[test]
    fn a_list_that_was_outdated_while_it_was_read_serves_only_who_read_it() {
        let (list, start) = (RoomList::new(TICK), Instant::now());
        let version = list.version();
        list.outdate();
        list.keep(version, start, &[]);
        assert_eq!(list.find(start), None);
    }

    #[test]
    fn lists_without_a_tick_are_always_read_anew() {
        let (list, start) = (RoomList::new(Duration::ZERO), Instant::now());
        list.keep(list.version(), start, &[]);
        assert_eq!(list.find(start), None);
    }
}
