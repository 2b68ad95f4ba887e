//! Promises about reading: contiguous runs with exact edges, and the list of rooms.

use super::*;
use crate::protocol::{EventPage, Seq};

/// A store whose lobby has exactly the seqs 1 to 10.
async fn ten_events(place: &dyn Location) -> Arc<dyn Store> {
    let store = Subject::open(place).await.store;
    for number in 2..=10 {
        store.append(line("lobby", "ann", &format!("id-{number}"), &format!("line {number}"))).await.unwrap();
    }
    store
}

/// Reads the lobby; the answer is the seqs, whether there is more before, and whether there is more after.
async fn read(store: &dyn Store, range: EventRange, limit: u32) -> (Vec<u64>, bool, bool) {
    let EventPage { room, epoch, head, events, has_older, has_newer } =
        store.events(&RoomSlug::lobby(), range, limit).await.unwrap();
    assert_eq!((room, &epoch, head), (RoomSlug::lobby(), store.epoch(), Seq::new(10)));
    (seqs(&events), has_older, has_newer)
}

const fn before(seq: u64) -> EventRange {
    EventRange::Before(Seq::new(seq))
}

const fn after(seq: u64) -> EventRange {
    EventRange::After(Seq::new(seq))
}

pub async fn the_newest_events_end_at_the_head(place: &dyn Location) {
    let store = ten_events(place).await;
    assert_eq!(read(&*store, EventRange::Newest, 3).await, (vec![8, 9, 10], true, false));
    assert_eq!(read(&*store, EventRange::Newest, 9).await, ((2..=10).collect(), true, false));
    assert_eq!(read(&*store, EventRange::Newest, 10).await, ((1..=10).collect(), false, false));
    assert_eq!(read(&*store, EventRange::Newest, 11).await, ((1..=10).collect(), false, false));
}

pub async fn events_before_a_place_are_the_nearest_older_ones(place: &dyn Location) {
    let store = ten_events(place).await;
    assert_eq!(read(&*store, before(6), 3).await, (vec![3, 4, 5], true, true));
    assert_eq!(read(&*store, before(4), 3).await, (vec![1, 2, 3], false, true));
    assert_eq!(read(&*store, before(2), 3).await, (vec![1], false, true));
    assert_eq!(read(&*store, before(11), 2).await, (vec![9, 10], true, false));
    assert_eq!(read(&*store, before(u64::MAX), 2).await, (vec![9, 10], true, false));
}

pub async fn events_after_a_place_are_the_nearest_newer_ones(place: &dyn Location) {
    let store = ten_events(place).await;
    assert_eq!(read(&*store, after(6), 3).await, (vec![7, 8, 9], true, true));
    assert_eq!(read(&*store, after(7), 3).await, (vec![8, 9, 10], true, false));
    assert_eq!(read(&*store, after(9), 3).await, (vec![10], true, false));
    assert_eq!(read(&*store, after(0), 2).await, (vec![1, 2], false, true));
}

pub async fn events_from_a_place_begin_with_it(place: &dyn Location) {
    let store = ten_events(place).await;
    let from = |seq: u64| EventRange::From(Seq::new(seq));
    assert_eq!(read(&*store, from(7), 3).await, (vec![7, 8, 9], true, true));
    assert_eq!(read(&*store, from(10), 3).await, (vec![10], true, false));
    assert_eq!(read(&*store, from(11), 3).await, (vec![], true, false));
    assert_eq!(read(&*store, from(u64::MAX), 3).await, (vec![], true, false));
    assert_eq!(read(&*store, from(1), 2).await, (vec![1, 2], false, true));
    assert_eq!(read(&*store, from(0), 2).await, (vec![1, 2], false, true));
}

pub async fn a_page_without_events_still_tells_what_is_on_both_sides(place: &dyn Location) {
    let store = ten_events(place).await;
    assert_eq!(read(&*store, before(1), 3).await, (vec![], false, true));
    assert_eq!(read(&*store, before(0), 3).await, (vec![], false, true));
    assert_eq!(read(&*store, after(10), 3).await, (vec![], true, false));
    assert_eq!(read(&*store, after(u64::MAX), 3).await, (vec![], true, false));
    assert_eq!(read(&*store, EventRange::Newest, 0).await, (vec![], true, false));
    assert_eq!(read(&*store, before(5), 0).await, (vec![], true, true));
    assert_eq!(read(&*store, after(5), 0).await, (vec![], true, true));
}

pub async fn history_of_no_room_is_refused(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let answer = store.events(&slug("nowhere"), EventRange::Newest, 50).await;
    assert!(matches!(answer, Err(StoreError::RoomNotFound(room)) if room == slug("nowhere")));
}

pub async fn the_lobby_is_there_from_the_start(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.check().await.unwrap();
    let rooms = store.rooms().await.unwrap();
    assert_eq!(rooms.len(), 1);
    assert_eq!((&rooms[0].slug, rooms[0].head), (&RoomSlug::lobby(), Seq::new(1)));
    assert_eq!(store.room(&RoomSlug::lobby()).await.unwrap().as_ref(), rooms.first());
    let log = whole_log(&*store, "lobby").await;
    assert!(matches!(&log[..], [LogEvent { by: None, body: EventBody::RoomCreated, .. }]));
}

