//! The form of edits, deletions and restorations, and the page on which they are made without scripts.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::Extension;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::HeaderMap;
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::{Parts, read, see_other};
use crate::boot::pages::{self, Site};
use crate::boot::render;
use crate::model::address;
use crate::protocol::{ErrorCode, EventBody, PostBody, PostId, Refusal, RoomSlug, Seq};
use crate::server::app::Caller;
use crate::server::edge::http::HttpRefusal;
use crate::server::ground::clock;
use crate::server::limits::Action;
use crate::server::log::EventRange;
use crate::server::people::session::draw_post_id;
use crate::server::posting::{self, Post};
use crate::ui::panels::{self, EditPage};

/// What a button asks for.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Wish {
    /// A page on which to edit.
    Edit,
    /// The text of that page.
    Save,
    Delete,
    Restore,
}

#[derive(Deserialize)]
struct EditForm {
    change: Wish,
    /// The message. The buttons of the room's page are of the form of reactions, which calls it so.
    #[serde(rename = "offered_for")]
    target: Seq,
    #[serde(default)]
    text: String,
    /// The page's own; the page of a visitor has none.
    post_id: Option<PostId>,
}

impl EditForm {
    /// A page has one id and several buttons: the same button of the same page with the same text is the same post.
    fn post_id(&self) -> Option<PostId> {
        let page = self.post_id.as_ref()?.as_str();
        let mut button = DefaultHasher::new();
        (page, self.change, self.target, &self.text).hash(&mut button);
        let id = format!("{}{:016x}", page.get(..16).unwrap_or_default(), button.finish());
        Some(PostId::parse(&id).expect("a part of an id and 16 hex digits have the shape of an id"))
    }
}

/// `?message=SEQ`: which message.
#[derive(Deserialize)]
pub struct EditQuery {
    message: Seq,
}

/// `GET /r/{room}/edit?message=SEQ`
pub async fn edit_page(
    (State(site), Extension(caller)): Parts,
    room: Result<Path<RoomSlug>, PathRejection>,
    query: Result<Query<EditQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(Path(room)) = room else { return HttpRefusal::from(ErrorCode::RoomNotFound).into_response() };
    let Ok(Query(EditQuery { message })) = query else { return super::back_to(&room) };
    draw(&site, &caller, &headers, Edited { room, target: message, refused: None }).await
}

/// `POST /r/{room}/edit`: leads back to the message, or to the page that edits it.
pub async fn edit(
    (State(site), Extension(caller)): Parts,
    room: Result<Path<RoomSlug>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(room)) = room else { return HttpRefusal::from(ErrorCode::RoomNotFound).into_response() };
    let headers = request.headers().clone();
    let form: EditForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let Some(guest) = &caller.guest else { return HttpRefusal::from(ErrorCode::NicknameRequired).into_response() };
    let Some(id) = form.post_id() else { return HttpRefusal::from(ErrorCode::BadRequest).into_response() };
    let EditForm { change, target, text, .. } = form;
    let (body, way_on) = match change {
        Wish::Edit => return see_other(&address::edit_message(&room, target)),
        Wish::Save => (PostBody::Edited { target, text: text.clone() }, address::message(&room, None, target)),
        // There it can be undone.
        Wish::Delete => (PostBody::Deleted { target }, address::edit_message(&room, target)),
        Wish::Restore => (PostBody::Restored { target }, address::message(&room, None, target)),
    };
    match posting::post(&site.app, Post::of_guest(guest, caller.address, room.clone(), id, body)).await {
        Ok(_) => see_other(&way_on),
        Err(refusal) => {
            let typed = (change == Wish::Save).then_some(text);
            draw(&site, &caller, &headers, Edited { room, target, refused: Some((refusal, typed)) }).await
        }
    }
}

/// The message that is edited, and what was refused.
struct Edited {
    room: RoomSlug,
    target: Seq,
    refused: Option<(Refusal, Option<String>)>,
}

async fn draw(site: &Site, caller: &Caller, headers: &HeaderMap, edited: Edited) -> Response {
    let Edited { room, target, refused } = edited;
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let text = match own_text(site, caller, &room, target).await {
        Ok(text) => text,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let (refusal, typed) = refused.unzip();
    let text = typed.flatten().or(text);
    let language = pages::language(headers);
    let page = EditPage { room, target, text, refusal, page_id: draw_post_id(clock::now()) };
    let html = panels::page(panels::edit(page, language), &site.assets, language);
    let drawn = render::with_forms(Html(html).into_response());
    match refusal {
        Some(refusal) => render::refused(refusal, drawn),
        None => drawn,
    }
}

/// What a message of this guest says; none when it is deleted.
async fn own_text(site: &Site, caller: &Caller, room: &RoomSlug, target: Seq) -> Result<Option<String>, Refusal> {
    let guest = caller.guest.as_ref().ok_or(ErrorCode::NicknameRequired)?;
    let page = posting::history(&site.app, room, EventRange::From(target), 1).await?;
    let item = page.items.into_iter().next().filter(|item| item.event.seq == target);
    let item = item.ok_or(ErrorCode::MessageNotFound)?;
    let EventBody::Message(message) = item.event.body else { return Err(ErrorCode::MessageNotFound.into()) };
    if item.event.by.is_none_or(|by| by.id != guest.id) {
        return Err(ErrorCode::NotYours.into());
    }
    Ok((!message.is_deleted()).then_some(message.text))
}
