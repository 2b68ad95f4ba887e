//! Guests in the database: their sessions, and which names are free. Not here: messages and rooms (`operations`, `queries`).

use rusqlite::{Connection, OptionalExtension, Result, Row, Transaction};

use super::operations::{Operation, Outcome, Space, violates_unique};
use super::rows::{parsed, timestamp};
use crate::protocol::{Timestamp, UserId};
use crate::server::ground::names::{LOOKS_VERSION, NameClash, NameKey};
use crate::server::log::{
    CookieNote, Guest, NameConflict, NameTerms, NameWish, Naming, SessionUse, StoreError, TokenHash, TokenStanding,
};

/// The guest that a token opens.
pub(super) fn by_token(snapshot: &Transaction<'_>, token_hash: &TokenHash, at: Timestamp) -> Result<Option<Guest>> {
    let current = snapshot
        .prepare_cached("select * from guest where token_hash = ?1")?
        .query_one([token_hash], guest)
        .optional()?;
    if current.is_some() {
        return Ok(current);
    }
    let mut replaced =
        snapshot.prepare_cached("select * from guest where replaced_token_hash = ?1 and replaced_until_ms > ?2")?;
    let guest = replaced.query_one((token_hash, at.unix_ms()), guest).optional()?;
    Ok(guest.map(|guest| Guest { token_hash: *token_hash, token: TokenStanding::Replaced, ..guest }))
}

/// One guest.
pub(super) fn by_id(snapshot: &Transaction<'_>, user: &UserId) -> Result<Option<Guest>> {
    snapshot.prepare_cached("select * from guest where user_id = ?1")?.query_one([user.as_str()], guest).optional()
}

/// A guest, from all columns of `guest`.
fn guest(row: &Row<'_>) -> Result<Guest> {
    let is_proven: bool = row.get("is_proven")?;
    Ok(Guest {
        id: parsed(row, "user_id")?,
        nickname: row.get("nickname")?,
        token_hash: row.get("token_hash")?,
        token: if is_proven { TokenStanding::Proven } else { TokenStanding::New },
        cookie_set_at: timestamp(row, "cookie_set_ms")?,
        last_seen: timestamp(row, "last_seen_ms")?,
    })
}

/// Why somebody may not have a name, if so. The same name comes before one that looks like it.
pub(super) fn conflict(database: &Connection, wish: &NameWish) -> Result<Option<NameConflict>> {
    let clashing = clashing(database, wish)?;
    let owners = || clashing.iter().filter(|other| other.claim == NameClaim::Owned);
    if owners().any(|owner| owner.clash == NameClash::Taken) {
        return Ok(Some(NameConflict::Taken));
    }
    if owners().next().is_some() {
        return Ok(Some(NameConflict::LookAlike));
    }
    let mut resting = database.prepare_cached(
        "select nickname from resting_name
         where (nickname_folded = ?1 or nickname_look = ?2) and user_id <> ?3 and until_ms > ?4",
    )?;
    let near = (&wish.key.folded, wish.key.look(), wish.user.as_str(), wish.at.unix_ms());
    let names: Vec<String> = resting.query_map(near, |row| row.get(0))?.collect::<Result<_>>()?;
    let rests = names.iter().any(|name| wish.key.clash(&NameKey::of(name)).is_some());
    Ok(rests.then_some(NameConflict::Resting))
}

/// Somebody else whose name clashes.
struct Clashing {
    user: String,
    clash: NameClash,
    claim: NameClaim,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum NameClaim {
    Owned,
    /// The name was not used for long, or its cookie never came back.
    OutOfTime,
}

/// The index finds names that may look alike; which of them do is not a matter of equality.
fn clashing(database: &Connection, wish: &NameWish) -> Result<Vec<Clashing>> {
    let NameWish { key, user, terms, .. } = wish;
    let mut near = database.prepare_cached(
        "select user_id, nickname, last_seen_ms >= ?4 and (is_proven or cookie_set_ms >= ?5) from guest
         where (nickname_folded = ?1 or nickname_look = ?2) and user_id <> ?3",
    )?;
    let (unused_since, unproven_since) = (terms.unused_since.unix_ms(), terms.unproven_since.unix_ms());
    let parameters = (&key.folded, key.look(), user.as_str(), unused_since, unproven_since);
    let clashing = near.query_map(parameters, |row| {
        let (user, nickname, is_owned) = (row.get(0)?, row.get::<_, String>(1)?, row.get(2)?);
        let claim = if is_owned { NameClaim::Owned } else { NameClaim::OutOfTime };
        Ok(key.clash(&NameKey::of(&nickname)).map(|clash| Clashing { user, clash, claim }))
    })?;
    clashing.filter_map(Result::transpose).collect()
}

impl Operation for Naming {
    type Answer = ();
    const SPACE: Space = Space::Taken;

