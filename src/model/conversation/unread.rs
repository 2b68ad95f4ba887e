//! What the reader has not read: in each room that they were in, what was said behind their mark. The server keeps the marks
//! and tells all tabs and devices of the reader when one moves. The page moves the one of the open room while the reader
//! looks on, and tells the server until that has said so too. Not here: what the server keeps (`server::log::marks`).

use std::ops::AddAssign;

use super::{Conversation, Effect, Part, TimerId};
use crate::model::connection::ConnectionStatus;
use crate::protocol::{Command, EventBody, LogEvent, MessageNo, ReadMark, RoomSlug, RoomSummary, Seq};

/// The server is told at most so often.
const TELL_EVERY_MS: u32 = 1_000;

/// A number of messages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// So many are known.
    pub known: usize,
    /// Whether there may be more, of which nothing is held.
    pub or_more: bool,
}

impl Count {
    /// One, and no more.
    pub const ONE: Self = Self { known: 1, or_more: false };

    /// The messages behind a mark, up to the newest one.
    #[must_use]
    pub fn since(newest: MessageNo, mark: &ReadMark) -> Self {
        Self { known: usize::try_from(newest.since(mark.message_no)).unwrap_or(usize::MAX), or_more: false }
    }

    /// Whether there is nothing to count.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, more: Self) {
        self.known += more.known;
        self.or_more |= more.or_more;
    }
}

/// How far the reader has read the rooms that they were in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unread {
    rooms: Vec<Reading>,
}

/// How far the reader has read one room.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reading {
    mark: ReadMark,
    /// The mark that the server is known to hold, as far as it is known to hold one.
    told: Option<ReadMark>,
    /// The newest message of the room that is known.
    newest: MessageNo,
}

impl Unread {
    /// What the server told of rooms and marks.
    #[must_use]
    pub fn new(marks: Vec<ReadMark>, rooms: &[RoomSummary]) -> Self {
        let mut unread = Self::default();
        unread.take_marks(marks, rooms);
        unread
    }

    /// How many messages of a room are unread; none of a room that the reader never was in.
    #[must_use]
    pub fn in_room(&self, room: &RoomSlug) -> Count {
        self.rooms.iter().find(|reading| reading.mark.room == *room).map(Reading::count).unwrap_or_default()
    }

    /// How many messages of all rooms are.
    #[must_use]
    pub fn total(&self) -> Count {
        let mut total = Count::default();
        self.rooms.iter().for_each(|reading| total += reading.count());
        total
    }

    /// How far the reader has read a room.
    #[must_use]
    pub fn mark(&self, room: &RoomSlug) -> Option<&ReadMark> {
        self.rooms.iter().map(|reading| &reading.mark).find(|mark| mark.room == *room)
    }

    fn find(&mut self, room: &RoomSlug) -> Option<&mut Reading> {
        self.rooms.iter_mut().find(|reading| reading.mark.room == *room)
    }

    fn take_marks(&mut self, marks: Vec<ReadMark>, rooms: &[RoomSummary]) {
        for mark in marks {
            match self.find(&mark.room) {
                Some(reading) => reading.take(mark),
                None => {
                    let newest = rooms.iter().find(|room| room.slug == mark.room).map(|room| room.message_no);
                    self.rooms.push(Reading { told: Some(mark.clone()), newest: newest.unwrap_or_default(), mark });
                }
            }
        }
    }
}

impl Reading {
    fn count(&self) -> Count {
        Count::since(self.newest, &self.mark)
    }

    /// The server tells of a mark; perhaps not of the latest one.
    fn take(&mut self, mark: ReadMark) {
        if mark.is_later_than(&self.mark) {
            self.mark = mark.clone();
        }
        if self.told.as_ref().is_none_or(|told| mark.is_later_than(told)) {
            self.told = Some(mark);
        }
    }

    /// Whether the server is to be told.
    fn is_untold(&self) -> bool {
        self.told.as_ref().is_none_or(|told| self.mark.is_later_than(told))
    }

    fn read(&mut self, seq: Seq, message_no: MessageNo) {
        if seq > self.mark.seq {
            (self.mark.seq, self.mark.message_no) = (seq, message_no);
        }
    }
}

impl Conversation {
    /// An event is new to this page. Returns how many messages of somebody else it is.
    pub(super) fn arrived(&mut self, event: &LogEvent) -> Count {
        let (Some(by), EventBody::Message(message)) = (&event.by, &event.body) else { return Count::default() };
        self.stopped_typing(&by.id);
        if self.me.as_ref().is_some_and(|me| me.id == by.id) {
            // The server knows it by the message itself.
            let message_no = message.message_no.unwrap_or_else(|| self.timeline.message_no());
            if let Some(reading) = self.unread.find(&self.room.slug) {
                reading.read(event.seq, message_no);
                reading.told = Some(reading.mark.clone());
            }
            return Count::default();
        }
        // Of one that was deleted before it came here, nothing is to be told.
        if message.is_deleted() {
            return Count::default();
        }
        self.effect(Effect::Announce { nickname: by.nickname.clone(), text: message.text.clone() });
        Count::ONE
    }

