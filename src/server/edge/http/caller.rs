//! Who makes a request. Its address and scheme are put into every request. The session is looked up only for routes that
//! need it, since a request may bring several cookies, and each is a read of the store.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::{HeaderValue, SET_COOKIE};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::protocol::Refusal;
use crate::server::app::{App, Caller, Client};
use crate::server::config::Scheme;
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Address;
use crate::server::net::client_address::{browser_scheme, client_address};
use crate::server::net::listener::PeerAddress;
use crate::server::posting;

/// Puts a [`Client`] into the extensions of a request.
pub async fn describe(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let (peer, proxies) = (peer(&request), &app.config.server.trusted_proxies);
    let socket = request.extensions().get::<Scheme>().copied().unwrap_or(Scheme::Http);
    let address = Address::of(client_address(peer, request.headers(), proxies));
    // `public_origin` decides what the browser speaks, else the socket or a trusted proxy.
    let told = || browser_scheme(peer, socket, request.headers(), proxies);
    let scheme = app.origins.public_scheme().unwrap_or_else(told);
    request.extensions_mut().insert(Client { address, scheme });
    next.run(request).await
}

/// Puts a [`Caller`] into the extensions of a request, and renews the cookie of a session that is in use. For the routes that
/// need the session.
pub async fn identify(
    State(app): State<Arc<App>>,
    Extension(client): Extension<Client>,
    mut request: Request,
    next: Next,
) -> Response {
    match Identified::look_up(&app, client, request.headers()).await {
        Ok(Identified { caller, renewed }) => {
            request.extensions_mut().insert(caller);
            with_cookie(renewed, next.run(request).await)
        }
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

/// The caller, and the cookie that the answer sets.
pub struct Identified {
    /// The caller, with the guest whose session it is, if there is one.
    pub caller: Caller,
    /// Set when the cookie is to be renewed.
    pub renewed: Option<HeaderValue>,
}

impl Identified {
    /// Looks up the session of a request.
    ///
    /// # Errors
    /// `internal` when the store cannot be read.
    pub async fn look_up(app: &App, client: Client, headers: &HeaderMap) -> Result<Self, Refusal> {
        let Client { address, scheme } = client;
        let as_of = app.identity_version();
        let session = posting::authenticate(app, headers, scheme).await?;
        let (guest, renewed) = session.map_or((None, None), |session| (Some(session.guest), session.renewed));
        let renewed = renewed.map(|token| app.cookies.set(&token, scheme));
        Ok(Self { caller: Caller { guest, address, scheme, as_of }, renewed })
    }
}

/// Sets a renewed cookie, unless the handler changed the session and set the cookie itself.
pub fn with_cookie(renewed: Option<HeaderValue>, mut response: Response) -> Response {
    if let Some(cookie) = renewed.filter(|_| !response.headers().contains_key(SET_COOKIE)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// The peer, which the listener puts into every request. A request without one counts as from this machine.
fn peer(request: &Request) -> IpAddr {
    request.extensions().get::<PeerAddress>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip())
}
