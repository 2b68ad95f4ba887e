//! The registry of connections on **this** node and the rooms that they follow, and the fan-out over them.
//! Synchronous, without IO: sending to a connection only appends to its [`Sendq`]. Not here: who may do what (`chat`),
//! who is shown as here (`presence`), other nodes (`broker`).
//!
//! Lock order: `connections` or (`rooms`, then one `room`), then one sendq; `presence` is taken before all of
//! them. Nothing is called back under a lock.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use crate::protocol::event::RoomHead;
use crate::protocol::{CloseCode, RoomSlug, Seq, TabId, UserId};
use crate::server::store::{Committed, RoomRecord};

pub mod publication;
mod room;
pub mod sendq;

use publication::{Frame, Publication, Wire};
use room::Room;
pub use room::Seam;
use sendq::Sendq;

/// Names one connection on this node, for as long as it is open. A later connection has a greater id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

/// What the hub keeps of an open connection.
#[derive(Clone)]
struct Connection {
    sendq: Arc<Sendq>,
    /// Who is behind it, so that the end of a session ends its sockets.
    user: Option<UserId>,
    /// Which page of the browser, so that its newer connection replaces an older one that is half open.
    tab: Option<TabId>,
}

#[derive(Default)]
struct Connections {
    open: HashMap<ConnectionId, Connection>,
    /// The newest connection of each page of each guest.
    by_page: HashMap<(UserId, TabId), ConnectionId>,
}

/// A room that somebody follows or followed since this node started.
struct OpenRoom {
    title: String,
    /// What the fan-out walks. Held while frames are appended, so that every follower sees one order.
    room: Mutex<Room>,
}

/// The registry. Cheap to share by `Arc`.
#[derive(Default)]
pub struct Hub {
    next_connection: AtomicU64,
    /// Open connections of both sockets.
    connections: Mutex<Connections>,
    /// Rooms are added and never removed, so the write lock is rare.
    rooms: RwLock<HashMap<RoomSlug, Arc<OpenRoom>>>,
}

