//! The server side. May use: `protocol`, `model`. Below this line only `faults` has a cfg.
//!
//! Order inside: `faults < clock, config, telemetry, websocket < limits < client_address, listener, origin < store, broker,
//! names < hub < session, presence, recent_pages, room_list < app < chat < connection, housekeeping < http`.

pub mod faults;

pub mod clock;
pub mod config;
pub mod telemetry;
pub mod websocket;

pub mod limits;

pub mod client_address;
pub mod listener;
pub mod origin;

pub mod broker;
pub mod names;
pub mod store;

pub mod hub;

pub mod presence;
pub mod recent_pages;
pub mod room_list;
pub mod session;

pub mod app;

pub mod chat;

pub mod connection;

pub mod housekeeping;

pub mod http;
