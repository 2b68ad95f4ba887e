//! What is read, each in one snapshot of the database. Not here: the threads that read (`readers`).

use rusqlite::{OptionalExtension, Result, Transaction};

use super::{projections, rows};
use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{Covers, Cursor, Epoch, EventPage, HistoryItem, HistoryPage, LogEvent, RoomSlug, Seq, Timestamp};
use crate::server::log::{EventRange, RoomRecord};

/// All rooms: the lobby, then those with the newest event first.
pub(super) fn rooms(snapshot: &Transaction<'_>) -> Result<Vec<RoomRecord>> {
    snapshot
        .prepare_cached(
            "select slug, title, last_seq, last_message_no from room order by slug = ?1 desc, last_at_ms desc, slug",
        )?
        .query_map([RoomSlug::lobby().as_str()], rows::room_record)?
        .collect()
}

/// The rooms in which nothing but their creation ever happened, and that before this moment.
pub(super) fn empty_rooms(snapshot: &Transaction<'_>, created_before: Timestamp) -> Result<Vec<RoomSlug>> {
    snapshot
        .prepare_cached("select slug from room where last_seq = 1 and last_at_ms < ?1 and slug <> ?2 order by slug")?
        .query_map((created_before.unix_ms(), RoomSlug::lobby().as_str()), |row| rows::parsed(row, "slug"))?
        .collect()
}

/// One room.
pub(super) fn room(snapshot: &Transaction<'_>, slug: &RoomSlug) -> Result<Option<RoomRecord>> {
    snapshot
        .prepare_cached("select slug, title, last_seq, last_message_no from room where slug = ?1")?
        .query_one([slug.as_str()], rows::room_record)
        .optional()
}

/// Reads something, whatever it is.
pub(super) fn check(snapshot: &Transaction<'_>) -> Result<()> {
    snapshot.prepare_cached("select value from meta where name = 'epoch'")?.query_one([], |_| Ok(()))
}

/// A run of events, or `None` when there is no such room.
pub(super) fn events(
    snapshot: &Transaction<'_>,
    epoch: Epoch,
    room: RoomSlug,
    range: EventRange,
    limit: u32,
) -> Result<Option<EventPage>> {
    let Some(log) = log(snapshot, &room)? else { return Ok(None) };
    let events = run_of(snapshot, log.room_id, Which::All, range, limit)?;
    let (has_older, has_newer) = match (events.first(), events.last()) {
        (Some(first), Some(last)) => (first.seq > log.oldest, last.seq < log.head),
        _ => {
            let newest_before_the_run = match range {
                EventRange::Newest => log.head,
                EventRange::Before(seq) => seq.previous(),
                EventRange::After(seq) => seq,
                EventRange::From(seq) => seq.previous(),
            };
            (newest_before_the_run >= log.oldest, newest_before_the_run < log.head)
        }
    };
    Ok(Some(EventPage { room, epoch, head: log.head, events, has_older, has_newer }))
}

/// A page of content events as they stand, or `None` when there is no such room.
pub(super) fn history(
    snapshot: &Transaction<'_>,
    epoch: Epoch,
    room: RoomSlug,
    range: EventRange,
    limit: u32,
) -> Result<Option<HistoryPage>> {
    let Some(log) = log(snapshot, &room)? else { return Ok(None) };
    let as_of = cursor_at(snapshot, log.room_id, log.head, &epoch)?;
    // One more tells whether there are others beyond the page.
    let mut events = run_of(snapshot, log.room_id, Which::Content, range, limit.saturating_add(1))?;
    let is_more = events.len() > limit as usize;
    let (mut covers, upwards) = match range {
        EventRange::Newest => (Covers { first: log.oldest, last: log.head }, false),
        EventRange::Before(seq) => (Covers { first: log.oldest, last: seq.previous().min(log.head) }, false),
        EventRange::After(seq) => (Covers { first: seq.next().max(log.oldest), last: log.head }, true),
        EventRange::From(seq) => (Covers { first: seq.max(log.oldest), last: log.head }, true),
    };
    if is_more && upwards {
        events.truncate(limit as usize);
        covers.last = events.last().map_or(covers.last, |event| event.seq);
    } else if is_more {
        events.remove(0);
        covers.first = events.first().map_or(covers.first, |event| event.seq);
    }
    let (has_older, has_newer) = (covers.first > log.oldest, covers.last < log.head);
    let items = projections::fold(snapshot, log.room_id, events, REACTION_NAMES_MAX as u32)?;
    Ok(Some(HistoryPage { room, as_of, covers, items, has_older, has_newer }))
}

