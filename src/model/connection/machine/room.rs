//! Transitions inside an open connection: greeted, joined, live, repaired; what is delivered and what is held back.

use super::{Connection, Phase, Step, later};
use crate::model::connection::Output;
use crate::protocol::event::RoomHead;
use crate::protocol::{Backlog, Command, Cursor, ErrorCode, Event, LogEvent, Refusal, RoomSlug, Seq, Timestamp};

impl Connection {
    pub(super) fn frame(&mut self, event: Event, step: &mut Step) {
        if !self.has_socket() {
            return;
        }
        self.heard = step.now;
        if room_of(&event).is_some_and(|room| *room != self.room) {
            // It was on its way when the reader left that room.
            return;
        }
        match &event {
            Event::Welcome { heartbeat_ms, .. } => {
                self.heartbeat_ms = *heartbeat_ms;
                step.deliver(event);
                self.join(step);
            }
            Event::Joined { summary, backlog, .. } => {
                let new = self.new_events(summary.head, backlog);
                // Where nothing was missed, the cursor stays where it was.
                self.cursor = backlog.newest().or(self.cursor.take());
                step.deliver(event);
                self.joined(new, step);
            }
            Event::Publication { event: entry, .. } => {
                if self.admits(entry, step) {
                    step.deliver(event);
                }
            }
            Event::Refused { room, refusal } => {
                // One that names no room is of another frame than a join.
                if room.is_some() {
                    self.refused(*refusal, step);
                }
                step.deliver(event);
            }
            Event::Gap { .. } => self.fell_behind(step),
            Event::Heartbeat { heads } => self.heartbeat(heads, step),
            Event::Reconnect { in_ms } => {
                self.leave = Some(later(step.now, i64::from(*in_ms)));
                self.expect_restart(*in_ms, step);
            }
            Event::Presence { .. }
            | Event::Typing { .. }
            | Event::Ack { .. }
            | Event::Nack { .. }
            | Event::Rooms { .. }
            | Event::Marks { .. } => step.deliver(event),
        }
    }

    pub(super) fn join(&mut self, step: &mut Step) {
        self.phase = Phase::Joining { since: step.now };
        step.send(Command::Join { room: self.room.clone(), cursor: self.cursor.clone() });
    }

    /// Events are missing: the same join again brings them. Until it is answered, publications are not delivered, since
    /// the answer holds them too.
    pub(super) fn repair(&mut self, live_since: Timestamp, step: &mut Step) {
        self.phase = Phase::Repairing { since: step.now, live_since };
        step.send(Command::Join { room: self.room.clone(), cursor: self.cursor.clone() });
    }

    pub(super) fn joined(&mut self, new: u64, step: &mut Step) {
        let since = match self.phase {
            Phase::Repairing { live_since, .. } | Phase::Live { since: live_since } => live_since,
            _ => step.now,
        };
        self.phase = Phase::Live { since };
        self.attempts = 0;
        if self.lost.take().is_some() {
            step.push(Output::CaughtUp { new });
        }
    }

    /// How many events the log is ahead of the cursor, also of those that did not fit into the backlog.
    pub(super) fn new_events(&self, head: Seq, backlog: &Backlog) -> u64 {
        match &self.cursor {
            Some(cursor) if cursor.epoch == *backlog.epoch() => head.get().saturating_sub(cursor.seq.get()),
            _ => backlog.events().count() as u64,
        }
    }

    /// Whether a publication is the next one; moves the cursor if so, and repairs if something is missing before it.
    pub(super) fn admits(&mut self, entry: &LogEvent, step: &mut Step) -> bool {
        let (Phase::Live { since }, Some(cursor)) = (self.phase, &mut self.cursor) else {
            return false;
        };
        if entry.seq == cursor.seq.next() {
            *cursor = entry.cursor(&cursor.epoch);
            return true;
        }
        if entry.seq > cursor.seq {
            self.repair(since, step);
        }
        false
    }

    pub(super) fn heartbeat(&mut self, heads: &[RoomHead], step: &mut Step) {
        step.send(Command::Heartbeat);
        let (Phase::Live { since }, Some(cursor)) = (self.phase, &self.cursor) else {
            return;
        };
        if heads.iter().any(|head| head.room == self.room && head.head > cursor.seq) {
            self.repair(since, step);
        }
    }

    /// Even when no event is missing: the server sends nothing more of the room before the next join. A join that is under
    /// way was sent after the gap arose, or is the answer to it.
    pub(super) fn fell_behind(&mut self, step: &mut Step) {
        if let Phase::Live { since } = self.phase {
            self.repair(since, step);
        }
    }

    pub(super) fn refused(&mut self, refusal: Refusal, step: &mut Step) {
        match self.phase {
            Phase::Joining { .. } | Phase::Repairing { .. } => {
                let again = refusal.retry_after_ms.map(|ms| later(step.now, i64::from(ms)));
                self.phase = Phase::Refused { refusal, again };
            }
            Phase::Live { .. } if refusal.code == ErrorCode::NotJoined => self.join(step),
            _ => {}
        }
    }

    pub(super) fn switch_room(&mut self, room: RoomSlug, cursor: Option<Cursor>, step: &mut Step) {
        if room == self.room && !matches!(self.phase, Phase::Refused { .. }) {
            return;
        }
        let left = std::mem::replace(&mut self.room, room);
        self.cursor = cursor;
        match self.phase {
            Phase::Joining { .. } | Phase::Repairing { .. } | Phase::Live { .. } => {
                step.send(Command::Leave { room: left });
                self.join(step);
            }
            Phase::Refused { .. } => self.join(step),
            _ => {}
        }
    }

    pub(super) fn send(&mut self, command: Command, step: &mut Step) {
        let joined = matches!(self.phase, Phase::Live { .. } | Phase::Repairing { .. });
        let here = match &command {
            Command::Post { room, .. } | Command::Typing { room } => *room == self.room,
            Command::Read { .. } | Command::Unread { .. } => true,
            _ => false,
        };
        if joined && here {
            step.send(command);
        }
    }
}

/// The room that an event is only good for while it is open. An answer to a post is good for its outbox at any time.
fn room_of(event: &Event) -> Option<&RoomSlug> {
    match event {
        Event::Joined { summary, .. } => Some(&summary.slug),
        Event::Publication { room, .. }
        | Event::Gap { room, .. }
        | Event::Presence { room, .. }
        | Event::Typing { room, .. } => Some(room),
        Event::Refused { room, .. } => room.as_ref(),
        Event::Welcome { .. }
        | Event::Ack { .. }
        | Event::Nack { .. }
        | Event::Rooms { .. }
        | Event::Marks { .. }
        | Event::Heartbeat { .. }
        | Event::Reconnect { .. } => None,
    }
}
