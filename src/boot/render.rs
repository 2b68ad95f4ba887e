//! Drawing a page on the server, with the policy that lets nothing run in it but its own scripts.

use std::sync::Arc;

use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};

use super::drawn_pages::Drawn;
use super::encoded::Encoded;
use super::page_weight;
use super::pages::{self, Site};
use crate::protocol::{HistoryPage, PageData, Person, ReadMark, Refusal};
use crate::server::edge::http::HttpRefusal;
use crate::server::ground::clock;
use crate::server::net::refusal_page::{NOTHING_RUNS, RefusalPages};
use crate::server::people::session::draw_post_id;
use crate::ui::i18n::Language;
use crate::ui::state::ReaderPart;
use crate::ui::{self, Assets, DocumentNotice, ReadForm, WayOn};

/// How a page asks for itself anew, after something on the way rewrote it: what is not HTML is left alone.
const PLAIN_TEXT: &str = "text/plain";

/// What a page is drawn from besides its data.
pub struct View<'a> {
    /// The names of the built files, and the policy.
    pub site: &'a Site,
    /// The reader's.
    pub language: Language,
    /// What the document says above the page.
    pub notice: Option<DocumentNotice>,
    /// What the reader asked with.
    pub headers: &'a HeaderMap,
}

/// Draws the page of a room.
pub fn page(page: PageData, view: &View) -> Response {
    let page = page_weight::fit(page);
    let end = end(ReaderPart::of(&page), &page.room.page, view.language);
    let start = ui::draw_start(page, view.language, &view.site.assets, view.notice);
    as_page((start + &end).into_response(), view)
}

/// The newest page of a room as visitors see it, from which the pages of others are made.
pub struct VisitorsPage {
    start: Encoded,
    template: ui::Template,
    history: HistoryPage,
}

impl Drawn for VisitorsPage {
    fn bytes_max(&self) -> usize {
        // The log is about as large as its rows.
        self.start.bytes_max() + 2 * self.template.bytes()
    }
}

impl VisitorsPage {
    /// Draws it once for all.
    pub fn draw(page: PageData, site: &Site, language: Language) -> Self {
        let page = page_weight::fit(page);
        let history = page.room.page.clone();
        let ui::VisitorsDrawing { start, template } = ui::draw_for_visitors(page, language, &site.assets);
        Self { start: Encoded::new(start), template, history }
    }

    /// What is shown of the log.
    pub const fn history(&self) -> &HistoryPage {
        &self.history
    }

    /// Completes it for a reader: for one without a session by its end, for somebody else also by what is theirs.
    pub fn complete(&self, me: Option<&Person>, marks: &[ReadMark], view: &View) -> Response {
        let reader = ReaderPart { me, marks, drawn_ms: clock::now(), notice: None, reply_to: None };
        let end = end(reader, &self.history, view.language);
        let Some(me) = me else { return as_page(self.start.answer(view.headers, &end), view) };
        let mut page = self.template.fill(self.start.plain(), me, marks);
        page.extend_from_slice(end.as_bytes());
        as_page(page.into_response(), view)
    }
}

fn end(reader: ReaderPart, history: &HistoryPage, language: Language) -> String {
    let read_form = read_form(reader, history, language);
    ui::draw_end(reader, &draw_post_id(clock::now()), read_form)
}

/// Offered to somebody who sees the newest of a room and has not read it all.
fn read_form(reader: ReaderPart, history: &HistoryPage, language: Language) -> Option<ReadForm> {
    let (room, up_to) = (history.room.clone(), history.as_of.seq);
    let read = reader.marks.iter().find(|mark| mark.room == room).map(|mark| mark.message_no);
    let newest = history.items.iter().rev().find_map(|item| item.event.body.message_no());
    let is_offered = reader.me.is_some() && !history.has_newer && newest.unwrap_or_default() > read.unwrap_or_default();
    is_offered.then_some(ReadForm { room, up_to, language })
}

fn as_page(mut response: Response, view: &View) -> Response {
    let wants_text = view.headers.get(ACCEPT).is_some_and(|accept| accept == PLAIN_TEXT);
    let kind = if wants_text { "text/plain; charset=utf-8" } else { "text/html; charset=utf-8" };
    let headers = response.headers_mut();
    headers.insert(CONTENT_SECURITY_POLICY, view.site.policy.clone());
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

/// Says in words that there is nothing at an address.
pub fn nowhere(assets: &Assets, language: Language) -> Response {
    (StatusCode::NOT_FOUND, still(ui::nowhere(assets, language))).into_response()
}

/// Says in words that a form was refused and its page is not drawn now, and gives back what was typed.
pub fn turned_away(assets: &Assets, language: Language, refusal: Refusal, typed: &str) -> Response {
    refused(refusal, still(ui::turned_away(assets, language, refusal, Some(typed), WayOn::Lobby)))
}

/// How people see what is refused in place of a page.
pub fn refusal_pages(assets: Arc<Assets>) -> RefusalPages {
    RefusalPages::new(move |reader, refusal| {
        // What was posted is not asked for again by a link.
        let way_on = if reader.method == Method::GET { WayOn::TryAgain } else { WayOn::Lobby };
        ui::turned_away(&assets, pages::language(&reader.headers), refusal, None, way_on)
    })
}

/// A page in which nothing runs.
pub fn still(page: String) -> Response {
    ([(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING_RUNS))], Html(page)).into_response()
}

/// Lets the forms of a page in which nothing runs lead to this server.
pub fn with_forms(mut page: Response) -> Response {
    const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; \
                          frame-ancestors 'none'";
    page.headers_mut().insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    page
}

/// Gives a page that shows a refusal the status and the headers of the refusal.
pub fn refused(refusal: Refusal, mut page: Response) -> Response {
    let refusal = HttpRefusal(refusal);
    *page.status_mut() = refusal.status();
    page.headers_mut().extend(refusal.headers());
    page
}
