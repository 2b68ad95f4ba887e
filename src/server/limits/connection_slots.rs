//! Who holds an open connection: at most so many in all, of one client address, and of one network, counted from accept.
//! When there are as many, an HTTP connection without a request in hand gives way, the oldest first, before anybody is
//! refused. Not here: how often one may be opened (`table`), how a connection gives way and what the refused are answered
//! (`listener`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::address::{Address, Source};
use crate::server::config::LimitsConfig;

/// The most connections that may be open at once; 0 = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SlotLimits {
    /// In all.
    pub total: usize,
    /// Of one address.
    pub per_address: usize,
    /// Of one network.
    pub per_network: usize,
}

/// The slots of all connections.
pub struct ConnectionSlots {
    limits: SlotLimits,
    /// Held for a few look-ups; innermost.
    occupied: Mutex<Occupied>,
}

/// One connection. Its slot is free again when this is dropped, or when it gave way.
pub struct ConnectionSlot {
    slots: Arc<ConnectionSlots>,
    /// Taken before `ConnectionSlots::occupied`.
    state: Mutex<SlotState>,
}

/// Resolves when an idle connection must give way to another.
pub type GiveWay = oneshot::Receiver<()>;

/// No slot is free, and nobody can give way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooManyConnections {
    /// As many connections as `limits.connections`.
    Server,
    /// As many connections of this address as [`SlotLimits`] allows; also for a connection that gave way meanwhile.
    Address,
    /// As many connections of its network.
    Network,
}

/// Bound of the maps: each entry is for an open connection, and `limits.connections` bounds those.
#[derive(Default)]
struct Occupied {
    connections: usize,
    /// The connections without a request in hand, by the moment at which they came to be so.
    idle: BTreeMap<IdleSince, Idle>,
    /// An address or a network without a connection has no entry.
    by_source: HashMap<Source, OfSource>,
    last: IdleSince,
}

/// Counts up with every connection that becomes idle; it is no time.
type IdleSince = u64;

struct Idle {
    owner: Option<Address>,
    /// Dropped with the entry, which is how the connection learns that it must give way.
    _give_way: oneshot::Sender<()>,
}

#[derive(Default)]
struct OfSource {
    connections: usize,
    idle: BTreeSet<IdleSince>,
}

/// How one connection is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SlotState {
    /// It has a request in hand, or is a WebSocket.
    Busy(Option<Address>),
    /// It is listed since then, unless it gave way meanwhile.
    Idle(IdleSince),
    /// It is not counted any more.
    GaveWay,
}

impl SlotLimits {
    /// The limits that the settings ask for. A network that is limited never holds more than half of all connections: on a
    /// small server so many times what one address may hold would be every one of them.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let (total, per_address) = (limits.connections, limits.connections_per_address);
        let factor = usize::try_from(limits.network_factor).unwrap_or(usize::MAX);
        let of_addresses = per_address.saturating_mul(factor);
        let half = if total == 0 { usize::MAX } else { (total / 2).max(1) };
        Self { total, per_address, per_network: of_addresses.min(half) }
    }
}

impl ConnectionSlots {
    /// No connections yet.
    #[must_use]
    pub fn new(limits: SlotLimits) -> Self {
        Self { limits, occupied: Mutex::default() }
    }

    /// Takes a slot for a connection that was just accepted. `owner` is none for one of a trusted proxy.
    ///
    /// # Errors
    /// [`TooManyConnections`] when nobody can give way.
    pub fn enter(self: &Arc<Self>, owner: Option<Address>) -> Result<ConnectionSlot, TooManyConnections> {
        let mut occupied = self.lock();
        self.make_room_of(owner, &mut occupied)?;
        if is_reached(occupied.connections, self.limits.total) {
            let oldest = occupied.idle.first_key_value().map(|(since, _)| *since);
            occupied.free_idle(oldest.ok_or(TooManyConnections::Server)?);
        }
        occupied.take(owner);
        Ok(ConnectionSlot { slots: Arc::clone(self), state: Mutex::new(SlotState::Busy(owner)) })
    }

