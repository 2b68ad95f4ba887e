//! What the page knows and decides: the one brain of every page, in the browser as in tests. It is told what happened and
//! answers what is to be done; time, ids and everything from outside are arguments. Not here: what is drawn of it (`rows`,
//! `ui`), the connection that brings it (`connection`), and how its effects are carried out (`ui::state`).

pub mod edits;
mod history;
pub mod outbox;
mod parts;
pub(in crate::model) mod pending;
mod posting;
pub mod reactions;
mod rooms;
pub mod roster;
pub mod timeline;
pub mod typing;
mod unread;
mod update;

pub use rooms::LEFT_ROOMS_MAX;
pub use unread::{Count, Unread};
pub use update::{Effect, PageRequest, Part, PostAnswer, Reason, TimerId, Update, Wanted};

use self::outbox::Outbox;
use self::roster::Roster;
use self::timeline::Timeline;
use self::typing::{Typing, TypingThrottle};
use super::connection::ConnectionStatus;
use crate::protocol::{ErrorCode, Event, Limits, Person, ReadMark, RoomSnapshot, RoomSummary, Seq, Timestamp};

/// How reaching back in the history stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReachBack {
    /// Nothing under way.
    Idle,
    /// A page is under way.
    Loading,
    /// The last page did not come.
    Failed,
}

/// What a page holds.
#[derive(Clone, Debug)]
pub struct Conversation {
    me: Option<Person>,
    room: RoomSummary,
    rooms: Vec<RoomSummary>,
    limits: Limits,
    timeline: Timeline,
    outbox: Outbox,
    roster: Roster,
    typing: Typing,
    status: ConnectionStatus,
    caught_up: Option<Count>,
    arriving: bool,
    unread: Unread,
    /// The last event before the first one that was new when the reader came.
    new_after: Option<Seq>,
    /// Whether this step brought the answer to a join.
    has_joined: bool,
    at_newest: bool,
    ends_at_newest: bool,
    reach_back: ReachBack,
    /// The first event that is in the document, while the reader reads back.
    reads_from: Option<Seq>,
    is_visible: bool,
    /// What the last join brought after a time away.
    brought: Count,
    /// Rooms that were open before, as far as they were held: at most [`LEFT_ROOMS_MAX`].
    held: Vec<Timeline>,
    throttle: TypingThrottle,
    /// Whether a nickname that was chosen here is on its way.
    asks_for_name: bool,
    /// How often a join was answered.
    joins: u32,
    /// Whether a page is under way that was asked for by [`Wanted::Again`].
    is_refreshing: bool,
    /// Whether a page is under way that was asked for by [`Wanted::Newer`].
    is_filling: bool,
    /// When each timer rings, if it is set.
    timers: [Option<Timestamp>; TimerId::COUNT],
    now: Timestamp,
    effects: Vec<Effect>,
}

impl Conversation {
    /// Of a page that the server drew.
    #[must_use]
    pub fn new(
        me: Option<Person>,
        room: &RoomSnapshot,
        rooms: Vec<RoomSummary>,
        limits: Limits,
        marks: Vec<ReadMark>,
    ) -> Self {
        let mut timeline = Timeline::new(&room.page);
        timeline.read_by(me.as_ref());
        Self {
            me,
            room: room.summary.clone(),
            unread: Unread::new(marks, &rooms),
            rooms,
            limits,
            timeline,
            outbox: Outbox::default(),
            roster: Roster::new(&room.people, room.summary.online),
            typing: Typing::default(),
            status: ConnectionStatus::Connecting,
            caught_up: None,
            arriving: false,
            new_after: None,
            has_joined: false,
            at_newest: true,
            ends_at_newest: !room.page.has_newer,
            reach_back: ReachBack::Idle,
            reads_from: None,
            is_visible: true,
            brought: Count::default(),
            held: Vec::new(),
            throttle: TypingThrottle::default(),
            asks_for_name: false,
            joins: 0,
            is_refreshing: false,
            is_filling: false,
            timers: [None; TimerId::COUNT],
            now: Timestamp::default(),
            effects: Vec::new(),
        }
    }

    /// Takes what happened. `now` is the time of the server as far as it is known.
    pub fn step(&mut self, update: Update, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        self.take(update, now);
        if self.has_changed(Part::Timeline) {
            self.timeline.drop_excess(self.reads_from);
        }
        self.flush(now);
        self.keep_gone_rooms();
        self.follow_reading();
        std::mem::take(&mut self.effects)
    }

