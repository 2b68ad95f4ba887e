//! The use cases: what people can do, whichever door they come in by. Each one authorizes, validates, asks the store,
//! and answers with the wire's own words. The only writer of the log. Not here: sockets (`connection`), HTTP (`http`).

mod identity;
mod nickname;
mod post;
mod reaction;
mod rooms;

pub mod form;

pub use identity::{Proof, SessionState, session_state, sign_out, who};
pub use nickname::{Identity, choose_nickname, claim_plain_name};
pub use post::{Post, Posted, post};
pub use rooms::{
    create_room, events, history, list_rooms, list_rooms_for_welcome, list_rooms_named, newest_for_follower, open_room,
    remove_empty_rooms, snapshot, summary_for_follower, tail_for_follower,
};

use crate::protocol::{ErrorCode, Refusal};
use crate::server::log::{NameConflict, StoreError};

/// How long to wait before asking a server that is too busy again.
const BUSY_RETRY_MS: u32 = 1_000;
/// How long to wait before asking a server again that waits for its host: for space, or for a backup.
const HOST_RETRY_MS: u32 = 10_000;

/// Puts a failure of the store into the wire's words. The details go to the log, never to the client.
pub fn refuse(error: StoreError) -> Refusal {
    match error {
        StoreError::RoomNotFound(_) => ErrorCode::RoomNotFound.into(),
        StoreError::RoomExists(_) => ErrorCode::RoomExists.into(),
        StoreError::RoomLookAlike(_) => ErrorCode::RoomLookAlike.into(),
        StoreError::TooManyRooms => ErrorCode::TooManyRooms.into(),
        StoreError::TargetNotFound => ErrorCode::MessageNotFound.into(),
        StoreError::TooManyReactions => ErrorCode::TooManyReactions.into(),
        StoreError::IdConflict => ErrorCode::IdConflict.into(),
        // The connection is being closed, and comes back as whoever its cookie says: the line waits for that.
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
        // The store has said in the log what it is.
        StoreError::Damaged(_) => Refusal::retry_after(ErrorCode::Damaged, HOST_RETRY_MS),
        StoreError::Closed(_) => Refusal::retry_after(ErrorCode::ShuttingDown, BUSY_RETRY_MS),
        StoreError::Read(detail) => {
            tracing::error!(store.error = detail, "reading from the store failed");
            Refusal::retry_after(ErrorCode::Internal, BUSY_RETRY_MS)
        }
    }
}
