//! The registry of connections on **this** node and the rooms that they follow, and the fan-out over them. What is to be
//! sent is posted to the lanes, and each of them sends it to its share of the followers; nothing here waits for
//! a client. Not here: who may do what (`posting`), who is shown as here (`presence`), other nodes (`broker`), the threads
//! of the lanes (`housekeeping`).
//!
//! Lock order: `rooms`, then one `room` or the registry, then one sendq; the queue of a lane is taken by itself.
//! `presence` is taken before all of them. Nothing is called back under a lock.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use crate::protocol::event::RoomHead;
use crate::protocol::{CloseCode, RoomSlug, Seq, TabId, UserId};
use crate::server::config::{ServerConfig, limit};
use crate::server::delivery::compressor::Compressor;
use crate::server::delivery::frame::{Frame, Wire};
use crate::server::delivery::sendq::{Sendq, Signal};
use crate::server::log::RoomRecord;

mod batch;
mod fan_out;
mod followers;
mod lane;
pub mod publication;
mod registry;

pub use batch::Standing;
use followers::Room;
pub use followers::Seam;
use lane::Lane;
pub use registry::ConnectionId;
use registry::Registry;

/// The hub does not know a room, or does not know it any more: nothing is followed. Open it, and try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the room is not open")]
pub struct RoomNotOpen;

/// A room that somebody follows or followed since this node started.
struct OpenRoom {
    title: String,
    /// Its followers, by lane. Held while they are sent something, so that every follower sees one order; a lock that is
    /// given to whoever waits, so that a long walk keeps nobody from coming in.
    lanes: Box<[Mutex<Room>]>,
}

impl OpenRoom {
    fn head(&self) -> Seq {
        self.lanes.iter().map(|room| room.lock().head()).max().unwrap_or_default()
    }
}

/// Connections, rooms and lanes of this node. Cheap to share by `Arc`.
pub struct Hub {
    next_connection: AtomicU64,
    registry: Registry,
    /// A room is opened when somebody first asks for it, and forgotten when it is removed, so the write lock is rare. At most
    /// as many as the store holds.
    rooms: RwLock<HashMap<RoomSlug, Arc<OpenRoom>>>,
    lanes: Box<[Lane]>,
    /// Those of the publications that are on their way. More wait with the broker, and then make the store's writer wait.
    places: Arc<Semaphore>,
    run_bytes_max: usize,
    rest_max: Duration,
    compressor: Arc<Compressor>,
}

impl Hub {
    /// A hub with the settings of `[server]` about fan-out and compression.
    #[must_use]
    pub fn new(config: &ServerConfig) -> Self {
        let places = limit(config.fan_out_queue).unwrap_or(Semaphore::MAX_PERMITS);
        Self {
            next_connection: AtomicU64::new(0),
            registry: Registry::default(),
            rooms: RwLock::default(),
            lanes: (0..lanes(config).get()).map(|_| Lane::default()).collect(),
            places: Arc::new(Semaphore::new(places.min(Semaphore::MAX_PERMITS))),
            run_bytes_max: limit(config.fan_out_write_bytes).unwrap_or(usize::MAX),
            rest_max: config.fan_out_rest,
            compressor: Arc::new(Compressor::new(config.compression_threshold_bytes)),
        }
    }

    /// What compresses for the connections of this hub.
    #[must_use]
    pub fn compressor(&self) -> &Arc<Compressor> {
        &self.compressor
    }

    /// Registers a connection. It must be given back to [`Hub::disconnect`].
    pub fn connect(&self, sendq: Arc<Sendq>, user: Option<UserId>) -> ConnectionId {
        let id = ConnectionId::new(self.next_connection.fetch_add(1, Ordering::Relaxed));
        self.registry.add(id, sendq, user);
        id
    }

    /// Notes which tab a connection belongs to, and closes an older connection of the same person and tab.
    pub fn identify(&self, id: ConnectionId, tab: TabId) {
        self.registry.identify(id, tab);
    }

    /// Forgets a connection and everything that it follows.
    pub fn disconnect(&self, id: ConnectionId, followed: &[RoomSlug]) {
        for room in followed {
            self.unfollow(id, room);
        }
        self.registry.remove(id);
    }

    /// Closes every connection of a person whose session ended or changed.
    pub fn close_user(&self, user: &UserId, code: CloseCode) {
        self.registry.signal_user(user, Signal::Close(code));
    }

    /// Signals every connection.
    pub fn signal_all(&self, signal: Signal) {
        self.signal_share(0, 1, signal);
    }

    /// Signals the connections that fall to one of several equal shares.
    pub fn signal_share(&self, share: usize, shares: usize, signal: Signal) {
        self.registry.signal_share(share, shares, signal);
    }

    /// How many connections are open.
    pub fn connection_count(&self) -> usize {
        self.registry.count()
    }

    /// Makes a room known with its title. Knowing it already is fine.
    pub fn open_room(&self, record: &RoomRecord) {
        if self.room(&record.slug).is_none() {
            let lanes = self.lanes.iter().map(|_| Mutex::new(Room::new(record.head))).collect();
            let room = OpenRoom { title: record.title.clone(), lanes };
            let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
            rooms.entry(record.slug.clone()).or_insert_with(|| Arc::new(room));
        }
    }

