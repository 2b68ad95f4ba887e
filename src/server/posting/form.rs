//! The use cases as the page's server functions call them: the request's context comes from Leptos, cookies leave by the
//! response. Used by `api` only.

use std::sync::Arc;

use axum::http::header::SET_COOKIE;
use leptos::prelude::expect_context;
use leptos_axum::ResponseOptions;

use crate::protocol::{ErrorCode, JoinAttempt, Person, PostBody, PostId, Refusal, RoomSlug, RoomSummary, UserId};
use crate::server::app::{App, Caller};
use crate::server::posting::{self, Post, Posted};

/// Chooses a nickname; a new guest's cookie is set on the response.
///
/// # Errors
/// As [`posting::choose_nickname`].
pub async fn choose_nickname(nickname: String, attempt: Option<JoinAttempt>) -> Result<Person, Refusal> {
    let (app, caller, response) = context();
    let identity = posting::choose_nickname(&app, &caller, &nickname, attempt.as_ref()).await?;
    response.insert_header(SET_COOKIE, app.cookies.set(&identity.token, caller.scheme));
    Ok(identity.person)
}

/// Ends the session and clears its cookie.
///
/// # Errors
/// As [`posting::sign_out`].
pub async fn sign_out() -> Result<(), Refusal> {
    let (app, caller, response) = context();
    posting::sign_out(&app, &caller).await?;
    response.insert_header(SET_COOKIE, app.cookies.clear(caller.scheme));
    Ok(())
}

/// Creates a room.
///
/// # Errors
/// As [`posting::create_room`].
pub async fn create_room(title: String) -> Result<RoomSummary, Refusal> {
    let (app, caller, _) = context();
    posting::create_room(&app, &caller, &title).await
}

/// Posts without a WebSocket. The cookie may be another person's by now, whose post would be a new one: what arrived
/// already would be posted twice.
///
/// # Errors
/// `nickname_required` unless the caller is the author, or as [`posting::post`].
pub async fn post(room: RoomSlug, id: PostId, author: &UserId, body: PostBody) -> Result<Posted, Refusal> {
    let (app, caller, _) = context();
    let guest = caller.guest.filter(|guest| guest.id == *author).ok_or(ErrorCode::NicknameRequired)?;
    posting::post(&app, Post::of_guest(&guest, caller.address, room, id, body)).await
}

fn context() -> (Arc<App>, Caller, ResponseOptions) {
    (expect_context(), expect_context(), expect_context())
}
