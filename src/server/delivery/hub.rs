//! The connections of **this** node, the rooms that they follow, and the fan-out over them. What is to be sent is queued on
//! the lanes, and each lane sends it to its share of the followers. Nothing here waits for a client. Not here: who may do
//! what (`posting`), who is shown as present (`presence`), other nodes (`broker`), the threads of the lanes
//! (`housekeeping`).
//!
//! Lock order: `rooms`, then the followers of one lane or the registry, then one sendq; and the sequence of a room, then the
//! queue of a lane. `presence` is taken before all of them. Nothing is called back under a lock.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use parking_lot::Mutex;

use crate::protocol::event::RoomHead;
use crate::protocol::{CloseCode, MessageNo, RoomSlug, Seq, TabId, UserId};
use crate::server::config::{ServerConfig, limit};
use crate::server::delivery::compressor::Compressor;
use crate::server::delivery::frame::{Frame, Wire};
use crate::server::delivery::sendq::{Sendq, Signal};
use crate::server::log::RoomRecord;

mod batch;
mod fan_out;
mod followers;
mod lane;
mod permits;
pub mod publication;
mod registry;
mod sequence;

pub use batch::DropPolicy;
pub use followers::CatchUp;
use followers::LaneFollowers;
use lane::Lane;
use permits::Permits;
pub use registry::ConnectionId;
use registry::Registry;
use sequence::Sequence;

/// The hub does not know the room, or has forgotten it. Nothing is followed. Open the room and try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the room is not open")]
pub struct RoomNotOpen;

/// A room that somebody follows or followed since this node started.
struct Room {
    title: String,
    /// Held while an event is queued on all lanes, so that every lane has them in one order.
    sequence: Mutex<Sequence>,
    /// The newest message that is known, by its position among the messages.
    message_no: AtomicU64,
    /// Its followers, by lane. The lock is held while they are sent a batch, so that every follower sees one order. It can be
    /// handed to whoever waits for it, so that a long walk keeps nobody from joining.
    lanes: Box<[Mutex<LaneFollowers>]>,
}

impl Room {
    fn head(&self) -> Seq {
        self.lanes.iter().map(|followers| followers.lock().head()).max().unwrap_or_default()
    }

    fn message_no(&self) -> MessageNo {
        MessageNo::new(self.message_no.load(Ordering::Relaxed))
    }

    fn note_message(&self, position: MessageNo) {
        self.message_no.fetch_max(position.get(), Ordering::Relaxed);
    }
}

/// Connections, rooms and lanes of this node. Cheap to share by `Arc`.
pub struct Hub {
    next_connection: AtomicU64,
    registry: Registry,
    /// A room is opened at the first request for it and forgotten when it is removed, so the write lock is rare. Bound: the
    /// rooms of the store.
    rooms: RwLock<HashMap<RoomSlug, Arc<Room>>>,
    lanes: Box<[Lane]>,
    /// One for each publication that is queued (`server.fan_out_queue`). Without a free one, the store's writer waits.
    permits: Arc<Permits>,
    batch_bytes_max: usize,
    rest_max: Duration,
    compressor: Arc<Compressor>,
}

impl Hub {
    /// A hub with the settings of `[server]` about fan-out and compression.
    #[must_use]
    pub fn new(config: &ServerConfig) -> Self {
        Self {
            next_connection: AtomicU64::new(0),
            registry: Registry::default(),
            rooms: RwLock::default(),
            lanes: (0..lanes(config).get()).map(|_| Lane::default()).collect(),
            permits: Arc::new(Permits::new(limit(config.fan_out_queue).unwrap_or(usize::MAX))),
            batch_bytes_max: limit(config.fan_out_write_bytes).unwrap_or(usize::MAX),
            rest_max: config.fan_out_rest,
            compressor: Arc::new(Compressor::new(config.compression_threshold_bytes)),
        }
    }

    /// The compressor of all connections of this hub.
    #[must_use]
    pub fn compressor(&self) -> &Arc<Compressor> {
        &self.compressor
    }

    /// Registers a connection. The caller must end it with [`Hub::disconnect`].
    pub fn connect(&self, sendq: Arc<Sendq>, user: Option<UserId>) -> ConnectionId {
        let id = ConnectionId::new(self.next_connection.fetch_add(1, Ordering::Relaxed));
        self.registry.add(id, sendq, user);
        id
    }

    /// Notes the tab of a connection, and closes an older connection of the same person and tab.
    pub fn identify(&self, id: ConnectionId, tab: TabId) {
        self.registry.identify(id, tab);
    }

    /// Forgets a connection, which follows these rooms.
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

    /// Whether a person has more than one connection here.
    pub fn has_several_connections(&self, user: &UserId) -> bool {
        self.registry.has_several(user)
    }

    /// Sends a frame to every connection of a person.
    pub fn tell_person(&self, user: &UserId, frame: &Frame) {
        for sendq in self.registry.sendqs_of(user) {
            sendq.push(frame.clone());
        }
    }

    /// Signals every connection.
    pub fn signal_all(&self, signal: Signal) {
        self.signal_share(0, 1, signal);
    }

    /// Signals the connections of one of several equal shares.
    pub fn signal_share(&self, share: usize, shares: usize, signal: Signal) {
        self.registry.signal_share(share, shares, signal);
    }

    /// How many connections are open.
    pub fn connection_count(&self) -> usize {
        self.registry.count()
    }

