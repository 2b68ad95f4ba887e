//! One open WebSocket: moves frames between the socket and the use cases, keeps it alive, ends it with a reason.
//! Not here: the HTTP upgrade (`http`), what a use case does (`chat`).

mod conduct;
mod transport;

pub mod member;
pub mod plain;