/// A content event as it stands, with so many people of each reaction at most.
pub(super) fn item(
    snapshot: &Transaction<'_>,
    room: &RoomSlug,
    seq: Seq,
    people_max: u32,
) -> Result<Option<HistoryItem>> {
    let Some(log) = log(snapshot, room)? else { return Ok(None) };
    let mut events = run_of(snapshot, log.room_id, Which::Content, EventRange::From(seq), 1)?;
    events.retain(|event| event.seq == seq);
    Ok(projections::fold(snapshot, log.room_id, events, people_max)?.pop())
}

/// The first message from a time on, and its time.
pub(super) fn first_since(
    snapshot: &Transaction<'_>,
    room: &RoomSlug,
    at: Timestamp,
) -> Result<Option<(Seq, Timestamp)>> {
    let Some(log) = log(snapshot, room)? else { return Ok(None) };
    // Everything before `from` is earlier, what is at `to` and later is not, as far as the times of the log only grow.
    let (mut from, mut to) = (log.oldest.get(), log.head.get() + 1);
    while from < to {
        let middle = from + (to - from) / 2;
        let is_earlier = time_at(snapshot, log.room_id, Seq::new(middle))? < at;
        (from, to) = if is_earlier { (middle + 1, to) } else { (from, middle) };
    }
    snapshot
        .prepare_cached(FIRST_MESSAGE)?
        .query_one((log.room_id, rows::sql_seq(Seq::new(from))), |row| {
            Ok((rows::seq(row, "seq")?, rows::timestamp(row, "at_ms")?))
        })
        .optional()
}

fn time_at(snapshot: &Transaction<'_>, room_id: i64, seq: Seq) -> Result<Timestamp> {
    snapshot
        .prepare_cached("select at_ms from event where room_id = ?1 and seq = ?2")?
        .query_one((room_id, rows::sql_seq(seq)), |row| rows::timestamp(row, "at_ms"))
}

/// The name of the event at a place.
fn cursor_at(snapshot: &Transaction<'_>, room_id: i64, seq: Seq, epoch: &Epoch) -> Result<Cursor> {
    snapshot
        .prepare_cached("select * from event where room_id = ?1 and seq = ?2")?
        .query_one((room_id, rows::sql_seq(seq)), |row| rows::log_event(row).map(|event| event.cursor(epoch)))
}

/// The extent of a room's log. The oldest is asked for, since retention may take events from that end one day.
struct Log {
    room_id: i64,
    oldest: Seq,
    head: Seq,
}

fn log(snapshot: &Transaction<'_>, room: &RoomSlug) -> Result<Option<Log>> {
    snapshot
        .prepare_cached(
            "select room_id, last_seq, (select min(seq) from event where event.room_id = room.room_id) as first_seq
             from room where slug = ?1",
        )?
        .query_one([room.as_str()], |row| {
            let (oldest, head) = (rows::seq(row, "first_seq")?, rows::seq(row, "last_seq")?);
            Ok(Log { room_id: row.get("room_id")?, oldest, head })
        })
        .optional()
}

/// Which events of a log are read.
#[derive(Clone, Copy)]
enum Which {
    All,
    Content,
}

fn run_of(
    snapshot: &Transaction<'_>,
    room_id: i64,
    which: Which,
    range: EventRange,
    limit: u32,
) -> Result<Vec<LogEvent>> {
    let (older, newer) = match which {
        Which::All => (OLDER, NEWER),
        Which::Content => (OLDER_CONTENT, NEWER_CONTENT),
    };
    let (sql, edge) = match range {
        EventRange::Newest => (older, i64::MAX),
        EventRange::Before(seq) => (older, rows::sql_seq(seq)),
        EventRange::After(seq) => (newer, rows::sql_seq(seq)),
        EventRange::From(seq) => (newer, rows::sql_seq(seq.previous())),
    };
    let events: Result<Vec<LogEvent>> =
        snapshot.prepare_cached(sql)?.query_map((room_id, edge, limit), rows::log_event)?.collect();
    let mut events = events?;
    projections::fill_in(snapshot, room_id, &mut events)?;
    Ok(events)
}

const OLDER: &str = "select * from (
                         select * from event where room_id = ?1 and seq < ?2 order by seq desc limit ?3
                     ) order by seq";
const NEWER: &str = "select * from event where room_id = ?1 and seq > ?2 order by seq limit ?3";
/// The index is named, since SQLite takes the primary key otherwise and walks over every change.
const OLDER_CONTENT: &str = "select * from (
                                 select * from event indexed by event_content
                                 where room_id = ?1 and seq < ?2 and target_seq is null
                                 order by seq desc limit ?3
                             ) order by seq";
const NEWER_CONTENT: &str = "select * from event indexed by event_content
                             where room_id = ?1 and seq > ?2 and target_seq is null order by seq limit ?3";
const FIRST_MESSAGE: &str = "select seq, at_ms from event indexed by event_content
                             where room_id = ?1 and seq >= ?2 and target_seq is null
                                 and json_extract(body, '$.kind') = 'message'
                             order by seq limit 1";
