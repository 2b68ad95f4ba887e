//! A message as it is now: what changes are checked against. Not here: what they do to it (`edits`, `reactions`).

use rusqlite::{Connection, OptionalExtension, Result};

use super::super::rows::{log_event, sql_seq};
use crate::protocol::{EventBody, LogEvent, Message, Seq, Timestamp};

/// A message with all changes to its text.
pub(in super::super) struct CurrentMessage {
    /// Its event, with the present text; without any when it is deleted.
    pub(in super::super) event: LogEvent,
    /// Whether it is deleted.
    pub(super) deletion: Option<Deletion>,
}

/// What is kept of a deleted message.
pub(super) struct Deletion {
    /// What it said; empty when that is forgotten.
    pub(super) text: String,
    /// Until when its author may restore it.
    pub(super) restorable_until: Timestamp,
}

/// The message at a place, if there is one.
pub(in super::super) fn current_message(
    database: &Connection,
    room_id: i64,
    target: Seq,
) -> Result<Option<CurrentMessage>> {
    let message = database
        .prepare_cached(
            "select event.*, changed.text as changed_text, changed.restorable_until_ms
             from event left join changed_message as changed
             on changed.room_id = event.room_id and changed.message_seq = event.seq
             where event.room_id = ?1 and event.seq = ?2",
        )?
        .query_one((room_id, sql_seq(target)), |row| {
            let event = log_event(row)?;
            let (text, until): (Option<String>, Option<i64>) =
                (row.get("changed_text")?, row.get("restorable_until_ms")?);
            Ok((event, text, until.map(Timestamp::from_unix_ms)))
        })
        .optional()?;
    let Some((mut event, text, until)) = message else { return Ok(None) };
    let EventBody::Message(Message { text: present, .. }) = &mut event.body else { return Ok(None) };
    let deletion = match (text, until) {
        (Some(text), Some(restorable_until)) => Some(Deletion { text, restorable_until }),
        (Some(text), None) => {
            *present = text;
            None
        }
        (None, _) => None,
    };
    Ok(Some(CurrentMessage { event, deletion }))
}
