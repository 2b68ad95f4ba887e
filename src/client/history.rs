//! Pages of history over HTTP: `GET /api/v1/rooms/{slug}/events`.

use super::{json, request};
use crate::model::address;
use crate::protocol::{HistoryPage, Refusal, RoomSlug, Seq};

/// Why a page did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The server was not reached.
    #[error("the server was not reached")]
    Unreachable,
    /// The server said no.
    #[error(transparent)]
    Refused(Refusal),
    /// The answer was not understood.
    #[error("the answer was not understood")]
    Unreadable,
}

/// The newest `limit` events older than `seq`.
///
/// # Errors
/// See [`HistoryError`].
pub async fn before(room: &RoomSlug, seq: Seq, limit: u32) -> Result<HistoryPage, HistoryError> {
    page(room, "before", seq, limit).await
}

/// The oldest `limit` events newer than `seq`.
///
/// # Errors
/// See [`HistoryError`].
pub async fn after(room: &RoomSlug, seq: Seq, limit: u32) -> Result<HistoryPage, HistoryError> {
    page(room, "after", seq, limit).await
}

async fn page(room: &RoomSlug, side: &str, seq: Seq, limit: u32) -> Result<HistoryPage, HistoryError> {
    let address = format!("{}?{side}={seq}&limit={limit}", address::events(room));
    let answer = request::get(&address).await.ok_or(HistoryError::Unreachable)?;
    if answer.is_ok {
        return json::decode(&answer.body).map_err(|_| HistoryError::Unreadable);
    }
    Err(json::decode(&answer.body).map_or(HistoryError::Unreadable, HistoryError::Refused))
}