/// A panic in another task must not stop everybody: the maps are valid after every single operation on them.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// Registers a connection. It must be given back to [`Hub::disconnect`].
    pub fn connect(&self, sendq: Arc<Sendq>, user: Option<UserId>) -> ConnectionId {
        let id = ConnectionId(self.next_connection.fetch_add(1, Ordering::Relaxed));
        lock(&self.connections).open.insert(id, Connection { sendq, user, tab: None });
        id
    }

    /// Notes which tab a connection belongs to and closes the older one of two connections of the same person and tab,
    /// whichever of them said hello first: a hello may be processed late. Visitors are nobody in particular, so one of
    /// them never closes another.
    pub fn identify(&self, id: ConnectionId, tab: TabId) {
        let mut connections = lock(&self.connections);
        let Connections { open, by_page } = &mut *connections;
        let Some(connection) = open.get_mut(&id) else { return };
        connection.tab = Some(tab.clone());
        let Some(user) = connection.user.clone() else { return };
        let newest = by_page.entry((user, tab)).or_insert(id);
        let older = (*newest).min(id);
        *newest = (*newest).max(id);
        if older != *newest
            && let Some(older) = open.get(&older)
        {
            older.sendq.close(CloseCode::Replaced);
        }
    }

    /// Forgets a connection and everything that it follows.
    pub fn disconnect(&self, id: ConnectionId, followed: &[RoomSlug]) {
        for room in followed {
            self.unfollow(id, room);
        }
        let mut connections = lock(&self.connections);
        if let Some(Connection { user: Some(user), tab: Some(tab), .. }) = connections.open.remove(&id) {
            let page = (user, tab);
            if connections.by_page.get(&page) == Some(&id) {
                connections.by_page.remove(&page);
            }
        }
    }

    /// Closes every connection of a person whose session ended or changed.
    pub fn close_user(&self, user: &UserId, code: CloseCode) {
        for connection in lock(&self.connections).open.values() {
            if connection.user.as_ref() == Some(user) {
                connection.sendq.close(code);
            }
        }
    }

    /// Closes every connection.
    pub fn close_all(&self, code: CloseCode) {
        for connection in lock(&self.connections).open.values() {
            connection.sendq.close(code);
        }
    }

    /// How many connections are open.
    pub fn connection_count(&self) -> usize {
        lock(&self.connections).open.len()
    }

    /// Makes a room known with its title. Knowing it already is fine.
    pub fn open_room(&self, record: &RoomRecord) {
        let known = self.rooms.read().unwrap_or_else(PoisonError::into_inner).contains_key(&record.slug);
        if !known {
            let room = OpenRoom { title: record.title.clone(), room: Mutex::new(Room::new(record.head)) };
            let mut rooms = self.rooms.write().unwrap_or_else(PoisonError::into_inner);
            rooms.entry(record.slug.clone()).or_insert_with(|| Arc::new(room));
        }
    }

    /// Starts collecting what is published in a room for a connection. Follow with [`Hub::go_live`] or
    /// [`Hub::unfollow`]. The room must be open.
    pub fn follow(&self, id: ConnectionId, room: &RoomSlug, wire: Wire) {
        let Some(sendq) = lock(&self.connections).open.get(&id).map(|connection| Arc::clone(&connection.sendq)) else {
            return;
        };
        if let Some(open) = self.room(room) {
            lock(&open.room).follow(id, sendq, wire);
        }
    }

    /// Sends `first` (the snapshot up to `head`), then what was collected beyond `head`, then everything live: in one
    /// step, so that nothing is lost, doubled or out of order in between.
    pub fn go_live(&self, id: ConnectionId, room: &RoomSlug, first: Option<Frame>, head: Seq) -> Seam {
        self.room(room).map_or(Seam::Closed, |open| lock(&open.room).go_live(id, first, head))
    }

    /// Sees to a connection whose sendq gave up frames of its rooms ([`sendq::Outgoing::Behind`]): nothing more of these
    /// rooms is sent to it until it follows them anew. Answers with each of them that it must follow anew, and its head.
    pub fn fall_behind(&self, id: ConnectionId, rooms: &[RoomSlug]) -> Vec<RoomHead> {
        let behind = rooms.iter().filter_map(|slug| {
            let head = lock(&self.room(slug)?.room).fall_behind(id)?;
            Some(RoomHead { room: slug.clone(), head })
        });
        let behind = behind.collect();
        if let Some(connection) = lock(&self.connections).open.get(&id) {
            connection.sendq.resume();
        }
        behind
    }

    /// Follows a room from this moment on, without a backlog.
    pub fn follow_live(&self, id: ConnectionId, room: &RoomSlug, wire: Wire) {
        self.follow(id, room, wire);
        self.go_live(id, room, None, Seq::ZERO);
    }

    /// Stops following a room.
    pub fn unfollow(&self, id: ConnectionId, room: &RoomSlug) {
        if let Some(open) = self.room(room) {
            lock(&open.room).unfollow(id);
        }
    }

    /// Sends a committed event to everybody who follows its room, encoded once per wire format.
    pub fn publish(&self, committed: &Committed) {
        if let Some(open) = self.room(&committed.room) {
            lock(&open.room).publish(committed.event.seq, &Publication::new(committed));
        }
    }

    /// Sends a frame that does not last (presence, leave notices) to the live followers of a room on one wire.
    pub fn broadcast(&self, room: &RoomSlug, wire: Wire, frame: &Frame) {
        self.for_live_followers(room, wire, |sendq| sendq.push_of_room(frame.clone()));
    }

    /// Like [`Hub::broadcast`] for frames that are the first to go when a reader is slow (typing).
    pub fn broadcast_ephemeral(&self, room: &RoomSlug, wire: Wire, frame: &Frame) {
        self.for_live_followers(room, wire, |sendq| sendq.push_ephemeral(frame.clone()));
    }

    /// Sends a frame to every connection that said hello, the first to go when a reader is slow (room list).
    pub fn broadcast_to_members(&self, frame: &Frame) {
        for connection in lock(&self.connections).open.values() {
            if connection.tab.is_some() {
                connection.sendq.push_ephemeral(frame.clone());
            }
        }
    }

    /// How far this connection was sent the rooms that it follows: what a heartbeat may claim.
    pub fn positions(&self, id: ConnectionId, rooms: &[RoomSlug]) -> Vec<RoomHead> {
        let position = |slug: &RoomSlug| {
            let head = lock(&self.room(slug)?.room).position(id)?;
            Some(RoomHead { room: slug.clone(), head })
        };
        rooms.iter().filter_map(position).collect()
    }

    /// The newest event of a room that this node knows of.
    pub fn head(&self, room: &RoomSlug) -> Option<Seq> {
        self.room(room).map(|open| lock(&open.room).head())
    }

    /// The name of a room that is open here.
    pub fn title(&self, room: &RoomSlug) -> Option<String> {
        self.room(room).map(|open| open.title.clone())
    }

    fn room(&self, slug: &RoomSlug) -> Option<Arc<OpenRoom>> {
        self.rooms.read().unwrap_or_else(PoisonError::into_inner).get(slug).cloned()
    }

    fn for_live_followers(&self, room: &RoomSlug, wire: Wire, send: impl Fn(&Sendq)) {
        if let Some(open) = self.room(room) {
            lock(&open.room).live_sendqs(wire).for_each(send);
        }
    }
}

#[cfg(test)]
mod tests;
