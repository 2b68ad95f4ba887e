//! What is looked for, and what is found: how a text is cut into units, what a query asks for, and what is shown of a hit.
//! The store finds (`server::log`); its index and its scan agree because both go by the units of this module.
//! May use `calendar` and `text`.
//!
//! Folding needs the large tables of Unicode, so whoever has them gives the function ([`Fold`]).

mod excerpt;
mod phrase;
mod query;
mod units;

pub use excerpt::{ExcerptPiece, excerpt};
pub use phrase::{Phrase, PhraseTerms, WordEnd};
pub use query::{QueryFault, SearchQuery};
pub use units::{Fold, PlacedUnit, TextUnit, terms, units};

use crate::protocol::{Person, RoomSlug, RoomSummary, Seq, Timestamp};

/// So many hits are shown at once.
pub const HITS_SHOWN: usize = 50;

/// A message that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchHit {
    /// Where it was posted.
    pub room: RoomSummary,
    /// Its place there.
    pub seq: Seq,
    /// When it was posted.
    pub at: Timestamp,
    /// Who posted it, under the nickname of then.
    pub by: Person,
    /// A part of what it says.
    pub excerpt: Vec<ExcerptPiece>,
}

/// Some of what was found, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchHits {
    /// At most [`HITS_SHOWN`].
    pub hits: Vec<SearchHit>,
    /// Where the hits go on that are older than these; `None` when there are none.
    pub older: Option<SearchPlace>,
    /// Whether everything was looked through. What is not yet in the index is so only after a first start with this version.
    pub extent: SearchExtent,
}

/// A message, as the place from which older ones are asked for. As text `room/seq`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPlace {
    /// The room.
    pub room: RoomSlug,
    /// The place in its log.
    pub seq: Seq,
}

impl SearchPlace {
    /// Reads what [`SearchPlace::to_text`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (room, seq) = text.rsplit_once('/')?;
        Some(Self { room: RoomSlug::parse(room).ok()?, seq: Seq::new(seq.parse().ok()?) })
    }

    /// For an address.
    #[must_use]
    pub fn to_text(&self) -> String {
        format!("{}/{}", self.room, self.seq)
    }
}

/// How much was looked through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchExtent {
    /// All that there is.
    Whole,
    /// The newest messages and what is in the index already; the rest comes into it by itself.
    StillIndexing,
}
