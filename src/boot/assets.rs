//! The files of the page below `site-root`. `make build` packs them (`scripts/pack`): they have names after their content,
//! which browsers keep for ever, and compressed siblings. `cargo leptos build` alone leaves them under plain names; then
//! they are served so, and asked for at every visit.

mod intact;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io};

use axum::Router;
use axum::middleware::from_fn;
use leptos::config::LeptosOptions;
use tower_http::services::{ServeDir, ServeFile};

use super::check::Warning;
use crate::server::app::App;
use crate::server::edge::http::{hashed_file, named_file, plain_file};
use crate::ui::Assets;

/// The few files of `public/` that are asked for by name at the root.
const ROOT_FILES: [&str; 7] = [
    "favicon.svg",
    "favicon-unread.svg",
    "favicon.ico",
    "robots.txt",
    "manifest.webmanifest",
    "icon-192.png",
    "icon-512.png",
];

/// The loader of the parts, as cargo-leptos names it.
const LOADER: &str = "__wasm_split.______________________.js";

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
        /// The system's error message.
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
    /// The script asks for parts of the page, and there are none.
    #[error(
        "{path} asks for parts of the page, and the build made none: the feature `split` needs `cargo leptos build --split`. Run `make build`."
    )]
    NotSplit {
        /// The script.
        path: PathBuf,
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
    /// The file is there, and is not what the build wrote.
    #[error(
        "{path} is not what the build wrote: it was changed, or its copy was cut off. Copy leptos.site-root again, or run `make build`."
    )]
    FileDamaged {
        /// The file.
        path: PathBuf,
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
    let package =
        if is_packed(options) { package.layer(from_fn(hashed_file)) } else { package.layer(from_fn(plain_file)) };
    let files = ROOT_FILES
        .iter()
        .fold(package, |router, name| router.route_service(&format!("/{name}"), ServeFile::new(site_root.join(name))));
    files.layer(from_fn(named_file))
}

/// The names of the built files: from the hash file that `scripts/pack` puts beside the binary. Without one, the names
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
    let paths: Vec<_> = named.map(|name| site_root.join(name.trim_start_matches('/'))).chain(parts(options)).collect();
    let missing = paths.iter().filter(|path| !path.is_file()).map(|path| SiteFault::FileMissing { path: path.clone() });
    let mut faults: Vec<_> = missing.chain(not_split(options)).collect();
    if is_packed(options) {
        let package = package_file(options, "");
        let packed = paths.iter().filter(|path| path.starts_with(&package) && path.is_file());
        faults.extend(packed.flat_map(|path| intact::damaged(path)).map(|path| SiteFault::FileDamaged { path }));
    }
    let compressed = site_root.join(format!("{}.br", assets.wasm.trim_start_matches('/')));
    let warning = match (is_packed(options), options.hash_files) {
        (true, _) => (!compressed.is_file()).then_some(Warning::PageUncompressed),
        (false, true) => Some(Warning::PageNotPacked),
        (false, false) => None,
    };
    let warning = warning.filter(|_| faults.is_empty());
    (faults, warning)
}

/// A build leaves its files under plain names, and takes those away that were packed before.
fn is_packed(options: &LeptosOptions) -> bool {
    options.hash_files && !package_file(options, &format!("{}.js", options.output_name)).is_file()
}

fn package_file(options: &LeptosOptions, name: &str) -> PathBuf {
    Path::new(&*options.site_root).join(&*options.site_pkg_dir).join(name)
}

fn hash_file(options: &LeptosOptions) -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    is_packed(options).then(|| program.with_file_name(&*options.hash_file))
}

/// The files of the parts of the page, which the hash file lists as `emoji_picker.wasm: HASH`.
fn parts(options: &LeptosOptions) -> Vec<PathBuf> {
    let hashes = hash_file(options).and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    let part = |line: &str| {
        let (name, hash) = line.split_once(':')?;
        let stem = name.trim().strip_suffix(".wasm")?;
        Some(package_file(options, &format!("{stem}.{}.wasm", hash.trim())))
    };
    hashes.lines().filter_map(part).collect()
}

/// Packing puts the loader of the parts into the script. Before that it is a file of its own, which only `--split` makes.
fn not_split(options: &LeptosOptions) -> Option<SiteFault> {
    let path = package_file(options, &format!("{}.js", options.output_name));
    let script = fs::read_to_string(&path).ok()?;
    let asks_for_parts = script.contains(LOADER) && !package_file(options, LOADER).is_file();
    asks_for_parts.then_some(SiteFault::NotSplit { path })
}

fn kinds_without_hash(hashes: &str) -> impl Iterator<Item = &'static str> {
    let named: Vec<_> = hashes.lines().filter_map(|line| line.split_once(':')).map(|(kind, _)| kind.trim()).collect();
    ["js", "wasm", "css"].into_iter().filter(move |kind| !named.contains(kind))
}
