//! Rooms: which one is open, which ones there are, and who is in the open one.

use super::outbox::Outbox;
use super::roster::Roster;
use super::timeline::Timeline;
use super::typing::Typing;
use super::{Conversation, Effect, Part, ReachBack, TimerId};
use crate::model::connection::ConnectionStatus;
use crate::protocol::{Command, Cursor, Person, RoomSlug, RoomSummary, Timestamp, UserId};

/// So many rooms that were open before are held, so that going back shows them at once, also without a connection.
pub const LEFT_ROOMS_MAX: usize = 5;

impl Conversation {
    /// Whether this is the open room.
    #[must_use]
    pub fn is_open(&self, room: &RoomSlug) -> bool {
        self.room.slug == *room
    }

    /// Whether the page itself can open a room: it knows it, and has or will have a connection that brings it.
    #[must_use]
    pub fn can_open(&self, room: &RoomSlug) -> bool {
        !matches!(self.status, ConnectionStatus::Blocked | ConnectionStatus::Ended { .. })
            && self.known_room(room).is_some()
    }

    /// A room of the list.
    #[must_use]
    pub fn known_room(&self, room: &RoomSlug) -> Option<&RoomSummary> {
        self.rooms.iter().find(|known| known.slug == *room)
    }

    /// Whether the server is out of reach, so that leaving the page would lead nowhere.
    #[must_use]
    pub const fn is_away(&self) -> bool {
        matches!(self.status, ConnectionStatus::Offline { .. } | ConnectionStatus::Reconnecting { .. })
    }

    pub(super) fn open_room(&mut self, room: &RoomSlug) {
        // A room that was gone may have been made again.
        let is_shown = self.is_open(room) && !matches!(self.status, ConnectionStatus::Refused(_));
        if let Some(room) = self.known_room(room).filter(|_| !is_shown).cloned() {
            self.enter(room);
        }
    }

    fn enter(&mut self, room: RoomSummary) {
        self.change_outbox(Outbox::left);
        let cursor = self.exchange(&room.slug);
        self.set_arriving(cursor.is_none());
        self.roster = Roster::new(&[], room.online);
        self.show(Part::Roster);
        self.typing = Typing::default();
        self.show(Part::Typing);
        self.throttle.reset();
        self.effect(Effect::Follow(room.slug.clone(), cursor));
        self.room = room;
        self.show(Part::Room);
        self.set_new_after(None);
        self.set_reach_back(ReachBack::Idle);
        self.is_filling = false;
        self.effect(Effect::RoomOpened);
        self.effect(Effect::WithdrawExplanation);
        self.effect(Effect::ShowNewest);
        self.set_at_newest(true);
    }

    /// Holds on to the room that is left, and shows what is held of the one that is entered: up to the returned cursor.
    fn exchange(&mut self, entered: &RoomSlug) -> Option<Cursor> {
        let place = self.held.iter().position(|held| held.room() == entered);
        let held = place.map(|place| self.held.remove(place));
        let cursor = held.as_ref().map(|held| held.cursor().clone());
        let entered = held.unwrap_or_else(|| self.nothing_of(entered.clone()));
        let mut left = std::mem::replace(&mut self.timeline, entered);
        self.timeline.read_by(self.me.as_ref());
        self.show(Part::Timeline);
        // Of a room that is tried again, nothing more is held than is shown.
        if !self.arriving && left.room() != self.timeline.room() {
            left.leave();
            self.held.push(left);
            if self.held.len() > LEFT_ROOMS_MAX {
                self.held.remove(0);
            }
        }
        cursor
    }

    /// The open room is not there: what is shown of it belongs to another history.
    pub(super) fn forget_room(&mut self) {
        self.timeline = self.nothing_of(self.room.slug.clone());
        self.timeline.read_by(self.me.as_ref());
        self.show(Part::Timeline);
        self.roster = Roster::default();
        self.show(Part::Roster);
    }

    fn nothing_of(&self, room: RoomSlug) -> Timeline {
        Timeline::empty(room, self.timeline.cursor().epoch.clone())
    }

    /// Rooms of the list are new, or have changed.
    pub(super) fn rooms_changed(&mut self, changed: Vec<RoomSummary>) {
        self.note_newest(&changed);
        for room in changed {
            if self.is_open(&room.slug) {
                replace(&mut self.room, room.clone());
                self.show(Part::Room);
            }
            match self.rooms.iter_mut().find(|known| known.slug == room.slug) {
                Some(known) => replace(known, room),
                None => self.rooms.push(room),
            }
            self.show(Part::Rooms);
        }
    }

    pub(super) fn room_made(&mut self, room: RoomSummary) {
        if self.known_room(&room.slug).is_none() {
            self.rooms.push(room);
            self.show(Part::Rooms);
        }
    }

    /// Takes rooms that are gone out of the list, as the server says it by a room without events. Those that something
    /// unsent waits in stay, and those that the list lacks come back. Comes after every update.
    pub(super) fn keep_gone_rooms(&mut self) {
        let has_changed = self.has_changed(Part::Rooms) || self.has_changed(Part::Outbox);
        if has_changed && self.outbox.has_news_of_gone_rooms(&self.rooms) {
            self.outbox.keep_gone_rooms(&mut self.rooms);
            self.show(Part::Rooms);
        }
    }

    pub(super) fn came_and_went(
        &mut self,
        joined: &[Person],
        left: &[Person],
        online: u32,
        people: Option<&[Person]>,
        now: Timestamp,
    ) {
        match people {
            Some(people) => self.roster.replace(people, online),
            None => self.roster.change(joined, left, online),
        }
        self.show(Part::Roster);
        self.room.online = online;
        self.show(Part::Room);
        self.timeline.notice(joined, left, self.me.as_ref().map(|me| &me.id), now);
        self.show(Part::Timeline);
        for person in left {
            self.stopped_typing(&person.id);
        }
    }

    pub(super) fn are_typing(&mut self, people: &[Person], writing: u32, now: Timestamp) {
        self.typing.told(people, writing, self.me.as_ref().map(|me| &me.id), now);
        self.show(Part::Typing);
        self.set_timer(TimerId::Typing, self.typing.wait_ms(now));
    }

    pub(super) fn stopped_typing(&mut self, person: &UserId) {
        if self.typing.nicknames().next().is_some() {
            self.typing.stopped(person);
            self.show(Part::Typing);
        }
    }

    pub(super) fn fade_typing(&mut self, now: Timestamp) {
        self.typing.expire(now);
        self.show(Part::Typing);
        self.set_timer(TimerId::Typing, self.typing.wait_ms(now).map(|wait_ms| wait_ms.max(1)));
    }

    /// Tells the others that the reader writes, but not too often.
    pub(super) fn wrote(&mut self, now: Timestamp) {
        if self.throttle.key(now) {
            let room = self.room.slug.clone();
            self.effect(Effect::Send(Command::Typing { room }));
        }
    }
}

/// Takes what is new of a room. One that is gone comes without a title, and goes on under the one that people know.
fn replace(known: &mut RoomSummary, mut room: RoomSummary) {
    if room.title.is_empty() {
        std::mem::swap(&mut room.title, &mut known.title);
    }
    *known = room;
}
