//! Layers against what no request may do: change something from the page of another site, take for ever, or take the server
//! down.

use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;

use crate::protocol::{ErrorCode, Refusal};
use crate::server::app::{App, Client};
use crate::server::edge::http::{HttpRefusal, body, socket};
use crate::server::limits::{Action, Attack};

/// Refuses requests that change something when a page of another origin sends them: one layer for forms, server
/// functions and whatever comes later.
pub async fn same_origin_to_change(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    match app.origins.check_request(request.method(), request.headers(), client.scheme) {
        Ok(()) => next.run(request).await,
        Err(refused) => socket::refuse_origin(&app, client.address, refused).into_response(),
    }
}

/// Ends a request that takes longer than `limits.request_timeout`. An upgrade ends with its 101, so this does not limit
/// sockets. Notes a client whose body was still incomplete when the time was up.
pub async fn in_time(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let limit = app.config.limits.request_timeout;
    if limit.is_zero() {
        return next.run(request).await;
    }
    let (request, awaited) = body::watch(request);
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => {
            if awaited.is_now() {
                app.limits.attacks.note(Attack::SlowRequest, client.address);
            }
            HttpRefusal(Refusal::retry_after(ErrorCode::Busy, 1_000)).into_response()
        }
    }
}

/// Lets in those who ask for a socket a few at a time. Only a handshake that can succeed takes a permit: what else comes
/// could keep it for as long as its client pleases, for instance with a body that never ends. It is paid for before it
/// waits, so that a flood of handshakes does not queue in front of anybody.
pub async fn with_permit(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    let Client { address, scheme } = client;
    if !socket::may_upgrade(&app, scheme, &request) {
        return next.run(request).await;
    }
    if let Err(refusal) = app.limits.charge(Action::Handshake, &address.into()) {
        return HttpRefusal(refusal).into_response();
    }
    match app.arrivals.permit(address).await {
        Ok(_permit) => next.run(request).await,
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

/// Answers a panic in a handler with `internal`, and logs it.
pub async fn catch_panics(request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
        tracing::error!(path, "a request handler panicked");
        let mut response = HttpRefusal::from(ErrorCode::Internal).into_response();
        response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
        response
    })
}
