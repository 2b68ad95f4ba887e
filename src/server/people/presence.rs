//! Who is shown as here: counted per person over all their connections, with a grace for reloads, told in one change
//! per tick however many came and went. Never in the log. Not here: who follows what (`hub`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::protocol::limits::ROSTER_NAMES_MAX;
use crate::protocol::{Event, Person, RoomSlug, Timestamp, UserId};
use crate::server::config::{RoomsConfig, limit};
use crate::server::delivery::frame::{Wire, member_frame, plain_left_frame};
use crate::server::delivery::hub::{Hub, Standing};

mod naming;
mod roll;
mod writers;

pub use naming::Naming;
pub use roll::{PresenceDiff, Roll};
pub use writers::{Writers, Writing};

/// Presence and typing of all rooms on this node.
pub struct Presence {
    leave_grace: Duration,
    notices_per_second: u32,
    /// Taken before any lock of the hub; nothing waits under it.
    rooms: Mutex<HashMap<RoomSlug, RoomPresence>>,
    /// Counts the changes of [`Presence::here`], in whichever room.
    changes: AtomicU64,
}

/// When presence was looked at, counted in changes: as long as it is the present one, everybody is where they were.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresenceVersion(u64);

#[derive(Default)]
struct RoomPresence {
    roll: Roll,
    naming: Naming,
    writers: Writers,
    /// When the followers were told last.
    told_at: Option<Instant>,
    /// Since when the room list that everybody has is wrong about this room.
    stale_since: Option<Instant>,
}

/// The people of a room for a snapshot or a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Here {
    /// How many.
    pub online: u32,
    /// The first of them, by nickname.
    pub people: Vec<Person>,
}

impl Presence {
    /// `rooms.leave_grace_ms` is how long somebody whose last connection closed is still shown.
    #[must_use]
    pub fn new(config: &RoomsConfig) -> Self {
        Self {
            leave_grace: config.leave_grace,
            notices_per_second: config.presence_notices_per_second,
            rooms: Mutex::default(),
            changes: AtomicU64::new(0),
        }
    }

    /// A connection of this person follows the room now.
    pub fn enter(&self, room: &RoomSlug, person: &Person) {
        let mut rooms = self.lock();
        rooms.entry(room.clone()).or_default().roll.enter(person);
        self.note_change();
    }

    /// A connection of this person stopped following the room. Web people stay for the grace, since a reload comes
    /// back at once; a program on the plain socket is gone when its connection is.
    pub fn exit(&self, room: &RoomSlug, person: &Person, now: Instant) {
        let grace = match person.origin {
            crate::protocol::Origin::Web | crate::protocol::Origin::Unknown => self.leave_grace,
            crate::protocol::Origin::Plain => Duration::ZERO,
        };
        if let Some(presence) = self.lock().get_mut(room) {
            presence.roll.exit(&person.id, now + grace);
            presence.writers.stop(&person.id);
        }
    }

    /// The person said something: their leaving is worth telling on the plain socket, and they stopped writing.
    pub fn spoke(&self, room: &RoomSlug, user: &UserId) {
        if let Some(presence) = self.lock().get_mut(room) {
            presence.roll.spoke(user);
            presence.writers.stop(user);
        }
    }

    /// The person is writing.
    pub fn writes(&self, room: &RoomSlug, person: &Person, now: Instant) {
        if let Some(presence) = self.lock().get_mut(room) {
            presence.writers.write(person, now);
        }
    }

    /// Who is here, at most `names_max` of them by name.
    pub fn here(&self, room: &RoomSlug, names_max: usize) -> Here {
        let rooms = self.lock();
        let Some(presence) = rooms.get(room) else { return Here::default() };
        Here { online: presence.roll.online(), people: presence.roll.people().take(names_max).cloned().collect() }
    }

    /// The present version. To be asked before [`Presence::here`]: what is told then is at least as new.
    pub fn version(&self) -> PresenceVersion {
        PresenceVersion(self.changes.load(Ordering::Acquire))
    }

