//! What is looked up in a log beside its pages. Not here: pages of it (`Store`).

use crate::protocol::{HistoryItem, RoomSlug, Seq, Timestamp};
use crate::server::log::StoreFuture;

/// Looks up single events of a log, each in one snapshot. A part of [`Store`](super::Store).
pub trait Lookups: Send + Sync + 'static {
    /// A content event with its changes applied, which names so many people of each reaction at most; `None` when the room
    /// has no such event, or does not exist.
    fn item<'a>(&'a self, room: &'a RoomSlug, seq: Seq, people_max: u32) -> StoreFuture<'a, Option<HistoryItem>>;

    /// The first message of a room from this time on, and its time; `None` when there is none, or no such room. Looks
    /// at as many events as the length of the log has binary digits. Where a wrong clock made the times of the log step back
    /// (see [`Draft::at`](super::Draft::at)), it finds one of the places at which the log comes to this time.
    fn first_since<'a>(&'a self, room: &'a RoomSlug, at: Timestamp) -> StoreFuture<'a, Option<(Seq, Timestamp)>>;
}
