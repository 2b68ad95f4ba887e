//! What can be written, one type an operation. The writer takes back whatever a refused operation wrote, so it may write
//! first and be refused by a constraint after: the constraints are what holds, never a check before. It may be run twice.

use rusqlite::{Connection, Error, OptionalExtension, Result, ffi};

use super::projections;
use super::projections::marks;
use super::rows::{insert_event, log_event, message_no, parsed, seq, sql_message_no, sql_seq, timestamp};
use crate::protocol::{EventBody, LogEvent, MessageNo, RoomSlug, Seq, Timestamp};
use crate::server::log::{AppendOutcome, Appended, CLOCK_JITTER_MS, Committed, Draft, StoreError};

/// The constraint that a post is written once, whatever its author retries, in whichever room.
const UNIQUE_POST: &str = "event.person_id, event.post_id";

/// A write. `Err` means that the database failed, which ends the store; refusals are an [`Outcome`].
pub(super) trait Operation: Send + 'static {
    /// What the caller gets after the commit.
    type Answer: Send + 'static;

    /// Whether it needs space on the disk.
    const SPACE: Space;

    /// Does it, in the writer's transaction.
    fn apply(&self, database: &Connection) -> Result<Outcome<Self::Answer>>;
}

/// What an operation does to the space on the disk. A full disk refuses only what takes some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// It adds rows.
    Taken,
    /// It changes or removes rows.
    Kept,
}

/// What becomes of what an operation wrote.
pub(super) enum Outcome<A> {
    /// Its rows stay.
    Keep {
        /// For the caller, once the rows are on disk.
        answer: A,
        /// For the broker, after that.
        committed: Option<Committed>,
    },
    /// Whatever it wrote is taken back.
    Undo(Result<A, StoreError>),
}

impl<A> Outcome<A> {
    pub(super) const fn silent(answer: A) -> Self {
        Self::Keep { answer, committed: None }
    }

    pub(super) const fn refused(error: StoreError) -> Self {
        Self::Undo(Err(error))
    }
}

impl Operation for Draft {
    type Answer = Appended;
    const SPACE: Space = Space::Taken;

