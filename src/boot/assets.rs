//! The files of the page, as `cargo leptos build` lays them out below `site-root`: compressed ahead of time where a
//! `.br` or `.gz` sibling exists; those with a hash in the name are kept by browsers for ever.

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::middleware::from_fn;
use tower_http::services::{ServeDir, ServeFile};

use crate::server::app::App;
use crate::server::http::hashed_file;

/// The few files of `public/` that are asked for by name at the root.
const ROOT_FILES: [&str; 6] =
    ["favicon.svg", "favicon.ico", "robots.txt", "manifest.webmanifest", "icon-192.png", "icon-512.png"];

/// Routes for all files. Whatever is missing is answered by the 404 of `ServeDir`, without a look outside the folder.
pub fn router(app: &Arc<App>) -> Router {
    let options = &app.config.leptos;
    let site_root = Path::new(&*options.site_root);
    let package_folder = ServeDir::new(site_root.join(&*options.site_pkg_dir)).precompressed_br().precompressed_gzip();
    let package = Router::new().nest_service(&format!("/{}", options.site_pkg_dir), package_folder);
    let package = if options.hash_files { package.layer(from_fn(hashed_file)) } else { package };
    ROOT_FILES
        .iter()
        .fold(package, |router, name| router.route_service(&format!("/{name}"), ServeFile::new(site_root.join(name))))
}
