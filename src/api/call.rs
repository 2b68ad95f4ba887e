//! The browser's way to every server function. Not the client side that `#[server]` makes: that one brings an encoder, a
//! decoder and a state machine for each function, which all travel with the page.

use leptos::server_fn::ServerFn;
use serde::de::DeserializeOwned;

use super::error::{ApiAnswer, ApiError, outcome};
use crate::client::{json, request};

/// Calls the server function `F` with its arguments by name, as a form.
///
/// # Errors
/// See [`ApiError`].
pub async fn call<F, T>(arguments: &[(&str, &str)]) -> Result<T, ApiError>
where
    F: ServerFn<Output = ApiAnswer<T>, Error = ApiError>,
    T: DeserializeOwned,
{
    let answer = request::post(F::PATH, arguments).await.ok_or(ApiError::NoAnswer)?;
    let body = &answer.body;
    outcome(if answer.is_ok {
        json::decode(body).map_err(|_| ApiError::NoAnswer)
    } else {
        Err(json::decode(body).unwrap_or(ApiError::NoAnswer))
    })
}
