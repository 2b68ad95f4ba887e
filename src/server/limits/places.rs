//! Who holds a connection: at most so many in all, of one client address, and of one network, counted from accept.
//! When there are as many, an HTTP connection without a request in hand gives way, the oldest first, before anybody is
//! refused. Not here: how often one may be opened (`table`), how a connection gives way and what the refused are told
//! (`listener`).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::address::{Address, Source};
use crate::server::config::LimitsConfig;

/// The most connections that may be open at once; 0 = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceLimits {
    /// In all.
    pub total: usize,
    /// Of one address.
    pub per_address: usize,
    /// Of one network.
    pub per_network: usize,
}

/// All places.
pub struct Places {
    limits: PlaceLimits,
    /// Held for a few look-ups; innermost.
    held: Mutex<Held>,
}

/// One connection. Its place is free again when this is dropped, or when it gave way.
pub struct Place {
    places: Arc<Places>,
    /// Taken before `Places::held`.
    standing: Mutex<Standing>,
}

/// Resolves when an idle connection must give way to another.
pub type GiveWay = oneshot::Receiver<()>;

/// No place is free, and nobody can give way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// As many connections as `limits.connections`.
    Server,
    /// As many connections of this address as [`PlaceLimits`] allows; also for a connection that gave way meanwhile.
    Address,
    /// As many connections of its network.
    Network,
}

/// Bound of the maps: each entry is for an open connection, and `limits.connections` bounds those.
#[derive(Default)]
struct Held {
    connections: usize,
    /// The connections without a request in hand, by the moment at which they came to be so.
    idle: BTreeMap<Moment, Idle>,
    /// An address or a network without a connection has no entry.
    by_source: HashMap<Source, OfSource>,
    last: Moment,
}

/// Moments are counted, not measured.
type Moment = u64;

struct Idle {
    owner: Option<Address>,
    /// Dropped with the entry, which is how the connection learns that it must give way.
    _give_way: oneshot::Sender<()>,
}

#[derive(Default)]
struct OfSource {
    connections: usize,
    idle: BTreeSet<Moment>,
}

/// How one connection is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    /// It has a request in hand, or is a WebSocket.
    Busy(Option<Address>),
    /// It is listed since then, unless it gave way meanwhile.
    Idle(Moment),
    /// It is not counted any more.
    GaveWay,
}

impl PlaceLimits {
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

impl Places {
    /// No connections yet.
    #[must_use]
    pub fn new(limits: PlaceLimits) -> Self {
        Self { limits, held: Mutex::default() }
    }

    /// Takes a place for a connection that was just accepted. `owner` is none for one of a trusted proxy.
    ///
    /// # Errors
    /// [`Crowded`] when nobody can give way.
    pub fn enter(self: &Arc<Self>, owner: Option<Address>) -> Result<Place, Crowded> {
        let mut held = self.lock();
        self.make_room_of(owner, &mut held)?;
        if is_reached(held.connections, self.limits.total) {
            let oldest = held.idle.first_key_value().map(|(since, _)| *since);
            held.free_idle(oldest.ok_or(Crowded::Server)?);
        }
        held.take(owner);
        Ok(Place { places: Arc::clone(self), standing: Mutex::new(Standing::Busy(owner)) })
    }

    fn make_room_of(&self, owner: Option<Address>, held: &mut Held) -> Result<(), Crowded> {
        let PlaceLimits { per_address, per_network, .. } = self.limits;
        let limits = [(per_address, Crowded::Address), (per_network, Crowded::Network)];
        for (source, (most, crowded)) in owner.into_iter().flat_map(Address::sources).zip(limits) {
            let of_source = held.by_source.get(&source).filter(|of_source| is_reached(of_source.connections, most));
            if let Some(oldest) = of_source.map(|of_source| of_source.idle.first().copied()) {
                held.free_idle(oldest.ok_or(crowded)?);
            }
        }
        Ok(())
    }

    /// A panic elsewhere must not stop everybody: the maps are whole after every operation.
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const fn is_reached(count: usize, most: usize) -> bool {
    most > 0 && count >= most
}

impl Place {
    /// A request of this client is in hand from now on, or a WebSocket.
    ///
    /// # Errors
    /// [`Crowded`] when the client has as many connections as it may; this one is nobody's then.
    pub fn begin(&self, owner: Address) -> Result<(), Crowded> {
        let (mut standing, mut held) = (self.standing(), self.places.lock());
        let before = match *standing {
            Standing::Busy(before) => before,
            Standing::Idle(since) => match held.unlist(since) {
                Some(before) => before,
                None => {
                    *standing = Standing::GaveWay;
                    return Err(Crowded::Address);
                }
            },
            Standing::GaveWay => return Err(Crowded::Address),
        };
        if before == Some(owner) {
            *standing = Standing::Busy(before);
            return Ok(());
        }
        held.free(before);
        let made = self.places.make_room_of(Some(owner), &mut held);
        let owner = made.is_ok().then_some(owner);
        held.take(owner);
        *standing = Standing::Busy(owner);
        made
    }

    /// No request is in hand. `owner` is whose the connection is for as long as that lasts: none for a trusted proxy's,
    /// which belongs to nobody behind it.
    pub fn rest(&self, owner: Option<Address>) -> GiveWay {
        let (give_way, gives_way) = oneshot::channel();
        let (mut standing, mut held) = (self.standing(), self.places.lock());
        let before = match *standing {
            Standing::Busy(before) => Some(before),
            Standing::Idle(since) => held.unlist(since),
            Standing::GaveWay => None,
        };
        *standing = match before {
            Some(before) => {
                held.free(before);
                held.take(owner);
                Standing::Idle(held.list(owner, give_way))
            }
            None => Standing::GaveWay,
        };
        gives_way
    }

    fn standing(&self) -> MutexGuard<'_, Standing> {
        self.standing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (standing, mut held) = (self.standing(), self.places.lock());
        match *standing {
            Standing::Busy(owner) => held.free(owner),
            Standing::Idle(since) => held.free_idle(since),
            Standing::GaveWay => {}
        }
    }
}

impl Held {
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

    fn list(&mut self, owner: Option<Address>, give_way: oneshot::Sender<()>) -> Moment {
        self.last += 1;
        self.idle.insert(self.last, Idle { owner, _give_way: give_way });
        for source in owner.into_iter().flat_map(Address::sources) {
            self.by_source.entry(source).or_default().idle.insert(self.last);
        }
        self.last
    }

    /// Whose the connection is; `None` when it gave way.
    fn unlist(&mut self, since: Moment) -> Option<Option<Address>> {
        let Idle { owner, .. } = self.idle.remove(&since)?;
        for source in owner.into_iter().flat_map(Address::sources) {
            self.by_source.entry(source).or_default().idle.remove(&since);
        }
        Some(owner)
    }

    /// Frees the place of a connection that is idle since then, unless it is free already.
    fn free_idle(&mut self, since: Moment) {
        if let Some(owner) = self.unlist(since) {
            self.free(owner);
        }
    }
}

#[cfg(test)]
mod tests;
