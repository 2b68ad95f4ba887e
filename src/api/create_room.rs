//! Opens a room.

use leptos::prelude::*;

use super::{ApiAnswer, ApiError};
use crate::protocol::RoomSummary;

/// Opens a public room; its address comes from its title.
#[server(prefix = "/api/fn", endpoint = "create_room")]
pub async fn create_room(
    /// As typed; the server cleans and checks it.
    title: String,
) -> Result<ApiAnswer<RoomSummary>, ApiError> {
    Ok(crate::server::posting::form::create_room(title).await)
}