pub async fn rooms_are_listed_lobby_first_then_by_newest_event(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for (address, unix_ms) in [("oldest", 2_000), ("b-twin", 3_000), ("a-twin", 3_000), ("newest", 4_000)] {
        store.create_room(new_room(address, unix_ms)).await.unwrap();
    }
    let addresses = async || {
        let rooms = store.rooms().await.unwrap();
        rooms.into_iter().map(|room| room.slug.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(addresses().await, ["lobby", "newest", "a-twin", "b-twin", "oldest"]);
    let line = Draft { at: at(5_000), ..line("oldest", "ann", "id", "still here") };
    store.append(line).await.unwrap();
    assert_eq!(addresses().await, ["lobby", "oldest", "newest", "a-twin", "b-twin"]);
}

pub async fn a_new_room_begins_with_its_creation(place: &dyn Location) {
    let Subject { store, mut announced } = Subject::open(place).await;
    let room = store.create_room(new_room("茶馆", 2_000)).await.unwrap().room;
    assert_eq!((&room.slug, room.title.as_str(), room.head), (&slug("茶馆"), "Room 茶馆", Seq::new(1)));
    assert_eq!(store.room(&slug("茶馆")).await.unwrap(), Some(room));
    let (by, body) = (Some(person("host")), EventBody::RoomCreated);
    let expected = LogEvent { seq: Seq::new(1), at_ms: at(2_000), by, id: None, body };
    let committed = announced.recv().await.unwrap();
    assert_eq!((committed.room, &committed.event), (slug("茶馆"), &expected));
    assert_eq!(whole_log(&*store, "茶馆").await, [expected]);
    assert_eq!(store.append(line("茶馆", "ann", "id", "first!")).await.unwrap().seq, Seq::new(2));
}

pub async fn an_address_is_given_to_one_room_only(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let first = store.create_room(new_room("garden", 2_000)).await.unwrap().room;
    let second = NewRoom { title: "Another".to_owned(), ..new_room("garden", 3_000) };
    let answer = store.create_room(second).await;
    assert!(matches!(answer, Err(StoreError::RoomExists(room)) if room == slug("garden")));
    assert_eq!(store.room(&slug("garden")).await.unwrap(), Some(first));
    assert_eq!(store.room(&slug("nowhere")).await.unwrap(), None);
}

/// Reads history; the answer is the seqs of the items, what the page covers, and whether there is more on both sides.
async fn items(store: &dyn Store, range: EventRange, limit: u32) -> (Vec<u64>, (u64, u64), bool, bool) {
    let page = store.history(&RoomSlug::lobby(), range, limit).await.unwrap();
    let log = store.events(&RoomSlug::lobby(), EventRange::Newest, 1).await.unwrap();
    assert_eq!((page.room, &page.as_of.epoch, page.as_of.seq), (RoomSlug::lobby(), store.epoch(), log.head));
    assert_eq!(page.as_of, log.events[0].cursor(store.epoch()), "the head is named");
    let places = page.items.iter().map(|item| item.event.seq.get()).collect();
    (places, (page.covers.first.get(), page.covers.last.get()), page.has_older, page.has_newer)
}

pub async fn a_page_of_history_holds_content_and_accounts_for_what_lies_between(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    // 1 is the room's creation; 2, 4, 7 and 8 are messages; 3, 5, 6 and 9 change them.
    for (number, target) in (2..).zip([None, Some(2), None, Some(4), Some(2), None, None, Some(7)]) {
        let id = format!("id-{number}");
        let draft = match target {
            None => line("lobby", "ann", &id, "tea"),
            Some(target) => reaction("ann", &id, target, "🍵", true),
        };
        store.append(draft).await.unwrap();
    }
    assert_eq!(items(&*store, EventRange::Newest, 2).await, (vec![7, 8], (7, 9), true, false));
    assert_eq!(items(&*store, EventRange::Newest, 9).await, (vec![1, 2, 4, 7, 8], (1, 9), false, false));
    assert_eq!(items(&*store, before(7), 2).await, (vec![2, 4], (2, 6), true, true));
    assert_eq!(items(&*store, before(5), 2).await, (vec![2, 4], (2, 4), true, true));
    assert_eq!(items(&*store, before(4), 9).await, (vec![1, 2], (1, 3), false, true));
    assert_eq!(items(&*store, before(1), 9).await, (vec![], (1, 0), false, true));
    assert_eq!(items(&*store, after(2), 2).await, (vec![4, 7], (3, 7), true, true));
    assert_eq!(items(&*store, after(4), 2).await, (vec![7, 8], (5, 9), true, false));
    assert_eq!(items(&*store, after(9), 2).await, (vec![], (10, 9), true, false));
    assert_eq!(items(&*store, EventRange::From(Seq::new(4)), 1).await, (vec![4], (4, 4), true, true));
}