    /// To be called under the lock, when what changed can be told.
    fn note_change(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Sends what changed in each room since the last tick: one frame per room and wire, whatever the number of changes;
    /// to a crowd less often than to a few.
    pub fn tick(&self, hub: &Hub, now: Instant, at: Timestamp) {
        for (room, presence) in &mut *self.lock() {
            if presence.is_due(self.notices_per_second, now) {
                self.tell_diff(presence, hub, room, now, at);
            }
            let pace = presence.pace(self.notices_per_second);
            if let Some(Writing { people, count }) = presence.writers.tick(pace, now) {
                let event = Event::Typing { room: room.clone(), people, writing: count };
                hub.broadcast(room, Wire::Member, member_frame(&event), Standing::Ephemeral);
            }
        }
    }

    /// The room is new: the list must be sent with it.
    pub fn mark_stale(&self, room: &RoomSlug, now: Instant) {
        self.lock().entry(room.clone()).or_default().stale_since.get_or_insert(now);
    }

    /// The room is gone, and nobody is in it.
    pub fn forget(&self, room: &RoomSlug) {
        let mut rooms = self.lock();
        if rooms.get(room).is_some_and(|presence| presence.roll.online() == 0) {
            rooms.remove(room);
        }
    }

    /// Sends what changed in one room now, without waiting for the tick: whoever speaks on coming in is seen to come first.
    pub fn tell(&self, hub: &Hub, room: &RoomSlug, now: Instant, at: Timestamp) {
        if let Some(presence) = self.lock().get_mut(room) {
            self.tell_diff(presence, hub, room, now, at);
        }
    }

    fn tell_diff(&self, presence: &mut RoomPresence, hub: &Hub, room: &RoomSlug, now: Instant, at: Timestamp) {
        let before = presence.roll.online();
        presence.tell_diff(hub, room, now, at);
        if presence.roll.online() != before {
            self.note_change();
        }
    }

    /// Rooms of which the room list must be told anew, those that wait the longest first, and not more than so many: when
    /// crowds move, the list of everything that changed, sent to everybody, would grow with the square of the crowd.
    pub fn take_stale(&self, rooms_max: Option<usize>) -> Vec<RoomSlug> {
        let mut rooms = self.lock();
        let mut stale: Vec<_> = rooms.iter_mut().filter(|(_, presence)| presence.stale_since.is_some()).collect();
        stale.sort_unstable_by_key(|(_, presence)| presence.stale_since);
        stale.truncate(rooms_max.unwrap_or(usize::MAX));
        let take = |(room, presence): (&RoomSlug, &mut RoomPresence)| {
            presence.stale_since = None;
            room.clone()
        };
        stale.into_iter().map(take).collect()
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomSlug, RoomPresence>> {
        // Every operation leaves each roll whole, so a panic elsewhere must not end presence for all.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RoomPresence {
    /// Whether telling everybody now keeps to the notices of a second.
    fn is_due(&self, notices_per_second: u32, now: Instant) -> bool {
        self.told_at.is_none_or(|told_at| now >= told_at + self.pace(notices_per_second))
    }

    /// Least time between two notices: each of those who are here is sent one.
    fn pace(&self, notices_per_second: u32) -> Duration {
        limit(notices_per_second)
            .map_or(Duration::ZERO, |per_second| Duration::from_secs(1) * self.roll.online() / per_second)
    }

    fn tell_diff(&mut self, hub: &Hub, room: &RoomSlug, now: Instant, at: Timestamp) {
        let diff = self.roll.tick(now);
        if !diff.is_empty() {
            self.stale_since.get_or_insert(now);
            self.told_at = Some(now);
        }
        let mut people = None;
        if self.naming.change(diff.online, diff.left.len()) {
            self.told_at = Some(now);
            people = Some(self.roll.people().take(ROSTER_NAMES_MAX).cloned().collect());
        }
        send_diff(hub, room, diff, people, at);
    }
}

fn send_diff(hub: &Hub, room: &RoomSlug, diff: PresenceDiff, people: Option<Vec<Person>>, at: Timestamp) {
    for gone in &diff.left_after_speaking {
        hub.broadcast(room, Wire::Plain, plain_left_frame(gone, room, at), Standing::Kept);
    }
    if !diff.joined.is_empty() || !diff.left.is_empty() || people.is_some() {
        let PresenceDiff { mut joined, mut left, online, .. } = diff;
        joined.truncate(naming::names_max(online));
        left.truncate(naming::names_max(online));
        let event = Event::Presence { room: room.clone(), joined, left, online, people };
        hub.broadcast(room, Wire::Member, member_frame(&event), Standing::Kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Origin;

    #[test]
    fn the_room_list_tells_of_so_many_rooms_at_a_time_and_keeps_none_waiting() {
        let (presence, start) = (Presence::new(&RoomsConfig::default()), Instant::now());
        let room = |number: u64| RoomSlug::parse(&format!("room-{number}")).unwrap();
        for number in [3, 1, 2] {
            presence.mark_stale(&room(number), start + Duration::from_secs(number));
        }
        presence.mark_stale(&room(1), start + Duration::from_secs(9));
        assert_eq!(presence.take_stale(Some(2)), [room(1), room(2)]);
        presence.mark_stale(&room(1), start + Duration::from_secs(10));
        assert_eq!(presence.take_stale(Some(2)), [room(3), room(1)]);
        assert_eq!(presence.take_stale(None), []);
    }

    #[test]
    fn a_crowd_is_told_less_often_so_that_notices_do_not_grow_with_its_square() {
        let (mut room, start) = (RoomPresence::default(), Instant::now());
        for number in 0..1_000 {
            let id = UserId::parse(&format!("user-{number}")).unwrap();
            room.roll.enter(&Person { id, nickname: format!("User {number}"), origin: Origin::Web });
        }
        assert!(room.is_due(500, start), "the first change is told at once");
        room.told_at = Some(start);
        assert!(!room.is_due(500, start + Duration::from_millis(1_999)));
        assert!(room.is_due(500, start + Duration::from_secs(2)));
        assert!(room.is_due(0, start), "0 is no limit");
    }
}
