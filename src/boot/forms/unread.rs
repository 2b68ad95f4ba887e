//! The form that marks a room as read.

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Parts, Visit, back_to, read};
use crate::protocol::page::Form as PageForm;
use crate::protocol::{ErrorCode, RoomSlug, Seq};
use crate::server::edge::http::HttpRefusal;
use crate::server::log::MarkTo;
use crate::server::posting;

#[derive(Deserialize)]
struct ReadForm {
    /// The newest event of the page.
    seq: Seq,
}

/// `POST /r/{room}/read`: leads back to the room.
pub async fn mark_read(
    (State(site), Extension(caller)): Parts,
    room: Result<Path<RoomSlug>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(room)) = room else { return HttpRefusal::from(ErrorCode::RoomNotFound).into_response() };
    let visit = Visit::new(site, caller, room, &request);
    let form: ReadForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let Some(guest) = &visit.caller.guest else {
        return visit.refuse(PageForm::Nickname, ErrorCode::NicknameRequired.into(), String::new(), None).await;
    };
    let (address, room) = (visit.caller.address, visit.room.clone());
    match posting::mark(&visit.site.app, guest, address, room, MarkTo::Read(form.seq)).await {
        Ok(()) => back_to(&visit.room),
        Err(refusal) => visit.refuse(PageForm::Post, refusal, String::new(), None).await,
    }
}
