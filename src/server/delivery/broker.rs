//! Carries publications from the node that committed them to every node that shows them.
//!
//! A publication is a hint: the log is the truth and repairs what a broker loses. So a broker may drop and may repeat,
//! but it must not reorder the publications of one room that it does deliver.

pub mod local;

use crate::server::log::Committed;

/// The seam for several nodes. `local` serves one node; NATS will serve several.
pub trait Broker: Send + Sync + 'static {
    /// Hands over a committed event. Called from the store's writer thread, never from an async task: it may block
    /// for a moment to slow the writer down.
    fn publish(&self, committed: Committed);
}
