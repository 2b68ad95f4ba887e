//! The use cases: what people can do, by whichever door they come. Each one authorizes, validates, asks the store, and
//! answers in the types of the protocol. The only writer of the log. Not here: sockets (`edge::connection`), HTTP
//! (`edge::http`).

mod day;
mod details;
mod edit;
mod identity;
mod new_room;
mod nickname;
mod own_reactions;
mod post;
mod profile;
mod reaction;
mod rooms;
mod search;
mod text;
mod unread;

pub mod form;

pub use day::{DayFound, day};
pub use details::details;
pub use identity::{Authenticated, SessionState, authenticate, session_state, sign_out};
pub use new_room::create_room;
pub use nickname::{Identity, choose_nickname, claim_plain_name};
pub use own_reactions::{is_crowded, leaves_out, name_reader};
pub use post::{Post, Posted, post};
pub use profile::profile;
pub use rooms::{
    events, history, list_rooms, list_rooms_for_welcome, list_rooms_named, newest_for_follower, open_room,
    remove_empty_rooms, snapshot, snapshot_around, summary_for_follower, tail_for_follower,
};
pub use search::{SearchFailure, SearchWish, search};
pub use unread::{mark, marks};

use crate::protocol::{ErrorCode, Refusal};
use crate::server::log::{NameConflict, StoreError};

/// The wait that clients are advised when the server is busy.
const BUSY_RETRY_MS: u32 = 1_000;
/// The wait that clients are advised when an operator must act: the disk is full, or a backup is needed.
const HOST_RETRY_MS: u32 = 10_000;

/// Turns a failure of the store into a refusal of the protocol. The details are logged and never sent to a client.
pub fn refuse(error: StoreError) -> Refusal {
    match error {
        StoreError::RoomNotFound(_) => ErrorCode::RoomNotFound.into(),
        StoreError::RoomExists(_) => ErrorCode::RoomExists.into(),
        StoreError::RoomLookAlike(_) => ErrorCode::RoomLookAlike.into(),
        StoreError::TooManyRooms => ErrorCode::TooManyRooms.into(),
        StoreError::TargetNotFound => ErrorCode::MessageNotFound.into(),
        StoreError::NotYours => ErrorCode::NotYours.into(),
        StoreError::TooLate => ErrorCode::TooLate.into(),
        StoreError::MessageDeleted => ErrorCode::MessageDeleted.into(),
        StoreError::NotDeleted => ErrorCode::NotDeleted.into(),
        StoreError::TooManyReactions => ErrorCode::TooManyReactions.into(),
        StoreError::IdConflict => ErrorCode::IdConflict.into(),
        // The connection is being closed and comes back as whoever its cookie says. The post waits for that.
        StoreError::SessionEnded => Refusal::retry_after(ErrorCode::NicknameRequired, BUSY_RETRY_MS),
        StoreError::Nickname(NameConflict::Taken) => ErrorCode::NicknameTaken.into(),
        StoreError::Nickname(NameConflict::LookAlike) => ErrorCode::NicknameLookAlike.into(),
        StoreError::Nickname(NameConflict::Resting) => ErrorCode::NicknameResting.into(),
        StoreError::TokenTaken => {
            tracing::error!("two sessions drew one token");
            ErrorCode::Internal.into()
        }
        StoreError::Busy => Refusal::retry_after(ErrorCode::Busy, BUSY_RETRY_MS),
        StoreError::DiskFull => Refusal::retry_after(ErrorCode::DiskFull, HOST_RETRY_MS),
        // The store has logged the details.
        StoreError::Damaged(_) => Refusal::retry_after(ErrorCode::Damaged, HOST_RETRY_MS),
        StoreError::Closed(_) => Refusal::retry_after(ErrorCode::ShuttingDown, BUSY_RETRY_MS),
        StoreError::Read(detail) => {
            tracing::error!(store.error = detail, "reading from the store failed");
            Refusal::retry_after(ErrorCode::Internal, BUSY_RETRY_MS)
        }
    }
}
