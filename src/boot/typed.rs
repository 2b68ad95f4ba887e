//! What was typed into a form comes back with every refusal, also where no page can be drawn around it: when the store is
//! damaged or busy, or the form cannot be read. Not here: forms that are refused on their own page (`forms`).

use axum::Form;
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::pages::{self, Site};
use super::render;
use crate::protocol::ErrorCode;
use crate::server::config::limit;
use crate::server::edge::http::{HttpRefusal, Told};
use crate::server::net::refusal_page::Reader;

/// The fields in which people type; a form has one of them.
#[derive(Deserialize)]
struct Typed {
    text: Option<String>,
    nickname: Option<String>,
    title: Option<String>,
}

/// Reads a form whole before it goes on, and says a refusal that is not a page yet with what was typed.
pub async fn keep(State(site): State<Site>, request: Request, next: Next) -> Response {
    let reader = Reader::of(request.method(), request.uri().path(), request.headers());
    let Some(reader) = reader.filter(|reader| reader.method == Method::POST) else { return next.run(request).await };
    let (head, body) = request.into_parts();
    let most = limit(site.app.config.limits.request_bytes).unwrap_or(usize::MAX);
    let Ok(form) = axum::body::to_bytes(body, most).await else {
        return HttpRefusal::from(ErrorCode::FrameTooLarge).into_response();
    };
    let typed = typed(&head.headers, form.clone()).await;
    let response = next.run(Request::from_parts(head, Body::from(form))).await;
    match (response.extensions().get(), typed) {
        (Some(Told(refusal)), Some(typed)) => {
            render::turned_away(&site.assets, pages::language(&reader.headers), *refusal, &typed)
        }
        _ => response,
    }
}

async fn typed(headers: &HeaderMap, form: Bytes) -> Option<String> {
    let mut request = Request::new(Body::from(form));
    *request.method_mut() = Method::POST;
    *request.headers_mut() = headers.clone();
    let Form(Typed { text, nickname, title }) = Form::from_request(request, &()).await.ok()?;
    text.or(nickname).or(title)
}
