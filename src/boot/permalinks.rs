//! The address of a message: the page of the history around it, marked. Not here: the mark in the browser
//! (`ui/shell/habits.js`).

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

use super::pages::{self, Site};
use super::render::{self, View};
use crate::protocol::{ErrorCode, PageData, Refusal, RoomSlug, Seq};
use crate::server::app::Caller;
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Action;
use crate::server::log::EventRange;
use crate::server::posting;
use crate::ui::DocumentNotice;

/// `GET /r/{room}/{seq}`. Where there is no such message, the newest page of the room says so.
pub async fn message(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    place: Result<Path<(RoomSlug, Seq)>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path((room, seq))) = place else { return pages::not_found(&site, &request) };
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let headers = request.headers();
    let mut view = View { site: &site, language: pages::language(headers), notice: None, headers };
    match page_around(&site, &caller, &room, seq).await {
        Ok(page) => render::page(page, &view),
        Err(Refusal { code: ErrorCode::MessageNotFound, .. }) => {
            view.notice = Some(DocumentNotice::NoSuchMessage);
            match pages::page_data(&site.app, caller.person(), &room, EventRange::Newest).await {
                Ok(page) => (StatusCode::NOT_FOUND, render::page(page, &view)).into_response(),
                Err(refusal) => HttpRefusal(refusal).into_response(),
            }
        }
        Err(Refusal { code: ErrorCode::RoomNotFound, .. }) => pages::not_found(&site, &request),
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

async fn page_around(site: &Site, caller: &Caller, room: &RoomSlug, seq: Seq) -> Result<PageData, Refusal> {
    let snapshot = posting::snapshot_around(&site.app, room, seq).await?;
    let page = pages::page_of(&site.app, caller.person(), snapshot).await?;
    Ok(PageData { marked: Some(seq), ..page })
}
