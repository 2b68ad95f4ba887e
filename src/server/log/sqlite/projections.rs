//! Projections: tables that are folded from the events, in the same transaction. One file a kind; a new kind is a line in
//! each function here. Not here: the log itself (`operations`, `queries`).

mod current;
mod edits;
mod folded;
pub(super) mod marks;
mod reactions;
mod replies;
pub(super) mod search;

use rusqlite::{Connection, Result};

use crate::protocol::{EventBody, HistoryItem, LogEvent};
use crate::server::log::Draft;
pub(super) use current::current_message;
use edits::AuthorChange;
use folded::Folded;
pub(super) use reactions::of_person as reactions_of;

/// Folds an event that is about to be inserted into its projection, and fills in what the store knows of its body.
pub(super) fn apply(database: &Connection, room_id: i64, draft: &Draft, event: &mut LogEvent) -> Result<Folded> {
    let change = AuthorChange { database, room_id, draft, seq: event.seq, at: event.at_ms };
    match &mut event.body {
        EventBody::Reaction(reaction) => reactions::apply(database, room_id, draft, event.seq, reaction),
        EventBody::Edited(edited) => change.edit(edited),
        EventBody::Deleted(deleted) => change.delete(deleted),
        EventBody::Restored(restored) => change.restore(restored),
        EventBody::Message(message) => replies::apply(database, room_id, message),
        EventBody::RoomCreated | EventBody::Unknown(_) => Ok(Ok(None)),
    }
}

/// Fills in what events tell of others, as it is in this snapshot.
pub(super) fn fill_in(snapshot: &Connection, room_id: i64, events: &mut [LogEvent]) -> Result<()> {
    replies::fill_in(snapshot, room_id, events)
}

/// Content events, oldest first, with the texts that they have in this snapshot.
pub(super) fn bring_up_to_date(snapshot: &Connection, room_id: i64, events: Vec<LogEvent>) -> Result<Vec<LogEvent>> {
    let mut items: Vec<_> = events.into_iter().map(HistoryItem::new).collect();
    edits::fold(snapshot, room_id, &mut items)?;
    Ok(items.into_iter().map(|item| item.event).collect())
}

/// Content events, oldest first, as they stand in this snapshot, with so many people of each reaction at most.
pub(super) fn fold(
    snapshot: &Connection,
    room_id: i64,
    events: Vec<LogEvent>,
    people_max: u32,
) -> Result<Vec<HistoryItem>> {
    let mut items: Vec<_> = events.into_iter().map(HistoryItem::new).collect();
    edits::fold(snapshot, room_id, &mut items)?;
    reactions::fold(snapshot, room_id, &mut items, people_max)?;
    Ok(items)
}
