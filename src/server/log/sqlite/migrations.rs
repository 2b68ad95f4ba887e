//! Brings the schema of a database file up to this binary. The rules for the SQL are in `log/migrations/README.md`.

use std::path::Path;

use rusqlite::{Connection, TransactionBehavior};

use super::space;

/// The steps in order; the one at index n leads to schema version n + 1.
const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/sqlite/0001_event_log.sql"),
    include_str!("../migrations/sqlite/0002_names.sql"),
    include_str!("../migrations/sqlite/0003_resting_names.sql"),
    include_str!("../migrations/sqlite/0004_event_bodies.sql"),
    include_str!("../migrations/sqlite/0005_reactions.sql"),
    include_str!("../migrations/sqlite/0006_reaction_counts.sql"),
    include_str!("../migrations/sqlite/0007_changed_messages.sql"),
    include_str!("../migrations/sqlite/0008_search.sql"),
    include_str!("../migrations/sqlite/0009_unread.sql"),
];

/// The schema version that this binary knows.
pub(super) const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

/// The steps that write every event anew.
const REWRITE_THE_LOG: [i64; 2] = [4, 9];

/// The step that reads every event for an index.
const READS_THE_LOG: i64 = 5;

/// Why the schema could not be brought up to date.
#[derive(Debug)]
pub(super) enum MigrationError {
    /// The file was written by a later binary.
    Newer {
        /// The file's schema version.
        found: i64,
    },
    /// A step needs more space than there is; the file is as it was before that step.
    NoSpace {
        /// What takes it, and how much is missing.
        detail: String,
    },
    /// A step failed; the file is as it was before that step.
    Sqlite(rusqlite::Error),
}

impl From<rusqlite::Error> for MigrationError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

/// Runs the missing steps on this file, each in one transaction with the version that it leads to.
pub(super) fn migrate(connection: &mut Connection, file: &Path) -> Result<(), MigrationError> {
    let found: i64 = connection.pragma_query_one(None, "user_version")?;
    if !(0..=SCHEMA_VERSION).contains(&found) {
        return Err(MigrationError::Newer { found });
    }
    for (version, step) in (1_i64..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        if REWRITE_THE_LOG.contains(&version) {
            prepare_rewrite(connection, file)?;
        }
        if version == READS_THE_LOG {
            announce_reading(connection)?;
        }
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(step)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.commit()?;
    }
    Ok(())
}

/// Tells whoever waits for the start that it takes long, and begins nothing that a full disk would break off: the new rows
/// go into the write-ahead log, and from there into the file, which keeps the pages of the old ones.
fn prepare_rewrite(connection: &Connection, file: &Path) -> Result<(), MigrationError> {
    let events: i64 = connection.query_one("select count(*) from event", [], |row| row.get(0))?;
    if events == 0 {
        return Ok(());
    }
    let bytes = space::bytes_in_use(connection)?.saturating_mul(2);
    space::check(file, bytes, 0).map_err(|detail| MigrationError::NoSpace {
        detail: format!("this version writes the log anew once, and {detail}"),
    })?;
    tracing::info!(events, "writing the log anew in the form of this version; this may take a while");
    Ok(())
}

/// Tells whoever waits for the start that it takes some seconds for each million of events.
fn announce_reading(connection: &Connection) -> Result<(), MigrationError> {
    let events: i64 = connection.query_one("select count(*) from event", [], |row| row.get(0))?;
    if events > 0 {
        tracing::info!(events, "making an index of the log, which this version needs; this may take a while");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn every_migration_file_is_embedded_in_the_order_of_its_number() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/server/log/migrations/sqlite");
        let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        assert_eq!(files.len(), MIGRATIONS.len());
        for (index, file) in files.iter().enumerate() {
            let name = file.file_name().unwrap().to_str().unwrap();
            assert!(name.starts_with(&format!("{:04}_", index + 1)), "{name}");
            assert_eq!(fs::read_to_string(file).unwrap(), MIGRATIONS[index], "{name}");
        }
    }

    #[test]
    fn migrating_twice_is_migrating_once() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection, Path::new(":memory:")).unwrap();
        connection.execute("insert into meta (name, value) values ('kept', 'yes')", []).unwrap();
        migrate(&mut connection, Path::new(":memory:")).unwrap();
        let kept: String =
            connection.query_one("select value from meta where name = 'kept'", [], |row| row.get(0)).unwrap();
        assert_eq!(kept, "yes");
    }
}