    fn take(&mut self, update: Update, now: Timestamp) {
        match update {
            Update::Status(status) => self.status_changed(status),
            Update::Event(event) => self.event(*event, now),
            Update::CaughtUp => self.show_caught_up(),
            Update::Rang(timer) => self.rang(timer, now),
            Update::Page(request, page) => self.take_page(request, page.as_deref()),
            Update::Posted(room, id, posted) => self.posted(room, id, posted, now),
            Update::Post(id, body) => self.post(id, body, now),
            Update::Retry(id) => self.retry(id, now),
            Update::Discard(id) => self.discard(id),
            Update::Wrote => self.wrote(now),
            Update::OpenRoom(room) => self.open_room(&room),
            Update::RoomMade(room) => self.room_made(room),
            Update::LoadOlder => self.load_older(),
            Update::FillHole(hole) => self.load_until(hole.before),
            Update::HoleAhead(hole) => self.fill_ahead(hole),
            Update::ReadsFrom(seq) => self.reads_from = seq,
            Update::AtNewest(at_newest) => self.set_at_newest(at_newest),
            Update::Visible(is_visible) => self.is_visible = is_visible,
            Update::MarkRead => self.mark_read(),
            Update::AsksForName => self.asks_for_name = true,
            Update::Named(me) => self.named(me),
            Update::SignedOut => {
                self.set_me(None);
                self.change_outbox(|outbox| *outbox = Outbox::default());
                self.forget_marks();
            }
            Update::ForgetPosts => self.change_outbox(|outbox| *outbox = Outbox::default()),
            Update::Restored(kept) => {
                self.change_outbox(|outbox| kept.into_iter().for_each(|(room, post)| outbox.restore(room, post)));
                self.disown_posts_of_others();
            }
            Update::KeptElsewhere(room, id, kept) => {
                self.change_outbox(|outbox| match kept {
                    Some(kept) => outbox.kept_elsewhere(room, kept, now),
                    None => outbox.gone_elsewhere(&id),
                });
                self.disown_posts_of_others();
            }
        }
    }

    fn status_changed(&mut self, status: ConnectionStatus) {
        self.status = status;
        self.show(Part::Status);
        if !matches!(status, ConnectionStatus::Live | ConnectionStatus::Blocked | ConnectionStatus::Refused(_)) {
            self.change_outbox(Outbox::connection_lost);
        }
    }

    fn event(&mut self, event: Event, now: Timestamp) {
        match event {
            Event::Welcome { me, limits, rooms, epoch, .. } => {
                if epoch != self.timeline.cursor().epoch {
                    self.forget_marks();
                }
                self.await_marks();
                self.greeted(me);
                self.limits = limits;
                self.show(Part::Limits);
                self.note_newest(&rooms);
                self.rooms = rooms;
                self.show(Part::Rooms);
            }
            Event::Joined { summary, people, backlog } if self.is_open(&summary.slug) => {
                self.roster = Roster::new(&people, summary.online);
                self.show(Part::Roster);
                self.room = summary;
                self.show(Part::Room);
                self.take_backlog(&backlog);
            }
            Event::Publication { room, event } if self.is_open(&room) => self.publish(event, Timeline::publish),
            Event::Ack { room, id, seq, at_ms } => self.acked(room, id, seq, at_ms),
            Event::Nack { id, refusal, .. } => self.refused(id, refusal, now),
            Event::Presence { room, joined, left, online, people } if self.is_open(&room) => {
                self.came_and_went(&joined, &left, online, people.as_deref(), now)
            }
            Event::Typing { room, people, writing } if self.is_open(&room) => self.are_typing(&people, writing, now),
            Event::Marks { marks } => self.take_marks(marks),
            Event::Rooms { changed } => self.rooms_changed(changed),
            Event::Refused { room: Some(room), refusal }
                if refusal.code == ErrorCode::RoomNotFound && self.is_open(&room) =>
            {
                self.forget_room()
            }
            Event::Joined { .. }
            | Event::Publication { .. }
            | Event::Presence { .. }
            | Event::Typing { .. }
            | Event::Refused { .. }
            | Event::Gap { .. }
            | Event::Heartbeat { .. }
            | Event::Reconnect { .. } => {}
        }
    }

    fn rang(&mut self, timer: TimerId, now: Timestamp) {
        self.timers[timer as usize] = None;
        match timer {
            // What is due goes with every update.
            TimerId::Outbox | TimerId::Mark => {}
            TimerId::Typing => self.fade_typing(now),
            TimerId::Refresh => self.refresh(),
            TimerId::CaughtUp => {
                self.caught_up = None;
                self.show(Part::CaughtUp);
            }
        }
    }

    /// Sets a timer, unless it would ring at the same time anyway.
    fn set_timer(&mut self, timer: TimerId, wait_ms: Option<u32>) {
        let rings = wait_ms.map(|ms| Timestamp::from_unix_ms(self.now.unix_ms() + i64::from(ms)));
        if self.timers[timer as usize] != rings {
            self.timers[timer as usize] = rings;
            self.effect(Effect::SetTimer(timer, wait_ms));
        }
    }

    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    fn show(&mut self, part: Part) {
        if !self.has_changed(part) {
            self.effect(Effect::Show(part));
        }
    }

    fn has_changed(&self, part: Part) -> bool {
        self.effects.iter().any(|effect| matches!(effect, Effect::Show(shown) if *shown == part))
    }
}

#[cfg(test)]
mod tests;
