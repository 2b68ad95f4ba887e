//! The server side of WebSocket: RFC 6455, and RFC 7692 (permessage-deflate) without context takeover.
//!
//! What it is: frames in, frames out, and the opening handshake. The codec is pure and synchronous: bytes come in as
//! slices, messages and errors go out, and no part of it knows a socket, a clock or another module of this crate.
//! What it is not: a client; a protocol (what a text means is for `connection`); a limit on time or rate (the caller has
//! the clock).
//!
//! It is built for many connections that are quiet and share what they are sent:
//! - A frame is encoded once and its bytes are shared by every receiver ([`encode`], [`SharedFrame`]); so is its
//!   compressed form.
//! - A connection owns no buffer at rest. What was read lies in memory of the caller, is unmasked in place, and a whole
//!   frame is borrowed from there; only what is not yet whole is copied ([`Decoder`]).
//! - Memory follows what has arrived, never what a header announces, and ends at the limit; so does inflating.
//!
//! Order inside: `mask, close_code, extensions, inflate < error, permessage_deflate < frame, handshake < shared_frame,
//! decoder < inbox, write_buffer`.

mod close_code;
mod decoder;
mod error;
mod extensions;
mod frame;
mod handshake;
mod inbox;
mod inflate;
mod mask;
mod permessage_deflate;
mod shared_frame;
mod write_buffer;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod stream;
#[cfg(test)]
pub(crate) mod test_client;

pub use close_code::CloseStatus;
pub use decoder::{Close, Compression, Decoder, Incoming};
pub use error::ProtocolError;
pub use frame::{Opcode, encode, encode_close};
pub use handshake::{Accept, HandshakeError, asks_for_websocket};
pub use inbox::{Inbox, ReceiveError};
pub use inflate::{InflateError, inflate};
pub use permessage_deflate::{Agreement, NegotiationError, negotiate};
pub use shared_frame::{Deflater, FrameEncoding, SharedFrame};
pub use write_buffer::WriteBuffer;
