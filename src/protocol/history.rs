//! Pages of a room's log: as it is stored, for programs and for those who come back; and folded, for readers.
//! Not here: what one event is (`message`, `body`), rows of the database.

use serde::{Deserialize, Serialize};

use super::ids::{Cursor, Epoch, RoomSlug, Seq, Timestamp};
use super::message::{LogEvent, Person};

/// A run of the log as it is stored, as `GET /api/v1/rooms/{slug}/events` answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventPage {
    /// The room.
    pub room: RoomSlug,
    /// The history that the seqs belong to.
    pub epoch: Epoch,
    /// The newest event of the room at the time of reading.
    pub head: Seq,
    /// A contiguous run of events, oldest first.
    pub events: Vec<LogEvent>,
    /// Whether older events than the first of `events` exist.
    pub has_older: bool,
    /// Whether newer events than the last of `events` exist.
    pub has_newer: bool,
}

/// A page of history, as `GET /api/v1/rooms/{slug}/history` answers: content events with everything folded in that
/// changed them since.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryPage {
    /// The room.
    pub room: RoomSlug,
    /// The newest event of the room at the time of reading. The items are as it left them: a change applies to an item if
    /// its seq is greater.
    pub as_of: Cursor,
    /// The events that this page accounts for. Pages continue each other where these do.
    pub covers: Covers,
    /// The content events among them, oldest first.
    pub items: Vec<HistoryItem>,
    /// Whether older events than those covered exist.
    pub has_older: bool,
    /// Whether newer events than those covered exist.
    pub has_newer: bool,
}

impl HistoryPage {
    /// Leaves out the oldest items, and says that there are older ones.
    pub fn leave_out_oldest(&mut self, count: usize) {
        if count > 0 {
            self.items.drain(..count);
            self.has_older = true;
            self.covers.first = self.items.first().map_or(self.covers.last.next(), |item| item.event.seq);
        }
    }

    /// Leaves out the newest items, and says that there are newer ones.
    pub fn leave_out_newest(&mut self, count: usize) {
        if count > 0 {
            self.items.truncate(self.items.len() - count);
            self.has_newer = true;
            self.covers.last = self.items.last().map_or(self.covers.first.previous(), |item| item.event.seq);
        }
    }
}

/// A run of a room's log, named by its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Covers {
    /// The first event; an item, if there are items.
    pub first: Seq,
    /// The last event. Less than `first` when there is none.
    pub last: Seq,
}

/// A content event as it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HistoryItem {
    /// The event. A message has the text that it has now.
    pub event: LogEvent,
    /// When its text was changed last; absent when it never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_ms: Option<Timestamp>,
    /// The reactions to it, in the order in which they were first set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<ReactionSummary>,
}

/// All who reacted to a message by one emoji.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ReactionSummary {
    /// The emoji.
    pub emoji: String,
    /// How many people; at least 1.
    pub count: u32,
    /// The first of them, at most [`super::limits::REACTION_NAMES_MAX`]; and the reader, if they are one of them.
    pub people: Vec<Person>,
}

impl HistoryItem {
    /// An event to which nothing has happened.
    #[must_use]
    pub const fn new(event: LogEvent) -> Self {
        Self { event, edited_ms: None, reactions: Vec::new() }
    }
}

/// How the answer to a join continues what the client holds. On the wire its `continuity` names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "continuity", rename_all = "snake_case")]
pub enum Backlog {
    /// No cursor was given: the newest page.
    Fresh {
        /// Ends at the room's newest event.
        page: HistoryPage,
    },
    /// All the events after the cursor.
    Resumed {
        /// The history that they belong to.
        epoch: Epoch,
        /// As they are stored, changes among them; none when nothing was missed.
        events: Vec<LogEvent>,
    },
    /// More is missing than one frame carries: the newest page. What lies between the cursor and this page is to be fetched
    /// by pages of history, and so is anew what the client held before, since changes to it are among what is missing.
    Gap {
        /// Ends at the room's newest event.
        page: HistoryPage,
    },
    /// The log does not hold the event that the cursor names: forget what is held, this is the newest page.
    Reset {
        /// Ends at the room's newest event.
        page: HistoryPage,
    },
}

impl Backlog {
    /// The history that its seqs belong to.
    #[must_use]
    pub const fn epoch(&self) -> &Epoch {
        match self {
            Self::Resumed { epoch, .. } => epoch,
            Self::Fresh { page } | Self::Gap { page } | Self::Reset { page } => &page.as_of.epoch,
        }
    }

    /// Its page, where it has one.
    #[must_use]
    pub const fn page(&self) -> Option<&HistoryPage> {
        match self {
            Self::Resumed { .. } => None,
            Self::Fresh { page } | Self::Gap { page } | Self::Reset { page } => Some(page),
        }
    }

    /// The newest event that the client holds with it; `None` when nothing was missed.
    #[must_use]
    pub fn newest(&self) -> Option<Cursor> {
        match self {
            Self::Resumed { epoch, events } => events.last().map(|event| event.cursor(epoch)),
            Self::Fresh { page } | Self::Gap { page } | Self::Reset { page } => Some(page.as_of.clone()),
        }
    }

    /// The events in it, as they were posted.
    pub fn events(&self) -> impl Iterator<Item = &LogEvent> {
        let (events, items): (&[LogEvent], &[HistoryItem]) = match self {
            Self::Resumed { events, .. } => (events, &[]),
            Self::Fresh { page } | Self::Gap { page } | Self::Reset { page } => (&[], &page.items),
        };
        events.iter().chain(items.iter().map(|item| &item.event))
    }
}
