//! The end of the texts of deleted messages. Not here: how a message is deleted and restored (`projections::edits`).

use rusqlite::{Connection, Result};

use super::operations::{Operation, Outcome, Space};
use crate::protocol::Timestamp;

/// Forgets the texts that nobody may restore any more.
pub(super) struct ForgetDeleted {
    pub(super) at: Timestamp,
}

impl Operation for ForgetDeleted {
    type Answer = ();
    const SPACE: Space = Space::Kept;

    fn apply(&self, database: &Connection) -> Result<Outcome<()>> {
        database
            .prepare_cached(
                "update changed_message set text = ''
                 where deleted_ms is not null and text <> '' and restorable_until_ms < ?1",
            )?
            .execute([self.at.unix_ms()])?;
        Ok(Outcome::silent(()))
    }
}
