//! Drawing a page on the server, with the policy that lets nothing run in it but its own nonce.

use std::sync::Arc;

use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use leptos::config::{Env, LeptosOptions};
use leptos::nonce::use_nonce;
use leptos::prelude::{expect_context, provide_context};
use leptos_axum::ResponseOptions;

use super::{page_weight, pages};
use crate::protocol::{ClientMessageId, PageData, Refusal};
use crate::server::app::App;
use crate::server::edge::http::HttpRefusal;
use crate::server::ground::clock;
use crate::server::net::refusal_page::{NOTHING_RUNS, RefusalPages};
use crate::server::people::session::draw_client_message_id;
use crate::ui::i18n::Language;
use crate::ui::{self, Assets, CookieLost, WayOn};

/// How a page asks for itself anew, after something on the way rewrote it: what is not HTML is left alone.
const PLAIN_TEXT: &str = "text/plain";

/// Draws the page of a room.
pub async fn page(app: &Arc<App>, assets: &Assets, page: PageData, language: Language, request: Request) -> Response {
    let options = app.config.leptos.clone();
    let policy_options = options.clone();
    let page = page_weight::fit(page);
    let assets = assets.clone();
    let cookie_lost = request.extensions().get::<CookieLost>().copied();
    let context = move || {
        let _ = cookie_lost.map(provide_context);
        provide_context(page.clone());
        provide_context(language);
        provide_context(assets.clone());
        provide_context(ui::state::FreshMessageId(fresh_message_id(&page)));
        let response = expect_context::<ResponseOptions>();
        response.insert_header(CONTENT_SECURITY_POLICY, policy(&policy_options));
    };
    let wants_text = request.headers().get(ACCEPT).is_some_and(|accept| accept == PLAIN_TEXT);
    let draw = leptos_axum::render_app_async_with_context(context, move || ui::shell(options.clone(), language));
    let mut page = draw(request).await;
    if wants_text {
        page.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    }
    page
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
fn still(page: String) -> Response {
    ([(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING_RUNS))], Html(page)).into_response()
}

/// A line that was refused keeps its id, so that posting it again cannot say it twice.
fn fresh_message_id(page: &PageData) -> ClientMessageId {
    let refused = page.notice.as_ref().and_then(|notice| notice.client_message_id.clone());
    refused.unwrap_or_else(|| draw_client_message_id(clock::now()))
}

/// The Content Security Policy of a page: scripts only with the nonce of this very response, and WebAssembly; styles,
/// images and connections only from here. As the Leptos documentation says, hydration needs `strict-dynamic`.
fn policy(options: &LeptosOptions) -> HeaderValue {
    let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
    // While developing, the page listens to cargo-leptos for new builds on another port.
    let reload = match options.env {
        Env::DEV => format!(" ws://127.0.0.1:{port} ws://localhost:{port}", port = options.reload_port),
        Env::PROD => String::new(),
    };
    let policy = format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; connect-src 'self'{reload}; object-src 'none'; base-uri 'none'; form-action 'self'; \
         frame-ancestors 'none'"
    );
    HeaderValue::try_from(policy).expect("a nonce is base64 and the rest is ASCII")
}

/// Gives a page that shows a refusal the status and the headers of the refusal.
pub fn refused(refusal: Refusal, mut page: Response) -> Response {
    let refusal = HttpRefusal(refusal);
    *page.status_mut() = refusal.status();
    page.headers_mut().extend(refusal.headers());
    page
}
