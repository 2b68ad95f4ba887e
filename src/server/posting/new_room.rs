//! Makes a room, and warns the host in the log when there are nearly as many as may be.

use std::sync::Arc;

use super::identity::run_to_end;
use super::rooms::summary;
use crate::model::text;
use crate::protocol::{ErrorCode, Refusal, RoomSummary};
use crate::server::app::{App, Caller};
use crate::server::delivery::broker::{Bulletin, RoomsChange};
use crate::server::ground::clock;
use crate::server::ground::names::compose;
use crate::server::limits::Action;
use crate::server::log::{NewRoom, OpenedRoom};
use crate::server::posting::refuse;

/// Makes a public room. Its address follows from its title. A room that was made is published also when whoever asked
/// for it does not wait.
///
/// # Errors
/// `nickname_required`, `too_fast`, `room_name_invalid`, `room_exists`, `room_look_alike`, `too_many_rooms`.
pub async fn create_room(app: &Arc<App>, caller: &Caller, title: &str) -> Result<RoomSummary, Refusal> {
    let creator = caller.person().ok_or(ErrorCode::NicknameRequired)?;
    let title = text::room_title(&compose(title))?;
    let slug = text::room_slug(&title)?;
    let payer = caller.payer();
    // The look at all rooms costs what a read costs, whatever comes of it; the budget of rooms pays for a room.
    app.limits.charge(Action::Read, &payer)?;
    app.limits.charge(Action::CreateRoom, &payer)?;
    let rooms_max = app.config.rooms.max_rooms;
    let new = NewRoom { slug, title, creator: Some(creator), at: clock::now(), rooms_max };
    let app = Arc::clone(app);
    run_to_end(async move {
        let created = app.store.create_room(new).await.inspect_err(|_| app.limits.refund(Action::CreateRoom, &payer));
        let OpenedRoom { room, rooms } = created.map_err(refuse)?;
        app.publish(Bulletin::Rooms(RoomsChange::Created(room.clone())));
        tracing::info!(room = %room.slug, "room created");
        if is_warned_of(rooms, rooms_max) {
            tracing::warn!(
                "{rooms} of {rooms_max} rooms are there: when all are, new ones are refused; raise rooms.max_rooms in \
                 time, or lower limits.new_rooms_per_day_per_network if somebody makes them for nothing"
            );
        }
        Ok(summary(&app, &room))
    })
    .await
}

/// Whether this many rooms are four fifths of the maximum or more. Then each further room is worth a line in the log.
const fn is_warned_of(rooms: u32, rooms_max: u32) -> bool {
    rooms_max > 0 && rooms as u64 * 5 >= rooms_max as u64 * 4
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_warned_of_each_room_from_four_fifths_of_the_maximum_on() {
        for (first, rooms_max) in [(1, 1), (4, 5), (6, 7), (800, 1_000), (3_435_973_836, u32::MAX)] {
            assert!(!is_warned_of(first - 1, rooms_max) && is_warned_of(first, rooms_max), "{first} of {rooms_max}");
            assert!(is_warned_of(rooms_max, rooms_max), "also where the maximum was lowered, or the start missed it");
        }
        assert!((0..1_000).all(|rooms| !is_warned_of(rooms, 0)), "no maximum is never near");
    }
}
