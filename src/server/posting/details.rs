//! All that may be known of one message. Not here: what it looks like (`ui`).

use crate::protocol::{ErrorCode, EventBody, HistoryItem, Refusal, RoomSlug, Seq};
use crate::server::app::App;
use crate::server::posting::refuse;

/// So many people of one reaction are named at most, so that the details of a message stay a page.
const PEOPLE_MAX: u32 = 500;

/// A message as it is now, with everybody who reacted to it. A deleted one has no text.
///
/// # Errors
/// `message_not_found`, also when there is no such room, and those of a store that cannot be read.
pub async fn details(app: &App, room: &RoomSlug, seq: Seq) -> Result<HistoryItem, Refusal> {
    let item = app.store.item(room, seq, PEOPLE_MAX).await.map_err(refuse)?;
    let message = item.filter(|item| matches!(item.event.body, EventBody::Message(_)));
    message.ok_or_else(|| ErrorCode::MessageNotFound.into())
}
