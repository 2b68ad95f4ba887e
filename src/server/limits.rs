//! What a person, an address and a network may cost: the one place that decides it. `table` names every limited action with
//! its rate, burst, setting and refusal; `budgets` counts how often, `quota` how many at once, `attacks` tells the log.
//! Not here: limits of size (`model::text`, `websocket`), which depend on nobody.
//!
//! Who may use it: everything right of `limits` in `server`. A new limited action is a row in `table`, and one call of
//! [`ClientLimits::charge`] before the work.

mod address;
mod attacks;
mod bucket;
mod budgets;
mod quota;
mod table;

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

pub use address::{Address, Network};
pub use attacks::{Attack, Attacks};
pub use bucket::{Rate, TokenBucket, TooFast};
pub use budgets::{Payer, PersonKey};
pub use quota::{Crowded, OpenConnection, Quota, QuotaLimits};
pub use table::Action;

use crate::protocol::{ErrorCode, Refusal};
use crate::server::config::LimitsConfig;
use budgets::Budgets;

/// After how long an address that has too many connections may try again.
const CROWDED_RETRY_MS: u32 = 10_000;

/// All limits that are shared by the connections of a client.
pub struct ClientLimits {
    /// Innermost lock; held for one charge.
    budgets: Mutex<Budgets>,
    /// The actions that some budget counts: all others are free, and take no lock.
    counted: Vec<Action>,
    sockets: Quota,
    /// What was refused; whoever refuses for a reason of its own notes it here.
    pub attacks: Attacks,
}

impl ClientLimits {
    /// Limits as the settings say; 0 turns one off.
    #[must_use]
    pub fn new(limits: &LimitsConfig) -> Self {
        let budgets = Budgets::new(limits);
        let quota = QuotaLimits {
            total: limits.connections,
            per_address: limits.connections_per_address,
            network_factor: usize::try_from(limits.network_factor).unwrap_or(usize::MAX),
        };
        Self {
            counted: Action::ALL.iter().copied().filter(|action| budgets.count(*action)).collect(),
            budgets: Mutex::new(budgets),
            sockets: Quota::new(quota),
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

    /// Counts one more open WebSocket of this address, until the guard is dropped.
    ///
    /// # Errors
    /// `too_many_connections`.
    pub fn open(&self, address: Address) -> Result<OpenConnection, Refusal> {
        self.sockets.open(address).map_err(|_| {
            self.attacks.note(Attack::TooManyConnections, address);
            Refusal::retry_after(ErrorCode::TooManyConnections, CROWDED_RETRY_MS)
        })
    }
}
