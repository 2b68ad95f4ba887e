//! Claims a nickname: for a visitor, for a guest who wants another, for a program on the plain socket.

use std::sync::Arc;

use super::identity::{name_terms, run_to_end};
use crate::model::text;
use crate::protocol::{CloseCode, ErrorCode, JoinAttempt, Origin, Person, Refusal, Timestamp, UserId};
use crate::server::app::{App, Caller};
use crate::server::delivery::broker::Bulletin;
use crate::server::ground::clock;
use crate::server::ground::names::{NameClash, NameKey, compose};
use crate::server::limits::{Action, Address};
use crate::server::log::{NameWish, Naming, TokenHash, TokenStanding};
use crate::server::people::live_names::NameClaim;
use crate::server::people::session::{SessionToken, draw_user_id, user_id_of};
use crate::server::posting::refuse;

/// A guest after choosing a nickname.
pub struct Identity {
    /// The person under the new nickname.
    pub person: Person,
    /// The token that the browser must keep from now on. The one before it, if any, opens nothing any more as soon as
    /// this one is used.
    pub token: SessionToken,
}

/// Who claims the nickname, and with which token.
struct Claimant {
    user: UserId,
    token: SessionToken,
    replaces: Option<TokenHash>,
}

/// Gives a visitor a nickname and a session, or a guest another nickname. The session gets a new token either way (OWASP
/// ASVS 5.0, 7.2.4), and a guest's open connections are closed so that they come back under the new name.
///
/// An answer may be lost, and a button be pressed twice. So whoever asks again is answered with the same token: a guest
/// by the cookie, which is good until the new one was used, a visitor by the `attempt`.
///
/// # Errors
/// `too_fast`, `nickname_empty`, `nickname_too_long`, `nickname_forbidden_character`, `nickname_reserved`,
/// `nickname_taken`, `nickname_look_alike`, `nickname_resting`, `busy`.
pub async fn choose_nickname(
    app: &Arc<App>,
    caller: &Caller,
    nickname: &str,
    attempt: Option<&JoinAttempt>,
) -> Result<Identity, Refusal> {
    let nickname = acceptable(app, nickname)?;
    app.limits.charge(Action::ClaimNickname, &caller.payer())?;
    let now = clock::now();
    let Claimant { user, token, replaces } = claimant(app, caller, attempt, now).await?;
    // Held until the name is in the store, so that two who choose twins at once do not both get one.
    let claim = app.names.claim(&user, NameKey::of(&nickname)).map_err(clash)?;
    let person = Person { id: user.clone(), nickname: nickname.clone(), origin: Origin::Web };
    let (token_hash, terms) = (token.hash(), name_terms(app, now));
    let app = Arc::clone(app);
    run_to_end(async move {
        let naming = Naming { user: user.clone(), nickname, token_hash, replaces, at: now, terms };
        app.store.put_guest(naming).await.map_err(refuse)?;
        app.publish(Bulletin::Identity { user, code: CloseCode::IdentityChanged });
        drop(claim);
        Ok(())
    })
    .await?;
    Ok(Identity { person, token })
}

async fn claimant(
    app: &App,
    caller: &Caller,
    attempt: Option<&JoinAttempt>,
    now: Timestamp,
) -> Result<Claimant, Refusal> {
    if let Some(guest) = &caller.guest {
        let token = app.cookies.successor(&guest.token_hash);
        return Ok(Claimant { user: guest.id.clone(), token, replaces: Some(guest.token_hash) });
    }
    let Some(attempt) = attempt else {
        return Ok(Claimant { user: draw_user_id(), token: SessionToken::draw(), replaces: None });
    };
    let (user, token) = (user_id_of(attempt), app.cookies.first(attempt));
    let first = app.store.guest(&user).await.map_err(refuse)?;
    // An attempt is over when its cookie is in use and another one took its place, or after a while: whoever finds it in
    // a log or a history then gets nothing.
    let is_over = first.is_some_and(|guest| {
        let is_old = guest.cookie_set_at < name_terms(app, now).unproven_since;
        guest.token == TokenStanding::Proven && (is_old || guest.token_hash != token.hash())
    });
    let user = if is_over { draw_user_id() } else { user };
    let token = if is_over { SessionToken::draw() } else { token };
    Ok(Claimant { user, token, replaces: None })
}

/// Claims the nickname of a program on the plain socket. It is held for `user` until the claim is dropped.
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
    let (key, at) = (NameKey::of(&person.nickname), clock::now());
    // Claimed before the look into the store, so that no guest takes the name in between.
    let claim = app.names.claim(&person.id, key.clone()).map_err(clash)?;
    let wish = NameWish { key, user: user.clone(), at, terms: name_terms(app, at) };
    match app.store.name_conflict(wish).await.map_err(refuse)? {
        Some(conflict) => Err(refuse(conflict.into())),
        None => Ok((person, claim)),
    }
}

fn acceptable(app: &App, nickname: &str) -> Result<String, ErrorCode> {
    let nickname = text::nickname(&compose(nickname), app.config.limits.nickname_graphemes)?;
    if app.reserved_names.contains(&nickname) {
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
