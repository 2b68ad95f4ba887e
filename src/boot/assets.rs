//! The files of the page, as `cargo leptos build` lays them out below `site-root`: compressed ahead of time where a
//! `.br` or `.gz` sibling exists; those with a hash in the name are kept by browsers for ever.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::Router;
use axum::middleware::from_fn;
use leptos::config::LeptosOptions;
use tower_http::services::{ServeDir, ServeFile};

use super::check::Warning;
use crate::server::app::App;
use crate::server::edge::http::{hashed_file, named_file};
use crate::ui::Assets;

/// The few files of `public/` that are asked for by name at the root.
const ROOT_FILES: [&str; 6] =
    ["favicon.svg", "favicon.ico", "robots.txt", "manifest.webmanifest", "icon-192.png", "icon-512.png"];

/// Browsers ask for it by themselves where a page names no icon; ours names one.
const NOT_OURS: &str = "favicon.ico";

/// A file that the page needs is not where it should be. Each text says where, and how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum SiteFault {
    /// The list of hashes cannot be read.
    #[error(
        "{path} (leptos.hash-file, beside the program) cannot be read: {source}. It names the files of the page: run `make build`, and copy it together with the program."
    )]
    HashFile {
        /// The list.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The list is there and does not name a file.
    #[error("{path} (leptos.hash-file) names no hash for \"{kind}\". Run `make build`, which writes it.")]
    HashMissing {
        /// The list.
        path: PathBuf,
        /// `js`, `wasm` or `css`.
        kind: &'static str,
    },
    /// There is no folder at all.
    #[error(
        "there is no folder {path} (leptos.site-root, seen from {working_folder}). It holds the files of the page: run `make build`, or name the folder `site` of the build."
    )]
    FolderMissing {
        /// As it was set.
        path: PathBuf,
        /// Where relative paths begin.
        working_folder: PathBuf,
    },
    /// The folder is there, without this file.
    #[error(
        "{path} is not there, and the page names it: program, hash file and leptos.site-root are not of the same build. Run `make build`, and copy all three."
    )]
    FileMissing {
        /// The file.
        path: PathBuf,
    },
}

/// Routes for all files. Whatever is missing is answered by the 404 of `ServeDir`, without a look outside the folder.
pub fn router(app: &Arc<App>) -> Router {
    let options = &app.config.leptos;
    let site_root = Path::new(&*options.site_root);
    let package_folder = ServeDir::new(site_root.join(&*options.site_pkg_dir)).precompressed_br().precompressed_gzip();
    let package = Router::new().nest_service(&format!("/{}", options.site_pkg_dir), package_folder);
    let package = if options.hash_files { package.layer(from_fn(hashed_file)) } else { package };
    let files = ROOT_FILES
        .iter()
        .fold(package, |router, name| router.route_service(&format!("/{name}"), ServeFile::new(site_root.join(name))));
    files.layer(from_fn(named_file))
}

/// The names of the built files: from the hash file that cargo-leptos puts beside the binary. Without one, the names
/// without hashes; [`inspect`] says that it is missing.
pub fn find(options: &LeptosOptions) -> Assets {
    let hashes = hash_file(options).and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    Assets::new(options, &hashes)
}

/// Looks for every file that the page names.
pub fn inspect(options: &LeptosOptions) -> (Vec<SiteFault>, Option<Warning>) {
    let site_root = Path::new(&*options.site_root);
    let mut faults = Vec::new();
    if let Some(path) = hash_file(options) {
        match fs::read_to_string(&path) {
            Err(source) => faults.push(SiteFault::HashFile { path, source }),
            Ok(hashes) => faults.extend(kinds_without_hash(&hashes).map(|kind| {
                let path = path.clone();
                SiteFault::HashMissing { path, kind }
            })),
        }
    }
    if !site_root.is_dir() {
        let working_folder = std::env::current_dir().unwrap_or_default();
        faults.push(SiteFault::FolderMissing { path: site_root.to_owned(), working_folder });
    }
    // Without the names there is no telling which files are missing.
    if !faults.is_empty() {
        return (faults, None);
    }
    let assets = find(options);
    let built = [&assets.script, &assets.wasm, &assets.style].map(String::as_str);
    let named = built.into_iter().chain(ROOT_FILES.into_iter().filter(|name| *name != NOT_OURS));
    let paths = named.map(|name| site_root.join(name.trim_start_matches('/')));
    let missing = paths.filter(|path| !path.is_file()).map(|path| SiteFault::FileMissing { path });
    let faults: Vec<_> = missing.collect();
    let compressed = site_root.join(format!("{}.br", assets.wasm.trim_start_matches('/')));
    let warning = (faults.is_empty() && !compressed.is_file()).then_some(Warning::PageUncompressed);
    (faults, warning)
}

fn hash_file(options: &LeptosOptions) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    options.hash_files.then(|| program.with_file_name(&*options.hash_file))
}

fn kinds_without_hash(hashes: &str) -> impl Iterator<Item = &'static str> {
    let named: Vec<_> = hashes.lines().filter_map(|line| line.split_once(':')).map(|(kind, _)| kind.trim()).collect();
    ["js", "wasm", "css"].into_iter().filter(move |kind| !named.contains(kind))
}
