//! Pages of history over HTTP: `GET /api/v1/rooms/{slug}/history`.

use super::{json, request};
use crate::model::conversation::PageRequest;
use crate::protocol::{HistoryPage, Refusal};

/// Why a page did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The server was not reached.
    #[error("the server was not reached")]
    Unreachable,
    /// The server refused.
    #[error(transparent)]
    Refused(Refusal),
    /// The answer was not understood.
    #[error("the answer was not understood")]
    Unreadable,
}

/// The page that a conversation wants.
///
/// # Errors
/// See [`HistoryError`].
pub async fn page(request: &PageRequest) -> Result<HistoryPage, HistoryError> {
    let answer = request::get(&request.address()).await.ok_or(HistoryError::Unreachable)?;
    if answer.is_ok {
        return json::decode(&answer.body).map_err(|_| HistoryError::Unreadable);
    }
    Err(json::decode(&answer.body).map_or(HistoryError::Unreadable, HistoryError::Refused))
}
