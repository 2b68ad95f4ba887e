//! Who is shown as present: counted per person over all their connections, with a grace period for reloads. However many
//! people come and go, followers are sent one change per tick. Presence is never stored. Not here: who follows what
//! (`hub`).

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::protocol::limits::ROSTER_NAMES_MAX;
use crate::protocol::{Event, Person, RoomSlug, Timestamp, UserId};
use crate::server::config::{RoomsConfig, limit};
use crate::server::delivery::frame::{Wire, member_frame, plain_left_frame};
use crate::server::delivery::hub::{DropPolicy, Hub};

mod roster;
mod roster_sync;
mod typing;

pub use roster::{PresenceDiff, RoomRoster};
pub use roster_sync::RosterSync;
pub use typing::{TypingNotice, TypingPeople};

/// Presence and typing of all rooms on this node.
pub struct Presence {
    leave_grace: Duration,
    notices_per_second: u32,
    /// Taken before any lock of the hub; nothing waits under it. Bound: the rooms of the store that somebody entered.
    rooms: Mutex<HashMap<RoomSlug, RoomPresence>>,
    /// Counts the changes of [`Presence::occupants`] in all rooms.
    changes: AtomicU64,
}

/// How often presence has changed. While the version is the same, so is [`Presence::occupants`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PresenceVersion(u64);

#[derive(Default)]
struct RoomPresence {
    roster: RoomRoster,
    roster_sync: RosterSync,
    typing: TypingPeople,
    /// When the followers were last sent a change.
    announced_at: Option<Instant>,
}

/// The people of a room, for a snapshot or a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Occupants {
    /// How many there are.
    pub online: u32,
    /// The first of them, by nickname.
    pub people: Vec<Person>,
}

impl Presence {
    /// With the settings of `[rooms]` about presence.
    #[must_use]
    pub fn new(config: &RoomsConfig) -> Self {
        Self {
            leave_grace: config.leave_grace,
            notices_per_second: config.presence_notices_per_second,
            rooms: Mutex::default(),
            changes: AtomicU64::new(0),
        }
    }

    /// Notes that a connection of this person follows the room.
    pub fn enter(&self, room: &RoomSlug, person: &Person) {
        let mut rooms = self.lock();
        rooms.entry(room.clone()).or_default().roster.enter(person);
        self.note_change();
    }

    /// Notes that a connection of this person stopped following the room. People on the web stay for the grace period
    /// (`rooms.leave_grace_ms`), since a reload comes back at once. A program on the plain socket leaves with its connection.
    pub fn exit(&self, room: &RoomSlug, person: &Person, now: Instant) {
        let grace = match person.origin {
            crate::protocol::Origin::Web | crate::protocol::Origin::Unknown => self.leave_grace,
            crate::protocol::Origin::Plain => Duration::ZERO,
        };
        if let Some(presence) = self.lock().get_mut(room) {
            presence.roster.exit(&person.id, now + grace);
            presence.typing.stop(&person.id);
        }
    }

    /// Notes that the person posted: their leaving is announced on the plain socket, and they stopped typing.
    pub fn posted(&self, room: &RoomSlug, user: &UserId) {
        if let Some(presence) = self.lock().get_mut(room) {
            presence.roster.posted(user);
            presence.typing.stop(user);
        }
    }

    /// Notes that the person is typing.
    pub fn typing(&self, room: &RoomSlug, person: &Person, now: Instant) {
        if let Some(presence) = self.lock().get_mut(room) {
            presence.typing.start(person, now);
        }
    }

    /// Who is present, at most `names_max` of them by name.
    pub fn occupants(&self, room: &RoomSlug, names_max: usize) -> Occupants {
        let rooms = self.lock();
        let Some(presence) = rooms.get(room) else { return Occupants::default() };
        Occupants {
            online: presence.roster.online(),
            people: presence.roster.people().take(names_max).cloned().collect(),
        }
    }

    /// The rooms that somebody is in, by address, with how they are shown there.
    pub fn whereabouts(&self, user: &UserId) -> Vec<(RoomSlug, Person)> {
        let rooms = self.lock();
        let present =
            rooms.iter().filter_map(|(room, presence)| Some((room.clone(), presence.roster.person(user)?.clone())));
        let mut whereabouts: Vec<_> = present.collect();
        whereabouts.sort_by(|one, other| one.0.as_str().cmp(other.0.as_str()));
        whereabouts
    }

    /// The present version. A caller reads it before [`Presence::occupants`], whose answer is then at least as new.
    pub fn version(&self) -> PresenceVersion {
        PresenceVersion(self.changes.load(Ordering::Acquire))
    }

    /// To be called under the lock, after the change.
    fn note_change(&self) {
        self.changes.fetch_add(1, Ordering::AcqRel);
    }