    fn make_room_of(&self, owner: Option<Address>, occupied: &mut Occupied) -> Result<(), TooManyConnections> {
        let SlotLimits { per_address, per_network, .. } = self.limits;
        let limits = [(per_address, TooManyConnections::Address), (per_network, TooManyConnections::Network)];
        for (source, (most, crowded)) in owner.into_iter().flat_map(Address::sources).zip(limits) {
            let of_source = occupied.by_source.get(&source).filter(|of_source| is_reached(of_source.connections, most));
            if let Some(oldest) = of_source.map(|of_source| of_source.idle.first().copied()) {
                occupied.free_idle(oldest.ok_or(crowded)?);
            }
        }
        Ok(())
    }

    /// A panic elsewhere must not stop everybody: the maps are whole after every operation.
    fn lock(&self) -> MutexGuard<'_, Occupied> {
        self.occupied.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn is_reached(count: usize, most: usize) -> bool {
    most > 0 && count >= most
}

impl ConnectionSlot {
    /// A request of this client is in hand from now on, or a WebSocket.
    ///
    /// # Errors
    /// [`TooManyConnections`] when the client has as many connections as it may; this one is nobody's then.
    pub fn begin(&self, owner: Address) -> Result<(), TooManyConnections> {
        let (mut state, mut occupied) = (self.state(), self.slots.lock());
        let before = match *state {
            SlotState::Busy(before) => before,
            SlotState::Idle(since) => match occupied.unlist(since) {
                Some(before) => before,
                None => {
                    *state = SlotState::GaveWay;
                    return Err(TooManyConnections::Address);
                }
            },
            SlotState::GaveWay => return Err(TooManyConnections::Address),
        };
        if before == Some(owner) {
            *state = SlotState::Busy(before);
            return Ok(());
        }
        occupied.free(before);
        let made = self.slots.make_room_of(Some(owner), &mut occupied);
        let owner = made.is_ok().then_some(owner);
        occupied.take(owner);
        *state = SlotState::Busy(owner);
        made
    }

    /// No request is in hand. `owner` is whose the connection is for as long as that lasts: none for a trusted proxy's,
    /// which belongs to nobody behind it.
    pub fn rest(&self, owner: Option<Address>) -> GiveWay {
        let (give_way, gives_way) = oneshot::channel();
        let (mut state, mut occupied) = (self.state(), self.slots.lock());
        let before = match *state {
            SlotState::Busy(before) => Some(before),
            SlotState::Idle(since) => occupied.unlist(since),
            SlotState::GaveWay => None,
        };
        *state = match before {
            Some(before) => {
                occupied.free(before);
                occupied.take(owner);
                SlotState::Idle(occupied.list(owner, give_way))
            }
            None => SlotState::GaveWay,
        };
        gives_way
    }

    fn state(&self) -> MutexGuard<'_, SlotState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let (state, mut occupied) = (self.state(), self.slots.lock());
        match *state {
            SlotState::Busy(owner) => occupied.free(owner),
            SlotState::Idle(since) => occupied.free_idle(since),
            SlotState::GaveWay => {}
        }
    }
}

impl Occupied {
    fn take(&mut self, owner: Option<Address>) {
        self.connections += 1;
        for source in owner.into_iter().flat_map(Address::sources) {
            self.by_source.entry(source).or_default().connections += 1;
        }
    }

    fn free(&mut self, owner: Option<Address>) {
        self.connections -= 1;
        for source in owner.into_iter().flat_map(Address::sources) {
            let Some(of_source) = self.by_source.get_mut(&source) else { continue };
            of_source.connections -= 1;
            if of_source.connections == 0 {
                self.by_source.remove(&source);
            }
        }
    }

    fn list(&mut self, owner: Option<Address>, give_way: oneshot::Sender<()>) -> IdleSince {
        self.last += 1;
        self.idle.insert(self.last, Idle { owner, _give_way: give_way });
        for source in owner.into_iter().flat_map(Address::sources) {
            self.by_source.entry(source).or_default().idle.insert(self.last);
        }
        self.last
    }

    /// Whose the connection is; `None` when it gave way.
    fn unlist(&mut self, since: IdleSince) -> Option<Option<Address>> {
        let Idle { owner, .. } = self.idle.remove(&since)?;
        for source in owner.into_iter().flat_map(Address::sources) {
            self.by_source.entry(source).or_default().idle.remove(&since);
        }
        Some(owner)
    }

    /// Frees the slot of a connection that is idle since then, unless it is free already.
    fn free_idle(&mut self, since: IdleSince) {
        if let Some(owner) = self.unlist(since) {
            self.free(owner);
        }
    }
}

#[cfg(test)]
mod tests;
