//! Finds messages by the index, and those that have not come into it by a look at each. Not here: how they come into it
//! (`projections::search`).

use rusqlite::{Connection, OptionalExtension, Result, Transaction};

use super::projections::{self, search as index};
use super::rows::{log_event, parsed, seq, sql_seq};
use super::{SqliteStore, projections::current_message};
use crate::model::search::{SearchExtent, SearchPlace, units};
use crate::protocol::{EventBody, LogEvent, RoomSlug, Seq};
use crate::server::ground::search_fold::{fold_cluster, fold_text};
use crate::server::log::{FoundMessage, FoundMessages, MessageSearch, Search, StoreFuture};

/// So many messages that are not in the index are looked at for one search.
const TAIL_MAX: usize = 4_096;

impl Search for SqliteStore {
    fn search(&self, search: MessageSearch) -> StoreFuture<'_, FoundMessages> {
        Box::pin(self.readers.read(move |snapshot| find(snapshot, &search)))
    }
}

/// A message with what orders those that are not in the index.
type Placed = (i64, i64, Seq);

fn find(snapshot: &Transaction<'_>, search: &MessageSearch) -> Result<FoundMessages> {
    let nothing = FoundMessages { messages: Vec::new(), extent: SearchExtent::Whole };
    let Some(query) = index_query(snapshot, search)? else { return Ok(nothing) };
    let Some(start) = start(snapshot, search)? else { return Ok(nothing) };
    let FoundMessages { mut messages, extent } = match &start {
        Start::InIndex(_) => nothing,
        Start::InTail(before) => find_in_tails(snapshot, search, *before)?,
    };
    messages.truncate(search.limit);
    let below = if let Start::InIndex(message_id) = start { message_id } else { i64::MAX };
    let lacking = search.limit - messages.len();
    if lacking > 0 {
        messages.extend(find_in_index(snapshot, search, &query, below, lacking)?);
    }
    Ok(FoundMessages { messages, extent })
}

/// Where a search begins.
enum Start {
    /// At the newest message, or before one that is not in the index.
    InTail(Option<Placed>),
    /// Before one that is.
    InIndex(i64),
}

/// `None` when what was named is not there any more.
fn start(snapshot: &Connection, search: &MessageSearch) -> Result<Option<Start>> {
    let Some(SearchPlace { room, seq }) = &search.older_than else { return Ok(Some(Start::InTail(None))) };
    let Some(room_id) = room_id(snapshot, room)? else { return Ok(None) };
    if let Some(message_id) = index::message_id(snapshot, room_id, *seq)? {
        return Ok(Some(Start::InIndex(message_id)));
    }
    let mut event = snapshot.prepare_cached("select at_ms from event where room_id = ?1 and seq = ?2")?;
    let at_ms: Option<i64> = event.query_one((room_id, sql_seq(*seq)), |row| row.get(0)).optional()?;
    Ok(at_ms.map(|at_ms| Start::InTail(Some((at_ms, room_id, *seq)))))
}

fn room_id(snapshot: &Connection, room: &RoomSlug) -> Result<Option<i64>> {
    snapshot
        .prepare_cached("select room_id from room where slug = ?1")?
        .query_one([room.as_str()], |row| row.get(0))
        .optional()
}

/// What the index is asked; `None` when nothing can be found, since there is no such room or nothing to find was named.
fn index_query(snapshot: &Connection, search: &MessageSearch) -> Result<Option<String>> {
    let quoted = |term: &str| ["\"", term, "\""].concat();
    let mut parts: Vec<String> = Vec::new();
    for phrase in &search.phrases {
        let terms = phrase.terms();
        let prefix = if terms.last_is_prefix { " *" } else { "" };
        parts.push([&quoted(&terms.terms.join(" ")), prefix].concat());
    }
    parts.extend(search.from.as_ref().map(|nickname| quoted(&index::by_term(nickname))));
    if let Some(room) = &search.room {
        let Some(room_id) = room_id(snapshot, room)? else { return Ok(None) };
        parts.push(quoted(&index::room_term(room_id)));
    }
    parts.extend(search.has_link.then(|| quoted(index::link_term())));
    Ok((!parts.is_empty()).then(|| parts.join(" AND ")))
}

