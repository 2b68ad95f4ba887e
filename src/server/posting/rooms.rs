//! Lists rooms, opens one, reads its log, removes empty ones. Not here: making one (`new_room`).

use std::time::Instant;

use crate::protocol::limits::{PAGE_EVENTS_MAX, ROSTER_NAMES_MAX, SNAPSHOT_EVENTS};
use crate::protocol::{
    ErrorCode, EventPage, HistoryItem, HistoryPage, LogEvent, MessageNo, Person, Refusal, RoomSlug, RoomSnapshot,
    RoomSummary, Seq,
};
use crate::server::app::App;
use crate::server::config::limit;
use crate::server::delivery::broker::{Bulletin, RoomsChange};
use crate::server::delivery::frame::EncodedRooms;
use crate::server::ground::clock;
use crate::server::log::{EventRange, RoomRecord};
use crate::server::posting::refuse;

/// How many nicknames a room shows in a list.
const LIST_NAMES: usize = 5;

/// Most bytes of JSON that the events of one page are, so that a frame stays small whatever people write. At least two
/// events always come: the one that the reader holds and asked with, and another.
const HISTORY_BYTES_MAX: usize = 128 * 1024;

/// What the JSON of an event weighs beside the text: names, ids, times and keys.
const EVENT_BYTES: usize = 256;

/// What the JSON of a person weighs beside the nickname, and that of a reaction beside its people.
const PERSON_BYTES: usize = 96;

/// All rooms with the people in them, the lobby first.
///
/// # Errors
/// `internal` when the store cannot be read.
pub async fn list_rooms(app: &App) -> Result<Vec<RoomSummary>, Refusal> {
    let records = app.store.rooms().await.map_err(refuse)?;
    Ok(records.iter().map(|record| summary(app, record)).collect())
}

/// The same for a welcome: encoded, and up to a tick of the room list old.
///
/// # Errors
/// As [`list_rooms`].
pub async fn list_rooms_for_welcome(app: &App) -> Result<EncodedRooms, Refusal> {
    let now = Instant::now();
    if let Some(rooms) = app.room_list.find(now) {
        return Ok(rooms);
    }
    let version = app.room_list.version();
    let rooms = list_rooms(app).await?;
    Ok(app.room_list.keep(version, now, &rooms))
}

/// The summaries of these rooms; one with the head 0 says that the room is gone.
pub fn list_rooms_named(app: &App, rooms: &[RoomSlug]) -> Vec<RoomSummary> {
    let gone = |slug: &RoomSlug| {
        app.presence.forget(slug);
        let (head, message_no) = (Seq::ZERO, MessageNo::ZERO);
        RoomSummary { slug: slug.clone(), title: String::new(), head, message_no, online: 0, people: Vec::new() }
    };
    let summary = |slug| app.hub.record(slug).map_or_else(|| gone(slug), |record| summary(app, &record));
    rooms.iter().map(summary).collect()
}

/// Makes sure that a room exists and is known to the hub. A room that the hub knows exists, since it is forgotten there before
/// it is removed from the store.
///
/// # Errors
/// `room_not_found`, or `internal` when the store cannot be read.
pub async fn open_room(app: &App, slug: &RoomSlug) -> Result<RoomRecord, Refusal> {
    if let Some(record) = app.hub.record(slug) {
        return Ok(record);
    }
    let record = app.store.room(slug).await.map_err(refuse)?.ok_or(ErrorCode::RoomNotFound)?;
    app.hub.open_room(&record);
    // A removal closes the room in the hub after removing it from the store. Both may have happened before it was opened
    // here, so the store is asked again.
    let Some(opened) = app.store.room(slug).await.map_err(refuse)? else {
        app.hub.close_room(slug);
        return Err(ErrorCode::RoomNotFound.into());
    };
    // What was committed between the two looks was published to a room that was not open here.
    if app.hub.note_head(slug, opened.head).is_some() {
        app.repairs.request(slug.clone());
    }
    Ok(opened)
}

/// A room as a page shows it: `range` up to the size of a snapshot, and who is present.
///
/// # Errors
/// `room_not_found`, or `internal` when the store cannot be read.
pub async fn snapshot(app: &App, slug: &RoomSlug, range: EventRange) -> Result<RoomSnapshot, Refusal> {
    let record = open_room(app, slug).await?;
    let page = read_history(app, slug, range, SNAPSHOT_EVENTS, HISTORY_BYTES_MAX).await?;
    let (summary, people) = summary_and_people(app, record, page.as_of.seq);
    Ok(RoomSnapshot { summary, page, people })
}

