//! The routes of the page: reading it, posting its forms without scripts, its server functions, its files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::header;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use leptos::prelude::provide_context;
use serde::Deserialize;

use super::{assets, forms, render};
use crate::protocol::{ErrorCode, PageData, Refusal, RoomSlug, Seq};
use crate::server::app::{App, Caller};
use crate::server::edge::http::{HttpRefusal, identify};
use crate::server::ground::clock;
use crate::server::limits::Action;
use crate::server::log::EventRange;
use crate::server::posting;
use crate::ui::i18n::Language;
use crate::ui::{Assets, CookieLost};

/// What the routes of the page need.
#[derive(Clone)]
pub struct Site {
    /// The server's parts.
    pub app: Arc<App>,
    /// The names of the built files.
    pub assets: Arc<Assets>,
}

/// All routes that a browser asks for.
pub fn router(app: &Arc<App>) -> Router {
    let site = Site { app: Arc::clone(app), assets: Arc::new(assets::find(&app.config.leptos)) };
    let pages = Router::new()
        .route("/", get(lobby))
        .route("/r/{room}", get(room))
        .route("/r/{room}/say", post(forms::say))
        .route("/nickname", post(forms::nickname))
        .route("/sign-out", post(forms::sign_out))
        .route("/rooms", post(forms::new_room))
        .route("/api/fn/{*name}", post(server_function))
        // Nobody else asks who is calling: whatever is added below costs no look at a session.
        .route_layer(from_fn_with_state(Arc::clone(app), identify))
        .route("/language", post(forms::language))
        .fallback(nothing_here)
        .with_state(site);
    pages.merge(assets::router(app))
}

/// `?before=SEQ`: an older page, for reading back without scripts. `?joined`: where a form led that brought a nickname.
#[derive(Default, Deserialize)]
pub struct PageQuery {
    before: Option<Seq>,
    joined: Option<String>,
}

/// A query that cannot be read is no reason to show nothing: the newest page comes instead.
type AnyQuery = Result<Query<PageQuery>, QueryRejection>;

async fn lobby(site: State<Site>, caller: Extension<Caller>, query: AnyQuery, request: Request) -> Response {
    show(&site, &caller, RoomSlug::lobby(), query, request).await
}

async fn room(
    site: State<Site>,
    caller: Extension<Caller>,
    room: Result<Path<RoomSlug>, PathRejection>,
    query: AnyQuery,
    request: Request,
) -> Response {
    match room {
        Ok(Path(room)) => show(&site, &caller, room, query, request).await,
        Err(_) => not_found(&site, &request),
    }
}

async fn show(site: &Site, caller: &Caller, room: RoomSlug, query: AnyQuery, mut request: Request) -> Response {
    let PageQuery { before, joined } = query.map(|Query(query)| query).unwrap_or_default();
    match (joined, &caller.guest) {
        (Some(_), Some(_)) => return forms::back_to(&room),
        (Some(_), None) => _ = request.extensions_mut().insert(CookieLost),
        (None, _) => {}
    }
    let range = before.map_or(EventRange::Newest, EventRange::Before);
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return turn_away(site, &request, refusal);
    }
    match page_data(&site.app, caller, &room, range).await {
        Ok(page) => render::page(&site.app, &site.assets, page, language(&request), request).await,
        Err(Refusal { code: ErrorCode::RoomNotFound, .. }) => not_found(site, &request),
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

/// What the page of a room is drawn from.
pub async fn page_data(app: &App, caller: &Caller, room: &RoomSlug, range: EventRange) -> Result<PageData, Refusal> {
    let (snapshot, page) = posting::snapshot(app, room, range).await?;
    Ok(PageData {
        me: caller.person(),
        room: snapshot,
        rooms: posting::list_rooms(app).await?,
        limits: app.told_limits(),
        drawn_ms: clock::now(),
        notice: None,
        at_newest: !page.has_newer,
    })
}

/// The language of a request: the cookie of the language switch, else what the browser asks for.
pub fn language<B>(request: &http::Request<B>) -> Language {
    let text = |name| request.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    text(header::COOKIE)
        .and_then(Language::from_cookie)
        .unwrap_or_else(|| Language::from_accept_language(text(header::ACCEPT_LANGUAGE).unwrap_or_default()))
}

async fn server_function(
    State(site): State<Site>,
    Extension(caller): Extension<Caller>,
    request: Request<Body>,
) -> Response {
    let context = move || {
        provide_context(Arc::clone(&site.app));
        provide_context(caller.clone());
    };
    leptos_axum::handle_server_fns_with_context(context, request).await.into_response()
}

async fn nothing_here(State(site): State<Site>, request: Request) -> Response {
    not_found(&site, &request)
}

/// A page for people, JSON for programs.
fn not_found(site: &Site, request: &Request) -> Response {
    if wants_page(request) {
        render::nowhere(&site.assets, language(request))
    } else {
        HttpRefusal::from(ErrorCode::NotFound).into_response()
    }
}

/// The same for somebody who asks for too many pages: it costs next to nothing.
fn turn_away(site: &Site, request: &Request, refusal: Refusal) -> Response {
    if wants_page(request) {
        render::turned_away(&site.assets, language(request), refusal, None)
    } else {
        HttpRefusal(refusal).into_response()
    }
}

fn wants_page(request: &Request) -> bool {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}