    /// Makes a room known. A room that is known already stays as it is.
    pub fn open_room(&self, record: &RoomRecord) {
        if self.room(&record.slug).is_none() {
            let lanes = self.lanes.iter().map(|_| Mutex::new(LaneFollowers::new(record.head))).collect();
            let sequence = Mutex::new(Sequence::new(record.head));
            let message_no = AtomicU64::new(record.message_no.get());
            let room = Room { title: record.title.clone(), sequence, message_no, lanes };
            let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
            rooms.entry(record.slug.clone()).or_insert_with(|| Arc::new(room));
        }
    }

    /// Forgets a room that is about to be removed, unless somebody follows it. Answers whether the room is forgotten.
    pub fn forget_room(&self, slug: &RoomSlug) -> bool {
        let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
        let Some(room) = rooms.get(slug) else { return true };
        let is_followed = room.lanes.iter().any(|followers| !followers.lock().is_empty());
        if !is_followed {
            rooms.remove(slug);
        }
        !is_followed
    }

    /// Forgets a room that was removed. Whoever follows it is closed, comes back, and is answered that the room is gone.
    pub fn close_room(&self, slug: &RoomSlug) {
        let room = self.rooms.write().unwrap_or_else(PoisonError::into_inner).remove(slug);
        for followers in room.iter().flat_map(|room| &room.lanes) {
            followers.lock().signal_all(Signal::Close(CloseCode::Drain));
        }
    }

    /// Begins to buffer what is published in a room for a connection. The caller goes on with [`Hub::go_live`] or
    /// [`Hub::unfollow`].
    ///
    /// # Errors
    /// [`RoomNotOpen`]: a room without followers may be forgotten at any moment, even just after it was opened.
    pub fn follow(&self, id: ConnectionId, room: &RoomSlug, wire: Wire) -> Result<(), RoomNotOpen> {
        // A closed connection follows nothing.
        let Some(sendq) = self.registry.sendq(id) else { return Ok(()) };
        // Under the lock of the rooms, so that the room is not forgotten between the look-up and the follow.
        let rooms = self.rooms.read().unwrap_or_else(PoisonError::into_inner);
        let room = rooms.get(room).ok_or(RoomNotOpen)?;
        room.lanes[self.lane_of(id)].lock().follow(id, sendq, wire);
        Ok(())
    }

    /// Sends `first` (the backlog up to `head`), then what was buffered beyond `head`, then everything live. This is one step,
    /// so nothing is lost, repeated or reordered in between.
    pub fn go_live(&self, id: ConnectionId, room: &RoomSlug, first: Option<Frame>, head: Seq) -> CatchUp {
        self.with_followers(room, id, |followers| followers.go_live(id, first, head)).unwrap_or(CatchUp::Complete)
    }

    /// Handles [`Signal::Behind`]: the sendq of the connection dropped frames of its rooms. Nothing more of these rooms is
    /// sent until the connection follows them again. Answers with each room that it must follow again, and its head.
    pub fn fall_behind(&self, id: ConnectionId, rooms: &[RoomSlug]) -> Vec<RoomHead> {
        let behind = rooms.iter().filter_map(|slug| {
            let head = self.with_followers(slug, id, |followers| followers.fall_behind(id))??;
            Some(RoomHead { room: slug.clone(), head })
        });
        let behind = behind.collect();
        if let Some(sendq) = self.registry.sendq(id) {
            sendq.resume();
        }
        behind
    }

    /// Follows a room from now on, without a backlog.
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
        self.with_followers(room, id, |followers| followers.unfollow(id));
    }

    /// How far this connection was sent each of these rooms. A heartbeat may claim that.
    pub fn positions(&self, id: ConnectionId, rooms: &[RoomSlug]) -> Vec<RoomHead> {
        let position = |slug: &RoomSlug| {
            let head = self.with_followers(slug, id, |followers| followers.position(id))??;
            Some(RoomHead { room: slug.clone(), head })
        };
        rooms.iter().filter_map(position).collect()
    }

    /// The newest event of a room that this node knows of.
    pub fn head(&self, room: &RoomSlug) -> Option<Seq> {
        self.room(room).map(|room| room.head())
    }

    /// A room that this node knows, with the newest event that it knows of.
    pub fn record(&self, room: &RoomSlug) -> Option<RoomRecord> {
        let known = self.room(room)?;
        Some(RoomRecord {
            slug: room.clone(),
            title: known.title.clone(),
            head: known.head(),
            message_no: known.message_no(),
        })
    }

    fn room(&self, slug: &RoomSlug) -> Option<Arc<Room>> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    /// Calls `work` with the followers on the lane of a connection.
    fn with_followers<T>(
        &self,
        slug: &RoomSlug,
        id: ConnectionId,
        work: impl FnOnce(&mut LaneFollowers) -> T,
    ) -> Option<T> {
        self.room(slug).map(|room| work(&mut room.lanes[self.lane_of(id)].lock()))
    }

    fn lane_of(&self, id: ConnectionId) -> usize {
        id.share(self.lanes.len())
    }
}

/// The number of lanes: `server.fan_out_threads`, or one for each processor of this process.
fn lanes(config: &ServerConfig) -> NonZeroUsize {
    let wanted = NonZeroUsize::new(config.fan_out_threads);
    wanted.or_else(|| thread::available_parallelism().ok()).unwrap_or(NonZeroUsize::MIN)
}

#[cfg(test)]
mod tests;
