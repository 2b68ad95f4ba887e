//! How far people have read. Unread is the room's newest position among the messages less that of the mark: no count is
//! kept, and nothing is scanned. Not here: what is shown of it (`model::conversation::unread`).

use super::StoreFuture;
use crate::protocol::{ReadMark, RoomSlug, Seq, UserId};

/// A person marks a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MarkChange {
    /// Who.
    pub person: UserId,
    /// Which room.
    pub room: RoomSlug,
    /// What.
    pub to: MarkTo,
}

/// Where a mark is put. A place beyond the newest event is that of the newest event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkTo {
    /// Read up to this event, that event included. A mark that is further stays.
    Read(Seq),
    /// Unread from this event on, that event included. A mark that is not so far stays.
    Unread(Seq),
}

/// The marks of a store. They belong to guests: those of a person go when the guest does, and those of a room with the room.
/// A message marks its room as read by its author up to itself, in the transaction that appends it.
pub trait Marks {
    /// All marks of a person, by room. None for a room that they never read.
    fn marks<'a>(&'a self, person: &'a UserId) -> StoreFuture<'a, Vec<ReadMark>>;

    /// Moves a mark. Answers with the mark as it is then, and with nothing when there is no such guest. Errors:
    /// `RoomNotFound`, `Busy`, `DiskFull`, `Damaged`, `Closed`.
    fn mark(&self, change: MarkChange) -> StoreFuture<'_, Option<ReadMark>>;
}