    /// The server tells how far the reader has read, by whichever of their tabs.
    pub(super) fn take_marks(&mut self, marks: Vec<ReadMark>) {
        self.unread.take_marks(marks, &self.rooms);
        self.show(Part::Unread);
    }

    /// Something was said in rooms that are not open. What was said in the open one, its log tells.
    pub(super) fn note_newest(&mut self, rooms: &[RoomSummary]) {
        let mut has_changed = false;
        for room in rooms {
            if let Some(reading) = self.unread.find(&room.slug).filter(|_| room.slug != self.room.slug) {
                has_changed |= reading.newest < room.message_no;
                reading.newest = reading.newest.max(room.message_no);
            }
        }
        if has_changed {
            self.show(Part::Unread);
        }
    }

    /// A server that was away is about to tell all marks that it knows. It may be one with an old copy of the database, so
    /// that what it was told before counts for nothing.
    pub(super) fn await_marks(&mut self) {
        for reading in &mut self.unread.rooms {
            (reading.mark.lowered, reading.told) = (0, None);
        }
    }

    /// What the reader has read may be of another history than the log that the server holds. What the server itself said
    /// is of this one.
    pub(super) fn distrust_marks(&mut self) {
        self.unread.rooms.retain_mut(|reading| match &reading.told {
            Some(told) => {
                reading.mark.clone_from(told);
                true
            }
            None => false,
        });
        self.show(Part::Unread);
    }

    /// Whether the open room is marked as read beyond an event.
    pub(super) fn is_read_beyond(&self, seq: Seq) -> bool {
        self.unread.mark(&self.room.slug).is_some_and(|mark| mark.seq > seq)
    }

    /// The marks were another person's, or of another history.
    pub(super) fn forget_marks(&mut self) {
        self.unread = Unread::default();
        self.set_new_after(None);
        self.show(Part::Unread);
    }

    /// The newest row came in sight, or went out of it.
    pub(super) fn set_at_newest(&mut self, at_newest: bool) {
        if self.at_newest != at_newest {
            self.at_newest = at_newest;
            self.show(Part::AtNewest);
        }
        if at_newest {
            self.reads_from = None;
        }
    }

    /// The reader is done with what is new: they see the newest row, and nothing is marked as new any more.
    pub(super) fn mark_read(&mut self) {
        self.set_new_after(None);
        self.effect(Effect::ShowNewest);
        self.set_at_newest(true);
    }

    pub(super) fn set_new_after(&mut self, seq: Option<Seq>) {
        if self.new_after != seq {
            self.new_after = seq;
            self.show(Part::NewAfter);
        }
    }

    /// Follows what this step has brought of the open room, or has shown to the reader. Comes after every update.
    pub(super) fn follow_reading(&mut self) {
        let has_joined = std::mem::take(&mut self.has_joined);
        if self.arriving {
            return;
        }
        let (head, newest, is_reading) = (self.timeline.head(), self.timeline.message_no(), self.is_reading());
        let Some(reading) = self.unread.find(&self.room.slug) else {
            // What was said before somebody came is not news to them.
            let mark = ReadMark { room: self.room.slug.clone(), seq: head, message_no: newest, lowered: 0 };
            self.unread.rooms.push(Reading { mark, told: None, newest });
            return self.tell_marks();
        };
        let before = reading.count();
        // A join tells what the log holds, which is less than before where an old copy of the database was put back.
        reading.newest = if has_joined { newest } else { reading.newest.max(newest) };
        let (unread, read_up_to) = (reading.count(), reading.mark.seq);
        if is_reading {
            reading.read(head, newest);
        }
        let has_changed = reading.count() != before;
        // The line stays where it is while the reader reads, and until there is something new after a time of nothing.
        if !unread.is_none() && !is_reading && (has_joined || before.is_none()) {
            self.set_new_after(Some(read_up_to));
        }
        if has_changed {
            self.show(Part::Unread);
        }
        self.tell_marks();
    }

    /// Tells the server what it is not known to know, now and again until it says so.
    fn tell_marks(&mut self) {
        let can_tell = self.me.is_some() && self.status == ConnectionStatus::Live;
        if !can_tell || self.timers[TimerId::Mark as usize].is_some() {
            return;
        }
        if let Some(reading) = self.unread.rooms.iter().find(|reading| reading.is_untold()) {
            let read = Command::Read { room: reading.mark.room.clone(), seq: reading.mark.seq };
            self.effect(Effect::Send(read));
            self.set_timer(TimerId::Mark, Some(TELL_EVERY_MS));
        }
    }

    /// Whether the reader sees whatever comes.
    const fn is_reading(&self) -> bool {
        self.at_newest && self.is_visible && matches!(self.status, ConnectionStatus::Live | ConnectionStatus::Blocked)
    }
}
