//! The two upgrades. Everything that can be refused is refused before the 101, as plain HTTP with a reason.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::protocol::limits::SUBPROTOCOL;
use crate::protocol::{ErrorCode, Refusal, RoomSlug};
use crate::server::app::{App, Caller};
use crate::server::chat;
use crate::server::connection::{self, Place};
use crate::server::http::HttpRefusal;
use crate::server::http::upgrade::Upgrade;
use crate::server::limits::{Action, Address};

/// `GET /ws`: the member socket. The cookie counts here, so the origin must be ours.
pub async fn member(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, HttpRefusal> {
    app.origins.check_member_socket(&headers, caller.scheme).map_err(|_| ErrorCode::OriginRefused)?;
    let upgrade = upgrade.subprotocol(SUBPROTOCOL, &headers)?;
    let place = admit(&app, caller.address)?;
    Ok(as_configured(&app, upgrade).accept(place, |upgraded| connection::member::serve(app, upgraded, caller)))
}

/// `GET /plain/{room}`: the plain socket in any room.
pub async fn plain(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    room: Result<Path<RoomSlug>, PathRejection>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, HttpRefusal> {
    let Path(room) = room.map_err(|_| ErrorCode::RoomNotFound)?;
    upgrade_plain(app, caller, room, &headers, upgrade).await
}

/// `GET /` with `Upgrade: websocket`: the plain socket in the lobby. Everything else goes on to the page.
pub async fn plain_at_the_root(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let asks_for_socket =
        request.headers().get(header::UPGRADE).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"websocket"));
    if request.uri().path() != "/" || !asks_for_socket {
        return next.run(request).await;
    }
    let (mut parts, _) = request.into_parts();
    let Some(caller) = parts.extensions.get::<Caller>().cloned() else {
        return HttpRefusal::from(ErrorCode::Internal).into_response();
    };
    match Upgrade::from_request_parts(&mut parts, &()).await {
        Ok(upgrade) => upgrade_plain(app, caller, RoomSlug::lobby(), &parts.headers, upgrade).await.into_response(),
        Err(refused) => refused.into_response(),
    }
}

async fn upgrade_plain(
    app: Arc<App>,
    caller: Caller,
    room: RoomSlug,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, HttpRefusal> {
    let Caller { address, scheme, .. } = caller;
    app.origins.check_plain_socket(headers, scheme).map_err(|_| ErrorCode::OriginRefused)?;
    let place = admit(&app, address)?;
    chat::open_room(&app, &room).await?;
    Ok(as_configured(&app, upgrade)
        .accept(place, move |upgraded| connection::plain::serve(app, upgraded, room, address)))
}

/// Takes a place, unless the server is stopping or the address has had its share.
fn admit(app: &App, address: Address) -> Result<Place, Refusal> {
    // The place is taken before the look at the drain, so that no socket slips in between the two.
    let waited_for = app.connections.token();
    if app.drain.is_cancelled() {
        return Err(Refusal::retry_after(ErrorCode::ShuttingDown, app.reconnect_delay_ms()));
    }
    app.limits.charge(Action::Handshake, &address.into())?;
    let counted = app.limits.open(address)?;
    Ok(Place { counted, waited_for })
}

fn as_configured(app: &App, upgrade: Upgrade) -> Upgrade {
    if app.config.server.compression_threshold_bytes == 0 { upgrade.uncompressed() } else { upgrade }
}
