//! What people have read, as the store keeps it.

use teahouse::protocol::{LogEvent, MessageNo, ReadMark, UserId};
use teahouse::server::log::{MarkChange, Marks, StoreFuture};

use super::store::ScriptedStore;

/// The position of the newest of these events that is a message.
pub(super) fn newest_message(log: &[LogEvent]) -> MessageNo {
    log.iter().rev().find_map(|event| event.body.message_no()).unwrap_or_default()
}

impl Marks for ScriptedStore {
    fn marks<'a>(&'a self, _: &'a UserId) -> StoreFuture<'a, Vec<ReadMark>> {
        self.read(|_| Ok(Vec::new()))
    }

    fn mark(&self, _: MarkChange) -> StoreFuture<'_, Option<ReadMark>> {
        unreachable!("nobody marks anything")
    }
}
