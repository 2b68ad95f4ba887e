//! What lies between the network and HTTP: the listener with TLS, client addresses behind proxies, the origins of pages,
//! refusals for people, and RFC 6455. Not here: routes and sockets after their handshake (`edge`), what a client may cost (`limits`).

pub mod client_address;
pub mod listener;
pub mod origin;
pub mod refusal_page;
pub mod websocket;
