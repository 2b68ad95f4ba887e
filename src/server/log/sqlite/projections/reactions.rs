//! The table `reaction`: which reactions to a message are set, and by whom.

use rusqlite::{Connection, OptionalExtension, Result};

use super::super::rows::{log_event, person, seq, sql_seq};
use super::Folded;
use crate::protocol::limits::REACTION_NAMES_MAX;
use crate::protocol::{EventBody, HistoryItem, LogEvent, Person, Reaction, ReactionSummary, Seq};
use crate::server::log::{Draft, StoreError};

/// Sets or takes back one, and counts how many people have it then.
pub(super) fn apply(
    database: &Connection,
    room_id: i64,
    draft: &Draft,
    at: Seq,
    reaction: &mut Reaction,
) -> Result<Folded> {
    let (target, emoji, person) = (sql_seq(reaction.target), reaction.emoji.as_str(), draft.by.id.as_str());
    let Some(message) = message_at(database, room_id, target)? else {
        return Ok(Err(StoreError::TargetNotFound));
    };
    let changed = if reaction.on {
        let inserted = database
            .prepare_cached("insert into reaction values (?1, ?2, ?3, ?4, ?5) on conflict do nothing")?
            .execute((room_id, target, emoji, person, sql_seq(at)))?;
        let most = draft.reactions_max;
        if most > 0 && kinds(database, room_id, target)? > most {
            return Ok(Err(StoreError::TooManyReactions));
        }
        inserted
    } else {
        database
            .prepare_cached(
                "delete from reaction where room_id = ?1 and target_seq = ?2 and emoji = ?3 and person_id = ?4",
            )?
            .execute((room_id, target, emoji, person))?
    };
    reaction.count = database
        .prepare_cached("select count(*) from reaction where room_id = ?1 and target_seq = ?2 and emoji = ?3")?
        .query_one((room_id, target, emoji), |row| row.get(0))?;
    // What changed nothing is told to no program again.
    Ok(Ok((changed > 0).then(|| Box::new(message))))
}

/// The message at this place, if there is one.
fn message_at(database: &Connection, room_id: i64, target: i64) -> Result<Option<LogEvent>> {
    let event = database
        .prepare_cached("select * from event where room_id = ?1 and seq = ?2")?
        .query_one((room_id, target), log_event)
        .optional()?;
    Ok(event.filter(|event| matches!(event.body, EventBody::Message(_))))
}

/// How many different reactions a message has.
fn kinds(database: &Connection, room_id: i64, target: i64) -> Result<u32> {
    database
        .prepare_cached("select count(distinct emoji) from reaction where room_id = ?1 and target_seq = ?2")?
        .query_one((room_id, target), |row| row.get(0))
}

/// Adds the reactions to items, which are in the order of their places.
pub(super) fn fold(snapshot: &Connection, room_id: i64, items: &mut [HistoryItem]) -> Result<()> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    let (first, last) = (sql_seq(first.event.seq), sql_seq(last.event.seq));
    let mut set = snapshot.prepare_cached(SET_BETWEEN)?;
    let mut rows = set.query((room_id, first, last, REACTION_NAMES_MAX as u32))?;
    while let Some(row) = rows.next()? {
        let (target, emoji, who): (Seq, String, Person) = (seq(row, "target_seq")?, row.get("emoji")?, person(row)?);
        // A row of an item that is beyond the page's end, or whose message is gone, has no place here.
        let Ok(place) = items.binary_search_by_key(&target, |item| item.event.seq) else { continue };
        let reactions = &mut items[place].reactions;
        match reactions.iter_mut().find(|known| known.emoji == emoji) {
            Some(known) => known.people.push(who),
            None => reactions.push(ReactionSummary { emoji, count: row.get("people")?, people: vec![who] }),
        }
    }
    Ok(())
}

/// Who reacted by what, at most so many people for each reaction; the reaction that was set first comes first.
const SET_BETWEEN: &str = "
    select ranked.target_seq, ranked.emoji, ranked.people, event.person_id, event.person_nickname, event.person_origin
    from (
        select target_seq, emoji, seq,
            count(*) over one as people,
            min(seq) over one as first_seq,
            row_number() over (one order by seq) as number
        from reaction
        where room_id = ?1 and target_seq between ?2 and ?3
        window one as (partition by target_seq, emoji)
    ) as ranked
    join event on event.room_id = ?1 and event.seq = ranked.seq
    where ranked.number <= ?4
    order by ranked.target_seq, ranked.first_seq, ranked.emoji, ranked.number";
