//! Stands in for the crate of this name (`[patch.crates-io]` in Teahouse's `Cargo.toml`).
//!
//! Leptos compiles streaming server functions into every page. The real crate exports three classes to JavaScript for
//! them, and a linker keeps whatever is exported: 6 KB of brotli that Teahouse's page never runs, since its server functions
//! take a form and answer with JSON (`src/api/call.rs`).
//!
//! This crate has the four functions that `server_fn` names, with the same types, and no exports. Whoever streams
//! through a server function removes the patch first: until then each of the two ways in panics with these words.

use core::marker::PhantomData;
use core::pin::Pin;
use core::task::{Context, Poll};

use futures_core::Stream;
use wasm_bindgen::JsValue;

const NO_STREAMS: &str = "server functions do not stream: remove the patch of wasm-streams from Cargo.toml first";

/// A stream of JavaScript, which nobody can make here.
pub struct ReadableStream(Never);

/// What [`ReadableStream::into_stream`] reads.
pub struct IntoStream<'reader> {
    never: Never,
    reader: PhantomData<&'reader ()>,
}

#[derive(Clone, Copy)]
enum Never {}

impl ReadableStream {
    /// # Panics
    /// Always: see the head of this crate.
    #[must_use]
    pub fn from_raw(_: web_sys::ReadableStream) -> Self {
        panic!("{NO_STREAMS}")
    }

    /// # Panics
    /// Always: see the head of this crate.
    #[must_use]
    pub fn from_stream<S>(_: S) -> Self
    where
        S: Stream<Item = Result<JsValue, JsValue>> + 'static,
    {
        panic!("{NO_STREAMS}")
    }

    /// Unreachable, since there is no [`ReadableStream`].
    #[must_use]
    pub fn into_raw(self) -> web_sys::ReadableStream {
        match self.0 {}
    }

    /// Unreachable, since there is no [`ReadableStream`].
    #[must_use]
    pub fn into_stream(self) -> IntoStream<'static> {
        IntoStream { never: self.0, reader: PhantomData }
    }
}

impl Stream for IntoStream<'_> {
    type Item = Result<JsValue, JsValue>;

    fn poll_next(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        match self.never {}
    }
}
