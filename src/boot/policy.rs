//! What may run and load in a page. The scripts of a page are the same in every answer, so the policy names them by their
//! hashes, and is the same in every answer too.

use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use leptos::config::{Env, LeptosOptions};
use sha2::{Digest, Sha256};

use crate::ui::Assets;

/// The Content Security Policy of the page of a room: the scripts in it by their hashes (CSP 3 §6.7.3.3), files of this
/// server, and WebAssembly; styles, images and connections only from here. Not `strict-dynamic`: with hashes, browsers
/// would refuse what the page's script imports and preloads. Nothing that people send is served as a script: only the
/// built files have such a type, and `nosniff` keeps browsers from guessing.
pub fn of_room(options: &LeptosOptions, assets: &Assets) -> HeaderValue {
    let hashes = assets.scripts().into_iter().chain(assets.reload()).map(|script| hash(&script));
    let hashes: Vec<_> = hashes.map(|hash| format!("'sha256-{hash}'")).collect();
    // While developing, the page listens to cargo-leptos for new builds on another port.
    let reload = match options.env {
        Env::DEV => format!(" ws://127.0.0.1:{port} ws://localhost:{port}", port = options.reload_port),
        Env::PROD => String::new(),
    };
    let policy = format!(
        "default-src 'self'; script-src 'self' {} 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         connect-src 'self'{reload}; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        hashes.join(" ")
    );
    HeaderValue::try_from(policy).expect("hashes are base64 and the rest is ASCII")
}

fn hash(script: &str) -> String {
    BASE64.encode(Sha256::digest(script.as_bytes()))
}