/// A room as a page shows it that is opened at a content event: half of the page is older than that, where there is so much.
///
/// # Errors
/// `message_not_found` when there is none at this place, and those of [`snapshot`].
pub async fn snapshot_around(app: &App, slug: &RoomSlug, seq: Seq) -> Result<RoomSnapshot, Refusal> {
    open_room(app, slug).await?;
    // What follows the message takes half of the events and of the bytes at most, so that the page which ends with it still
    // holds the message.
    let range = EventRange::From(seq);
    let following = read_history(app, slug, range, SNAPSHOT_EVENTS / 2, HISTORY_BYTES_MAX / 2).await?;
    if following.items.first().is_none_or(|item| item.event.seq != seq) {
        return Err(ErrorCode::MessageNotFound.into());
    }
    snapshot(app, slug, EventRange::Before(following.covers.last.next())).await
}

/// What a follower is sent of a room beside the backlog, which ends at `head`: its title, and who is present.
///
/// # Errors
/// As [`snapshot`].
pub async fn summary_for_follower(
    app: &App,
    slug: &RoomSlug,
    head: Seq,
) -> Result<(RoomSummary, Vec<Person>), Refusal> {
    Ok(summary_and_people(app, open_room(app, slug).await?, head))
}

/// The newest page, for a connection that follows the room already and so is sent what is newer.
///
/// # Errors
/// As [`snapshot`].
pub async fn newest_for_follower(app: &App, slug: &RoomSlug) -> Result<HistoryPage, Refusal> {
    let published = open_room(app, slug).await?.head;
    if let Some(page) = app.recent_pages.newest(slug, published) {
        return Ok(page);
    }
    let page = read_history(app, slug, EventRange::Newest, SNAPSHOT_EVENTS, HISTORY_BYTES_MAX).await?;
    app.recent_pages.keep_newest(page.clone());
    Ok(page)
}

/// The log from an event on for such a connection, that event included, as far as one frame carries.
///
/// # Errors
/// As [`snapshot`].
pub async fn tail_for_follower(app: &App, slug: &RoomSlug, from: Seq) -> Result<EventPage, Refusal> {
    let published = open_room(app, slug).await?.head;
    if let Some(page) = app.recent_pages.tail(slug, published, from) {
        return Ok(page);
    }
    // A long run is read for everybody who comes, and another only for whom it does not reach back far enough.
    app.recent_pages.keep_tail(read_events(app, slug, EventRange::Newest, PAGE_EVENTS_MAX).await?);
    match app.recent_pages.tail(slug, published, from) {
        Some(page) => Ok(page),
        // The first one is held already.
        None => read_events(app, slug, EventRange::From(from), PAGE_EVENTS_MAX + 1).await,
    }
}

fn summary_and_people(app: &App, record: RoomRecord, head: Seq) -> (RoomSummary, Vec<Person>) {
    let here = app.presence.occupants(&record.slug, ROSTER_NAMES_MAX);
    let summary = RoomSummary {
        slug: record.slug,
        title: record.title,
        head,
        message_no: record.message_no,
        online: here.online,
        people: here.people.iter().take(LIST_NAMES).map(|person| person.nickname.clone()).collect(),
    };
    (summary, here.people)
}

/// A page of the log as it is stored, for programs. `limit` is cut to [`PAGE_EVENTS_MAX`].
///
/// # Errors
/// `room_not_found`, or `internal` when the store cannot be read.
pub async fn events(app: &App, slug: &RoomSlug, range: EventRange, limit: u32) -> Result<EventPage, Refusal> {
    read_events(app, slug, range, limit.clamp(1, PAGE_EVENTS_MAX)).await
}

/// A page of history, for readers. `limit` is cut to [`PAGE_EVENTS_MAX`].
///
/// # Errors
/// As [`events`].
pub async fn history(app: &App, slug: &RoomSlug, range: EventRange, limit: u32) -> Result<HistoryPage, Refusal> {
    read_history(app, slug, range, limit.clamp(1, PAGE_EVENTS_MAX), HISTORY_BYTES_MAX).await
}

