//! Says how far somebody has read a room, and tells all their connections. Not here: what is unread (`log::marks`).

use crate::protocol::{Person, ReadMark, Refusal, RoomSlug};
use crate::server::app::App;
use crate::server::delivery::broker::Bulletin;
use crate::server::limits::{Action, Address, Payer, PersonKey};
use crate::server::log::{Guest, MarkChange, MarkTo};
use crate::server::posting::refuse;

/// Moves the mark of a guest in a room.
///
/// # Errors
/// `too_fast`, `room_not_found`, or why it could not be written. Nothing has moved then.
pub async fn mark(app: &App, guest: &Guest, address: Address, room: RoomSlug, to: MarkTo) -> Result<(), Refusal> {
    let payer = Payer { person: Some(PersonKey::Guest(guest.id.clone())), address };
    app.limits.charge(Action::Mark, &payer)?;
    let change = MarkChange { person: guest.id.clone(), room, to };
    // Whoever has just signed out has no marks any more.
    if let Some(mark) = app.store.mark(change).await.map_err(refuse)? {
        app.publish(Bulletin::Marked { person: guest.id.clone(), mark });
    }
    Ok(())
}

/// How far somebody has read all rooms that they were in; nobody has read none.
///
/// # Errors
/// Why it could not be read.
pub async fn marks(app: &App, person: Option<&Person>) -> Result<Vec<ReadMark>, Refusal> {
    match person {
        Some(person) => app.store.marks(&person.id).await.map_err(refuse),
        None => Ok(Vec::new()),
    }
}
