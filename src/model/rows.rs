//! What the conversation shows, row by row, from the timeline and the outbox: day separators, grouped messages, folded
//! notices, holes. And which of the rows are mounted ([`Window`]). Not here: words, markup.

mod layout;
pub mod window;

pub use layout::{Layout, RowReader};
pub use window::Window;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use super::calendar::{CivilDate, Clock};
use super::conversation::outbox::PostState;
use super::conversation::timeline::{Hole, Notice};
use crate::protocol::{Origin, Person, PostId, Quote, Refusal, Seq, UserId};

/// One row of the conversation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Row {
    /// A new day begins, in the reader's zone.
    Day {
        /// The day.
        date: CivilDate,
    },
    /// A message.
    Message(MessageRow),
    /// What follows was new when the reader came.
    New {
        /// The last event before it.
        after: Seq,
    },
    /// Who came and went.
    Notice(NoticeRow),
    /// The room was opened.
    RoomCreated {
        /// Its place in the log.
        seq: Seq,
        /// Who opened it; none for the lobby.
        creator: Option<String>,
        /// When, on the reader's clock.
        clock: Clock,
    },
    /// Something that this page is too old to show: a reload shows it.
    Newer {
        /// Its place in the log.
        seq: Seq,
    },
    /// Events are missing here.
    Hole(Hole),
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MessageRow {
    /// Which message.
    pub id: MessageRowId,
    /// Who posted it; empty for an own message before a nickname is known.
    pub nickname: String,
    /// Their id; none for an own message before a nickname is known.
    pub author: Option<UserId>,
    /// The door they came in by.
    pub origin: Origin,
    /// What they wrote; empty when it is deleted.
    pub text: String,
    /// What it replies to.
    pub reply: Option<ReplyRow>,
    /// When that became another text, on the reader's clock; none when it never did.
    pub edited: Option<Clock>,
    /// When, on the reader's clock.
    pub clock: Clock,
    /// Whether it opens a group or follows in one.
    pub continuation: Continuation,
    /// How far it has come.
    pub delivery: Delivery,
    /// Whose it is.
    pub ownership: Ownership,
    /// The reactions to it.
    pub reactions: Vec<ReactionRow>,
}

/// What a message replies to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReplyRow {
    /// Its place in the log.
    pub to: Seq,
    /// What it says; none where that is not known here.
    pub quote: Option<Quote>,
}

/// A reaction to a message.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ReactionRow {
    /// The emoji.
    pub emoji: String,
    /// How many people.
    pub count: u32,
    /// Some of them, for those who ask who it was.
    pub people: Names,
    /// Whether the reader is among them.
    pub ownership: Ownership,
}

/// What a message is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum MessageRowId {
    /// Its place in the log.
    Stored(Seq),
    /// It is still in the outbox.
    Outgoing(PostId),
}

/// A message's place in its group: same sender, same day, within 5 minutes, nothing in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Continuation {
    /// Shows seal, nickname and time.
    First,
    /// Shows only the text.
    Following,
}

/// How far a message has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// In the log.
    Stored,
    /// Will be sent when the connection allows.
    Waiting,
    /// Sent, not yet answered.
    Sending,
    /// Refused for good: retry or discard.
    Failed(Refusal),
    /// Waited for more than a day, or for another person: retry or discard.
    Stale,
}

/// Whose a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ownership {
    /// The reader's own.
    Own,
    /// Somebody else's.
    Other,
}

/// Who came and went, folded.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NoticeRow {
    /// It is shown after this event.
    pub after: Seq,
    /// Who came.
    pub joined: Names,
    /// Who went.
    pub left: Names,
}

/// Some nicknames, and how many more there are: "NAME and 3 others".
/// Up to three people are all named; of more, only the first is, and the others are counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Names {
    /// The ones to name; empty when nobody is meant.
    pub named: Vec<String>,
    /// How many more.
    pub others: usize,
}

/// Up to this many people are all named.
pub const NAMED_MAX: usize = 3;

/// A row with its key.
#[derive(Clone, Debug)]
pub struct KeyedRow {
    /// Identity for a keyed list. It changes exactly when something that the row shows changes. Unique within one
    /// conversation. ASCII.
    pub key: Arc<str>,
    /// What it shows.
    pub row: Row,
}

/// All rows of a conversation, oldest first. A row that is not laid out again is the same in memory.
pub type Rows = [Arc<KeyedRow>];

impl Row {
    /// See [`KeyedRow::key`].
    fn key(&self) -> String {
        let identity = match self {
            Self::Day { date } => format!("day-{date}"),
            Self::Message(MessageRow { id: MessageRowId::Stored(seq), .. })
            | Self::RoomCreated { seq, .. }
            | Self::Newer { seq } => {
                format!("event-{seq}")
            }
            Self::Message(MessageRow { id: MessageRowId::Outgoing(id), .. }) => format!("outgoing-{id}"),
            Self::New { after } => format!("new-{after}"),
            Self::Notice(notice) => format!("notice-{}", notice.after),
            Self::Hole(hole) => format!("hole-{}", hole.after),
        };
        let mut shown = DefaultHasher::new();
        self.hash(&mut shown);
        format!("{identity}-{:x}", shown.finish())
    }

    /// The place in the log, for rows that have one.
    #[must_use]
    pub const fn seq(&self) -> Option<Seq> {
        match self {
            Self::Message(MessageRow { id: MessageRowId::Stored(seq), .. })
            | Self::RoomCreated { seq, .. }
            | Self::Newer { seq } => Some(*seq),
            _ => None,
        }
    }
}

impl From<Row> for KeyedRow {
    fn from(row: Row) -> Self {
        Self { key: row.key().into(), row }
    }
}

/// The key tells all that a row shows.
impl PartialEq for KeyedRow {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

impl Eq for KeyedRow {}

impl Deref for KeyedRow {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.row
    }
}

impl Delivery {
    /// How a post of the outbox is shown; not at all when another tab shows it.
    const fn of(state: PostState) -> Option<Self> {
        match state {
            PostState::Waiting => Some(Self::Waiting),
            PostState::Sending { .. } => Some(Self::Sending),
            PostState::Acked { .. } => Some(Self::Stored),
            PostState::Failed(refusal) => Some(Self::Failed(refusal)),
            PostState::Stale => Some(Self::Stale),
            PostState::Elsewhere { .. } => None,
        }
    }
}

impl From<&Notice> for NoticeRow {
    fn from(notice: &Notice) -> Self {
        Self { after: notice.after, joined: Names::of(&notice.joined), left: Names::of(&notice.left) }
    }
}

impl Names {
    fn of(people: &[Person]) -> Self {
        Self::of_some(people, u32::try_from(people.len()).unwrap_or(u32::MAX))
    }

    /// Of so many people, of whom these are known.
    fn of_some(people: &[Person], count: u32) -> Self {
        let count = count as usize;
        let named = if count > NAMED_MAX { 1 } else { count };
        let named: Vec<String> = people.iter().take(named).map(|person| person.nickname.clone()).collect();
        let others = count - named.len();
        Self { named, others }
    }

    /// Whether nobody is meant.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

#[cfg(test)]
mod tests;