fn find_in_index(
    snapshot: &Connection,
    search: &MessageSearch,
    query: &str,
    below: i64,
    limit: usize,
) -> Result<Vec<FoundMessage>> {
    // The index comes first, from its end: so reading stops when there is enough.
    let mut select = snapshot.prepare_cached(
        "select room.slug, place.room_id, place.seq
         from search cross join search_message as place on place.message_id = search.rowid
         cross join event on event.room_id = place.room_id and event.seq = place.seq
         cross join room on room.room_id = place.room_id
         where search match ?1 and search.rowid < ?2 and event.at_ms < ?3 and event.at_ms >= ?4
         order by search.rowid desc limit ?5",
    )?;
    let before = search.before.map_or(i64::MAX, |before| before.unix_ms());
    let after = search.after.map_or(i64::MIN, |after| after.unix_ms());
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut rows = select.query((query, below, before, after, limit))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let (room, room_id, seq): (_, i64, _) = (parsed(row, "slug")?, row.get("room_id")?, seq(row, "seq")?);
        if let Some(message) = current_message(snapshot, room_id, seq)? {
            found.push(FoundMessage { room, event: message.event });
        }
    }
    Ok(found)
}

/// Looks at the messages that are not in the index, the newest first.
fn find_in_tails(snapshot: &Connection, search: &MessageSearch, before: Option<Placed>) -> Result<FoundMessages> {
    let mut select = snapshot.prepare_cached(
        "select slug, room_id, coalesce(position.seq, 0) as seq
         from room left join search_position as position using (room_id)
         where last_seq > coalesce(position.seq, 0) and (?1 is null or slug = ?1)",
    )?;
    let rooms: Vec<(RoomSlug, i64, Seq)> = select
        .query_map([search.room.as_ref().map(RoomSlug::as_str)], |row| {
            Ok((parsed(row, "slug")?, row.get("room_id")?, seq(row, "seq")?))
        })?
        .collect::<Result<_>>()?;
    let limit = (TAIL_MAX / rooms.len().max(1)).max(1);
    let (mut extent, mut found) = (SearchExtent::Whole, Vec::new());
    for (room, room_id, position) in rooms {
        let events = tail(snapshot, room_id, position, limit)?;
        if events.len() == limit {
            extent = SearchExtent::StillIndexing;
        }
        for event in events.into_iter().filter(|event| is_found(event, search)) {
            let placed = (event.at_ms.unix_ms(), room_id, event.seq);
            if before.is_none_or(|before| placed < before) {
                found.push((placed, FoundMessage { room: room.clone(), event }));
            }
        }
    }
    found.sort_by_key(|(placed, _)| std::cmp::Reverse(*placed));
    Ok(FoundMessages { messages: found.into_iter().map(|(_, message)| message).collect(), extent })
}

/// The newest messages of a room that are not in the index, as they stand.
fn tail(snapshot: &Connection, room_id: i64, position: Seq, limit: usize) -> Result<Vec<LogEvent>> {
    let mut select = snapshot.prepare_cached(
        "select * from event indexed by event_content
         where room_id = ?1 and seq > ?2 and target_seq is null order by seq desc limit ?3",
    )?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = select.query_map((room_id, sql_seq(position), limit), log_event)?;
    let mut events: Vec<_> = rows.collect::<Result<_>>()?;
    events.reverse();
    projections::bring_up_to_date(snapshot, room_id, events)
}

/// Whether all that is looked for is true of a message: the same as the index says.
fn is_found(event: &LogEvent, search: &MessageSearch) -> bool {
    let (EventBody::Message(message), Some(by)) = (&event.body, &event.by) else { return false };
    let is_in_time = search.before.is_none_or(|before| event.at_ms < before)
        && search.after.is_none_or(|after| event.at_ms >= after);
    let is_from = search.from.as_ref().is_none_or(|from| fold_text(from) == fold_text(&by.nickname));
    if message.text.is_empty() || !is_in_time || !is_from || (search.has_link && !index::has_link(&message.text)) {
        return false;
    }
    let text = units(&message.text, fold_cluster);
    search.phrases.iter().all(|phrase| phrase.is_in(&text))
}