async fn read_events(app: &App, slug: &RoomSlug, range: EventRange, limit: u32) -> Result<EventPage, Refusal> {
    let mut page = app.store.events(slug, range, limit).await.map_err(refuse)?;
    let count = page.events.len();
    if reads_forward(range) {
        let kept = fitting(page.events.iter().map(event_bytes), HISTORY_BYTES_MAX);
        page.has_newer |= kept < count;
        page.events.truncate(kept);
    } else {
        let kept = fitting(page.events.iter().rev().map(event_bytes), HISTORY_BYTES_MAX);
        page.has_older |= kept < count;
        page.events.drain(..count - kept);
    }
    Ok(page)
}

async fn read_history(
    app: &App,
    slug: &RoomSlug,
    range: EventRange,
    limit: u32,
    bytes_max: usize,
) -> Result<HistoryPage, Refusal> {
    let mut page = app.store.history(slug, range, limit).await.map_err(refuse)?;
    let count = page.items.len();
    if reads_forward(range) {
        page.leave_out_newest(count - fitting(page.items.iter().map(item_bytes), bytes_max));
    } else {
        page.leave_out_oldest(count - fitting(page.items.iter().rev().map(item_bytes), bytes_max));
    }
    Ok(page)
}

/// Whether a range is read from old to new. A page that is too large is cut at the end that is read last.
const fn reads_forward(range: EventRange) -> bool {
    matches!(range, EventRange::After(_) | EventRange::From(_))
}

/// The approximate size of an event on the wire.
fn event_bytes(event: &LogEvent) -> usize {
    let quoted = event.body.quote().map_or(0, |quote| PERSON_BYTES + json_text_bytes(&quote.text));
    EVENT_BYTES + json_text_bytes(event.body.text()) + quoted
}

/// The approximate size of a content event with what is folded into it.
fn item_bytes(item: &HistoryItem) -> usize {
    let people = item.reactions.iter().flat_map(|reaction| &reaction.people);
    let named: usize = people.map(|person| PERSON_BYTES + json_text_bytes(&person.nickname)).sum();
    event_bytes(&item.event) + item.reactions.len() * PERSON_BYTES + named
}

/// How many of these sizes fit. The first two are always taken.
fn fitting(sizes: impl Iterator<Item = usize>, bytes_max: usize) -> usize {
    let mut total = 0;
    let fits = |(index, bytes): &(usize, usize)| {
        total += bytes;
        *index <= 1 || total <= bytes_max
    };
    sizes.enumerate().take_while(fits).count()
}

/// The bytes of a text in a JSON string.
fn json_text_bytes(text: &str) -> usize {
    text.chars().map(json_bytes).sum()
}

/// The bytes of a character in a JSON string.
const fn json_bytes(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\t' => 2,
        '\0'..' ' => "\\u0000".len(),
        _ => character.len_utf8(),
    }
}

/// Removes the rooms that have been empty for longer than `rooms.empty_room_ttl_hours`, except those that somebody follows
/// now. Everybody learns it by the room list.
pub async fn remove_empty_rooms(app: &App) {
    let Some(lifetime) = limit(app.config.rooms.empty_room_ttl) else { return };
    let created_before = clock::before(clock::now(), lifetime);
    // What cannot be read or written now is tried again the next time.
    for slug in app.store.empty_rooms(created_before).await.unwrap_or_default() {
        if !app.hub.forget_room(&slug) {
            continue;
        }
        if let Ok(true) = app.store.remove_empty_room(slug.clone(), created_before).await {
            tracing::info!(room = %slug, "an empty room was removed");
            app.publish(Bulletin::Rooms(RoomsChange::Removed(slug)));
        } else {
            // Somebody posted in it just now, or the store is busy. The room stays, so the hub must know it.
            let _ = open_room(app, &slug).await;
        }
    }
}

/// A room as lists show it.
pub(super) fn summary(app: &App, record: &RoomRecord) -> RoomSummary {
    let here = app.presence.occupants(&record.slug, LIST_NAMES);
    RoomSummary {
        slug: record.slug.clone(),
        title: record.title.clone(),
        head: record.head,
        message_no: record.message_no,
        online: here.online,
        people: here.people.into_iter().map(|person| person.nickname).collect(),
    }
}
