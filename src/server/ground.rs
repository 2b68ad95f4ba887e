//! What everything else stands on: the time of day, logs, faults played on purpose, and the key by which names are compared.
//! Nothing here knows of connections, rooms or the database.

pub mod clock;
pub mod faults;
pub mod names;
pub mod search_fold;
pub mod telemetry;
