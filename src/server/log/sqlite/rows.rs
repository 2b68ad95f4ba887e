//! Rows of the database to types of the log and back. The only place that knows the columns of `event`.

use std::error::Error;

use rusqlite::types::Type;
use rusqlite::{Connection, Result, Row};

use crate::protocol::{EventBody, LogEvent, MessageNo, Origin, Person, Seq, Timestamp};
use crate::server::log::RoomRecord;

const WEB: &str = "web";
const PLAIN: &str = "plain";
const UNKNOWN: &str = "unknown";

/// A number for a column. SQLite's integers are signed; a position that does not fit is after every event.
pub(super) fn sql_seq(seq: Seq) -> i64 {
    i64::try_from(seq.get()).unwrap_or(i64::MAX)
}

/// A position, from a column that a constraint keeps positive.
pub(super) fn seq(row: &Row<'_>, column: &str) -> Result<Seq> {
    let position: i64 = row.get(column)?;
    u64::try_from(position).map(Seq::new).map_err(|error| unreadable(row, column, Type::Integer, error))
}

/// A position among messages, from a column that a constraint keeps from being negative.
pub(super) fn message_no(row: &Row<'_>, column: &str) -> Result<MessageNo> {
    let position: i64 = row.get(column)?;
    u64::try_from(position).map(MessageNo::new).map_err(|error| unreadable(row, column, Type::Integer, error))
}

/// A number for a column.
pub(super) fn sql_message_no(position: MessageNo) -> i64 {
    i64::try_from(position.get()).unwrap_or(i64::MAX)
}

/// A room, from `slug, title, last_seq, last_message_no`.
pub(super) fn room_record(row: &Row<'_>) -> Result<RoomRecord> {
    Ok(RoomRecord {
        slug: parsed(row, "slug")?,
        title: row.get("title")?,
        head: seq(row, "last_seq")?,
        message_no: message_no(row, "last_message_no")?,
    })
}

/// An event, from all columns of `event`.
pub(super) fn log_event(row: &Row<'_>) -> Result<LogEvent> {
    let (author, id): (Option<String>, Option<String>) = (row.get("person_id")?, row.get("post_id")?);
    Ok(LogEvent {
        seq: seq(row, "seq")?,
        at_ms: timestamp(row, "at_ms")?,
        by: author.map(|_| person(row)).transpose()?,
        id: id.map(|_| parsed(row, "post_id")).transpose()?,
        body: body(row)?,
    })
}

/// The body is in the database as it is on the wire, but for what is filled in here.
fn body(row: &Row<'_>) -> Result<EventBody> {
    let json = row.get_ref("body")?.as_str()?;
    let mut body: EventBody = serde_json::from_str(json).map_err(|error| unreadable(row, "body", Type::Text, error))?;
    if let EventBody::Message(_) = body {
        body.set_message_no(message_no(row, "message_no")?);
    }
    Ok(body)
}

/// Writes an event at its place. `messages` is the position of the newest message up to it, itself included.
pub(super) fn insert_event(database: &Connection, room_id: i64, event: &LogEvent, messages: MessageNo) -> Result<()> {
    let body = serde_json::to_string(&*event.body.stored()).expect("a body has string keys and no failing serializers");
    let by = event.by.as_ref();
    let mut insert = database.prepare_cached(
        "insert into event (room_id, seq, at_ms, person_id, person_nickname, person_origin, post_id, body, target_seq,
             message_no)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    insert.execute((
        room_id,
        sql_seq(event.seq),
        event.at_ms.unix_ms(),
        by.map(|person| person.id.as_str()),
        by.map(|person| person.nickname.as_str()),
        by.map(|person| origin_name(person.origin)),
        event.id.as_ref().map(|id| id.as_str()),
        body,
        event.body.target().map(sql_seq),
        sql_message_no(messages),
    ))?;
    Ok(())
}

/// A time, from a column in milliseconds.
pub(super) fn timestamp(row: &Row<'_>, column: &str) -> Result<Timestamp> {
    row.get(column).map(Timestamp::from_unix_ms)
}

/// A value whose only way in is its parser: a row that somebody else wrote is not believed.
pub(super) fn parsed<T>(row: &Row<'_>, column: &str) -> Result<T>
where
    T: TryFrom<String, Error: Error + Send + Sync + 'static>,
{
    let text: String = row.get(column)?;
    T::try_from(text).map_err(|error| unreadable(row, column, Type::Text, error))
}

/// Somebody, from the columns of an event that has an author.
pub(super) fn person(row: &Row<'_>) -> Result<Person> {
    let origin = row.get::<_, String>("person_origin")?.into();
    Ok(Person { id: parsed(row, "person_id")?, nickname: row.get("person_nickname")?, origin })
}

const fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Web => WEB,
        Origin::Plain => PLAIN,
        Origin::Unknown => UNKNOWN,
    }
}

fn unreadable(
    row: &Row<'_>,
    column: &str,
    column_type: Type,
    error: impl Error + Send + Sync + 'static,
) -> rusqlite::Error {
    let index = row.as_ref().column_index(column).unwrap_or_default();
    rusqlite::Error::FromSqlConversionFailure(index, column_type, Box::new(error))
}
