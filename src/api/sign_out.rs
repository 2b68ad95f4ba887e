//! Gives a nickname back.

use leptos::prelude::*;

use super::{ApiAnswer, ApiError};

/// Ends this browser's session and frees its nickname.
#[server(prefix = "/api/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<ApiAnswer<()>, ApiError> {
    Ok(crate::server::posting::form::sign_out().await)
}
