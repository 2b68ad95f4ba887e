//! What the log knows of those who write it. Not here: who owns which name (`guests`).

use rusqlite::{OptionalExtension, Result, Transaction};

use super::rows;
use crate::protocol::UserId;
use crate::server::log::Authorship;

/// What somebody wrote, or `None` for nothing. Reads so many rows at most, by the index that makes posts unique.
pub(super) fn authorship(snapshot: &Transaction<'_>, user: &UserId, counted_max: u32) -> Result<Option<Authorship>> {
    // The newest of the rows that are counted has the name, and beside it stand the figures of all of them.
    let mut found = snapshot.prepare_cached(
        "with counted as (
             select at_ms, person_id, person_nickname, person_origin from event
             where person_id = ?1 and post_id is not null and target_seq is null limit ?2
         )
         select (select count(*) from counted) as count, (select min(at_ms) from counted) as first_ms,
             person_id, person_nickname, person_origin
         from counted order by at_ms desc limit 1",
    )?;
    let written = found.query_one((user.as_str(), counted_max), |row| {
        let (count, first_at) = (row.get("count")?, rows::timestamp(row, "first_ms")?);
        Ok(Authorship { person: rows::person(row)?, count, first_at })
    });
    written.optional()
}
