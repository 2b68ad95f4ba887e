//! What the store keeps of guests: who owns which name, and by which token. Not here: the cookie (`session`), and the
//! lifetimes (`posting`), which come in as moments.

use crate::protocol::{Origin, Person, Timestamp, UserId};
use crate::server::ground::names::NameKey;

/// SHA-256 of a session token: all that the database knows of it.
pub type TokenHash = [u8; 32];

/// A guest: the nickname and the session that owns it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Identity of the person, kept when the nickname changes.
    pub id: UserId,
    /// The name to show.
    pub nickname: String,
    /// The session's token; from [`super::Store::guest_by_token`], the one that was asked for.
    pub token_hash: TokenHash,
    /// What is known of that token.
    pub token: TokenStanding,
    /// When the browser was last asked to keep the cookie.
    pub cookie_set_at: Timestamp,
    /// When the session was last used.
    pub last_seen: Timestamp,
}

/// What is known of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenStanding {
    /// It was used: the browser keeps it.
    Proven,
    /// It was never used: its cookie may have been lost on the way.
    New,
    /// Another one was given out in its place, and was not used yet.
    Replaced,
}

impl Guest {
    /// The guest as others see them.
    #[must_use]
    pub fn person(&self) -> Person {
        Person { id: self.id.clone(), nickname: self.nickname.clone(), origin: Origin::Web }
    }
}

/// A guest takes a name, and with it a token.
#[derive(Clone, Debug)]
pub struct Naming {
    /// Who: a new id makes a new guest.
    pub user: UserId,
    /// The name to show.
    pub nickname: String,
    /// The new token. When it is the guest's token already, only the name changes.
    pub token_hash: TokenHash,
    /// The token that asked for it, if any.
    pub replaces: Option<TokenHash>,
    /// The server's clock.
    pub at: Timestamp,
    /// What is free.
    pub terms: NameTerms,
}

/// Which names are free at a moment.
#[derive(Clone, Copy, Debug)]
pub struct NameTerms {
    /// Sessions that were last used before this own nothing any more.
    pub unused_since: Timestamp,
    /// Sessions whose cookie was given out before this, and whose token was never used, own nothing.
    pub unproven_since: Timestamp,
    /// Until when the name rests that is given back now.
    pub rests_until: Timestamp,
    /// Until when a token is good that is replaced now.
    pub replaced_until: Timestamp,
}

/// A session was used.
#[derive(Clone, Debug)]
pub struct SessionUse {
    /// Whose.
    pub user: UserId,
    /// By which token: it is proven, and the one before it is over.
    pub token_hash: TokenHash,
    /// The server's clock.
    pub at: Timestamp,
    /// Whether the browser is asked to keep the cookie.
    pub cookie: CookieNote,
}

/// What the browser is sent about its cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieNote {
    /// Nothing.
    Left,
    /// To keep it for the whole lifetime from now on.
    Set,
}

/// Why somebody may not have a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameConflict {
    /// Another session owns it.
    #[error("the nickname is taken")]
    Taken,
    /// Another session owns one that looks like it.
    #[error("the nickname looks like that of another guest")]
    LookAlike,
    /// Somebody who had spoken under it, or under one that looks like it, gave it back a short while ago.
    #[error("the nickname rests")]
    Resting,
}

/// A question: may this person have that name?
#[derive(Clone, Debug)]
pub struct NameWish {
    /// The name.
    pub key: NameKey,
    /// Who asks.
    pub user: UserId,
    /// The server's clock.
    pub at: Timestamp,
    /// What is free.
    pub terms: NameTerms,
}
