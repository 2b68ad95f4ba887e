//! The routes of the page: reading it, posting its forms without scripts, its server functions, its files.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use serde::Deserialize;

use super::drawn_pages::{DrawnPages, PageKey, PageVersion};
use super::render::{View, VisitorsPage};
use super::{assets, forms, panels, permalinks, policy, render, server_functions, typed};
use crate::protocol::{ErrorCode, PageData, Person, Refusal, RoomSlug, RoomSnapshot, Seq};
use crate::server::app::{App, Caller};
use crate::server::edge::http::{HttpRefusal, identify};
use crate::server::ground::clock;
use crate::server::limits::Action;
use crate::server::log::EventRange;
use crate::server::net::refusal_page::Reader;
use crate::server::posting;
use crate::ui::i18n::Language;
use crate::ui::{Assets, DocumentNotice};

/// What the routes of the page need.
#[derive(Clone)]
pub struct Site {
    /// The server's parts.
    pub app: Arc<App>,
    /// The names of the built files, and the scripts in the document.
    pub assets: Arc<Assets>,
    /// What may run in the page of a room.
    pub policy: HeaderValue,
    /// What was drawn for readers without a session.
    pub drawn: Arc<DrawnPages<VisitorsPage, Refusal>>,
}

/// All routes that a browser asks for, with the names of the built files as they were found.
pub fn router(app: &Arc<App>, assets: &Arc<Assets>) -> Router {
    let policy = policy::of_room(&app.config.leptos, assets);
    let drawn = Arc::new(DrawnPages::new(&app.config.rooms));
    let site = Site { app: Arc::clone(app), assets: Arc::clone(assets), policy, drawn };
    let pages = Router::new()
        .route("/", get(lobby))
        .route("/r/{room}", get(room))
        .route("/r/{room}/{seq}", get(permalinks::message))
        // Whoever asks for the address of a form, as by reloading the page of a refused one, is led on.
        .route("/r/{room}/post", post(forms::post_message).get(to_room))
        .route("/r/{room}/react", post(forms::react).get(to_room))
        .route("/r/{room}/day", get(panels::day))
        .route("/r/{room}/{seq}/details", get(panels::details))
        .route("/r/{room}/read", post(forms::mark_read).get(to_room))
        .route("/r/{room}/edit", post(forms::edit).get(forms::edit_page))
        .route("/nickname", post(forms::nickname).get(to_lobby))
        .route("/sign-out", post(forms::sign_out).get(to_lobby))
        .route("/rooms", post(forms::new_room).get(to_lobby))
        .route("/p/{user}", get(panels::profile))
        .route("/help/formatting", get(panels::formatting))
        .route("/help/shortcuts", get(panels::shortcuts))
        .route("/search", get(panels::search))
        .route("/api/fn/{*name}", post(server_functions::server_function))
        // Nobody else asks who is calling: whatever is added below costs no look at a session.
        .route_layer(from_fn_with_state(Arc::clone(app), identify))
        .route_layer(from_fn_with_state(site.clone(), typed::keep))
        .route("/language", post(forms::language).get(to_lobby))
        .route("/appearance", get(panels::appearance::appearance).post(panels::appearance::choose))
        .route("/appearance.css", get(panels::appearance::sheet))
        .fallback(nothing_here)
        .with_state(site);
    pages.merge(assets::router(app))
}

async fn to_lobby() -> Response {
    forms::back_to(&RoomSlug::lobby())
}

async fn to_room(room: Result<Path<RoomSlug>, PathRejection>) -> Response {
    forms::back_to(&room.map_or_else(|_| RoomSlug::lobby(), |Path(room)| room))
}

/// `?before=SEQ` and `?after=SEQ`: an older page and the next one, for reading without scripts. `?react=SEQ`: emojis are offered for that message.
/// `?reply=SEQ`: the composer replies to that message. `?joined`: where a form led that brought a nickname.
#[derive(Default, Deserialize)]
pub struct PageQuery {
    /// Where the older page ends.
    pub before: Option<Seq>,
    after: Option<Seq>,
    react: Option<Seq>,
    reply: Option<Seq>,
    joined: Option<String>,
}

/// A query that cannot be read is no reason to show nothing: the newest page comes instead.
pub type AnyQuery = Result<Query<PageQuery>, QueryRejection>;

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

