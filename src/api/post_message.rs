//! Posts without a socket.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{ApiAnswer, ApiError};
use crate::protocol::{PostId, RoomSlug, Seq, Timestamp, UserId};

/// The post is on disk, at this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostPlace {
    /// Its place in the log.
    pub seq: Seq,
    /// Its time in the log.
    pub at_ms: Timestamp,
}

/// Posts by HTTP, where the network lets no WebSocket through. The same id may be posted again: it is posted once.
#[server(prefix = "/api/fn", endpoint = "post_message")]
pub async fn post_message(
    /// Where.
    room: RoomSlug,
    /// The name of the post, the same for every retry.
    id: PostId,
    /// Its author: it is posted in the name of nobody else.
    by: UserId,
    /// A `PostBody` in JSON, as `post` on the socket carries it.
    body: String,
) -> Result<ApiAnswer<PostPlace>, ApiError> {
    use crate::protocol::{ErrorCode, Refusal};
    let body = serde_json::from_str(&body).map_err(|_| Refusal::permanent(ErrorCode::BadRequest))?;
    let posted = crate::server::posting::form::post(room, id, &by, body).await;
    Ok(posted.map(|posted| PostPlace { seq: posted.seq, at_ms: posted.at }))
}
