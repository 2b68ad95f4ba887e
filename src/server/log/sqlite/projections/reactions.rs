//! The tables `reaction` and `reaction_count`: which reactions to a message are set, by whom, and how many they are.

use rusqlite::{Connection, OptionalExtension, Result};

use super::super::rows::{person, seq, sql_seq};
use super::current::current_message;
use super::folded::Folded;
use crate::protocol::{HistoryItem, Reaction, ReactionSummary, RoomSlug, Seq, UserId};
use crate::server::log::{Draft, StoreError};

/// Sets or takes back one, and fills in how many people have it then.
pub(super) fn apply(
    database: &Connection,
    room_id: i64,
    draft: &Draft,
    at: Seq,
    reaction: &mut Reaction,
) -> Result<Folded> {
    let target = sql_seq(reaction.target);
    let Some(message) = current_message(database, room_id, reaction.target)? else {
        return Ok(Err(StoreError::TargetNotFound));
    };
    if message.deletion.is_some() {
        return Ok(Err(StoreError::MessageDeleted));
    }
    let one = One { database, room_id, target, emoji: &reaction.emoji, person: draft.by.id.as_str() };
    let is_changed = if reaction.on { one.set(at)? } else { one.take_back()? };
    reaction.count = one.people()?;
    // Only the first person who has a reaction adds to their number.
    let most = draft.emojis_per_message_max;
    if reaction.on && is_changed && reaction.count == 1 && most > 0 && one.reactions_to_target()? > most {
        return Ok(Err(StoreError::TooManyReactions));
    }
    // What changed nothing is sent to no program again.
    Ok(Ok(is_changed.then(|| Box::new(message.event))))
}

/// One person's reaction to a message by one emoji.
struct One<'a> {
    database: &'a Connection,
    room_id: i64,
    target: i64,
    emoji: &'a str,
    person: &'a str,
}

impl One<'_> {
    /// Sets it; returns whether it was not set.
    fn set(&self, at: Seq) -> Result<bool> {
        let inserted = self
            .database
            .prepare_cached("insert into reaction values (?1, ?2, ?3, ?4, ?5) on conflict do nothing")?
            .execute((self.room_id, self.target, self.emoji, self.person, sql_seq(at)))?;
        if inserted > 0 {
            self.database
                .prepare_cached(
                    "insert into reaction_count values (?1, ?2, ?3, 1, ?4) on conflict do update set people = people + 1",
                )?
                .execute((self.room_id, self.target, self.emoji, sql_seq(at)))?;
        }
        Ok(inserted > 0)
    }

    /// Takes it back; returns whether it was set.
    fn take_back(&self) -> Result<bool> {
        let deleted = self
            .database
            .prepare_cached(
                "delete from reaction where room_id = ?1 and target_seq = ?2 and emoji = ?3 and person_id = ?4",
            )?
            .execute((self.room_id, self.target, self.emoji, self.person))?;
        if deleted == 0 {
            return Ok(false);
        }
        let this = (self.room_id, self.target, self.emoji);
        let left = self
            .database
            .prepare_cached(
                "update reaction_count set people = people - 1
                 where room_id = ?1 and target_seq = ?2 and emoji = ?3 and people > 1",
            )?
            .execute(this)?;
        if left == 0 {
            self.database
                .prepare_cached("delete from reaction_count where room_id = ?1 and target_seq = ?2 and emoji = ?3")?
                .execute(this)?;
        }
        Ok(true)
    }

    /// How many people have it.
    fn people(&self) -> Result<u32> {
        let count = self
            .database
            .prepare_cached("select people from reaction_count where room_id = ?1 and target_seq = ?2 and emoji = ?3")?
            .query_one((self.room_id, self.target, self.emoji), |row| row.get(0))
            .optional()?;
        Ok(count.unwrap_or(0))
    }

    /// How many different reactions its message has.
    fn reactions_to_target(&self) -> Result<u32> {
        self.database
            .prepare_cached("select count(*) from reaction_count where room_id = ?1 and target_seq = ?2")?
            .query_one((self.room_id, self.target), |row| row.get(0))
    }
}

/// Adds the reactions to items, which are in the order of their places; each names so many people at most.
pub(super) fn fold(snapshot: &Connection, room_id: i64, items: &mut [HistoryItem], people_max: u32) -> Result<()> {
    let (Some(first), Some(last)) = (items.first(), items.last()) else { return Ok(()) };
    let (first, last) = (sql_seq(first.event.seq), sql_seq(last.event.seq));
    let (mut counts, mut names) = (snapshot.prepare_cached(BETWEEN)?, snapshot.prepare_cached(FIRST_PEOPLE)?);
    let mut rows = counts.query((room_id, first, last))?;
    while let Some(row) = rows.next()? {
        let target = seq(row, "target_seq")?;
        // A row of an item that is beyond the page's end, or whose message is gone, has no place here.
        let Ok(place) = items.binary_search_by_key(&target, |item| item.event.seq) else { continue };
        let (emoji, count): (String, u32) = (row.get("emoji")?, row.get("people")?);
        let people = names.query_map((room_id, sql_seq(target), &emoji, people_max), person)?.collect::<Result<_>>()?;
        items[place].reactions.push(ReactionSummary { emoji, count, people });
    }
    Ok(())
}

/// Which of these reactions, by message and emoji, a person has.
pub(in crate::server::log::sqlite) fn of_person(
    snapshot: &Connection,
    room: &RoomSlug,
    person: &UserId,
    among: Vec<(Seq, String)>,
) -> Result<Vec<(Seq, String)>> {
    let mut find = snapshot.prepare_cached(ONE)?;
    let mut found = Vec::new();
    for (target, emoji) in among {
        if find.exists((room.as_str(), sql_seq(target), &emoji, person.as_str()))? {
            found.push((target, emoji));
        }
    }
    Ok(found)
}

/// One person's reaction, by the primary key.
const ONE: &str = "
    select 1 from room join reaction on reaction.room_id = room.room_id
    where room.slug = ?1 and target_seq = ?2 and emoji = ?3 and person_id = ?4";

/// The reactions to some messages; of each message, the one that is there the longest comes first.
const BETWEEN: &str = "
    select target_seq, emoji, people from reaction_count
    where room_id = ?1 and target_seq between ?2 and ?3
    order by target_seq, since_seq";

/// Who has a reaction, the first first. The index is named, since a plan by the primary key reads all of them.
const FIRST_PEOPLE: &str = "
    select event.person_id, event.person_nickname, event.person_origin
    from reaction indexed by reaction_seq
    join event on event.room_id = reaction.room_id and event.seq = reaction.seq
    where reaction.room_id = ?1 and reaction.target_seq = ?2 and reaction.emoji = ?3
    order by reaction.seq
    limit ?4";
