//! The server side. May use: `protocol`, `model`. Below this line only `ground::faults` has a cfg.
//!
//! Order inside: `config < ground < limits < net < log < delivery < people < app < posting < edge, housekeeping`.

pub mod config;

pub mod ground;

pub mod limits;

pub mod net;

pub mod log;

pub mod delivery;

pub mod people;

pub mod app;

pub mod posting;

pub mod edge;
pub mod housekeeping;
