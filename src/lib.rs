//! Teahouse (茶馆): a chat room that you host yourself.
//!
//! # Layout
//!
//! One crate, two sides. `ssr` builds the server, `hydrate` builds the WebAssembly of the page; never both at once.
//! In reading order:
//!
//! - [`protocol`]: the wire types of both sockets. serde and std only.
//! - [`model`]: pure state machines that both sides share. No IO, no clock, no randomness.
//! - `server` (ssr): store, hub, use cases, HTTP.
//! - [`client`]: the browser's WebSocket, storage, clock.
//! - [`api`]: server functions, one verb a file.
//! - [`ui`]: the page.
//! - `boot` (ssr): puts everything together; serves and drains.
//!
//! # The law
//!
//! `protocol < model < {server | client} < api < ui < boot < main`: a module names only modules to its left.
//! `server` and `client` never name each other; `server` never names `api` or `ui`; `api` names `server` only inside
//! `#[server]` bodies. `tests/it/tidy.rs` fails on an arrow the wrong way.

#[cfg(all(feature = "ssr", feature = "hydrate"))]
compile_error!("the features `ssr` and `hydrate` exclude each other; use --no-default-features --features hydrate");

pub mod protocol;

pub mod model;

#[cfg(feature = "ssr")]
pub mod server;

pub mod client;

pub mod api;

pub mod ui;

#[cfg(feature = "ssr")]
pub mod boot;

/// Entry point of the browser side, exported by the package `page`: takes over the server-rendered page. `parts` are what
/// it fetches on first use.
#[cfg(feature = "hydrate")]
pub fn hydrate(parts: ui::parts::Parts) {
    console_error_panic_hook::set_once();
    let application = client::element::element(ui::APPLICATION_ID).expect("the shell has it");
    let app = move || ui::App(ui::AppProps::builder().parts(parts).build());
    leptos::mount::hydrate_from(application, app).forget();
}
