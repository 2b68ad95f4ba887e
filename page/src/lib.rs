//! The WebAssembly of the page: what its script calls, and nothing else. All of the page is in `teahouse`, which is a
//! library for Rust. Cargo optimizes across crates (`lto`) only where nothing but a cdylib is made, so this is a package of
//! its own: the page is a sixth smaller by it.

mod parts;

use wasm_bindgen::prelude::wasm_bindgen;

/// Takes over the page that the server rendered.
#[wasm_bindgen]
pub fn hydrate() {
    teahouse::hydrate(parts::PARTS);
}