    fn apply(&self, database: &Connection) -> Result<Outcome<Appended>> {
        if !may_post(database, self)? {
            return Ok(Outcome::refused(StoreError::SessionEnded));
        }
        let Some(place) = take_next_seq(database, self)? else {
            return Ok(Outcome::refused(StoreError::RoomNotFound(self.room.clone())));
        };
        let (by, id) = (Some(self.by.clone()), Some(self.id.clone()));
        let mut event = LogEvent { seq: place.seq, at_ms: place.at, by, id, body: self.body.clone() };
        let target = match projections::apply(database, place.room_id, self, &mut event)? {
            Ok(target) => target,
            Err(refusal) => return Ok(Outcome::Undo(unless_retried(database, self, refusal)?)),
        };
        match insert_event(database, place.room_id, &event, place.messages) {
            Ok(()) => {
                event.body.set_message_no(place.messages);
                let author_mark = match (&event.body, self.session) {
                    (EventBody::Message(_), Some(_)) => {
                        marks::read_own(database, &self.by.id, place.room_id, place.seq, place.messages)?
                    }
                    _ => None,
                };
                Ok(Outcome::Keep {
                    answer: Appended { seq: place.seq, at: place.at, outcome: AppendOutcome::Inserted },
                    committed: Some(Committed {
                        room: self.room.clone(),
                        event,
                        target,
                        author_mark: author_mark.map(Box::new),
                    }),
                })
            }
            Err(error) if violates_unique(&error, UNIQUE_POST) => match first_attempt(database, self)? {
                Some(answer) => Ok(Outcome::Undo(answer)),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }
}

/// Whether the session in whose name it is posted still is this person's, under this nickname.
fn may_post(database: &Connection, draft: &Draft) -> Result<bool> {
    let Some(token_hash) = draft.session else { return Ok(true) };
    let mut session = database.prepare_cached(
        "select 1 from guest
         where user_id = ?2 and nickname = ?3 and (token_hash = ?1 or replaced_token_hash = ?1)",
    )?;
    session.exists((token_hash, draft.by.id.as_str(), &draft.by.nickname))
}

/// Where and when the next event of a room goes.
struct NextEvent {
    room_id: i64,
    seq: Seq,
    at: Timestamp,
    /// The newest message up to it.
    messages: MessageNo,
}

/// Takes the next seq. The room's row and the event's are written in one transaction, so no seq is ever taken in vain, and
/// there is one writer, so nothing comes between the two statements. One with `returning` would do, but SQLite keeps a
/// journal of its own for that: a copy of the page for every message.
fn take_next_seq(database: &Connection, Draft { room, body, at, .. }: &Draft) -> Result<Option<NextEvent>> {
    let newest = database
        .prepare_cached("select room_id, last_seq, last_at_ms, last_message_no from room where slug = ?1")?
        .query_one([room.as_str()], |row| {
            Ok(NextEvent {
                room_id: row.get("room_id")?,
                seq: seq(row, "last_seq")?,
                at: timestamp(row, "last_at_ms")?,
                messages: message_no(row, "last_message_no")?,
            })
        })
        .optional()?;
    let Some(NextEvent { room_id, seq, at: newest_at, messages }) = newest else { return Ok(None) };
    let messages = if let EventBody::Message(_) = body { messages.next() } else { messages };
    let place = NextEvent { room_id, seq: seq.next(), at: time_after(newest_at, *at), messages };
    database
        .prepare_cached("update room set last_seq = ?2, last_at_ms = ?3, last_message_no = ?4 where room_id = ?1")?
        .execute((room_id, sql_seq(place.seq), place.at.unix_ms(), sql_message_no(place.messages)))?;
    Ok(Some(place))
}

/// The time of an event after another one, by a clock that says `now`.
fn time_after(newest: Timestamp, now: Timestamp) -> Timestamp {
    let ahead_ms = newest.unix_ms().saturating_sub(now.unix_ms());
    if ahead_ms > CLOCK_JITTER_MS {
        tracing::warn!(
            ahead_ms,
            "a room's newest event is later than the clock, which was or is wrong; going on by the clock"
        );
    }
    if (0..=CLOCK_JITTER_MS).contains(&ahead_ms) { newest } else { now }
}

/// The answer to a post that cannot be folded: a refusal, unless it is a retry of one that could be.
fn unless_retried(database: &Connection, draft: &Draft, refusal: StoreError) -> Result<Result<Appended, StoreError>> {
    Ok(first_attempt(database, draft)?.unwrap_or(Err(refusal)))
}

/// The answer to a post whose author used its id before: the first one's place if it is the same post. `None` when the
/// author did not.
fn first_attempt(database: &Connection, retry: &Draft) -> Result<Option<Result<Appended, StoreError>>> {
    database
        .prepare_cached(
            "select slug, event.* from event join room using (room_id) where person_id = ?1 and post_id = ?2",
        )?
        .query_one((retry.by.id.as_str(), retry.id.as_str()), |row| {
            let (room, first): (RoomSlug, LogEvent) = (parsed(row, "slug")?, log_event(row)?);
            if room != retry.room || !first.body.is_same_post(&retry.body) {
                return Ok(Err(StoreError::IdConflict));
            }
            Ok(Ok(Appended { seq: first.seq, at: first.at_ms, outcome: AppendOutcome::AlreadyThere }))
        })
        .optional()
}

/// Whether it was this unique constraint that refused a row; SQLite names it by its columns.
pub(super) fn violates_unique(error: &Error, columns: &str) -> bool {
    matches!(
        error,
        Error::SqliteFailure(code, Some(message))
            if code.extended_code == ffi::SQLITE_CONSTRAINT_UNIQUE && message.ends_with(columns)
    )
}
