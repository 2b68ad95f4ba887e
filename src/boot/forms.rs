//! The forms of the page without scripts: post, then redirect to the room; a refused one comes back with what was typed.

mod edit;
mod reaction;
mod unread;

use axum::Extension;
use axum::extract::rejection::{FormRejection, PathRejection};
use axum::extract::{FromRequest, Path, Request, State};
use axum::http::header::{HeaderValue, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::pages::{self, Site};
use super::render::View;
use super::{page_weight, render};
use crate::model::address;
use crate::model::text::slash;
use crate::protocol::page::Form as PageForm;
use crate::protocol::{ErrorCode, FormRefusal, JoinAttempt, PostBody, PostId, Refusal, RoomSlug, Seq};
use crate::server::app::{Caller, Client};
use crate::server::config::Scheme;
use crate::server::edge::http::HttpRefusal;
use crate::server::limits::Action;
use crate::server::log::EventRange;
use crate::server::posting::{self, Post};
use crate::ui::i18n::Language;

pub use edit::{edit, edit_page};
pub use reaction::react;
pub use unread::mark_read;

/// A browser remembers the language for a year.
const LANGUAGE_COOKIE_SECONDS: u32 = 365 * 24 * 60 * 60;

type Parts = (State<Site>, Extension<Caller>);

#[derive(Deserialize)]
struct SayForm {
    text: String,
    post_id: PostId,
    reply_to: Option<Seq>,
}

/// `POST /r/{room}/post`
pub async fn post_message(
    (State(site), Extension(caller)): Parts,
    room: Result<Path<RoomSlug>, PathRejection>,
    request: Request,
) -> Response {
    let Ok(Path(room)) = room else { return HttpRefusal::from(ErrorCode::RoomNotFound).into_response() };
    let mut visit = Visit::new(site, caller, room, &request);
    let form: SayForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    visit.reply_to = form.reply_to;
    let Some(guest) = &visit.caller.guest else {
        let refusal = ErrorCode::NicknameRequired.into();
        return visit.refuse(PageForm::Post, refusal, form.text, Some(form.post_id)).await;
    };
    let (room, id) = (visit.room.clone(), form.post_id.clone());
    let body = PostBody::Message { text: slash::posted(&form.text), reply_to: form.reply_to };
    match posting::post(&visit.site.app, Post::of_guest(guest, visit.caller.address, room, id, body)).await {
        Ok(_) => back_to(&visit.room),
        Err(refusal) => visit.refuse(PageForm::Post, refusal, form.text, Some(form.post_id)).await,
    }
}

#[derive(Deserialize)]
struct NicknameForm {
    nickname: String,
    room: RoomSlug,
    attempt: Option<JoinAttempt>,
}

/// `POST /nickname`
pub async fn nickname((State(site), Extension(caller)): Parts, request: Request) -> Response {
    let mut visit = Visit::new(site, caller, RoomSlug::lobby(), &request);
    let form: NicknameForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    visit.room = form.room;
    match posting::choose_nickname(&visit.site.app, &visit.caller, &form.nickname, form.attempt.as_ref()).await {
        Ok(identity) => {
            let cookie = visit.site.app.cookies.set(&identity.token, visit.caller.scheme);
            with_cookie(see_other(&[&address::room(&visit.room), "?joined"].concat()), Some(cookie))
        }
        Err(refusal) => visit.refuse(PageForm::Nickname, refusal, form.nickname, None).await,
    }
}

#[derive(Deserialize)]
struct RoomOnlyForm {
    room: RoomSlug,
}

/// `POST /sign-out`
pub async fn sign_out((State(site), Extension(caller)): Parts, request: Request) -> Response {
    let form: RoomOnlyForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    match posting::sign_out(&site.app, &caller).await {
        Ok(()) => with_cookie(back_to(&form.room), Some(site.app.cookies.clear(caller.scheme))),
        Err(refusal) => HttpRefusal(refusal).into_response(),
    }
}

#[derive(Deserialize)]
struct NewRoomForm {
    title: String,
    room: RoomSlug,
}

/// `POST /rooms`
pub async fn new_room((State(site), Extension(caller)): Parts, request: Request) -> Response {
    let mut visit = Visit::new(site, caller, RoomSlug::lobby(), &request);
    let form: NewRoomForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    visit.room = form.room;
    match posting::create_room(&visit.site.app, &visit.caller, &form.title).await {
        Ok(room) => back_to(&room.slug),
        Err(refusal) => visit.refuse(PageForm::NewRoom, refusal, form.title, None).await,
    }
}

#[derive(Deserialize)]
struct LanguageForm {
    language: String,
    room: RoomSlug,
}

/// `POST /language`
pub async fn language(Extension(client): Extension<Client>, request: Request) -> Response {
    let form: LanguageForm = match read(request).await {
        Ok(form) => form,
        Err(refusal) => return HttpRefusal(refusal).into_response(),
    };
    let cookie = Language::from_tag(&form.language).map(|language| language_cookie(language, client.scheme));
    with_cookie(back_to(&form.room), cookie)
}

/// Who posts from where: all that is needed to draw the page again.
struct Visit {
    site: Site,
    caller: Caller,
    room: RoomSlug,
    /// The page of the room's history that the form is on.
    range: EventRange,
    /// What the message of the form replies to.
    reply_to: Option<Seq>,
    headers: HeaderMap,
}

impl Visit {
    fn new(site: Site, caller: Caller, room: RoomSlug, request: &Request) -> Self {
        Self { site, caller, room, range: EventRange::Newest, reply_to: None, headers: request.headers().clone() }
    }

    /// Draws the page again, with the reason and with what was typed. Drawing is paid for first; whoever cannot pay, or
    /// typed more than fits into a page, gets a page that holds little else than what was typed.
    async fn refuse(self, form: PageForm, refusal: Refusal, typed: String, post_id: Option<PostId>) -> Response {
        let language = pages::language(&self.headers);
        let payment = self.site.app.limits.charge(Action::DrawPage, &self.caller.payer());
        let heavy = if page_weight::is_too_heavy(&typed) { Err(refusal) } else { Ok(()) };
        if let Err(refusal) = payment.and(heavy) {
            return render::turned_away(&self.site.assets, language, refusal, &typed);
        }
        match pages::page_data(&self.site.app, self.caller.person(), &self.room, self.range).await {
            Ok(mut page) => {
                page.notice = Some(FormRefusal { form, refusal, typed, post_id });
                page.reply_to = self.reply_to;
                let view = View { site: &self.site, language, notice: None, headers: &self.headers };
                render::refused(refusal, render::page(page, &view))
            }
            Err(refusal) => HttpRefusal(refusal).into_response(),
        }
    }
}

/// Reads a form.
pub(super) async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Refusal> {
    match axum::Form::<T>::from_request(request, &()).await {
        Ok(axum::Form(form)) => Ok(form),
        Err(FormRejection::BytesRejection(_)) => Err(ErrorCode::FrameTooLarge.into()),
        Err(_) => Err(ErrorCode::BadRequest.into()),
    }
}

/// Post, redirect, get: reloading the page does not post again.
pub fn back_to(room: &RoomSlug) -> Response {
    see_other(&address::room(room))
}

/// Leads on by a request that changes nothing.
pub(super) fn see_other(path: &str) -> Response {
    let location = HeaderValue::try_from(path).expect("percent-encoded text is visible ASCII");
    (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response()
}

/// The answer, with a cookie if there is one.
pub fn with_cookie(mut response: Response, cookie: Option<HeaderValue>) -> Response {
    if let Some(cookie) = cookie {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

fn language_cookie(language: Language, scheme: Scheme) -> HeaderValue {
    let secure = match scheme {
        Scheme::Https => "; Secure",
        Scheme::Http => "",
    };
    let (name, tag) = (Language::COOKIE, language.tag());
    HeaderValue::try_from(format!(
        "{name}={tag}; Path=/; HttpOnly; SameSite=Lax; Max-Age={LANGUAGE_COOKIE_SECONDS}{secure}"
    ))
    .expect("names, tags and numbers are visible ASCII")
}