async fn show(site: &Site, caller: &Caller, room: RoomSlug, query: AnyQuery, request: Request) -> Response {
    let headers = request.headers();
    let PageQuery { before, after, react, reply, joined } = query.map(|Query(query)| query).unwrap_or_default();
    let notice = match (joined, &caller.guest) {
        (Some(_), Some(_)) => return forms::back_to(&room),
        (Some(_), None) => Some(DocumentNotice::CookieLost),
        (None, _) => None,
    };
    let range = before.map(EventRange::Before).or(after.map(EventRange::After)).unwrap_or(EventRange::Newest);
    if let Err(refusal) = site.app.limits.charge(Action::DrawPage, &caller.payer()) {
        return HttpRefusal(refusal).into_response();
    }
    let view = View { site, language: language(headers), notice, headers };
    match draw(caller, room, range, Prepared { offered_for: react, reply_to: reply }, &view).await {
        Ok(page) => page,
        Err(Refusal { code: ErrorCode::RoomNotFound, .. }) => not_found(site, &request),
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

/// What a page is ready for, as a button asked that no script followed.
struct Prepared {
    /// Emojis are offered for this message.
    offered_for: Option<Seq>,
    /// The composer replies to this one.
    reply_to: Option<Seq>,
}

/// Draws the page of a room. The newest one is drawn once for all readers without a session, and for others from that, unless
/// it is prepared for something that they do.
async fn draw(
    caller: &Caller,
    room: RoomSlug,
    range: EventRange,
    Prepared { offered_for, reply_to }: Prepared,
    view: &View<'_>,
) -> Result<Response, Refusal> {
    let Site { app, drawn, .. } = view.site;
    let reply_to = reply_to.filter(|_| caller.guest.is_some());
    let is_prepared = reply_to.is_some() || (offered_for.is_some() && caller.guest.is_some());
    if range != EventRange::Newest || is_prepared || view.notice.is_some() || !drawn.is_on() {
        let page = page_data(app, caller.person(), &room, range).await?;
        return Ok(render::page(PageData { offered_for, reply_to, ..page }, view));
    }
    let key = PageKey { room, language: view.language };
    let page = match drawn.find(&key, PageVersion::of(app)) {
        Some(page) => page,
        None => draw_for_visitors(view.site, &key).await?,
    };
    match caller.person() {
        // What is theirs on this page is rarely more than can be drawn from what all see.
        Some(me) if posting::leaves_out(app, &me, page.history()).await? => {
            let page = page_data(app, Some(me), &key.room, EventRange::Newest).await?;
            Ok(render::page(page, view))
        }
        me => {
            let marks = posting::marks(app, me.as_ref()).await?;
            Ok(page.complete(me.as_ref(), &marks, view))
        }
    }
}

async fn draw_for_visitors(site: &Site, key: &PageKey) -> Result<Arc<VisitorsPage>, Refusal> {
    // Only a room that exists is a key.
    posting::open_room(&site.app, &key.room).await?;
    let draw = async || {
        let page = page_data(&site.app, None, &key.room, EventRange::Newest).await?;
        Ok(VisitorsPage::draw(page, site, key.language))
    };
    site.drawn.draw(key, || PageVersion::of(&site.app), draw).await
}

/// What the page of a room is drawn from.
pub async fn page_data(app: &App, me: Option<Person>, room: &RoomSlug, range: EventRange) -> Result<PageData, Refusal> {
    page_of(app, me, posting::snapshot(app, room, range).await?).await
}

/// What the page of a room is drawn from, of which this is shown.
pub async fn page_of(app: &App, me: Option<Person>, mut room: RoomSnapshot) -> Result<PageData, Refusal> {
    if let Some(me) = &me {
        posting::name_reader(app, me, &mut room.page).await?;
    }
    Ok(PageData {
        marks: posting::marks(app, me.as_ref()).await?,
        me,
        at_newest: !room.page.has_newer,
        room,
        rooms: posting::list_rooms(app).await?,
        limits: app.client_limits(),
        nickname_rest_hours: app.nickname_rest_hours(),
        drawn_ms: clock::now(),
        notice: None,
        offered_for: None,
        marked: None,
        reply_to: None,
    })
}

/// The language of a request, by its headers: the cookie of the language switch, else what the browser asks for.
pub fn language(headers: &HeaderMap) -> Language {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    text(header::COOKIE)
        .and_then(Language::from_cookie)
        .unwrap_or_else(|| Language::from_accept_language(text(header::ACCEPT_LANGUAGE).unwrap_or_default()))
}

async fn nothing_here(State(site): State<Site>, request: Request) -> Response {
    not_found(&site, &request)
}

/// A page for people, JSON for programs.
pub fn not_found(site: &Site, request: &Request) -> Response {
    match Reader::of(request.method(), request.uri().path(), request.headers()) {
        Some(reader) => render::nowhere(&site.assets, language(&reader.headers)),
        None => HttpRefusal::from(ErrorCode::NotFound).into_response(),
    }
}
