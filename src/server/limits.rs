//! What a person, an address and a network may cost: the one module that decides it. `table` names every limited action
//! with its rate, burst, setting and refusal. `budgets` counts how often, `connection_slots` counts open connections,
//! `permits` shares the work of arrivals fairly, and `attacks` logs what was refused.
//! Not here: limits of size (`model::text`, `websocket`), which depend on nobody.
//!
//! Who may use it: everything right of `limits` in `server`. A new limited action is a row in `table`, and one call of
//! [`ClientLimits::charge`] before the work.

mod address;
mod attacks;
mod bucket;
mod budgets;
mod connection_slots;
mod permits;
mod table;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

pub use address::{Address, Network};
pub use attacks::{Attack, Attacks};
pub use bucket::{Rate, TokenBucket, TooFast};
pub use budgets::{Payer, PersonKey};
pub use connection_slots::{ConnectionSlot, ConnectionSlots, GiveWay, SlotLimits, TooManyConnections};
pub use permits::{ArrivalPermit, FairPermits};
pub use table::Action;

use crate::protocol::Refusal;
use crate::server::config::LimitsConfig;
use budgets::Budgets;

/// All limits that are shared by the connections of a client.
pub struct ClientLimits {
    /// Innermost lock; held for one charge.
    budgets: Mutex<Budgets>,
    /// The actions that some budget counts: all others are free, and take no lock.
    counted: Vec<Action>,
    slots: Arc<ConnectionSlots>,
    /// What was refused; whoever refuses for a reason of its own notes it here.
    pub attacks: Attacks,
}

/// Why a connection or a request is refused before anything is known of it but its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Excess {
    /// There are too many at once.
    TooManyConnections(TooManyConnections),
    /// There were too many in a short time; with the wait.
    TooFast(Refusal),
}

impl ClientLimits {
    /// Limits as the settings say; 0 turns one off.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let budgets = Budgets::new(limits);
        Self {
            counted: Action::ALL.iter().copied().filter(|action| budgets.count(*action)).collect(),
            budgets: Mutex::new(budgets),
            slots: Arc::new(ConnectionSlots::new(SlotLimits::new(limits))),
            attacks: Attacks::default(),
        }
    }

    /// Takes the cost of an action from person, address and network, or from none of them. To be called before the work.
    ///
    /// # Errors
    /// The refusal of the action's row in `table`, with the wait after which the same action passes.
    pub fn charge(&self, action: Action, payer: &Payer) -> Result<(), Refusal> {
        self.charge_bytes(action, 0, payer)
    }

    /// Gives back what [`ClientLimits::charge`] took for an action that came to nothing.
    pub fn refund(&self, action: Action, payer: &Payer) {
        self.budgets.lock().unwrap_or_else(PoisonError::into_inner).refund(action, payer);
    }

    /// The same for an action that makes the server keep so many bytes.
    ///
    /// # Errors
    /// As [`ClientLimits::charge`].
    pub fn charge_bytes(&self, action: Action, bytes: usize, payer: &Payer) -> Result<(), Refusal> {
        if !self.counted.contains(&action) {
            return Ok(());
        }
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let mut budgets = self.budgets.lock().unwrap_or_else(PoisonError::into_inner);
        let outcome = budgets.charge(action, bytes, payer, Instant::now());
        drop(budgets);
        outcome.map_err(|overdrawn| {
            self.attacks.note(Attack::TooFast(action, overdrawn.setting()), payer.address);
            overdrawn.refusal()
        })
    }

    /// Takes a slot for a connection that was just accepted, and has it paid for. `owner` is none for one of a trusted
    /// proxy, whose connections are free.
    ///
    /// # Errors
    /// [`Excess`] when its owner opens too many in too short a time, or nobody can give way.
    pub fn enter(&self, owner: Option<Address>) -> Result<ConnectionSlot, Excess> {
        if let Some(owner) = owner {
            self.charge(Action::Connect, &owner.into()).map_err(Excess::TooFast)?;
        }
        let slot = self.slots.enter(owner).inspect_err(|crowded| self.note_crowded(*crowded, owner));
        slot.map_err(Excess::TooManyConnections)
    }

    /// Counts a connection for the client whose request it has in hand, from now on, and has the request paid for.
    ///
    /// # Errors
    /// [`Excess`] when the client sends too many in too short a time, or has as many connections as it may.
    pub fn begin(&self, slot: &ConnectionSlot, owner: Address) -> Result<(), Excess> {
        self.charge(Action::Request, &owner.into()).map_err(Excess::TooFast)?;
        let begun = slot.begin(owner).inspect_err(|crowded| self.note_crowded(*crowded, Some(owner)));
        begun.map_err(Excess::TooManyConnections)
    }

    fn note_crowded(&self, crowded: TooManyConnections, owner: Option<Address>) {
        let attack = match crowded {
            TooManyConnections::Server => return,
            TooManyConnections::Address => Attack::TooManyConnections,
            TooManyConnections::Network => Attack::TooManyOfNetwork,
        };
        if let Some(owner) = owner {
            self.attacks.note(attack, owner);
        }
    }
}
