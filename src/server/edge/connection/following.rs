//! Follows a room, which the hub may forget at any moment while nobody follows it. Not here: what is sent first
//! (`member::join`), what forgets rooms (`posting::remove_empty_rooms`).

use crate::protocol::{Refusal, RoomSlug};
use crate::server::app::App;
use crate::server::delivery::hub::RoomNotOpen;
use crate::server::posting;

/// Opens a room and follows it by `follow`. If the room was forgotten in between, it is opened again or found to be removed.
///
/// # Errors
/// `room_not_found`, or `internal` when the store cannot be read. Nothing is followed then.
pub async fn open_and_follow(
    app: &App,
    room: &RoomSlug,
    follow: impl Fn() -> Result<(), RoomNotOpen> + Send,
) -> Result<(), Refusal> {
    loop {
        posting::open_room(app, room).await?;
        if follow().is_ok() {
            return Ok(());
        }
    }
}
