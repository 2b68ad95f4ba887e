//! What a backup says of itself: when and by what it was made, which history it is of, where each room stands, and a
//! checksum over every row. Two tables inside the backup, which a restored database does not have.

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Result};
use sha2::{Digest, Sha256};

use crate::protocol::{Epoch, Timestamp};
use crate::server::log::sqlite::rows;

/// What a backup holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// When it was made.
    pub made_at: Timestamp,
    /// The history that it is a copy of.
    pub epoch: Epoch,
    /// How many rooms there are.
    pub rooms: i64,
    /// How many messages all rooms hold.
    pub messages: i64,
    /// The time of the newest event.
    pub newest: Timestamp,
}

/// The way in which rows are counted and hashed.
const FORMAT: &str = "1";

const TABLES: &str = "
    create table backup_manifest (name text not null primary key, value text not null) strict, without rowid;
    create table backup_room (slug text not null primary key, head integer not null, events integer not null)
        strict, without rowid;
    insert into backup_room (slug, head, events)
        select slug, last_seq, (select count(*) from event where event.room_id = room.room_id) from room;
    insert into backup_manifest (name, value) select 'epoch', value from meta where name = 'epoch';
    insert into backup_manifest (name, value) select 'newest_at_ms', coalesce(max(last_at_ms), 0) from room;
";

/// Writes the manifest into a copy that nobody else uses.
pub(super) fn write(copy: &mut Connection, now: Timestamp) -> Result<Contents> {
    copy.query_one("pragma journal_mode = delete", [], |_| Ok(()))?;
    let transaction = copy.transaction()?;
    let checksum = checksum(&transaction)?;
    transaction.execute_batch(TABLES)?;
    let (made_at, messages) = (now.unix_ms().to_string(), count_messages(&transaction)?.to_string());
    let values = [
        ("format", FORMAT),
        ("made_at_ms", &made_at),
        ("made_by", env!("CARGO_PKG_VERSION")),
        ("messages", &messages),
        ("sha256", &checksum),
    ];
    for (name, value) in values {
        transaction.execute("insert into backup_manifest (name, value) values (?1, ?2)", (name, value))?;
    }
    transaction.commit()?;
    contents(copy)
}

/// By the schema that is found: a backup may be made by a newer program before that brings the database to its own.
fn count_messages(database: &Connection) -> Result<i64> {
    let has_kinds = database.prepare("select 1 from pragma_table_info('event') where name = 'kind'")?.exists([])?;
    let is_message = if has_kinds { "kind = 'message'" } else { "json_extract(body, '$.kind') = 'message'" };
    database.query_one(&format!("select count(*) from event where {is_message}"), [], |row| row.get(0))
}

/// Whether a database is a backup of a format that this binary reads; if not, what is missing.
pub(super) fn find(backup: &Connection) -> Result<std::result::Result<(), String>> {
    let tables: i64 = backup.query_one(
        "select count(*) from sqlite_schema where type = 'table' and name in ('backup_manifest', 'backup_room')",
        [],
        |row| row.get(0),
    )?;
    if tables < 2 {
        return Ok(Err("it has no manifest".to_owned()));
    }
    match value(backup, "format")? {
        Some(format) if format == FORMAT => Ok(Ok(())),
        Some(format) => Ok(Err(format!("its manifest has format {format}, and this binary reads {FORMAT}"))),
        None => Ok(Err("its manifest names no format".to_owned())),
    }
}

/// What differs between the manifest and the rows.
pub(super) fn verify(backup: &Connection) -> Result<std::result::Result<(), String>> {
    let integrity: String = backup.query_one("pragma integrity_check(1)", [], |row| row.get(0))?;
    if integrity != "ok" {
        let found = integrity.lines().filter(|line| !line.starts_with("***"));
        return Ok(Err(found.collect::<Vec<_>>().join("; ")));
    }
    let strays = backup.query_one("pragma foreign_key_check", [], |_| Ok(())).optional()?;
    if strays.is_some() {
        return Ok(Err("a row belongs to nothing".to_owned()));
    }
    let heads: i64 = backup.query_one(
        "select count(*) from room left join backup_room using (slug)
         where backup_room.head is not room.last_seq
            or backup_room.events <> (select count(*) from event where event.room_id = room.room_id)",
        [],
        |row| row.get(0),
    )?;
    if heads > 0 {
        return Ok(Err(format!("rooms that do not end where the manifest says: {heads}")));
    }
    let is_same = value(backup, "sha256")? == Some(checksum(backup)?);
    Ok(if is_same { Ok(()) } else { Err("its rows do not have the checksum of the manifest".to_owned()) })
}

/// Takes the manifest out.
pub(super) fn remove(restored: &Connection) -> Result<()> {
    restored.execute_batch("drop table backup_manifest; drop table backup_room")
}

/// What the manifest tells.
pub(super) fn contents(backup: &Connection) -> Result<Contents> {
    backup.query_one(
        "select
             (select value from backup_manifest where name = 'epoch') as epoch,
             (select cast(value as integer) from backup_manifest where name = 'made_at_ms') as made_at_ms,
             (select cast(value as integer) from backup_manifest where name = 'newest_at_ms') as newest_at_ms,
             (select cast(value as integer) from backup_manifest where name = 'messages') as messages,
             (select count(*) from backup_room) as rooms",
        [],
        |row| {
            Ok(Contents {
                made_at: rows::timestamp(row, "made_at_ms")?,
                epoch: rows::parsed(row, "epoch")?,
                rooms: row.get("rooms")?,
                messages: row.get("messages")?,
                newest: rows::timestamp(row, "newest_at_ms")?,
            })
        },
    )
}

fn value(backup: &Connection, name: &str) -> Result<Option<String>> {
    backup.query_one("select value from backup_manifest where name = ?1", [name], |row| row.get(0)).optional()
}

/// SHA-256, as hex, over every row of every table but the manifest's, in the order in which they lie.
fn checksum(database: &Connection) -> Result<String> {
    let mut tables = database.prepare(
        "select name from sqlite_schema
         where type = 'table' and name not in ('backup_manifest', 'backup_room') and substr(name, 1, 7) <> 'sqlite_'
         order by name",
    )?;
    let tables = tables.query_map([], |row| row.get(0))?.collect::<Result<Vec<String>>>()?;
    let mut hash = Sha256::new();
    for table in tables {
        feed(&mut hash, b't', table.as_bytes());
        let mut statement = database.prepare(&format!("select * from \"{}\"", table.replace('"', "\"\"")))?;
        let columns = statement.column_count();
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                match row.get_ref(column)? {
                    ValueRef::Null => feed(&mut hash, b'n', &[]),
                    ValueRef::Integer(number) => feed(&mut hash, b'i', &number.to_be_bytes()),
                    ValueRef::Real(number) => feed(&mut hash, b'r', &number.to_be_bytes()),
                    ValueRef::Text(text) => feed(&mut hash, b's', text),
                    ValueRef::Blob(bytes) => feed(&mut hash, b'b', bytes),
                }
            }
        }
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

/// With its kind and its length, so that no two rows of values are fed as the same bytes.
fn feed(hash: &mut Sha256, kind: u8, bytes: &[u8]) {
    hash.update([kind]);
    hash.update((bytes.len() as u64).to_be_bytes());
    hash.update(bytes);
}
