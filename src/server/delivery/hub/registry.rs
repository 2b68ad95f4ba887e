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

    /// Which of so many equal shares of all connections it falls to.
    pub(super) fn share(self, shares: usize) -> usize {
        usize::try_from(self.0 % shares as u64).expect("less than the number of shares")
    }

    /// Whether the connection falls to one of so many equal shares of all.
    fn falls_to(self, share: usize, shares: usize) -> bool {
        self.share(shares) == share
    }
}

/// The open connections of both sockets.
#[derive(Default)]
pub(super) struct Registry {
    /// Held for a look-up, or while connections are signalled, which writes nothing.
    connections: Mutex<Connections>,
}

#[derive(Default)]
struct Connections {
    /// In an order that stays, so that a long walk over them can be interrupted.
    open: BTreeMap<ConnectionId, Connection>,
    /// The connections of each guest.
    by_user: BTreeSet<(Arc<UserId>, ConnectionId)>,
}

struct Connection {
    sendq: Arc<Sendq>,
    /// Who is behind it, so that the end of a session ends its sockets.
    user: Option<Arc<UserId>>,
    /// Which page of the browser, so that its newer connection replaces an older one that is half open.
    tab: Option<TabId>,
}

impl Registry {
    pub(super) fn add(&self, id: ConnectionId, sendq: Arc<Sendq>, user: Option<UserId>) {
        let user = user.map(Arc::new);
        let mut connections = self.lock();
        connections.by_user.extend(user.clone().map(|user| (user, id)));
        connections.open.insert(id, Connection { sendq, user, tab: None });
    }

    /// Notes which tab a connection belongs to and closes the older one of two connections of the same person and tab,
    /// whichever of them said hello first: a hello may be processed late. Visitors are nobody in particular, so one of
    /// them never closes another.
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

    /// Signals the connections that fall to one of several equal shares.
    pub(super) fn signal_share(&self, share: usize, shares: usize, signal: Signal) {
        for (id, connection) in &self.lock().open {
            if id.falls_to(share, shares) {
                connection.sendq.signal(signal);
            }
        }
    }

    /// The next connections of one lane that said hello, at most `most` of them, behind the one that was the last before.
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