    /// Sends the changes of each room since the last tick: one frame per room and wire, whatever the number of changes. A
    /// crowd is sent changes less often. Answers with the rooms whose changes were sent.
    #[must_use = "the room list changed"]
    pub fn tick(&self, hub: &Hub, now: Instant, at: Timestamp) -> Vec<RoomSlug> {
        let mut changed = Vec::new();
        for (room, presence) in &mut *self.lock() {
            if presence.is_due(self.notices_per_second, now) && self.flush_diff(presence, hub, room, now, at) {
                changed.push(room.clone());
            }
            let pace = presence.pace(self.notices_per_second);
            if let Some(TypingNotice { people, count }) = presence.typing.tick(pace, now) {
                let event = Event::Typing { room: room.clone(), people, writing: count };
                hub.broadcast(room, Wire::Member, member_frame(&event), DropPolicy::DropFirst);
            }
        }
        changed
    }

    /// Forgets a room that was removed, unless somebody is in it.
    pub fn forget(&self, room: &RoomSlug) {
        let mut rooms = self.lock();
        if rooms.get(room).is_some_and(|presence| presence.roster.online() == 0) {
            rooms.remove(room);
        }
    }

    /// Sends the changes of one room now, without waiting for the tick, so that a program that posts at once is seen to come
    /// first. Answers whether there were any.
    #[must_use = "the room list changed"]
    pub fn flush(&self, hub: &Hub, room: &RoomSlug, now: Instant, at: Timestamp) -> bool {
        let mut rooms = self.lock();
        rooms.get_mut(room).is_some_and(|presence| self.flush_diff(presence, hub, room, now, at))
    }

    fn flush_diff(&self, presence: &mut RoomPresence, hub: &Hub, room: &RoomSlug, now: Instant, at: Timestamp) -> bool {
        let before = presence.roster.online();
        let has_changed = presence.flush_diff(hub, room, now, at);
        if presence.roster.online() != before {
            self.note_change();
        }
        has_changed
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<RoomSlug, RoomPresence>> {
        // Every operation leaves each roster whole, so a panic elsewhere must not end presence for all.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RoomPresence {
    /// Whether a notice now stays within the notices per second.
    fn is_due(&self, notices_per_second: u32, now: Instant) -> bool {
        self.announced_at.is_none_or(|announced_at| now >= announced_at + self.pace(notices_per_second))
    }

    /// The least time between two notices. It grows with the number of people, each of whom is sent one.
    fn pace(&self, notices_per_second: u32) -> Duration {
        limit(notices_per_second)
            .map_or(Duration::ZERO, |per_second| Duration::from_secs(1) * self.roster.online() / per_second)
    }

    /// Answers whether other people are here now, or posted here and left.
    fn flush_diff(&mut self, hub: &Hub, room: &RoomSlug, now: Instant, at: Timestamp) -> bool {
        let diff = self.roster.tick(now);
        let has_changed = !diff.is_empty();
        if has_changed {
            self.announced_at = Some(now);
        }
        let mut people = None;
        if self.roster_sync.update(diff.online, diff.left.len()) {
            self.announced_at = Some(now);
            people = Some(self.roster.people().take(ROSTER_NAMES_MAX).cloned().collect());
        }
        send_diff(hub, room, diff, people, at);
        has_changed
    }
}

fn send_diff(hub: &Hub, room: &RoomSlug, diff: PresenceDiff, people: Option<Vec<Person>>, at: Timestamp) {
    for gone in &diff.left_after_posting {
        hub.broadcast(room, Wire::Plain, plain_left_frame(gone, room, at), DropPolicy::Keep);
    }
    if !diff.joined.is_empty() || !diff.left.is_empty() || people.is_some() {
        let PresenceDiff { mut joined, mut left, online, .. } = diff;
        joined.truncate(roster_sync::names_max(online));
        left.truncate(roster_sync::names_max(online));
        let event = Event::Presence { room: room.clone(), joined, left, online, people };
        hub.broadcast(room, Wire::Member, member_frame(&event), DropPolicy::Keep);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Origin;

    #[test]
    fn a_crowd_is_told_less_often_so_that_notices_do_not_grow_with_its_square() {
        let (mut room, start) = (RoomPresence::default(), Instant::now());
        for number in 0..1_000 {
            let id = UserId::parse(&format!("user-{number}")).unwrap();
            room.roster.enter(&Person { id, nickname: format!("User {number}"), origin: Origin::Web });
        }
        assert!(room.is_due(500, start), "the first change is told at once");
        room.announced_at = Some(start);
        assert!(!room.is_due(500, start + Duration::from_millis(1_999)));
        assert!(room.is_due(500, start + Duration::from_secs(2)));
        assert!(room.is_due(0, start), "0 is no limit");
    }
}
