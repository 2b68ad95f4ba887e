//! Rooms as others see them, and who is in them. Not here: what was posted in them (`history`).

use serde::{Deserialize, Serialize};

use super::history::HistoryPage;
use super::ids::{RoomSlug, Seq};
use super::people::Person;

/// A room in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSummary {
    /// The address.
    pub slug: RoomSlug,
    /// The name to show.
    pub title: String,
    /// The newest event.
    pub head: Seq,
    /// How many people are here now.
    pub online: u32,
    /// The nicknames of some of them (at most 5), for the list.
    pub people: Vec<String>,
}

/// A room as somebody sees who just came in: what the server-rendered page is drawn from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomSnapshot {
    /// Address, name, counts.
    pub summary: RoomSummary,
    /// Who is here, by nickname, at most [`super::limits::ROSTER_NAMES_MAX`]; `summary.online` counts all.
    pub people: Vec<Person>,
    /// The part of the history that is shown first.
    pub page: HistoryPage,
}
