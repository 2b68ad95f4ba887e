//! What is looked up in a log beside its pages. Not here: the promises (`log::lookups`).

use super::{SqliteStore, queries};
use crate::protocol::{HistoryItem, RoomSlug, Seq, Timestamp};
use crate::server::log::{Lookups, StoreFuture};

impl Lookups for SqliteStore {
    fn item<'a>(&'a self, room: &'a RoomSlug, seq: Seq, people_max: u32) -> StoreFuture<'a, Option<HistoryItem>> {
        let room = room.clone();
        Box::pin(self.readers.read(move |snapshot| queries::item(snapshot, &room, seq, people_max)))
    }

    fn first_since<'a>(&'a self, room: &'a RoomSlug, at: Timestamp) -> StoreFuture<'a, Option<(Seq, Timestamp)>> {
        let room = room.clone();
        Box::pin(self.readers.read(move |snapshot| queries::first_since(snapshot, &room, at)))
    }
}
