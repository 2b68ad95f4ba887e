//! The upgrades to the member socket and the plain socket. What can be refused is refused before the 101, as an HTTP answer
//! with a reason.

use std::sync::Arc;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio_util::task::task_tracker::TaskTrackerToken;

use crate::protocol::{CloseCode, ErrorCode, Refusal, RoomSlug};
use crate::server::app::{App, Client};
use crate::server::config::Scheme;
use crate::server::edge::connection;
use crate::server::edge::http::HttpRefusal;
use crate::server::edge::http::caller::{Identified, with_cookie};
use crate::server::edge::http::upgrade::{self, Upgrade, UpgradeRefused, Version};
use crate::server::limits::{Address, Attack};
use crate::server::net::origin::OriginRefused;
use crate::server::net::websocket::asks_for_websocket;
use crate::server::posting;

/// Why a socket is not opened.
pub enum SocketRefused {
    /// The request is no handshake.
    Handshake(UpgradeRefused),
    /// It is one, and may not be accepted.
    ByRule(HttpRefusal),
}

impl<R: Into<HttpRefusal>> From<R> for SocketRefused {
    fn from(refusal: R) -> Self {
        Self::ByRule(refusal.into())
    }
}

impl IntoResponse for SocketRefused {
    fn into_response(self) -> Response {
        match self {
            Self::Handshake(refused) => refused.into_response(),
            Self::ByRule(refusal) => refusal.into_response(),
        }
    }
}

/// Whether a request is a handshake that can succeed, as far as is known without the store.
pub fn may_upgrade(app: &App, scheme: Scheme, request: &Request) -> bool {
    let headers = request.headers();
    let may_connect = match request.uri().path() {
        "/ws" => {
            upgrade::offers_member_subprotocol(headers) && app.origins.check_member_socket(headers, scheme).is_ok()
        }
        path if path == "/" || path.starts_with("/plain/") => app.origins.check_plain_socket(headers, scheme).is_ok(),
        _ => false,
    };
    may_connect && upgrade::is_handshake(request)
}

/// `GET /ws`: the member socket. It reads the cookie, so the origin must be ours.
pub async fn member(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    headers: HeaderMap,
    upgrade: Result<Upgrade, UpgradeRefused>,
) -> Result<Response, SocketRefused> {
    let upgrade = note_bad_handshake(&app, client.address, &headers, upgrade)?;
    app.origins
        .check_member_socket(&headers, client.scheme)
        .map_err(|refused| refuse_origin(&app, client.address, refused))?;
    let (upgrade, version) = upgrade.member_subprotocol(&headers)?;
    let drain_guard = admit(&app)?;
    if version == Version::Other {
        let code = CloseCode::UnsupportedProtocol;
        return Ok(upgrade.accept(drain_guard, move |upgraded| connection::reject(&app, upgraded, code)));
    }
    let Identified { caller, renewed } = Identified::look_up(&app, client, &headers).await?;
    let upgrade = as_configured(&app, upgrade);
    let response = upgrade.accept(drain_guard, |upgraded| connection::member::serve(app, upgraded, caller));
    Ok(with_cookie(renewed, response))
}

/// `GET /plain/{room}`: the plain socket in any room.
pub async fn plain(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    room: Result<Path<RoomSlug>, PathRejection>,
    headers: HeaderMap,
    upgrade: Result<Upgrade, UpgradeRefused>,
) -> Result<Response, SocketRefused> {
    let upgrade = note_bad_handshake(&app, client.address, &headers, upgrade)?;
    let Path(room) = room.map_err(|_| ErrorCode::RoomNotFound)?;
    upgrade_plain(app, client, room, &headers, upgrade).await
}

/// `GET /` with `Upgrade: websocket`: the plain socket in the lobby. Everything else goes on to the page.
pub async fn plain_at_the_root(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    request: Request,
    next: Next,
) -> Response {
    if request.uri().path() != "/" || !asks_for_websocket(request.headers()) {
        return next.run(request).await;
    }
    let (mut parts, _) = request.into_parts();
    let upgrade = Upgrade::from_request_parts(&mut parts, &()).await;
    match note_bad_handshake(&app, client.address, &parts.headers, upgrade) {
        Ok(upgrade) => upgrade_plain(app, client, RoomSlug::lobby(), &parts.headers, upgrade).await.into_response(),
        Err(refused) => refused.into_response(),
    }
}

/// Notes a client that asks for a WebSocket and breaks the rules of the handshake, which no browser and no library does. A
/// person who opens the address of a socket in a browser does not ask for a WebSocket.
fn note_bad_handshake(
    app: &App,
    address: Address,
    headers: &HeaderMap,
    upgrade: Result<Upgrade, UpgradeRefused>,
) -> Result<Upgrade, SocketRefused> {
    upgrade.map_err(|refused| {
        if asks_for_websocket(headers) && refused.is_by_the_client() {
            app.limits.attacks.note(Attack::BadHandshake, address);
        }
        SocketRefused::Handshake(refused)
    })
}

/// Refuses an origin and notes the client: honest pages and programs never ask for this.
pub fn refuse_origin(app: &App, address: Address, refused: OriginRefused) -> HttpRefusal {
    let attack = match refused {
        OriginRefused::ForeignPage => Attack::ForeignOrigin,
        OriginRefused::CookieAlone => Attack::CookieAlone,
    };
    app.limits.attacks.note(attack, address);
    ErrorCode::OriginRefused.into()
}

async fn upgrade_plain(
    app: Arc<App>,
    client: Client,
    room: RoomSlug,
    headers: &HeaderMap,
    upgrade: Upgrade,
) -> Result<Response, SocketRefused> {
    let Client { address, scheme } = client;
    app.origins.check_plain_socket(headers, scheme).map_err(|refused| refuse_origin(&app, address, refused))?;
    let drain_guard = admit(&app)?;
    posting::open_room(&app, &room).await?;
    Ok(as_configured(&app, upgrade.any_subprotocol(headers))
        .accept(drain_guard, move |upgraded| connection::plain::serve(app, upgraded, room, address)))
}

/// Makes a drain wait for one more socket. Refuses the socket when the drain has begun.
fn admit(app: &App) -> Result<TaskTrackerToken, Refusal> {
    // The guard is taken before the drain is checked, so that no socket slips in between.
    let drain_guard = app.connections.token();
    if app.drain.is_cancelled() {
        return Err(Refusal::retry_after(ErrorCode::ShuttingDown, app.reconnect_delay_ms()));
    }
    Ok(drain_guard)
}

fn as_configured(app: &App, upgrade: Upgrade) -> Upgrade {
    if app.config.server.compression_threshold_bytes == 0 { upgrade.uncompressed() } else { upgrade }
}
