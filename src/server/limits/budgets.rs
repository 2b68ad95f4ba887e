//! Counts what people, addresses and networks do, so that reconnecting does not refill anything. Not here: which action
//! has which limit (`table`), the bucket itself (`bucket`).

use std::time::Instant;

use super::address::{Address, Network};
use super::bucket::{KeyedBuckets, Rate, TooFast};
use super::table::{Action, LimitRow, Measure, Scope, TABLE};
use crate::protocol::{Refusal, UserId};
use crate::server::config::LimitsConfig;

/// Who counts as one person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum PersonKey {
    /// Somebody with a session.
    Guest(UserId),
    /// A program on the plain socket, by address and folded nickname: a classroom behind one address is many people.
    Program(Address, String),
}

/// Who pays for an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payer {
    /// Nobody as long as somebody only reads: then only the address pays.
    pub person: Option<PersonKey>,
    /// Where it comes from; its network pays too.
    pub address: Address,
}

impl From<Address> for Payer {
    fn from(address: Address) -> Self {
        Self { person: None, address }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Person(PersonKey),
    Address(Address),
    Network(Network),
}

/// Whose bucket a payer draws from.
type KeyOf = fn(&Payer) -> Option<Key>;

/// One budget of the table for one kind of payer.
struct Meter {
    row: &'static LimitRow,
    of: KeyOf,
    /// At most [`super::bucket::KEYS_MAX`] keys.
    buckets: KeyedBuckets<Key>,
}

/// A budget does not hold what an action costs.
#[derive(Debug)]
pub(super) struct Overdrawn {
    row: &'static LimitRow,
    retry_after_ms: u32,
}

impl Overdrawn {
    /// The setting of the budget.
    pub const fn setting(&self) -> &'static str {
        self.row.setting
    }

    /// What the client is sent.
    pub const fn refusal(&self) -> Refusal {
        Refusal::retry_after(self.row.refusal, self.retry_after_ms)
    }
}

/// All budgets that are on.
pub(super) struct Budgets {
    meters: Vec<Meter>,
}

impl Budgets {
    /// Budgets as the settings say; 0 turns one off.
    pub fn new(limits: &LimitsConfig) -> Self {
        let meters = TABLE.iter().flat_map(|row| {
            let rate = (row.rate)(limits);
            let of_network: KeyOf = |payer| Some(Key::Network(payer.address.network()));
            let scopes: Vec<(Rate, KeyOf)> = match row.scope {
                Scope::Connection => Vec::new(),
                Scope::Person => vec![(rate, |payer| payer.person.clone().map(Key::Person))],
                Scope::Address => vec![
                    (rate, |payer| Some(Key::Address(payer.address))),
                    (rate.times(limits.network_factor), of_network),
                ],
                Scope::Network => vec![(rate, of_network)],
            };
            scopes.into_iter().map(move |(rate, of)| (row, rate, of))
        });
        let on = meters.filter(|(_, rate, _)| !rate.is_off());
        Self { meters: on.map(|(row, rate, of)| Meter { row, of, buckets: KeyedBuckets::new(rate) }).collect() }
    }

    /// Whether any budget counts this action.
    pub fn count(&self, action: Action) -> bool {
        self.meters.iter().any(|meter| meter.row.actions.contains(&action))
    }

    /// Takes the cost of an action from every budget that counts it. When one of them refuses, nothing is taken from any,
    /// and the longest wait is sent.
    ///
    /// # Errors
    /// The refusal of the row, with the wait.
    pub fn charge(&mut self, action: Action, bytes: u32, payer: &Payer, now: Instant) -> Result<(), Overdrawn> {
        let meters = self.meters.iter_mut().filter(|meter| meter.row.actions.contains(&action));
        let mut due: Vec<_> = meters.filter_map(|meter| (meter.of)(payer).map(|key| (meter, key))).collect();
        let cost = |row: &LimitRow| match row.measure {
            Measure::Times => 1,
            Measure::Bytes => bytes,
        };
        let refused = due.iter().filter_map(|(meter, key)| {
            let TooFast { retry_after_ms } = meter.buckets.look(key, cost(meter.row), now).err()?;
            Some(Overdrawn { row: meter.row, retry_after_ms })
        });
        if let Some(overdrawn) = refused.max_by_key(|overdrawn| overdrawn.retry_after_ms) {
            return Err(overdrawn);
        }
        for (meter, key) in due.drain(..) {
            // It was looked at under the same lock, at the same moment.
            let _ = meter.buckets.take(key, cost(meter.row), now);
        }
        Ok(())
    }

    /// Gives back one of what an action took that came to nothing.
    pub fn refund(&mut self, action: Action, payer: &Payer) {
        for meter in self.meters.iter_mut().filter(|meter| meter.row.actions.contains(&action)) {
            if let Some(key) = (meter.of)(payer) {
                meter.buckets.give_back(&key);
            }
        }
    }
}

#[cfg(test)]
mod tests;
