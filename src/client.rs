//! The browser's side: socket, storage, clock, address bar, scrolling. Compiles on both targets, is only called in the
//! browser, from effects and event handlers. Decides nothing that `model` can decide.
//! May use: `protocol`, `model`.

pub mod dialog;

pub mod element;

pub mod json;

pub mod listener;

pub mod socket;

pub mod connection;

mod journal;

pub mod storage;

pub mod local_time;

pub mod request;

pub mod history;

pub mod navigation;

pub mod scroll;
