//! Pure state machines that both sides share: no async, no IO, no clock, no randomness; time and chance are arguments.
//! May use: `protocol`. The files never name each other, except that `rows` reads `conversation` and `calendar`,
//! `connection` uses `backoff`, and `search` uses `calendar` and `text`.

pub mod text;

pub mod calendar;

pub mod conversation;

pub mod rows;

pub mod draft;

pub mod backoff;

pub mod connection;

pub mod address;

pub mod profile;

pub mod search;

#[cfg(test)]
pub(crate) mod samples;
