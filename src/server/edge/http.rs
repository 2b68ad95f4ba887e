//! The only list of routes that programs use, and the layers that every response passes. The routes of the page come
//! from `boot`, which knows how to draw it. Not here: use cases (`posting`), sockets after the upgrade (`connection`).

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::server::app::App;
use crate::server::net::refusal_page::RefusalPages;

mod body;
mod caller;
mod cors;
mod guard;
mod health;
mod host;
mod openapi;
mod refusal;
mod response_headers;
mod rooms;
mod socket;
mod upgrade;

pub use caller::identify;
pub use refusal::{HttpRefusal, Told};
pub use response_headers::{hashed_file, named_file, plain_file};
pub use upgrade::{Upgrade, UpgradeRefused};

/// All routes of the server: those of programs, and those of `pages`. People see refusals as `refusal_pages`.
pub fn router(app: &Arc<App>, pages: Router, refusal_pages: RefusalPages) -> Router {
    let programs = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/ws", get(socket::member))
        .route("/plain/{room}", get(socket::plain))
        .route("/api/v1/openapi.json", get(openapi::openapi))
        .route("/api/v1/rooms", get(rooms::list))
        .route("/api/v1/rooms/{room}/events", get(rooms::events))
        .route("/api/v1/rooms/{room}/history", get(rooms::history))
        .layer(cors::allow_listed_origins(app))
        .with_state(Arc::clone(app));
    pages
        .layer(from_fn_with_state(Arc::clone(app), socket::plain_at_the_root))
        .merge(programs)
        .layer(from_fn_with_state(Arc::clone(app), guard::same_origin_to_change))
        .layer(from_fn_with_state(Arc::clone(app), guard::with_permit))
        .layer(from_fn_with_state(Arc::clone(app), host::ours))
        .layer(from_fn(host::named_once))
        .layer(from_fn_with_state(Arc::clone(app), guard::in_time))
        .layer(body_limit(app.config.limits.request_bytes))
        .layer(from_fn(guard::catch_panics))
        .layer(from_fn_with_state(refusal_pages, refusal::in_words))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .layer(from_fn(response_headers::secure))
        .layer(from_fn_with_state(Arc::clone(app), caller::describe))
}

fn body_limit(request_bytes: usize) -> DefaultBodyLimit {
    if request_bytes == 0 { DefaultBodyLimit::disable() } else { DefaultBodyLimit::max(request_bytes) }
}
