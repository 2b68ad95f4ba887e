//! The way of committed events to connections: the broker between nodes, the hub of this node, and the pages and lists that
//! are kept for connections that come in. Not here: the truth (`log`), who may do what (`posting`), sockets (`edge`).

pub mod broker;
pub mod compressor;
pub mod frame;
pub mod hub;
pub mod recent_pages;
pub mod repairs;
pub mod room_list;
pub mod sendq;
