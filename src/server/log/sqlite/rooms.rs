//! What is written of rooms as a whole. Not here: what is posted in them (`operations`).

use rusqlite::{Connection, OptionalExtension, Result};

use super::operations::{Operation, Outcome, Space};
use super::rows::{insert_event, parsed, sql_seq};
use crate::model::address::LOBBY_NAMES;
use crate::protocol::{EventBody, LogEvent, MessageNo, RoomSlug, Seq, Timestamp};
use crate::server::ground::names::NameKey;
use crate::server::log::{Committed, NewRoom, OpenedRoom, RoomRecord, StoreError};

impl Operation for NewRoom {
    type Answer = OpenedRoom;
    const SPACE: Space = Space::Taken;

    fn apply(&self, database: &Connection) -> Result<Outcome<OpenedRoom>> {
        let before = match rooms_before(database, self)? {
            Ok(rooms) => rooms,
            Err(refused) => return Ok(Outcome::refused(refused)),
        };
        let first = Seq::ZERO.next();
        database
            .prepare_cached("insert into room (slug, title, last_seq, last_at_ms) values (?1, ?2, ?3, ?4)")?
            .execute((self.slug.as_str(), &self.title, sql_seq(first), self.at.unix_ms()))?;
        let (by, body) = (self.creator.clone(), EventBody::RoomCreated);
        let event = LogEvent { seq: first, at_ms: self.at, by, id: None, body };
        insert_event(database, database.last_insert_rowid(), &event, MessageNo::ZERO)?;
        Ok(Outcome::Keep {
            answer: OpenedRoom {
                room: RoomRecord {
                    slug: self.slug.clone(),
                    title: self.title.clone(),
                    head: first,
                    message_no: MessageNo::ZERO,
                },
                rooms: before + 1,
            },
            committed: Some(Committed { room: self.slug.clone(), event, target: None, author_mark: None }),
        })
    }
}

/// How many rooms there are, or why there cannot be such a one. Looks at every room: new ones are rare, since each is paid
/// for.
fn rooms_before(database: &Connection, new: &NewRoom) -> Result<Result<u32, StoreError>> {
    let mut select = database.prepare_cached("select slug, title from room")?;
    let rooms: Vec<(RoomSlug, String)> =
        select.query_map([], |row| Ok((parsed(row, "slug")?, row.get("title")?)))?.collect::<Result<_>>()?;
    if rooms.iter().any(|(slug, _)| *slug == new.slug) {
        return Ok(Err(StoreError::RoomExists(new.slug.clone())));
    }
    // An address is in small letters, so it does not show what a name looks like.
    let (address, title) = (NameKey::of(new.slug.as_str()), NameKey::of(&new.title));
    let is_like = |name: &str, key: &NameKey| NameKey::of(name).clash(key).is_some();
    let is_like_lobby = LOBBY_NAMES.iter().any(|name| is_like(name, &title)) && new.slug != RoomSlug::lobby();
    if is_like_lobby || rooms.iter().any(|room| is_like(room.0.as_str(), &address) || is_like(&room.1, &title)) {
        return Ok(Err(StoreError::RoomLookAlike(new.slug.clone())));
    }
    let count = u32::try_from(rooms.len()).unwrap_or(u32::MAX);
    let is_full = new.rooms_max > 0 && count >= new.rooms_max;
    Ok(if is_full { Err(StoreError::TooManyRooms) } else { Ok(count) })
}

/// Removes a room in which nothing but its creation ever happened.
pub(super) struct RemoveEmptyRoom {
    pub(super) room: RoomSlug,
    pub(super) created_before: Timestamp,
}

impl Operation for RemoveEmptyRoom {
    type Answer = bool;
    const SPACE: Space = Space::Kept;

    fn apply(&self, database: &Connection) -> Result<Outcome<bool>> {
        let empty = database
            .prepare_cached(
                "select room_id from room where slug = ?1 and slug <> ?2 and last_seq = 1 and last_at_ms < ?3",
            )?
            .query_one((self.room.as_str(), RoomSlug::lobby().as_str(), self.created_before.unix_ms()), |row| {
                row.get::<_, i64>("room_id")
            })
            .optional()?;
        let Some(room_id) = empty else { return Ok(Outcome::silent(false)) };
        database.prepare_cached("delete from event where room_id = ?1")?.execute([room_id])?;
        database.prepare_cached("delete from search_position where room_id = ?1")?.execute([room_id])?;
        database.prepare_cached("delete from room where room_id = ?1")?.execute([room_id])?;
        Ok(Outcome::silent(true))
    }
}
