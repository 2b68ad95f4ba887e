//! Who makes this request: one look at the address and the cookie, kept in the request for everybody who asks.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::server::app::{App, Caller};
use crate::server::chat;
use crate::server::client_address::{browser_scheme, client_address};
use crate::server::config::Scheme;
use crate::server::http::HttpRefusal;
use crate::server::limits::Address;
use crate::server::listener::PeerAddress;

/// Puts a `Caller` into the request's extensions, and lets the browser keep the cookie of a session that is in use.
pub async fn identify(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let address = address(&app, &request);
    let scheme = scheme(&app, &request);
    let as_of = app.identity_version();
    let proof = match chat::who(&app, request.headers(), scheme).await {
        Ok(proof) => proof,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let (guest, renewed) = proof.map_or((None, None), |proof| (Some(proof.guest), proof.renewed));
    request.extensions_mut().insert(Caller { guest, address, scheme, as_of });
    let mut response = next.run(request).await;
    // A form that changed the session set the cookie already.
    if let Some(token) = renewed.filter(|_| !response.headers().contains_key(SET_COOKIE)) {
        response.headers_mut().append(SET_COOKIE, app.cookies.set(&token, scheme));
    }
    response
}

/// Whose request it is for the limits.
pub fn address(app: &App, request: &Request) -> Address {
    Address::of(client_address(peer(request), request.headers(), &app.config.server.trusted_proxies))
}

/// What the browser speaks: what `public_origin` says, else the socket or a trusted proxy.
pub fn scheme(app: &App, request: &Request) -> Scheme {
    let socket = request.extensions().get::<Scheme>().copied().unwrap_or(Scheme::Http);
    let proxies = &app.config.server.trusted_proxies;
    app.origins.public_scheme().unwrap_or_else(|| browser_scheme(peer(request), socket, request.headers(), proxies))
}

/// The listener names the peer of every request; whoever comes another way counts as this machine.
fn peer(request: &Request) -> IpAddr {
    request.extensions().get::<PeerAddress>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer| peer.0.ip())
}
