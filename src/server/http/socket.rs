//! The two upgrades. Everything that can be refused is refused before the 101, as plain HTTP with a reason.

use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::protocol::limits::SUBPROTOCOL;
use crate::protocol::{ErrorCode, Refusal, RoomSlug};
use crate::server::admission::Admitted;
use crate::server::app::{App, Caller};
use crate::server::chat;
use crate::server::connection;
use crate::server::http::HttpRefusal;

/// Per-connection read buffer. The default of the library, 128 KiB, would be most of an idle connection's memory.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// Frames that wait together before they are written.
const WRITE_BUFFER_BYTES: usize = 16 * 1024;

type Upgrade = Result<WebSocketUpgrade, WebSocketUpgradeRejection>;

/// `GET /ws`: the member socket. The cookie counts here, so the origin must be ours.
pub async fn member(
    State(app): State<Arc<App>>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, HttpRefusal> {
    let upgrade = upgrade.map_err(|_| ErrorCode::BadRequest)?;
    app.origins.check_member_socket(&headers, caller.scheme).map_err(|_| ErrorCode::OriginRefused)?;
    let upgrade = upgrade.protocols([SUBPROTOCOL]);
    if upgrade.selected_protocol().is_none() {
        return Err(ErrorCode::UnsupportedProtocol.into());
    }
    let admitted = admit(&app, caller.address)?;
    Ok(bounded(&app, upgrade).on_upgrade(async move |socket| {
        connection::member::serve(app, socket, caller).await;
        drop(admitted);
    }))
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
    let upgrade = WebSocketUpgrade::from_request_parts(&mut parts, &()).await;
    upgrade_plain(app, caller, RoomSlug::lobby(), &parts.headers, upgrade).await.into_response()
}

async fn upgrade_plain(
    app: Arc<App>,
    caller: Caller,
    room: RoomSlug,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, HttpRefusal> {
    let upgrade = upgrade.map_err(|_| ErrorCode::BadRequest)?;
    let Caller { address, scheme, .. } = caller;
    app.origins.check_plain_socket(headers, scheme).map_err(|_| ErrorCode::OriginRefused)?;
    let admitted = admit(&app, address)?;
    chat::open_room(&app, &room).await?;
    Ok(bounded(&app, upgrade).on_upgrade(async move |socket| {
        connection::plain::serve(app, socket, room, address).await;
        drop(admitted);
    }))
}

/// A place for one socket, held from before the upgrade until its end: a drain waits for it, and its address is counted.
struct Place {
    _counted: Admitted,
    _waited_for: TaskTrackerToken,
}

/// Takes a place, unless the server is stopping or the address has had its share.
fn admit(app: &App, address: IpAddr) -> Result<Place, Refusal> {
    // The place is taken before the look at the drain, so that no socket slips in between the two.
    let waited_for = app.connections.token();
    if app.drain.is_cancelled() {
        return Err(Refusal::retry_after(ErrorCode::ShuttingDown, app.reconnect_delay_ms()));
    }
    app.budgets.handshake(address)?;
    let crowded = |_| Refusal::retry_after(ErrorCode::TooManyConnections, 10_000);
    let counted = app.admission.admit(address).map_err(crowded)?;
    Ok(Place { _counted: counted, _waited_for: waited_for })
}

fn bounded(app: &App, upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    let frame_bytes = match app.config.limits.frame_bytes {
        0 => usize::MAX,
        bytes => bytes as usize,
    };
    upgrade
        .read_buffer_size(READ_BUFFER_BYTES)
        .write_buffer_size(WRITE_BUFFER_BYTES)
        .max_frame_size(frame_bytes)
        .max_message_size(frame_bytes)
}
