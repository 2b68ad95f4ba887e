//! What brings committed events to connections: the broker between nodes, the hub of this node, and what is kept encoded for
//! those who come in. Not here: the truth (`log`), who may do what (`posting`), sockets (`edge`).

pub mod broker;
pub mod compressor;
pub mod frame;
pub mod hub;
pub mod recent_pages;
pub mod room_list;
pub mod sendq;
