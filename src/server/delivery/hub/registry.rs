//! Which connections are open on this node, and whose they are. Not here: which rooms they follow (`followers`).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::{CloseCode, TabId, UserId};
use crate::server::delivery::sendq::{Sendq, Signal};

/// Names one connection on this node, for as long as it is open. A later connection has a greater id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(u64);

impl ConnectionId {
    pub(super) const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number of its share, when all connections are divided into so many equal shares.
    pub(super) fn share(self, shares: usize) -> usize {
        usize::try_from(self.0 % shares as u64).expect("less than the number of shares")
    }

    /// Whether it belongs to this one of so many equal shares.
    fn falls_to(self, share: usize, shares: usize) -> bool {
        self.share(shares) == share
    }
}

/// The open connections of both sockets.
#[derive(Default)]
pub(super) struct Registry {
    /// Held for a look-up, or while connections are signalled, which writes to no socket.
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    /// Sorted, so that a long walk over the connections can be interrupted and continued.
    open: BTreeMap<ConnectionId, Connection>,
    /// The connections of each guest.
    by_user: BTreeSet<(Arc<UserId>, ConnectionId)>,
}

struct Connection {
    sendq: Arc<Sendq>,
    /// Whose it is, so that the end of a session closes its sockets.
    user: Option<Arc<UserId>>,
    /// The page in the browser, so that its newer connection replaces an older one that is half open.
    tab: Option<TabId>,
}

impl Registry {
    pub(super) fn add(&self, id: ConnectionId, sendq: Arc<Sendq>, user: Option<UserId>) {
        let user = user.map(Arc::new);
        let mut connections = self.lock();
        connections.by_user.extend(user.clone().map(|user| (user, id)));
        connections.open.insert(id, Connection { sendq, user, tab: None });
    }

    /// Notes the tab of a connection. Of several connections of one person and tab, all but the newest are closed. The newest
    /// is the one that was opened last, since a hello may be processed late. A visitor never closes another visitor.
    pub(super) fn identify(&self, id: ConnectionId, tab: TabId) {
        let mut connections = self.lock();
        let Some(connection) = connections.open.get_mut(&id) else { return };
        connection.tab = Some(tab);
        let Some(user) = connection.user.clone() else { return };
        let open = &connections.open;
        let tab = |id| open.get(id).and_then(|connection| connection.tab.as_ref());
        let of_page = || connections.of_user(&user).filter(|sibling| tab(sibling) == tab(&id));
        let newest = of_page().last();
        for older in of_page().filter(|sibling| Some(*sibling) != newest) {
            open[older].sendq.close(CloseCode::Replaced);
        }
    }

    pub(super) fn remove(&self, id: ConnectionId) {
        let mut connections = self.lock();
        if let Some(Connection { user: Some(user), .. }) = connections.open.remove(&id) {
            connections.by_user.remove(&(user, id));
        }
    }

    pub(super) fn sendq(&self, id: ConnectionId) -> Option<Arc<Sendq>> {
        self.lock().open.get(&id).map(|connection| Arc::clone(&connection.sendq))
    }

    /// Signals every connection of a person.
    pub(super) fn signal_user(&self, user: &UserId, signal: Signal) {
        let user = Arc::new(user.clone());
        let connections = self.lock();
        for id in connections.of_user(&user) {
            connections.open[id].sendq.signal(signal);
        }
    }

    pub(super) fn has_several(&self, user: &UserId) -> bool {
        self.lock().of_user(&Arc::new(user.clone())).nth(1).is_some()
    }

    /// The queues of all connections of a person, for whoever writes to them without the lock.
    pub(super) fn sendqs_of(&self, user: &UserId) -> Vec<Arc<Sendq>> {
        let connections = self.lock();
        let user = Arc::new(user.clone());
        let of_user = connections.of_user(&user);
        of_user.map(|id| Arc::clone(&connections.open[id].sendq)).collect()
    }

    /// Signals the connections of one of several equal shares.
    pub(super) fn signal_share(&self, share: usize, shares: usize, signal: Signal) {
        for (id, connection) in &self.lock().open {
            if id.falls_to(share, shares) {
                connection.sendq.signal(signal);
            }
        }
    }

    /// The next connections of a lane that sent `hello`: at most `most` of them, behind `behind`.
    pub(super) fn members(
        &self,
        (lane, lanes): (usize, usize),
        behind: Option<ConnectionId>,
        most: usize,
    ) -> Vec<(ConnectionId, Arc<Sendq>)> {
        let start = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let connections = self.lock();
        let members =
            connections.open.range((start, Bound::Unbounded)).filter(|(_, connection)| connection.tab.is_some());
        let of_lane = members.filter(|(id, _)| id.falls_to(lane, lanes));
        of_lane.take(most).map(|(id, connection)| (*id, Arc::clone(&connection.sendq))).collect()
    }

    pub(super) fn count(&self) -> usize {
        self.lock().open.len()
    }

    /// A panic in another task must not stop everybody: the maps are valid after every single operation on them.
    fn lock(&self) -> MutexGuard<'_, Connections> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Connections {
    /// In the order in which they were opened.
    fn of_user(&self, user: &Arc<UserId>) -> impl Iterator<Item = &ConnectionId> {
        let all = (Arc::clone(user), ConnectionId(0))..=(Arc::clone(user), ConnectionId(u64::MAX));
        self.by_user.range(all).map(|(_, id)| id)
    }
}
