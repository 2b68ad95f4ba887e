//! The doors for clients: HTTP routes and open WebSockets. Not here: use cases (`posting`), the page (`boot`).

pub mod connection;
pub mod http;