    fn apply(&self, database: &Connection) -> Result<Outcome<()>> {
        if !is_asked_by_session(database, self)? {
            return Ok(Outcome::refused(StoreError::SessionEnded));
        }
        let key = NameKey::of(&self.nickname);
        let wish = NameWish { key, user: self.user.clone(), at: self.at, terms: self.terms };
        if let Some(conflict) = conflict(database, &wish)? {
            return Ok(Outcome::refused(conflict.into()));
        }
        // Whoever still has the name is out of time.
        for other in clashing(database, &wish)? {
            database.prepare_cached("delete from guest where user_id = ?1")?.execute([other.user])?;
        }
        let key = wish.key;
        give_back(database, &self.user, Some(&key.folded), self.at, self.terms.rests_until)?;
        match upsert(database, self, &key) {
            Ok(()) => Ok(Outcome::silent(())),
            Err(error) if violates_unique(&error, "guest.token_hash") => Ok(Outcome::refused(StoreError::TokenTaken)),
            // A row that other tables of Unicode folded: its name does not clash by those of today.
            Err(error) if violates_unique(&error, "guest.nickname_folded") => {
                Ok(Outcome::refused(NameConflict::Taken.into()))
            }
            Err(error) => Err(error),
        }
    }
}

/// Whether the token that asks is still good, in the transaction that replaces it: a sign-out or a later token may have come
/// in between, and neither may be undone.
fn is_asked_by_session(database: &Connection, naming: &Naming) -> Result<bool> {
    let Some(replaces) = &naming.replaces else { return Ok(true) };
    database
        .prepare_cached("select 1 from guest where user_id = ?1 and ?2 in (token_hash, replaced_token_hash)")?
        .exists((naming.user.as_str(), replaces))
}

fn upsert(database: &Connection, naming: &Naming, key: &NameKey) -> Result<()> {
    let Naming { user, nickname, token_hash, replaces, at, terms: NameTerms { replaced_until, .. } } = naming;
    database
        .prepare_cached(
            "insert into guest (
                 user_id, nickname, nickname_folded, nickname_look, token_hash, cookie_set_ms, is_proven, last_seen_ms
             ) values (?1, ?2, ?3, ?4, ?5, ?6, 0, ?6)
             on conflict (user_id) do update set
                 nickname = excluded.nickname,
                 nickname_folded = excluded.nickname_folded,
                 nickname_look = excluded.nickname_look,
                 token_hash = excluded.token_hash,
                 cookie_set_ms = excluded.cookie_set_ms,
                 is_proven = is_proven and token_hash = excluded.token_hash,
                 replaced_token_hash = case token_hash when excluded.token_hash then replaced_token_hash
                     else coalesce(?7, token_hash) end,
                 replaced_until_ms = case token_hash when excluded.token_hash then replaced_until_ms else ?8 end,
                 last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)",
        )?
        .execute((
            user.as_str(),
            nickname,
            &key.folded,
            key.look(),
            token_hash,
            at.unix_ms(),
            replaces,
            replaced_until.unix_ms(),
        ))?;
    Ok(())
}

/// Lets the present name of somebody rest who has spoken, unless it is `kept`, and forgets names that have rested.
fn give_back(
    database: &Connection,
    user: &UserId,
    kept: Option<&str>,
    at: Timestamp,
    rests_until: Timestamp,
) -> Result<()> {
    database.prepare_cached("delete from resting_name where until_ms <= ?1")?.execute([at.unix_ms()])?;
    if rests_until <= at {
        return Ok(());
    }
    database
        .prepare_cached(
            "insert or replace into resting_name (user_id, nickname, nickname_folded, nickname_look, until_ms)
             select user_id, nickname, nickname_folded, nickname_look, ?3 from guest
             where user_id = ?1 and nickname_folded is not ?2
                 and exists (select 1 from event where person_id = ?1 and post_id is not null)",
        )?
        .execute((user.as_str(), kept, rests_until.unix_ms()))?;
    Ok(())
}

impl Operation for SessionUse {
    type Answer = ();
    const SPACE: Space = Space::Kept;

    fn apply(&self, database: &Connection) -> Result<Outcome<()>> {
        database
            .prepare_cached(
                "update guest set
                     last_seen_ms = max(last_seen_ms, ?3),
                     cookie_set_ms = iif(?4, max(cookie_set_ms, ?3), cookie_set_ms),
                     is_proven = is_proven or token_hash = ?2,
                     replaced_token_hash = iif(token_hash = ?2, null, replaced_token_hash),
                     replaced_until_ms = iif(token_hash = ?2, null, replaced_until_ms)
                 where user_id = ?1",
            )?
            .execute((self.user.as_str(), self.token_hash, self.at.unix_ms(), self.cookie == CookieNote::Set))?;
        Ok(Outcome::silent(()))
    }
}

/// Ends a session.
pub(super) struct RemoveGuest {
    pub(super) id: UserId,
    pub(super) at: Timestamp,
    pub(super) rests_until: Timestamp,
}

impl Operation for RemoveGuest {
    type Answer = ();
    const SPACE: Space = Space::Kept;

    fn apply(&self, database: &Connection) -> Result<Outcome<()>> {
        give_back(database, &self.id, None, self.at, self.rests_until)?;
        database.prepare_cached("delete from guest where user_id = ?1")?.execute([self.id.as_str()])?;
        Ok(Outcome::silent(()))
    }
}

/// Computes the looks of all names anew when another version of the rule made them; in one transaction with the note of
/// that. A database has as many guests as were here within the lifetime of a nickname.
pub(super) fn refresh_looks(database: &Connection) -> Result<()> {
    let is_current =
        database.prepare("select 1 from meta where name = 'looks_version' and value = ?1")?.exists([LOOKS_VERSION])?;
    if is_current {
        return Ok(());
    }
    for table in ["guest", "resting_name"] {
        let rows: Vec<(String, String)> = database
            .prepare(&format!("select user_id, nickname from {table}"))?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_>>()?;
        let mut update = database.prepare(&format!("update {table} set nickname_look = ?2 where user_id = ?1"))?;
        for (user, name) in rows {
            update.execute((user, NameKey::of(&name).look()))?;
        }
    }
    database.execute("insert or replace into meta (name, value) values ('looks_version', ?1)", [LOOKS_VERSION])?;
    Ok(())
}
