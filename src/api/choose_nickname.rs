//! Takes or changes a nickname.

use leptos::prelude::*;

use super::{ApiAnswer, ApiError};
use crate::protocol::{JoinAttempt, Person};

/// Gives this browser's session a nickname; the answer sets the session cookie when there was none.
#[server(prefix = "/api/fn", endpoint = "choose_nickname")]
pub async fn choose_nickname(
    /// As typed; the server cleans and checks it.
    nickname: String,
    /// The same for every retry, so that a visitor whose answer was lost gets the same nickname.
    attempt: Option<JoinAttempt>,
) -> Result<ApiAnswer<Person>, ApiError> {
    Ok(crate::server::posting::form::choose_nickname(nickname, attempt).await)
}
