//! Pages of history over HTTP: `GET /api/v1/rooms/{slug}/history`.

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

/// The newest `limit` messages older than `seq`.
///
/// # Errors
/// See [`HistoryError`].
pub async fn before(room: &RoomSlug, seq: Seq, limit: u32) -> Result<HistoryPage, HistoryError> {
    page(&format!("{}?limit={limit}&before={seq}", address::history(room))).await
}

/// The newest `limit` messages.
///
/// # Errors
/// See [`HistoryError`].
pub async fn newest(room: &RoomSlug, limit: u32) -> Result<HistoryPage, HistoryError> {
    page(&format!("{}?limit={limit}", address::history(room))).await
}

async fn page(address: &str) -> Result<HistoryPage, HistoryError> {
    let answer = request::get(address).await.ok_or(HistoryError::Unreachable)?;
    if answer.is_ok {
        return json::decode(&answer.body).map_err(|_| HistoryError::Unreadable);
    }
    Err(json::decode(&answer.body).map_or(HistoryError::Unreadable, HistoryError::Refused))
}
