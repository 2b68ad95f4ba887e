//! CORS for the JSON interface: pages of the origins in `server.allowed_origins` may read it, and nobody else's.
//! Never a wildcard, never credentials: what is public needs no cookie.

use std::sync::Arc;

use axum::http::Method;
use axum::http::header::{CONTENT_TYPE, ORIGIN};
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::server::app::App;

/// Adds the CORS headers for a listed origin, and answers preflights.
pub fn allow_listed_origins(app: &Arc<App>) -> CorsLayer {
    let app = Arc::clone(app);
    let listed =
        AllowOrigin::predicate(move |origin, _| origin.to_str().is_ok_and(|text| app.origins.is_allowed_origin(text)));
    CorsLayer::new()
        .allow_origin(listed)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([CONTENT_TYPE])
        // Caches must not give the answer for one origin to another.
        .vary([ORIGIN])
}
