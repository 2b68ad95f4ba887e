//! The route of the page's server functions. Leptos answers every failed call with status 500, and redirects everybody who
//! asks for HTML to where they came from, whatever became of the call. Here a call that cannot be read is refused like any
//! other bad request, and whoever calls by a form without scripts reads why. Not here: the functions (`api`).

use std::sync::Arc;

use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, SET_COOKIE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::{IntoResponse, Response};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use leptos::server_fn::error::{FromServerFnError, SERVER_FN_ERROR_HEADER};
use serde::de::IgnoredAny;

use super::forms;
use super::pages::{self, Site};
use crate::api::{ApiAnswer, ApiError};
use crate::protocol::{ErrorCode, Refusal, RoomSlug};
use crate::server::app::Caller;
use crate::server::edge::http::HttpRefusal;
use crate::server::net::refusal_page::Reader;

const FAILED: HeaderName = HeaderName::from_static(SERVER_FN_ERROR_HEADER);

/// `POST /api/fn/{name}`
pub async fn server_function(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    mut request: Request,
) -> Response {
    if !server_fn_paths().any(|(path, _)| path == request.uri().path()) {
        return pages::not_found(&site, &request);
    }
    let reader = Reader::of(request.method(), request.uri().path(), request.headers());
    // Without this header leptos answers with the outcome, to people too.
    request.headers_mut().remove(ACCEPT);
    let context = move || {
        provide_context(Arc::clone(&site.app));
        provide_context(caller.clone());
    };
    let answer = leptos_axum::handle_server_fns_with_context(context, request).await.into_response();
    if reader.is_none() && !answer.headers().contains_key(FAILED) {
        return answer;
    }
    let (mut head, body) = answer.into_parts();
    match refusal(&head.headers, &whole(body).await) {
        Some(refusal) => HttpRefusal(refusal).into_response(),
        None => forms::with_cookie(forms::back_to(&RoomSlug::lobby()), head.headers.remove(SET_COOKIE)),
    }
}

/// Why a call was refused, by the function or before it.
fn refusal(headers: &HeaderMap, body: &Bytes) -> Option<Refusal> {
    if !headers.contains_key(FAILED) {
        return serde_json::from_slice::<ApiAnswer<IgnoredAny>>(body).ok()?.err();
    }
    match ApiError::de(body.clone()) {
        ApiError::Refused(refusal) => Some(refusal),
        ApiError::NoAnswer => Some(ErrorCode::Internal.into()),
    }
}

async fn whole(body: Body) -> Bytes {
    // Leptos answers with a body that is in memory, which is read without failing.
    axum::body::to_bytes(body, usize::MAX).await.unwrap_or_default()
}
