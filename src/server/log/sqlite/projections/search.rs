//! The index of the search: the tables `search`, `search_message` and `search_position`. Messages come into it some time after
//! they were appended; what changes one that is in it changes it in the same transaction. Not here: how it is asked
//! (`sqlite::search`).

use rusqlite::{Connection, OptionalExtension, Result};

use super::super::rows::{seq, sql_seq};
use super::current::current_message;
use crate::model::search::terms;
use crate::model::text::markdown::{self, Format, MarkdownToken};
use crate::protocol::{LogEvent, Person, Seq};
use crate::server::ground::search_fold::{fold_cluster, fold_text};

/// Least events that are read ahead of a room, so that rooms can be put into the order of time.
const AHEAD_MIN: usize = 4;

/// Begin the terms that are no words. No text has them: they are neither letters nor pictures.
const BY: char = '\u{E000}';
const IN: char = '\u{E001}';
const LINK: &str = "\u{E002}";
/// Stands for the first of the ASCII characters, at which the tokenizer would part a term.
const ASCII: u32 = 0xE100;

/// How far the index is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexProgress {
    /// It holds everything.
    Complete,
    /// Some messages are still to come.
    Behind,
}

/// A room of which some events have not come into the index.
struct Tail {
    room_id: i64,
    /// Content events in their order, each under the latest time up to it, since a clock may have been set back.
    events: Vec<(i64, Seq)>,
    /// Whether these are all.
    is_whole: bool,
    last: Seq,
}

/// Takes the oldest messages that are not in the index into it, at most so many.
pub(in super::super) fn index_some(database: &Connection, limit: usize) -> Result<IndexProgress> {
    let tails = tails(database, limit)?;
    // What was read of a room says nothing of the time after that.
    let known_until =
        tails.iter().filter(|tail| !tail.is_whole).filter_map(|tail| tail.events.last()).map(|(at, _)| *at).min();
    let mut due: Vec<(i64, i64, Seq)> = Vec::new();
    for tail in &tails {
        due.extend(tail.events.iter().map(|(at_ms, seq)| (*at_ms, tail.room_id, *seq)));
    }
    due.retain(|(at_ms, ..)| known_until.is_none_or(|known| *at_ms <= known));
    due.sort_unstable();
    due.truncate(limit);
    for (_, room_id, seq) in &due {
        insert(database, *room_id, *seq)?;
    }
    let mut progress = IndexProgress::Complete;
    for tail in &tails {
        let taken = due.iter().filter(|(_, room_id, _)| *room_id == tail.room_id).map(|(.., seq)| *seq).max();
        let is_done = tail.is_whole && taken == tail.events.last().map(|(_, seq)| *seq);
        if !is_done {
            progress = IndexProgress::Behind;
        }
        if let Some(seq) = if is_done { Some(tail.last) } else { taken } {
            set_position(database, tail.room_id, seq)?;
        }
    }
    Ok(progress)
}

/// The beginnings of what is lacking of each room.
fn tails(database: &Connection, limit: usize) -> Result<Vec<Tail>> {
    let mut select = database.prepare_cached(
        "select room_id, last_seq, coalesce(position.seq, 0) as seq
         from room left join search_position as position using (room_id) where last_seq > coalesce(position.seq, 0)",
    )?;
    let rooms: Vec<(i64, Seq, Seq)> = select
        .query_map([], |row| Ok((row.get("room_id")?, seq(row, "last_seq")?, seq(row, "seq")?)))?
        .collect::<Result<_>>()?;
    let ahead = (limit / rooms.len().max(1)).max(AHEAD_MIN);
    let mut content = database.prepare_cached(
        "select at_ms, seq from event indexed by event_content
         where room_id = ?1 and seq > ?2 and target_seq is null order by seq limit ?3",
    )?;
    let mut tails = Vec::with_capacity(rooms.len());
    for (room_id, last, position) in rooms {
        let mut latest = i64::MIN;
        let rows = content.query_map((room_id, sql_seq(position), ahead as i64), |row| {
            latest = latest.max(row.get("at_ms")?);
            Ok((latest, seq(row, "seq")?))
        })?;
        let events: Vec<_> = rows.collect::<Result<_>>()?;
        tails.push(Tail { room_id, is_whole: events.len() < ahead, events, last });
    }
    Ok(tails)
}

fn set_position(database: &Connection, room_id: i64, seq: Seq) -> Result<()> {
    let mut set = database.prepare_cached(
        "insert into search_position (room_id, seq) values (?1, ?2) on conflict do update set seq = excluded.seq",
    )?;
    set.execute((room_id, sql_seq(seq))).map(drop)
}

fn insert(database: &Connection, room_id: i64, seq: Seq) -> Result<()> {
    let Some(message) = current_message(database, room_id, seq)? else { return Ok(()) };
    database
        .prepare_cached("insert into search_message (room_id, seq) values (?1, ?2)")?
        .execute((room_id, sql_seq(seq)))?;
    // A deleted message has no text.
    write(database, database.last_insert_rowid(), room_id, &message.event, message.event.body.text())
}

/// The text of a message has become another one; empty for a deleted message.
pub(super) fn update(database: &Connection, room_id: i64, message: &LogEvent, text: &str) -> Result<()> {
    let Some(message_id) = message_id(database, room_id, message.seq)? else { return Ok(()) };
    database.prepare_cached("delete from search where rowid = ?1")?.execute([message_id])?;
    write(database, message_id, room_id, message, text)
}

/// The number of a message, if it has come into the index.
pub(in super::super) fn message_id(database: &Connection, room_id: i64, seq: Seq) -> Result<Option<i64>> {
    database
        .prepare_cached("select message_id from search_message where room_id = ?1 and seq = ?2")?
        .query_one((room_id, sql_seq(seq)), |row| row.get(0))
        .optional()
}

fn write(database: &Connection, message_id: i64, room_id: i64, message: &LogEvent, text: &str) -> Result<()> {
    let Some(by) = message.by.as_ref().filter(|_| !text.is_empty()) else { return Ok(()) };
    database
        .prepare_cached("insert into search (rowid, terms) values (?1, ?2)")?
        .execute((message_id, document(by, room_id, text)))
        .map(drop)
}

fn document(by: &Person, room_id: i64, text: &str) -> String {
    let mut all = terms(text, fold_cluster);
    all.push(by_term(&by.nickname));
    all.push(room_term(room_id));
    all.extend(has_link(text).then(|| LINK.to_owned()));
    all.join(" ")
}

/// The term of all messages that were posted under a nickname.
pub(in super::super) fn by_term(nickname: &str) -> String {
    let whole = |character: char| match u8::try_from(character) {
        Ok(byte) if byte.is_ascii() && !byte.is_ascii_alphanumeric() => {
            char::from_u32(ASCII + u32::from(byte)).unwrap_or(character)
        }
        _ => character,
    };
    std::iter::once(BY).chain(fold_text(nickname).chars().map(whole)).collect()
}

/// The term of all messages of a room.
pub(in super::super) fn room_term(room_id: i64) -> String {
    format!("{IN}{room_id}")
}

/// The term of all messages that hold a link.
pub(in super::super) const fn link_term() -> &'static str {
    LINK
}

/// Whether a message holds a link.
pub(in super::super) fn has_link(text: &str) -> bool {
    markdown::parse(text).iter().any(|token| matches!(token, MarkdownToken::Start(Format::Link { .. })))
}
