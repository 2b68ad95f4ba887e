//! How many connections may be open at once: in all, of one address, of one network. Not here: how often one may be
//! opened (`table`).

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use super::address::{Address, Network};

/// The most that may be open at once; 0 = no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaLimits {
    /// Connections in all.
    pub total: usize,
    /// Connections of one address.
    pub per_address: usize,
    /// A network may hold so many times what one address may.
    pub network_factor: usize,
}

/// Counts open connections. Whoever opens one calls [`Quota::open`] and keeps the [`OpenConnection`] as long as the
/// connection lives; to count it for another address from now on, open it there and drop the first. A clone counts with
/// the same numbers.
#[derive(Clone)]
pub struct Quota {
    limits: QuotaLimits,
    /// Innermost lock; held for one look-up.
    open: Arc<Mutex<Open>>,
}

/// Whoever has nothing open has no entry, so that the maps hold at most as many entries as there are connections.
#[derive(Default)]
struct Open {
    total: usize,
    addresses: HashMap<Address, usize>,
    networks: HashMap<Network, usize>,
}

/// One open connection; counted until it is dropped.
pub struct OpenConnection {
    quota: Quota,
    address: Address,
}

/// As many are open as may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Crowded {
    /// On the whole server.
    Server,
    /// Of this address or its network.
    Address,
}

impl Quota {
    /// Nothing is open.
    #[must_use]
    pub fn new(limits: QuotaLimits) -> Self {
        Self { limits, open: Arc::default() }
    }

    /// Counts one more connection of this address.
    ///
    /// # Errors
    /// [`Crowded`] when it would be one too many; nothing is counted then.
    pub fn open(&self, address: Address) -> Result<OpenConnection, Crowded> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let QuotaLimits { total, per_address, network_factor } = self.limits;
        if is_reached(open.total, total) {
            return Err(Crowded::Server);
        }
        let network = address.network();
        let of_address = open.addresses.get(&address).copied().unwrap_or_default();
        let of_network = open.networks.get(&network).copied().unwrap_or_default();
        let per_network = per_address.saturating_mul(network_factor);
        if is_reached(of_address, per_address) || is_reached(of_network, per_network) {
            return Err(Crowded::Address);
        }
        open.total += 1;
        *open.addresses.entry(address).or_default() += 1;
        *open.networks.entry(network).or_default() += 1;
        drop(open);
        Ok(OpenConnection { quota: self.clone(), address })
    }
}

const fn is_reached(count: usize, most: usize) -> bool {
    most > 0 && count >= most
}

fn take_one<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        let mut open = self.quota.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.total -= 1;
        take_one(&mut open.addresses, &self.address);
        take_one(&mut open.networks, &self.address.network());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NO_LIMIT: QuotaLimits = QuotaLimits { total: 0, per_address: 0, network_factor: 0 };

    fn address(text: &str) -> Address {
        Address::of(text.parse().expect("an address"))
    }

    #[test]
    fn one_address_cannot_take_every_place() {
        let quota = Quota::new(QuotaLimits { per_address: 2, ..NO_LIMIT });
        let (home, away) = (address("192.0.2.1"), address("198.51.100.1"));
        let first = quota.open(home).unwrap();
        let _second = quota.open(home).unwrap();
        assert_eq!(quota.open(home).err(), Some(Crowded::Address));
        assert!(quota.open(away).is_ok());
        drop(first);
        assert!(quota.open(home).is_ok());
    }

    #[test]
    fn many_addresses_of_one_network_cannot_either() {
        let quota = Quota::new(QuotaLimits { per_address: 1, network_factor: 2, ..NO_LIMIT });
        let [first, second, third] = [1, 2, 3].map(|house| address(&format!("2001:db8:1:{house}::")));
        let _first = quota.open(first).unwrap();
        let _second = quota.open(second).unwrap();
        assert_eq!(quota.open(third).err(), Some(Crowded::Address));
        assert!(quota.open(address("2001:db8:2::")).is_ok());
    }

    #[test]
    fn all_together_have_a_maximum_too() {
        let quota = Quota::new(QuotaLimits { total: 1, ..NO_LIMIT });
        let first = quota.open(address("192.0.2.1")).unwrap();
        assert_eq!(quota.open(address("198.51.100.1")).err(), Some(Crowded::Server));
        drop(first);
        assert!(quota.open(address("198.51.100.1")).is_ok());
    }

    #[test]
    fn an_address_that_left_costs_no_memory() {
        let quota = Quota::new(NO_LIMIT);
        drop(quota.open(address("192.0.2.1")).unwrap());
        let open = quota.open.lock().unwrap();
        assert!(open.total == 0 && open.addresses.is_empty() && open.networks.is_empty());
    }
}
