//! Who somebody is: sessions and nicknames of guests, names of programs on the plain socket.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderMap;

use crate::model::text;
use crate::protocol::{CloseCode, ErrorCode, Origin, Person, Refusal, Timestamp, UserId};
use crate::server::app::{App, Caller};
use crate::server::chat::refuse;
use crate::server::clock;
use crate::server::config::Scheme;
use crate::server::limits::{Action, Address};
use crate::server::names::{NameClaim, NameClash, fold, look};
use crate::server::session::{SessionToken, draw_user_id};
use crate::server::store::Guest;

/// A session's last use is noted at most this often, since each note is a write.
const TOUCH_AFTER: Duration = Duration::from_secs(60 * 60);

/// A guest after choosing a nickname.
pub struct Identity {
    /// Who it is now.
    pub person: Person,
    /// The token that the browser must keep from now on; the one before, if any, opens nothing any more.
    pub token: SessionToken,
}

/// What a request's cookie proves.
pub struct Proof {
    /// The guest whose session it is.
    pub guest: Guest,
    /// Set when the session's use was noted just now: the browser is to keep the cookie as much longer.
    pub renewed: Option<SessionToken>,
}

/// Finds out who makes a request, by the session cookie. A session that was not used for its lifetime is nobody's.
///
/// # Errors
/// `internal` when the store cannot be read: better no answer than a wrong one.
pub async fn who(app: &App, headers: &HeaderMap, scheme: Scheme) -> Result<Option<Proof>, Refusal> {
    let Some(token) = SessionToken::from_headers(headers, scheme) else { return Ok(None) };
    let now = clock::now();
    let guest = app.store.guest_by_token(&token.hash()).await.map_err(refuse)?;
    let Some(guest) = guest.filter(|guest| guest.last_seen >= names_expire_before(app, now)) else { return Ok(None) };
    let renewed = touch(app, &guest, now).await.then_some(token);
    Ok(Some(Proof { guest, renewed }))
}

/// Notes that a session is in use, now and then. A lost note only lets the name expire earlier, so a busy store is no
/// reason to refuse anything.
async fn touch(app: &App, guest: &Guest, now: Timestamp) -> bool {
    guest.last_seen < clock::before(now, TOUCH_AFTER) && app.store.touch_guest(&guest.id, now).await.is_ok()
}

/// Gives a visitor a nickname and a session, or a guest another nickname. The session gets a new token either way (OWASP
/// ASVS 5.0, 7.2.4), and a guest's open connections are closed so that they come back under the new name.
///
/// # Errors
/// `too_fast`, `nickname_empty`, `nickname_too_long`, `nickname_forbidden_character`, `nickname_reserved`,
/// `nickname_taken`, `nickname_look_alike`, `busy`.
pub async fn choose_nickname(app: &Arc<App>, caller: &Caller, nickname: &str) -> Result<Identity, Refusal> {
    let nickname = acceptable(app, nickname)?;
    app.limits.charge(Action::ClaimNickname, &caller.payer())?;
    let id = caller.guest.as_ref().map_or_else(draw_user_id, |guest| guest.id.clone());
    // Held until the name is in the store, so that two who choose twins at once do not both get one.
    let claim = app.names.claim(&id, &nickname).map_err(clash)?;
    let token = SessionToken::draw();
    let now = clock::now();
    let nickname_folded = fold(&nickname);
    let guest = Guest { id, nickname, nickname_folded, token_hash: token.hash(), last_seen: now };
    let person = guest.person();
    let app = Arc::clone(app);
    finish(async move {
        let user = guest.id.clone();
        app.store.put_guest(guest, names_expire_before(&app, now)).await.map_err(refuse)?;
        app.identity_changed(&user, CloseCode::IdentityChanged);
        drop(claim);
        Ok(())
    })
    .await?;
    Ok(Identity { person, token })
}

/// Ends a session: the nickname is free, and the session's connections are closed.
///
/// # Errors
/// `busy` and `shutting_down`.
pub async fn sign_out(app: &Arc<App>, caller: &Caller) -> Result<(), Refusal> {
    let Some(user) = caller.guest.as_ref().map(|guest| guest.id.clone()) else { return Ok(()) };
    let app = Arc::clone(app);
    finish(async move {
        app.store.remove_guest(&user).await.map_err(refuse)?;
        app.identity_changed(&user, CloseCode::SessionEnded);
        Ok(())
    })
    .await
}

/// Does something to its end even when whoever asked for it goes away in the middle: what is in the store and what is
/// done to the open connections must not fall apart.
async fn finish(work: impl Future<Output = Result<(), Refusal>> + Send + 'static) -> Result<(), Refusal> {
    tokio::spawn(work).await.unwrap_or_else(|_| Err(ErrorCode::Internal.into()))
}

/// Checks that the session behind an open connection still is what it was, and notes that it is in use.
/// `Some` when the connection must close. A store that cannot be read now ends nobody's session.
pub async fn session_ended(app: &App, guest: Option<&Guest>) -> Option<CloseCode> {
    let guest = guest?;
    let current = match app.store.guest_by_token(&guest.token_hash).await {
        Ok(Some(current)) => current,
        Ok(None) => return Some(CloseCode::SessionEnded),
        Err(_) => return None,
    };
    if current.nickname != guest.nickname {
        return Some(CloseCode::IdentityChanged);
    }
    touch(app, &current, clock::now()).await;
    None
}

/// Takes the name that a program on the plain socket gave itself. It is held for `user` until the claim is dropped.
///
/// # Errors
/// As [`choose_nickname`].
pub async fn claim_plain_name(
    app: &App,
    user: &UserId,
    address: Address,
    nickname: &str,
) -> Result<(Person, NameClaim), Refusal> {
    let nickname = acceptable(app, nickname)?;
    app.limits.charge(Action::ClaimNickname, &address.into())?;
    let person = Person { id: user.clone(), nickname, origin: Origin::Plain };
    // Claimed before the look into the store, so that no guest takes the name in between.
    let claim = app.names.claim(&person.id, &person.nickname).map_err(clash)?;
    let owner = app.store.guest_by_nickname(&fold(&person.nickname)).await.map_err(refuse)?;
    if owner.is_some_and(|guest| guest.last_seen >= names_expire_before(app, clock::now())) {
        return Err(ErrorCode::NicknameTaken.into());
    }
    Ok((person, claim))
}

fn acceptable(app: &App, nickname: &str) -> Result<String, ErrorCode> {
    let nickname = text::nickname(nickname, app.config.limits.nickname_graphemes)?;
    if app.reserved_looks.contains(&look(&nickname)) {
        return Err(ErrorCode::NicknameReserved);
    }
    Ok(nickname)
}

fn clash(clash: NameClash) -> Refusal {
    match clash {
        NameClash::Taken => ErrorCode::NicknameTaken.into(),
        NameClash::LookAlike => ErrorCode::NicknameLookAlike.into(),
    }
}

/// Nicknames of sessions that were last used before this moment are free. A lifetime of 0 keeps them for ever.
fn names_expire_before(app: &App, now: Timestamp) -> Timestamp {
    let lifetime = app.config.rooms.nickname_ttl;
    if lifetime.is_zero() { Timestamp::from_unix_ms(i64::MIN) } else { clock::before(now, lifetime) }
}
