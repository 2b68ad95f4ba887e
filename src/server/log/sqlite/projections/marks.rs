//! The table `mark`: how far people have read. It is no fold of events alone, since people mark what they read; but whoever
//! posts has read up to there, in the same transaction. Not here: the marking (`sqlite::marks`).

use rusqlite::{Connection, OptionalExtension, Result, Row, Transaction};

use super::super::rows::{message_no, parsed, seq, sql_message_no, sql_seq};
use crate::protocol::{MessageNo, ReadMark, Seq, UserId};

/// All marks of a person.
pub(in super::super) fn of_person(snapshot: &Transaction<'_>, person: &UserId) -> Result<Vec<ReadMark>> {
    snapshot
        .prepare_cached(
            "select slug, seq, message_no, lowered from mark join room using (room_id)
             where person_id = ?1 order by slug",
        )?
        .query_map([person.as_str()], mark)?
        .collect()
}

/// The author of a message has read it, and what was there before. Answers with their mark.
pub(in super::super) fn read_own(
    database: &Connection,
    author: &UserId,
    room_id: i64,
    seq: Seq,
    message_no: MessageNo,
) -> Result<Option<ReadMark>> {
    put(database, Direction::Forward, author, room_id, seq, message_no)?;
    of_person_and_room(database, author, room_id)
}

/// The mark of a person in a room.
pub(in super::super) fn of_person_and_room(
    database: &Connection,
    person: &UserId,
    room_id: i64,
) -> Result<Option<ReadMark>> {
    database
        .prepare_cached(
            "select slug, seq, message_no, lowered from mark join room using (room_id)
             where person_id = ?1 and room_id = ?2",
        )?
        .query_one((person.as_str(), room_id), mark)
        .optional()
}

/// Which way a mark may go.
#[derive(Clone, Copy)]
pub(in super::super) enum Direction {
    Forward,
    Back,
}

/// Puts a mark at a place, unless it would go the other way.
pub(in super::super) fn put(
    database: &Connection,
    direction: Direction,
    person: &UserId,
    room_id: i64,
    seq: Seq,
    message_no: MessageNo,
) -> Result<()> {
    let statement = match direction {
        Direction::Forward => RAISE,
        Direction::Back => LOWER,
    };
    let values = (person.as_str(), room_id, sql_seq(seq), sql_message_no(message_no));
    database.prepare_cached(statement)?.execute(values).map(drop)
}

fn mark(row: &Row<'_>) -> Result<ReadMark> {
    Ok(ReadMark {
        room: parsed(row, "slug")?,
        seq: seq(row, "seq")?,
        message_no: message_no(row, "message_no")?,
        lowered: row.get("lowered")?,
    })
}

/// Whoever is no guest has no mark.
const RAISE: &str = "
    insert into mark (person_id, room_id, seq, message_no) select user_id, ?2, ?3, ?4 from guest where user_id = ?1
    on conflict do update set seq = excluded.seq, message_no = excluded.message_no where mark.seq < excluded.seq";

/// The same for a mark that is put back.
const LOWER: &str = "
    insert into mark (person_id, room_id, seq, message_no) select user_id, ?2, ?3, ?4 from guest where user_id = ?1
    on conflict do update set seq = excluded.seq, message_no = excluded.message_no, lowered = lowered + 1
    where mark.seq > excluded.seq";
