//! People as others see them. Not here: sessions and names that are owned (`server::people`).

use serde::{Deserialize, Serialize};

use super::ids::UserId;

/// Which door somebody came in by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// The member socket or a form of the page: the nickname is owned by a session.
    Web,
    /// The plain socket: the nickname is only what the program said.
    Plain,
}

/// Somebody, as others see them.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Person {
    /// Stable while the session (web) or the connection (plain) lasts.
    pub id: UserId,
    /// The name to show, already validated by `model::text`.
    pub nickname: String,
    /// The door they came in by.
    pub origin: Origin,
}
