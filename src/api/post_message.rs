//! Says a line without a socket.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Answer, ApiError};
use crate::protocol::{ClientMessageId, RoomSlug, Seq, Timestamp, UserId};

/// The line is on disk, at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Posted {
    /// Its place in the log.
    pub seq: Seq,
    /// Its time in the log.
    pub at_ms: Timestamp,
}

/// Says a line by HTTP, where the network lets no WebSocket through. The same id may be posted again: it is said once.
#[server(prefix = "/api/fn", endpoint = "post_message")]
pub async fn post_message(
    /// Where.
    room: RoomSlug,
    /// The name of the line, the same for every retry.
    id: ClientMessageId,
    /// Who typed it: it is said by nobody else.
    by: UserId,
    /// As typed; the server cleans and checks it.
    text: String,
) -> Result<Answer<Posted>, ApiError> {
    let posted = crate::server::posting::form::post(room, id, &by, crate::protocol::PostBody::Message { text }).await;
    Ok(posted.map(|posted| Posted { seq: posted.seq, at_ms: posted.at }))
}
