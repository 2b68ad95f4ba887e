//! `[leptos]`: what the running server needs of Leptos' own options. The build reads the same names from
//! `[[workspace.metadata.leptos]]` of Cargo.toml.
//!
//! Not here: the server functions' prefix, hash and module path. They are compiled into the page, so that the running
//! server cannot choose them.

use leptos::config::{Env, LeptosOptions};

use super::setting::{Setting, Zero, setting_rows};

/// The rows of `[leptos]`.
pub(super) const SETTINGS: &[Setting] = &setting_rows!(leptos {
    output_name, "Name of the built script, WebAssembly and style files.", None, Zero::NotANumber;
    site_root, "Folder of the built page's files.", None, Zero::NotANumber;
    site_pkg_dir, "Folder below site-root of script, WebAssembly and style.", None, Zero::NotANumber;
    env, "DEV allows the live reload of cargo-leptos, PROD does not; `cargo leptos watch` means DEV.", None, Zero::NotANumber;
    site_addr, "Address to listen on, unless server.addr says otherwise.", None, Zero::NotANumber;
    reload_port, "Port of cargo-leptos' live reload, used by `cargo leptos watch` only.", None, Zero::Refused;
    reload_external_port, "The same port as browsers see it behind a proxy.", None, Zero::Refused;
    reload_ws_protocol, "WS, or WSS behind a proxy with TLS.", None, Zero::NotANumber;
    not_found_path, "Path of the page for unknown addresses.", None, Zero::NotANumber;
    hash_file, "File beside the program in which `make build` lists the hashes in the built files' names.", None, Zero::NotANumber;
    hash_files, "Whether the built files are served under names with hashes, which browsers keep for ever. Where `make build` did not give them such names, they are served under plain ones.", None, Zero::NotANumber;
});

/// The same values as in Cargo.toml, but for `hash-files`: not cargo-leptos hashes the names, but `scripts/pack`.
pub(super) fn default_options() -> LeptosOptions {
    LeptosOptions::builder()
        .output_name("teahouse")
        .site_root("target/site")
        .site_pkg_dir("pkg")
        .env(Env::PROD)
        .site_addr(super::sections::DEFAULT_ADDR)
        .reload_port(8_081)
        .hash_files(true)
        .build()
}
