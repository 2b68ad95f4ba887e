//! What nobody looks up in a simulation: its people read by pages alone.

use teahouse::protocol::{HistoryItem, RoomSlug, Seq, Timestamp};
use teahouse::server::log::{Lookups, StoreFuture};

use super::store::ScriptedStore;

impl Lookups for ScriptedStore {
    fn item<'a>(&'a self, _: &'a RoomSlug, _: Seq, _: u32) -> StoreFuture<'a, Option<HistoryItem>> {
        unreachable!("nobody looks at one message alone")
    }

    fn first_since<'a>(&'a self, _: &'a RoomSlug, _: Timestamp) -> StoreFuture<'a, Option<(Seq, Timestamp)>> {
        unreachable!("nobody jumps to a day")
    }
}
