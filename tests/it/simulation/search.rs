//! The simulation looks for nothing: its store finds no messages.

use teahouse::server::log::{FoundMessages, MessageSearch, Search, StoreFuture};

use super::store::ScriptedStore;

impl Search for ScriptedStore {
    fn search(&self, _: MessageSearch) -> StoreFuture<'_, FoundMessages> {
        unreachable!("nobody searches")
    }
}