    /// Forgets a room that is about to be removed, unless somebody follows it. Answers whether nobody does.
    pub fn forget_room(&self, slug: &RoomSlug) -> bool {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        let Some(open) = rooms.get(slug) else { return true };
        let is_followed = open.lanes.iter().any(|room| room.lock().is_followed());
        if !is_followed {
            rooms.remove(slug);
        }
        !is_followed
    }

    /// Forgets a room that is gone. Whoever follows it all the same is closed, comes back, and finds that out.
    pub fn close_room(&self, slug: &RoomSlug) {
        let open = self.rooms.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
        for room in open.iter().flat_map(|open| &open.lanes) {
            room.lock().signal_followers(Signal::Close(CloseCode::Drain));
        }
    }

    /// Starts collecting what is published in a room for a connection. Follow with [`Hub::go_live`] or
    /// [`Hub::unfollow`].
    ///
    /// # Errors
    /// [`RoomNotOpen`]: a room that nobody follows may be forgotten at any moment, also just after it was opened.
    pub fn follow(&self, id: ConnectionId, room: &RoomSlug, wire: Wire) -> Result<(), RoomNotOpen> {
        // A connection that is gone follows nothing.
        let Some(sendq) = self.registry.sendq(id) else { return Ok(()) };
        // Under the lock of the rooms, so that the room is not forgotten between the look and the follow.
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        let open = rooms.get(room).ok_or(RoomNotOpen)?;
        open.lanes[self.lane_of(id)].lock().follow(id, sendq, wire);
        Ok(())
    }

    /// Sends `first` (the snapshot up to `head`), then what was collected beyond `head`, then everything live: in one
    /// step, so that nothing is lost, doubled or out of order in between.
    pub fn go_live(&self, id: ConnectionId, room: &RoomSlug, first: Option<Frame>, head: Seq) -> Seam {
        self.with_room(room, id, |room| room.go_live(id, first, head)).unwrap_or(Seam::Closed)
    }

    /// Sees to a connection whose sendq gave up frames of its rooms ([`Signal::Behind`]): nothing more of these
    /// rooms is sent to it until it follows them anew. Answers with each of them that it must follow anew, and its head.
    pub fn fall_behind(&self, id: ConnectionId, rooms: &[RoomSlug]) -> Vec<RoomHead> {
        let behind = rooms.iter().filter_map(|slug| {
            let head = self.with_room(slug, id, |room| room.fall_behind(id))??;
            Some(RoomHead { room: slug.clone(), head })
        });
        let behind = behind.collect();
        if let Some(sendq) = self.registry.sendq(id) {
            sendq.resume();
        }
        behind
    }

    /// Follows a room from this moment on, without a backlog.
    ///
    /// # Errors
    /// As [`Hub::follow`].
    pub fn follow_live(&self, id: ConnectionId, room: &RoomSlug, wire: Wire) -> Result<(), RoomNotOpen> {
        self.follow(id, room, wire)?;
        self.go_live(id, room, None, Seq::ZERO);
        Ok(())
    }

    /// Stops following a room.
    pub fn unfollow(&self, id: ConnectionId, room: &RoomSlug) {
        self.with_room(room, id, |room| room.unfollow(id));
    }

    /// How far this connection was sent the rooms that it follows: what a heartbeat may claim.
    pub fn positions(&self, id: ConnectionId, rooms: &[RoomSlug]) -> Vec<RoomHead> {
        let position = |slug: &RoomSlug| {
            let head = self.with_room(slug, id, |room| room.position(id))??;
            Some(RoomHead { room: slug.clone(), head })
        };
        rooms.iter().filter_map(position).collect()
    }

    /// The newest event of a room that this node knows of.
    pub fn head(&self, room: &RoomSlug) -> Option<Seq> {
        self.room(room).map(|open| open.head())
    }

    /// A room that is open here, with the newest event that this node knows of.
    pub fn record(&self, room: &RoomSlug) -> Option<RoomRecord> {
        let open = self.room(room)?;
        Some(RoomRecord { slug: room.clone(), title: open.title.clone(), head: open.head() })
    }

    fn room(&self, slug: &RoomSlug) -> Option<Arc<OpenRoom>> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// Does something with the part of a room that is in a connection's lane.
    fn with_room<T>(&self, slug: &RoomSlug, id: ConnectionId, work: impl FnOnce(&mut Room) -> T) -> Option<T> {
        self.room(slug).map(|open| work(&mut open.lanes[self.lane_of(id)].lock()))
    }

    fn lane_of(&self, id: ConnectionId) -> usize {
        id.share(self.lanes.len())
    }
}

/// As many threads send as the setting says, or as there are processors for this process.
fn lanes(config: &ServerConfig) -> NonZeroUsize {
    let wanted = NonZeroUsize::new(config.fan_out_threads);
    wanted.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests;
