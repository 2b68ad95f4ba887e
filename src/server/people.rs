//! Sessions, the names that are shown, and presence. Not here: what the store keeps of people (`log::guests`), who may take
//! which name (`posting`).

pub mod live_names;
pub mod presence;
pub mod session;
