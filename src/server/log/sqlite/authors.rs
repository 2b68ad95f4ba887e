//! What the log knows of those who write it. Not here: who owns which name (`guests`).

use rusqlite::{Result, Transaction};

use super::rows;
use crate::protocol::UserId;
use crate::server::log::Authorship;

/// What somebody wrote, or `None` for nothing. Reads so many rows at most, by the index that makes posts unique.
pub(super) fn authorship(snapshot: &Transaction<'_>, user: &UserId, counted_max: u32) -> Result<Option<Authorship>> {
    // Beside `max`, SQLite takes the other columns from the row that has it.
    let mut found = snapshot.prepare_cached(
        "select count(*) as count, min(at_ms) as first_ms, max(at_ms), person_id, person_nickname, person_origin
         from (
             select at_ms, person_id, person_nickname, person_origin from event
             where person_id = ?1 and post_id is not null and target_seq is null limit ?2
         )",
    )?;
    found.query_one((user.as_str(), counted_max), |row| {
        let count = row.get("count")?;
        if count == 0 {
            return Ok(None);
        }
        let first_at = rows::timestamp(row, "first_ms")?;
        Ok(Some(Authorship { person: rows::person(row)?, count, first_at }))
    })
}
