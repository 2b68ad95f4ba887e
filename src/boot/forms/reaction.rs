//! The form of reactions: all buttons of a page are of one form, so that its HTML stays small.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::{Parts, Visit, read, see_other};
use crate::boot::pages::AnyQuery;
use crate::model::address;
use crate::model::conversation::reactions::{Change, Press};
use crate::protocol::page::Form as PageForm;
use crate::protocol::{ErrorCode, PostBody, PostId, RoomSlug};
use crate::server::edge::http::HttpRefusal;
use crate::server::log::EventRange;
use crate::server::posting::{self, Post};

#[derive(Deserialize)]
struct ReactionForm {
    /// The value of the button, as [`Press::parse`] reads it.
    reaction: String,
    /// The message that emojis were offered for; empty when none was.
    offered_for: String,
    /// The page's own; the page of a visitor has none.
    post_id: Option<PostId>,
}

impl ReactionForm {
    /// A page has one id and many buttons: the same button of the same page is the same post.
    fn post_id(&self) -> Option<PostId> {
        let page = self.post_id.as_ref()?.as_str();
        let mut button = DefaultHasher::new();
        (page, &self.reaction, &self.offered_for).hash(&mut button);
        let id = format!("{}{:016x}", page.get(..16).unwrap_or_default(), button.finish());
        Some(PostId::parse(&id).expect("a part of an id and 16 hex digits have the shape of an id"))
    }
}

/// `POST /r/{room}/react`: leads back to the message.
pub async fn react(
    (State(site), Extension(caller)): Parts,
    room: Result<Path<RoomSlug>, PathRejection>,
    query: AnyQuery,
    request: Request,
) -> Response {
    let Ok(Path(room)) = room else { return HttpRefusal::from(ErrorCode::RoomNotFound).into_response() };
    let before = query.ok().and_then(|query| query.before);
    let mut visit = Visit::new(site, caller, room, &request);
    visit.range = before.map_or(EventRange::Newest, EventRange::Before);
    let form: ReactionForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let Some(press) = Press::parse(&form.reaction, &form.offered_for) else {
        return HttpRefusal::from(ErrorCode::BadRequest).into_response();
    };
    let Some(guest) = &visit.caller.guest else {
        return visit.refuse(PageForm::Nickname, ErrorCode::NicknameRequired.into(), String::new(), None).await;
    };
    let (target, emoji, change) = match press {
        Press::Offer(target) => return see_other(&address::offer(&visit.room, before, target)),
        Press::Reply(target) => return see_other(&address::reply(&visit.room, target)),
        Press::React { target, emoji, change } => (target, emoji, change),
    };
    let Some(id) = form.post_id() else { return HttpRefusal::from(ErrorCode::BadRequest).into_response() };
    let body = PostBody::Reaction { target, emoji, on: change == Change::Set };
    let post = Post::of_guest(guest, visit.caller.address, visit.room.clone(), id, body);
    match posting::post(&visit.site.app, post).await {
        Ok(_) => see_other(&address::message(&visit.room, before, target)),
        Err(refusal) => visit.refuse(PageForm::Post, refusal, String::new(), None).await,
    }
}
