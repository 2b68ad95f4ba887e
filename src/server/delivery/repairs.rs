//! The rooms of which this node lacks events that others have announced, until those are read from the log. Not here: which
//! events are lacking (`hub::sequence`), reading them (`app::bulletins`).

use std::collections::BTreeSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use crate::protocol::RoomSlug;

/// The rooms to repair.
#[derive(Default)]
pub struct Repairs {
    /// Innermost lock. Bound: the rooms that the hub knows.
    rooms: Mutex<BTreeSet<RoomSlug>>,
    requested: Notify,
}

impl Repairs {
    /// Asks for a room to be repaired. Never waits.
    pub fn request(&self, room: RoomSlug) {
        self.lock().insert(room);
        self.requested.notify_one();
    }

    /// Waits until a room is to be repaired. Cancel-safe.
    pub async fn requested(&self) {
        self.requested.notified().await;
    }

    /// Takes all rooms.
    pub fn take(&self) -> BTreeSet<RoomSlug> {
        std::mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, BTreeSet<RoomSlug>> {
        // A set is whole after every operation, so a poisoned lock is as good as any.
        self.rooms.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
