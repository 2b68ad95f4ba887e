//! The tables `changed_message` and `changed_message_text`: what edited messages say, which messages are deleted, and where
//! their texts lie. A deletion takes the text out of the log itself, so that no reader has to look whether it may be shown.

use std::time::Duration;

use rusqlite::{Connection, Error, Result};

use super::super::rows::{seq, sql_seq};
use super::current::{CurrentMessage, current_message};
use super::folded::Folded;
use super::search;
use crate::protocol::{Deleted, Edited, EventBody, HistoryItem, LogEvent, Restored, Seq, Timestamp};
use crate::server::log::{Draft, StoreError};

/// A change of a message by its author, which is about to be inserted.
pub(super) struct AuthorChange<'a> {
    pub(super) database: &'a Connection,
    pub(super) room_id: i64,
    pub(super) draft: &'a Draft,
    /// Its place.
    pub(super) seq: Seq,
    /// Its time in the log.
    pub(super) at: Timestamp,
}

/// Why a change is not made.
enum Failure {
    Refused(StoreError),
    Database(Error),
}

impl From<StoreError> for Failure {
    fn from(refusal: StoreError) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// The answer of a projection. What changed nothing is told to no program.
fn folded(changed: Result<Option<LogEvent>, Failure>) -> Result<Folded> {
    match changed {
        Ok(target) => Ok(Ok(target.map(Box::new))),
        Err(Failure::Refused(refusal)) => Ok(Err(refusal)),
        Err(Failure::Database(error)) => Err(error),
    }
}

impl AuthorChange<'_> {
    /// Gives a message another text.
    pub(super) fn edit(&self, edited: &Edited) -> Result<Folded> {
        folded(self.try_edit(edited))
    }

    /// Takes the text of a message away.
    pub(super) fn delete(&self, deleted: &Deleted) -> Result<Folded> {
        folded(self.try_delete(deleted))
    }

    /// Brings the text of a deleted message back, and fills it in.
    pub(super) fn restore(&self, restored: &mut Restored) -> Result<Folded> {
        folded(self.try_restore(restored))
    }

    fn try_edit(&self, edited: &Edited) -> Result<Option<LogEvent>, Failure> {
        let message = self.own_message(edited.target)?;
        if message.deletion.is_some() {
            return Err(StoreError::MessageDeleted.into());
        }
        self.check_window(message.event.at_ms, self.draft.windows.edit)?;
        self.database
            .prepare_cached(
                "insert into changed_message (room_id, message_seq, text, edited_ms) values (?1, ?2, ?3, ?4)
                 on conflict do update set text = excluded.text, edited_ms = excluded.edited_ms",
            )?
            .execute((self.room_id, sql_seq(edited.target), &edited.text, self.at.unix_ms()))?;
        self.note_text(edited.target)?;
        search::update(self.database, self.room_id, &message.event, &edited.text)?;
        Ok(Some(message.event))
    }

    fn try_delete(&self, deleted: &Deleted) -> Result<Option<LogEvent>, Failure> {
        let message = self.own_message(deleted.target)?;
        if message.deletion.is_some() {
            return Ok(None);
        }
        self.check_window(message.event.at_ms, self.draft.windows.delete)?;
        let restore = self.draft.windows.restore;
        let text = if restore.is_zero() { "" } else { message.event.body.text() };
        let target = sql_seq(deleted.target);
        self.database
            .prepare_cached(
                "insert into changed_message (room_id, message_seq, text, deleted_ms, restorable_until_ms)
                 values (?1, ?2, ?3, ?4, ?5)
                 on conflict do update set text = excluded.text, deleted_ms = excluded.deleted_ms,
                     restorable_until_ms = excluded.restorable_until_ms",
            )?
            .execute((self.room_id, target, text, self.at.unix_ms(), later(self.at, restore)))?;
        self.database
            .prepare_cached(
                "update event set body = json_set(body, '$.text', '')
                 where room_id = ?1 and (seq = ?2 or seq in (
                     select seq from changed_message_text where room_id = ?1 and message_seq = ?2
                 ))",
            )?
            .execute((self.room_id, target))?;
        self.database
            .prepare_cached("delete from changed_message_text where room_id = ?1 and message_seq = ?2")?
            .execute((self.room_id, target))?;
        search::update(self.database, self.room_id, &message.event, "")?;
        Ok(Some(message.event))
    }

    fn try_restore(&self, restored: &mut Restored) -> Result<Option<LogEvent>, Failure> {
        let message = self.own_message(restored.target)?;
        let deletion = message.deletion.ok_or(StoreError::NotDeleted)?;
        if deletion.text.is_empty() || self.at > deletion.restorable_until {
            return Err(StoreError::TooLate.into());
        }
        self.database
            .prepare_cached(
                "update changed_message set deleted_ms = null, restorable_until_ms = null
                 where room_id = ?1 and message_seq = ?2",
            )?
            .execute((self.room_id, sql_seq(restored.target)))?;
        restored.text = deletion.text;
        self.note_text(restored.target)?;
        search::update(self.database, self.room_id, &message.event, &restored.text)?;
        Ok(Some(message.event))
    }

    /// The message that is to be changed, if this author may.
    fn own_message(&self, target: Seq) -> Result<CurrentMessage, Failure> {
        let message = current_message(self.database, self.room_id, target)?.ok_or(StoreError::TargetNotFound)?;
        let is_own = message.event.by.as_ref().is_some_and(|by| by.id == self.draft.by.id);
        if is_own { Ok(message) } else { Err(StoreError::NotYours.into()) }
    }

    fn check_window(&self, posted: Timestamp, window: Option<Duration>) -> Result<(), Failure> {
        let is_late = window.is_some_and(|window| self.at.unix_ms() > later(posted, window));
        if is_late { Err(StoreError::TooLate.into()) } else { Ok(()) }
    }

    /// Notes that this change holds a text of the message.
    fn note_text(&self, target: Seq) -> Result<()> {
        self.database.prepare_cached("insert into changed_message_text values (?1, ?2, ?3)")?.execute((
            self.room_id,
            sql_seq(target),
            sql_seq(self.seq),
        ))?;
        Ok(())
    }
}

/// A moment so much later, in milliseconds since 1970.
fn later(at: Timestamp, duration: Duration) -> i64 {
    at.unix_ms().saturating_add(i64::try_from(duration.as_millis()).unwrap_or(i64::MAX))
}

/// Brings items, which are in the order of their places, up to date.
pub(super) fn fold(snapshot: &Connection, room_id: i64, items: &mut [HistoryItem]) -> Result<()> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    let (first, last) = (sql_seq(first.event.seq), sql_seq(last.event.seq));
    let mut changed = snapshot.prepare_cached(
        "select message_seq, text, edited_ms, deleted_ms from changed_message
         where room_id = ?1 and message_seq between ?2 and ?3",
    )?;
    let mut rows = changed.query((room_id, first, last))?;
    while let Some(row) = rows.next()? {
        let target = seq(row, "message_seq")?;
        // A row of an item that is beyond the page's end has no place here.
        let Ok(place) = items.binary_search_by_key(&target, |item| item.event.seq) else { continue };
        let item = &mut items[place];
        item.edited_ms = row.get::<_, Option<i64>>("edited_ms")?.map(Timestamp::from_unix_ms);
        let is_deleted = row.get::<_, Option<i64>>("deleted_ms")?.is_some();
        if let EventBody::Message(message) = &mut item.event.body {
            message.text = if is_deleted { String::new() } else { row.get("text")? };
        }
    }
    Ok(())
}
