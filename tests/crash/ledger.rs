//! What the outside knows: the lines that people sent, what the server promised about them, and what it showed. It
//! outlives every crash of the server. Not here: comparing it with the disk (`audit`).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio::sync::watch;

/// The rooms that people talk in.
pub const ROOMS: [&str; 2] = ["lobby", "garden"];

/// Starts every line, so that it is found in whatever bytes; the rest has the same length for all.
pub const LINE_MARK: &str = "line-";
/// Length of every line.
pub const LINE_BYTES: usize = LINE_MARK.len() + "00-000000".len();

/// The text of a line, which is its client message id too.
pub fn line(poster: usize, number: usize) -> String {
    format!("{LINE_MARK}{poster:02}-{number:06}")
}

/// A place in the log of a room.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LogPosition {
    pub room: String,
    pub seq: u64,
}

impl LogPosition {
    pub fn new(room: &str, seq: u64) -> Self {
        Self { room: room.to_owned(), seq }
    }
}

/// All that is known.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every line that was ever sent.
    pub sent: BTreeSet<String>,
    /// The lines that were acknowledged, with the place that was promised.
    pub acked: BTreeMap<String, LogPosition>,
    /// What the reader was shown.
    pub shown: BTreeMap<LogPosition, String>,
    /// The newest event that the reader was shown of each room.
    pub heads: BTreeMap<String, u64>,
    /// What the reader was shown and cannot be: seqs out of order, another line at the same place.
    pub contradictions: Vec<String>,
    /// How often the reader was told that more is missing than one frame carries.
    pub gaps: usize,
}

/// The ledger as everybody writes it, and as proofs wait for what it will say.
pub type SharedLedger = Arc<watch::Sender<Ledger>>;

impl Ledger {
    /// Notes what the reader was shown.
    pub fn show(&mut self, place: LogPosition, line: String) {
        if let Some(other) = self.shown.insert(place.clone(), line.clone())
            && other != line
        {
            self.contradictions.push(format!("{place:?} was {other} and became {line}"));
        }
    }

    /// Whether the reader was shown everything that was acknowledged.
    pub fn is_caught_up(&self) -> bool {
        self.acked.values().all(|place| self.heads.get(&place.room).is_some_and(|head| *head >= place.seq))
    }
}
