//! Pure state machines that both sides share: no async, no IO, no clock, no randomness; time and chance are arguments.
//! May use: `protocol`. The files never name each other, except that `rows` reads `timeline`, `outbox` and `calendar`,
//! and `link` uses `backoff`.

pub mod text;

pub mod calendar;

pub mod timeline;

pub mod outbox;

pub mod rows;

pub mod reactions;

pub mod roster;

pub mod draft;

pub mod typing;

pub mod backoff;

pub mod link;

pub mod address;

#[cfg(test)]
pub(crate) mod samples;
