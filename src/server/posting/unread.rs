//! Says how far somebody has read a room, and tells all their connections. Not here: what is unread (`log::marks`).

use crate::protocol::{Refusal, RoomSlug};
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
