//! Sessions, from the cookie to the sign-out. Not here: which nickname may be taken (`nickname`).

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;

use crate::protocol::{CloseCode, ErrorCode, Refusal, Timestamp};
use crate::server::app::{App, Caller};
use crate::server::config::{Scheme, limit};
use crate::server::delivery::broker::Bulletin;
use crate::server::ground::clock;
use crate::server::log::{CookieNote, Guest, NameTerms, SessionUse, TokenStanding};
use crate::server::people::session::{CookieName, SessionToken};
use crate::server::posting::refuse;

/// A session's last use is noted at most this often, since each note is a write.
const NOTE_AFTER_MAX: Duration = Duration::from_secs(60 * 60);
/// A request renews a cookie of this share of its lifetime: daily at 30 days.
const RENEWED_SHARE: u32 = 30;
/// A socket asks its client to come back for a new cookie when the cookie has used up this share of its lifetime.
const OLD_SHARE: u32 = 2;
/// How long the token before the present one is good when the present one is not used: as long as a browser may wait for
/// a lost answer and try again.
const REPLACED_TOKEN_LIFETIME: Duration = Duration::from_secs(60);
/// A name is nobody's again when its cookie was not seen for so long after it was given out: the answer was lost, or the
/// browser keeps no cookies.
const UNPROVEN_LIFETIME: Duration = Duration::from_secs(60);

/// A session that a request proved by its cookie.
pub struct Authenticated {
    /// The guest whose session it is.
    pub guest: Guest,
    /// Set when the cookie is to be renewed for its whole lifetime.
    pub renewed: Option<SessionToken>,
}

/// The state of the session behind an open connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// It is unchanged.
    Same,
    /// It is unchanged, and its cookie is old: the next handshake renews it.
    CookieIsOld,
    /// It ended or changed, and the connection must close.
    Over(CloseCode),
}

/// Looks up the session of a request by its cookie. A session that was not used for its lifetime is over.
///
/// # Errors
/// `internal` when the store cannot be read.
pub async fn authenticate(app: &App, headers: &HeaderMap, scheme: Scheme) -> Result<Option<Authenticated>, Refusal> {
    let now = clock::now();
    for candidate in app.cookies.candidates(headers, scheme) {
        let guest = app.store.guest_by_token(&candidate.token.hash(), now).await.map_err(refuse)?;
        let Some(guest) = guest.filter(|guest| guest.last_seen >= name_terms(app, now).unused_since) else { continue };
        let cookie = cookie_note(app, &guest, candidate.cookie, now);
        let is_noted = touch(app, &guest, cookie, now).await;
        let renewed = (is_noted && cookie == CookieNote::Set).then_some(candidate.token);
        return Ok(Some(Authenticated { guest, renewed }));
    }
    Ok(None)
}

/// Whether the answer to a request renews its cookie: by the cookie's age, since an open tab keeps the session in use and
/// sets no cookie. A replaced token is about to go.
fn cookie_note(app: &App, guest: &Guest, cookie: CookieName, now: Timestamp) -> CookieNote {
    let is_due = cookie == CookieName::Former
        || guest.cookie_set_at <= clock::before(now, app.cookies.lifetime() / RENEWED_SHARE);
    if is_due && guest.token != TokenStanding::Replaced { CookieNote::Set } else { CookieNote::Left }
}

/// Notes that a session is in use, now and then, and the first use of a token always. A lost note only lets the name
/// expire earlier, so a busy store is no reason to refuse anything.
async fn touch(app: &App, guest: &Guest, cookie: CookieNote, now: Timestamp) -> bool {
    let note_after = NOTE_AFTER_MAX.min(app.cookies.lifetime() / RENEWED_SHARE);
    let is_due = cookie == CookieNote::Set
        || guest.token == TokenStanding::New
        || guest.last_seen < clock::before(now, note_after);
    let session = || SessionUse { user: guest.id.clone(), token_hash: guest.token_hash, at: now, cookie };
    is_due && app.store.touch_guest(session()).await.is_ok()
}

/// Ends a session: the nickname is free or rests, and the session's connections are closed.
///
/// # Errors
/// `busy` and `shutting_down`.
pub async fn sign_out(app: &Arc<App>, caller: &Caller) -> Result<(), Refusal> {
    let Some(user) = caller.guest.as_ref().map(|guest| guest.id.clone()) else { return Ok(()) };
    let app = Arc::clone(app);
    run_to_end(async move {
        let now = clock::now();
        app.store.remove_guest(&user, now, name_terms(&app, now).rests_until).await.map_err(refuse)?;
        app.publish(Bulletin::Identity { user, code: CloseCode::SessionEnded });
        Ok(())
    })
    .await
}

/// Runs `work` to its end, even when the caller is cancelled. So a change in the store and what it means for open connections
/// stay together.
pub(super) async fn run_to_end<T: Send + 'static>(
    work: impl Future<Output = Result<T, Refusal>> + Send + 'static,
) -> Result<T, Refusal> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(ErrorCode::Internal.into()))
}

/// Checks that the session behind an open connection is unchanged, and notes that it is in use. A store that cannot be read
/// now ends no session.
pub async fn session_state(app: &App, guest: &Guest) -> SessionState {
    let now = clock::now();
    let current = match app.store.guest_by_token(&guest.token_hash, now).await {
        Ok(Some(current)) => current,
        Ok(None) => return without_token(app, guest).await,
        Err(_) => return SessionState::Same,
    };
    if current.nickname != guest.nickname {
        return SessionState::Over(CloseCode::IdentityChanged);
    }
    touch(app, &current, CookieNote::Left, now).await;
    let is_old = current.cookie_set_at <= clock::before(now, app.cookies.lifetime() / OLD_SHARE);
    if is_old { SessionState::CookieIsOld } else { SessionState::Same }
}

/// The token is not valid any more: another one replaced it, and whoever has that may come back, or the session is over.
async fn without_token(app: &App, guest: &Guest) -> SessionState {
    match app.store.guest(&guest.id).await {
        Ok(Some(_)) => SessionState::Over(CloseCode::IdentityChanged),
        Ok(None) => SessionState::Over(CloseCode::SessionEnded),
        Err(_) => SessionState::Same,
    }
}

/// Which names are free now, by the settings. A lifetime of 0 keeps names for ever.
pub(super) fn name_terms(app: &App, now: Timestamp) -> NameTerms {
    let rooms = &app.config.rooms;
    let lifetime = limit(rooms.nickname_ttl);
    NameTerms {
        unused_since: lifetime.map_or(Timestamp::from_unix_ms(i64::MIN), |lifetime| clock::before(now, lifetime)),
        unproven_since: clock::before(now, UNPROVEN_LIFETIME),
        rests_until: clock::after(now, rooms.nickname_rest),
        replaced_until: clock::after(now, REPLACED_TOKEN_LIFETIME),
    }
}
