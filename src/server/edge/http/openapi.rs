//! `GET /api/v1/openapi.json`: the HTTP interface for programs, described for tools that read OpenAPI 3.1. A test holds the
//! document to the routes and to real answers (`tests/it/openapi.rs`). Not here: what it says (`protocol/openapi.json`).

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};

use crate::server::app::{App, Client};
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Action;

const DOCUMENT: &str = include_str!("../../../protocol/openapi.json");

/// Answers with the document.
pub async fn openapi(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
) -> Result<Response, HttpRefusal> {
    app.limits.charge(Action::Read, &client.address.into())?;
    Ok(([(CONTENT_TYPE, "application/json")], DOCUMENT).into_response())
}
