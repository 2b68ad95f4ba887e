//! What the page holds of its conversations: one file for each part. Not here: what is drawn of it (`rows`), and the
//! connection that brings it (`connection`).

pub mod outbox;

pub mod reactions;

pub mod roster;

pub mod timeline;

pub mod typing;
