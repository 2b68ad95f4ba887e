//! Promises about which rooms there are: how many there may be, and when an empty one goes.

use super::*;

/// Long after everything that these tests do.
const LATER: i64 = 1_000_000;

async fn addresses(store: &dyn Store) -> Vec<String> {
    store.rooms().await.unwrap().iter().map(|room| room.slug.to_string()).collect()
}

async fn empty(store: &dyn Store, created_before: i64) -> Vec<String> {
    store.empty_rooms(at(created_before)).await.unwrap().iter().map(RoomSlug::to_string).collect()
}

async fn remove(store: &dyn Store, room: &str, created_before: i64) -> bool {
    store.remove_empty_room(slug(room), at(created_before)).await.unwrap()
}

pub async fn there_are_never_more_rooms_than_the_maximum(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let within = |address, rooms_max| NewRoom { rooms_max, ..new_room(address, 1_000) };
    assert_eq!(store.create_room(within("one", 2)).await.unwrap().rooms, 2, "the lobby counts");
    let full = store.create_room(within("two", 2)).await;
    assert!(matches!(full, Err(StoreError::TooManyRooms)), "{full:?}");
    assert_eq!(addresses(&*store).await, ["lobby", "one"]);
    let exists = store.create_room(within("one", 2)).await;
    assert!(matches!(exists, Err(StoreError::RoomExists(_))), "the better reason is told: {exists:?}");
    assert_eq!(store.create_room(within("two", 3)).await.unwrap().rooms, 3);
    assert_eq!(store.create_room(within("three", 0)).await.unwrap().rooms, 4);
    assert!(remove(&*store, "three", LATER).await && remove(&*store, "two", LATER).await);
    assert_eq!(store.create_room(within("four", 3)).await.unwrap().rooms, 3, "a removed room makes a place");
}

pub async fn rooms_that_are_made_at_once_stay_within_the_maximum(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    let new = |number| NewRoom { rooms_max: 4, ..new_room(&format!("room-{number}"), 1_000) };
    let made = futures::future::join_all((0..20).map(|number| store.create_room(new(number)))).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 3);
    assert_eq!(addresses(&*store).await.len(), 4);
}

pub async fn a_room_in_which_nobody_said_anything_is_found_and_removed(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    for (address, unix_ms) in [("garden", 1_000), ("attic", 2_000), ("cellar", 3_000)] {
        store.create_room(new_room(address, unix_ms)).await.unwrap();
    }
    store.append(line("garden", "ann", "id", "hello")).await.unwrap();
    assert_eq!(empty(&*store, 3_000).await, ["attic"], "spoken in, empty for long, too young");
    assert_eq!(empty(&*store, LATER).await, ["attic", "cellar"], "the lobby is never listed");
    assert!(!remove(&*store, "garden", LATER).await, "somebody spoke there");
    assert!(!remove(&*store, "cellar", 3_000).await, "it is too young");
    assert!(!remove(&*store, "lobby", LATER).await && !remove(&*store, "nowhere", LATER).await);
    assert!(remove(&*store, "attic", 3_000).await);
    assert!(!remove(&*store, "attic", 3_000).await, "it is gone already");
    assert_eq!(store.room(&slug("attic")).await.unwrap(), None);
    let said = store.append(line("attic", "ann", "late", "hello")).await;
    assert!(matches!(said, Err(StoreError::RoomNotFound(_))), "{said:?}");
    assert_eq!(addresses(&*store).await, ["lobby", "cellar", "garden"]);
}

pub async fn a_removed_address_may_be_given_again_and_begins_anew(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    assert!(remove(&*store, "garden", LATER).await);
    store.create_room(new_room("garden", 2_000)).await.unwrap();
    assert_eq!(seqs(&whole_log(&*store, "garden").await), [1]);
}
