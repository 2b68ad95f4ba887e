//! Finding messages by what they say: what is asked of a store, and its answer. Not here: how a query is read
//! (`model::search`).

use super::StoreFuture;
use crate::model::search::{Phrase, SearchExtent, SearchPlace};
use crate::protocol::{LogEvent, RoomSlug, Timestamp};

/// What is looked for: messages of which all of it is true, as they stand.
#[derive(Clone, Debug, Default)]
pub struct MessageSearch {
    /// What they say.
    pub phrases: Vec<Phrase>,
    /// The nickname under which they were posted, compared by `server::ground::search_fold`.
    pub from: Option<String>,
    /// Their room.
    pub room: Option<RoomSlug>,
    /// They were posted before this moment.
    pub before: Option<Timestamp>,
    /// They were posted at this moment or later.
    pub after: Option<Timestamp>,
    /// Whether they hold a link.
    pub has_link: bool,
    /// Only what is older than this message.
    pub older_than: Option<SearchPlace>,
    /// At most so many.
    pub limit: usize,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct FoundMessages {
    /// The newest ones first.
    pub messages: Vec<FoundMessage>,
    /// Whether there may be others in what the index does not hold yet.
    pub extent: SearchExtent,
}

/// A message that was found.
#[derive(Clone, Debug)]
pub struct FoundMessage {
    /// Its room.
    pub room: RoomSlug,
    /// The event, with the text that it has now.
    pub event: LogEvent,
}

/// The part of a store that finds messages.
pub trait Search: Send + Sync + 'static {
    /// Finds messages in one snapshot: each that was acknowledged before, with the text that it has in that snapshot. A
    /// deleted message is not found, and a search for what stands in no message any more finds nothing. To be asked for at
    /// least one phrase, a nickname, a room or a link: dates alone find nothing. Errors: `Read`, `Closed`.
    ///
    /// The index is brought up to date apart from the appends, at the latest by [`Store::maintain`](super::Store::maintain).
    /// Until then the store looks at the messages themselves.
    fn search(&self, search: MessageSearch) -> StoreFuture<'_, FoundMessages>;
}
