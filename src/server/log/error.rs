//! What can go wrong in a store, as callers see it. Not here: how SQLite's result codes are sorted (`sqlite::trouble`), and
//! the words for people (`posting`).
//!
//! What goes wrong below the trait is one of four things, and each has its duties:
//!
//! - **Busy**: another program holds the database. The write waits, with all behind it, and only after
//!   `store.lock_timeout_ms` it is refused with `Busy`. Nothing of it is written, so the same write may come again.
//! - **Full**: what takes space (`append`, `create_room`, `put_guest`) is refused with `DiskFull`, also ahead of time, as
//!   soon as the disk is down to `store.disk_reserve_mb`. Reads and what takes no space go on, and everything does when
//!   there is space again.
//! - **Damaged**: what can be read is served, and the rest is answered `Damaged`; `check` tells. A write that meets the
//!   damage is the last one: nothing more is written into a damaged file, and every later write is answered `Damaged`.
//! - **In doubt**: a write or a sync failed, or the files are not where they were. Nothing is acknowledged any more, and
//!   the process ends with a [`StoreFailure`].

use super::NameConflict;
use crate::protocol::RoomSlug;

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room has this address.
    #[error("there is no room {0}")]
    RoomNotFound(RoomSlug),
    /// A room with this address exists.
    #[error("room {0} exists already")]
    RoomExists(RoomSlug),
    /// A room with an address that looks like this one exists.
    #[error("a room that looks like {0} exists already")]
    RoomLookAlike(RoomSlug),
    /// There are as many rooms as there may be.
    #[error("there are as many rooms as there may be")]
    TooManyRooms,
    /// The author used this id for another post or in another room.
    #[error("the post id was used for another post")]
    IdConflict,
    /// The event that this one would change is not there, or is not of a kind that it changes.
    #[error("there is no such message in this room")]
    TargetNotFound,
    /// The message is by somebody else.
    #[error("the message is by somebody else")]
    NotYours,
    /// The time in which the message may be changed is over.
    #[error("the time for this change is over")]
    TooLate,
    /// The message is deleted, so that nothing but a restoration changes it.
    #[error("the message is deleted")]
    MessageDeleted,
    /// The message that was to be restored is not deleted.
    #[error("the message is not deleted")]
    NotDeleted,
    /// The message has as many different reactions as it may have.
    #[error("the message has as many different reactions as it may have")]
    TooManyReactions,
    /// The session ended, or its nickname is another by now.
    #[error("the session is not what it was")]
    SessionEnded,
    /// This person may not have this nickname.
    #[error(transparent)]
    Nickname(#[from] NameConflict),
    /// Another guest's session has this token. Tokens are random, so the caller has a fault.
    #[error("the session token belongs to another guest")]
    TokenTaken,
    /// The write queue is full, or another program holds the database; nothing was written. The same write may succeed
    /// later.
    #[error("the write queue is full, or another program holds the database")]
    Busy,
    /// The disk is full, or down to its reserve; nothing was written. What takes no space goes on.
    #[error("the disk is full")]
    DiskFull,
    /// What was asked for cannot be read any more, or nothing is written any more because of that. The detail is for the
    /// log.
    #[error("the database is damaged: {0}")]
    Damaged(String),
    /// The store failed for good or was closed: nothing is acknowledged any more.
    #[error("the store is closed: {0}")]
    Closed(String),
    /// A read failed, and the next one may not.
    #[error("reading failed: {0}")]
    Read(String),
}

/// Why a store ended by itself, with what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreFailure {
    /// A write or a sync failed, so that nobody knows what of it is on disk.
    #[error(
        "the database could not be written: {0}. Nothing that was acknowledged is lost. Mend the disk (the system's log \
         knows more), then start again; messages that were not acknowledged are sent again by their writers"
    )]
    InDoubt(String),
    /// The files were moved, removed or replaced under the running store.
    #[error(
        "the database was taken away under the running server: {0}. What was acknowledged in the last seconds is only in \
         the files that were there. Put them back, all together, or leave what is there now, then start again; next time, \
         stop the server first"
    )]
    Displaced(String),
}

/// How well a store is that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// It does all that it is asked for.
    Sound,
    /// It refuses what takes space, with `DiskFull`.
    DiskFull,
}

impl StoreError {
    /// The answer to whatever comes after an orderly close.
    pub(super) fn closed() -> Self {
        Self::Closed("it was closed in good order".to_owned())
    }
}
