//! The room list of the member socket. A welcome carries the whole list, which is read and encoded once per tick: thousands
//! who come back at once to a node with a thousand rooms do not each pay for it. Everybody who is connected is sent the rooms
//! that changed. Not here: reading the list (`posting`), and the list for a page or a program, which is always read anew.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::protocol::{RoomSlug, RoomSummary};
use crate::server::delivery::frame::EncodedRooms;

/// The list that was encoded last, and the changes that were not sent yet.
pub struct RoomList {
    /// `rooms.room_list_tick_ms`: counts and heads may lag so far behind, as they do for everybody who is connected.
    age_max: Duration,
    /// Innermost lock; held for one look-up.
    state: Mutex<State>,
}

/// How often the list was outdated before its time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListVersion(u64);

#[derive(Default)]
struct State {
    version: ListVersion,
    kept: Option<Kept>,
    /// The rooms of which everybody's list is wrong, and since when. Bound: the rooms of the store, and those that were
    /// removed since the last tick.
    stale: HashMap<RoomSlug, Instant>,
}

struct Kept {
    rooms: EncodedRooms,
    read_at: Instant,
}

impl RoomList {
    /// Keeps a list for at most `age_max`.
    #[must_use]
    pub fn new(age_max: Duration) -> Self {
        Self { age_max, state: Mutex::default() }
    }

    /// The list, unless it is too old or was outdated.
    pub fn find(&self, now: Instant) -> Option<EncodedRooms> {
        let state = self.lock();
        let kept = state.kept.as_ref().filter(|kept| now < kept.read_at + self.age_max)?;
        Some(kept.rooms.clone())
    }

    /// The present version. A caller reads it before the list and gives it to [`RoomList::keep`].
    pub fn version(&self) -> ListVersion {
        self.lock().version
    }

    /// Encodes a list that was read after `read_at`, and keeps it unless it was outdated meanwhile.
    pub fn keep(&self, version: ListVersion, read_at: Instant, rooms: &[RoomSummary]) -> EncodedRooms {
        let rooms = EncodedRooms::new(rooms);
        let mut state = self.lock();
        if state.version == version {
            state.kept = Some(Kept { rooms: rooms.clone(), read_at });
        }
        rooms
    }

    /// Forgets the kept list. Whoever comes in from now on gets a list that is read later.
    pub fn outdate(&self) {
        self.lock().outdate();
    }

    /// Notes that a room was created or removed. The next welcome has the change, and everybody is sent it.
    pub fn mark_changed(&self, room: &RoomSlug, now: Instant) {
        let mut state = self.lock();
        state.outdate();
        state.mark_stale(room, now);
    }

    /// Notes that other people are in a room now, or that something was said there. Everybody is sent the change, however often
    /// this is called within a tick.
    pub fn mark_stale(&self, room: &RoomSlug, now: Instant) {
        self.lock().mark_stale(room, now);
    }

    /// Takes the rooms of which everybody is to be sent the change: those that have waited longest, at most `rooms_max`.
    /// When crowds move, the list of everything that changed, sent to everybody, would grow with the square of the crowd.
    pub fn take_stale(&self, rooms_max: Option<usize>) -> Vec<RoomSlug> {
        let mut state = self.lock();
        let mut stale: Vec<_> = state.stale.iter().map(|(room, since)| (*since, room.clone())).collect();
        stale.sort_unstable();
        stale.truncate(rooms_max.unwrap_or(usize::MAX));
        let take = |(_, room)| {
            state.stale.remove(&room);
            room
        };
        stale.into_iter().map(take).collect()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A list is kept whole or not at all, so a poisoned lock is as good as any.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn outdate(&mut self) {
        self.version.0 += 1;
        self.kept = None;
    }

    fn mark_stale(&mut self, room: &RoomSlug, now: Instant) {
        // Called for each message: nothing is copied for a room that is stale already.
        if !self.stale.contains_key(room) {
            self.stale.insert(room.clone(), now);
        }
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
    fn so_many_changes_are_sent_at_a_time_and_none_is_kept_waiting() {
        let (list, start) = (RoomList::new(TICK), Instant::now());
        let room = |number: u64| RoomSlug::parse(&format!("room-{number}")).unwrap();
        for number in [3, 1, 2] {
            list.mark_stale(&room(number), start + Duration::from_secs(number));
        }
        list.mark_stale(&room(1), start + Duration::from_secs(9));
        assert_eq!(list.take_stale(Some(2)), [room(1), room(2)]);
        list.mark_stale(&room(1), start + Duration::from_secs(10));
        assert_eq!(list.take_stale(Some(2)), [room(3), room(1)]);
        assert_eq!(list.take_stale(None), []);
    }

    #[test]
    fn lists_without_a_tick_are_always_read_anew() {
        let (list, start) = (RoomList::new(Duration::ZERO), Instant::now());
        list.keep(list.version(), start, &[]);
        assert_eq!(list.find(start), None);
    }
}
