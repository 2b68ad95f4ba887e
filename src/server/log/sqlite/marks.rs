//! People mark what they have read. Not here: the table (`projections::marks`).

use rusqlite::{Connection, OptionalExtension, Result};

use super::operations::{Operation, Outcome, Space};
use super::projections::marks::{self, Direction};
use super::rows::{message_no, seq, sql_seq};
use crate::protocol::{MessageNo, ReadMark, Seq};
use crate::server::log::{MarkChange, MarkTo, StoreError};

impl Operation for MarkChange {
    type Answer = Option<ReadMark>;
    const SPACE: Space = Space::Taken;

    fn apply(&self, database: &Connection) -> Result<Outcome<Option<ReadMark>>> {
        let room = database
            .prepare_cached("select room_id, last_seq from room where slug = ?1")?
            .query_one([self.room.as_str()], |row| Ok((row.get::<_, i64>("room_id")?, seq(row, "last_seq")?)))
            .optional()?;
        let Some((room_id, head)) = room else {
            return Ok(Outcome::refused(StoreError::RoomNotFound(self.room.clone())));
        };
        let (direction, place) = match self.to {
            MarkTo::Read(place) => (Direction::Forward, place.min(head)),
            MarkTo::Unread(place) => (Direction::Back, place.previous().min(head)),
        };
        marks::put(database, direction, &self.person, room_id, place, messages_up_to(database, room_id, place)?)?;
        Ok(Outcome::silent(marks::of_person_and_room(database, &self.person, room_id)?))
    }
}

/// The newest message up to a place, by the key of the log.
fn messages_up_to(database: &Connection, room_id: i64, place: Seq) -> Result<MessageNo> {
    let found = database
        .prepare_cached("select message_no from event where room_id = ?1 and seq = ?2")?
        .query_one((room_id, sql_seq(place)), |row| message_no(row, "message_no"))
        .optional()?;
    Ok(found.unwrap_or_default())
}
