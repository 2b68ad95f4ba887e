//! The routes of panels: each is a page of its own, and by `?fragment` what the dialog of a page shows.

pub mod appearance;
mod day;

use axum::Extension;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use serde::Deserialize;

use super::pages::{self, Site};
use super::render;
use crate::model::search::SearchPlace;
use crate::protocol::{ErrorCode, Refusal, RoomSlug, Seq, UserId};
use crate::server::app::Caller;
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Action;
use crate::server::posting::{self, SearchFailure, SearchWish};
use crate::ui::i18n::Language;
use crate::ui::panels::{self, Panel, SearchAnswer, SearchPanel};

pub use day::day;

/// How a browser says what it fetches something for (Fetch Metadata, §2.2).
const SEC_FETCH_DEST: &str = "sec-fetch-dest";

/// `?fragment`: the panel without a document around it.
#[derive(Default, Deserialize)]
pub struct PanelQuery {
    fragment: Option<String>,
}

type AnyQuery = Result<Query<PanelQuery>, QueryRejection>;

/// The card of a person.
pub async fn profile(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    user: Result<Path<UserId>, PathRejection>,
    query: AnyQuery,
    request: Request,
) -> Response {
    // A query that cannot be read is no reason to show nothing: the page comes instead.
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let headers = request.headers();
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let language = pages::language(headers);
    let found = match user {
        Ok(Path(user)) => posting::profile(&site.app, &user).await,
        Err(_) => Err(ErrorCode::NotFound.into()),
    };
    match found {
        Ok(profile) => show(StatusCode::OK, panels::profile(profile, language), &site, &query, headers),
        Err(Refusal { code: ErrorCode::NotFound, .. }) => {
            show(StatusCode::NOT_FOUND, panels::nobody(language), &site, &query, headers)
        }
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

/// All about a message.
pub async fn details(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    message: Result<Path<(RoomSlug, Seq)>, PathRejection>,
    query: AnyQuery,
    request: Request,
) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    let headers = request.headers();
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let language = pages::language(headers);
    let absent = || show(StatusCode::NOT_FOUND, panels::no_message(language), &site, &query, headers);
    let Ok(Path((room, seq))) = message else { return absent() };
    match posting::details(&site.app, &room, seq).await {
        Ok(item) => show(StatusCode::OK, panels::details(&room, item, language), &site, &query, headers),
        Err(Refusal { code: ErrorCode::MessageNotFound, .. }) => absent(),
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

/// How messages are marked up.
pub async fn formatting(site: State<Site>, caller: Extension<Caller>, query: AnyQuery, request: Request) -> Response {
    help(panels::formatting, &site, &caller, query, &request)
}

/// The shortcuts of the keyboard.
pub async fn shortcuts(site: State<Site>, caller: Extension<Caller>, query: AnyQuery, request: Request) -> Response {
    help(panels::shortcuts, &site, &caller, query, &request)
}

/// A panel that says the same to everybody.
fn help(draw: fn(Language) -> Panel, site: &Site, caller: &Caller, query: AnyQuery, request: &Request) -> Response {
    let query = query.map(|Query(query)| query).unwrap_or_default();
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let headers = request.headers();
    show(StatusCode::OK, draw(pages::language(headers)), site, &query, headers)
}

/// `?q=`: what is looked for. `?room=`: where. `?older=room/seq`: only what is older than that message.
#[derive(Default, Deserialize)]
pub struct SearchParameters {
    #[serde(default)]
    q: String,
    room: Option<RoomSlug>,
    older: Option<String>,
    fragment: Option<String>,
}

/// Messages that are looked for. A query that cannot be answered is answered in words.
pub async fn search(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    query: Result<Query<SearchParameters>, QueryRejection>,
    request: Request,
) -> Response {
    let SearchParameters { q: typed, room, older, fragment } = query.map(|Query(query)| query).unwrap_or_default();
    let older_than = older.and_then(|older| SearchPlace::parse(&older));
    let wish = SearchWish { text: typed.clone(), room: room.clone(), older_than };
    let (refusal, answer) = match posting::search(&site.app, &caller.payer(), wish).await {
        Ok(hits) => (None, SearchAnswer::Hits(hits)),
        Err(SearchFailure::Refused(refusal)) => (Some(refusal), SearchAnswer::Refused(refusal)),
        Err(SearchFailure::Fault(fault)) => match site.app.limits.charge(Action::DrawPage, &caller.payer()) {
            Ok(()) => (None, SearchAnswer::Fault(fault)),
            Err(refusal) => (Some(refusal), SearchAnswer::Refused(refusal)),
        },
    };
    let headers = request.headers();
    let panel = panels::search(SearchPanel { typed, room, answer }, pages::language(headers));
    let shown = render::with_forms(show(StatusCode::OK, panel, &site, &PanelQuery { fragment }, headers));
    match refusal {
        Some(refusal) => render::refused(refusal, shown),
        None => shown,
    }
}

/// A fragment that somebody opens in a window comes as a page all the same. No answer is kept by anybody
/// (`edge::http::secure`), so none has to say that it depends on that header.
fn show(status: StatusCode, panel: Panel, site: &Site, query: &PanelQuery, headers: &HeaderMap) -> Response {
    let is_opened = headers.get(SEC_FETCH_DEST).is_some_and(|destination| destination == "document");
    if query.fragment.is_some() && !is_opened {
        return (status, Html(panels::fragment(panel))).into_response();
    }
    (status, render::still(panels::page(panel, &site.assets, pages::language(headers)))).into_response()
}
