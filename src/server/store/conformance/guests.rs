//! Promises about guests: one owner a nickname, one guest a token.

use super::*;
use crate::server::store::Guest;

/// A guest whose token is 32 times `token`, last seen at 1,000.
fn guest(id: &str, nickname: &str, token: u8) -> Guest {
    Guest {
        id: user(id),
        nickname: nickname.to_owned(),
        nickname_folded: nickname.to_lowercase(),
        token_hash: [token; 32],
        last_seen: at(1_000),
    }
}

/// Earlier than anybody was seen.
fn never() -> Timestamp {
    at(0)
}

pub async fn a_guest_is_found_by_token_and_by_nickname(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    let ann = guest("ann", "Ann 茶", 1);
    store.put_guest(ann.clone(), never()).await.unwrap();
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap().as_ref(), Some(&ann));
    assert_eq!(store.guest_by_nickname("ann 茶").await.unwrap(), Some(ann));
    assert_eq!(store.guest_by_token(&[2; 32]).await.unwrap(), None);
    assert_eq!(store.guest_by_nickname("Ann 茶").await.unwrap(), None, "only the folded name is looked up");
}

pub async fn a_nickname_that_somebody_owns_is_refused(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    let (ann, ben) = (guest("ann", "Ann", 1), guest("ben", "Ben", 2));
    store.put_guest(ann.clone(), never()).await.unwrap();
    store.put_guest(ben.clone(), never()).await.unwrap();
    let newcomer = store.put_guest(guest("cat", "ANN", 3), never()).await;
    assert!(matches!(newcomer, Err(StoreError::NicknameTaken)));
    let renamed = store.put_guest(guest("ben", "ann", 4), never()).await;
    assert!(matches!(renamed, Err(StoreError::NicknameTaken)));
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap(), Some(ann));
    assert_eq!(store.guest_by_token(&[2; 32]).await.unwrap(), Some(ben), "a refusal changes nothing");
    assert_eq!(store.guest_by_token(&[3; 32]).await.unwrap(), None);
}

pub async fn a_new_nickname_frees_the_old_one(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    store.put_guest(guest("ann", "Ann", 1), never()).await.unwrap();
    let renamed = Guest { last_seen: at(2_000), ..guest("ann", "Anna", 2) };
    store.put_guest(renamed.clone(), never()).await.unwrap();
    assert_eq!(store.guest_by_token(&[2; 32]).await.unwrap(), Some(renamed));
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap(), None, "the old token is worth nothing");
    store.put_guest(guest("ben", "Ann", 3), never()).await.unwrap();
}

pub async fn an_expired_owner_makes_way(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    store.put_guest(guest("ann", "Ann", 1), never()).await.unwrap();
    store.put_guest(guest("old", "Old", 2), never()).await.unwrap();
    let still_owned = store.put_guest(guest("ben", "Ann", 3), at(1_000)).await;
    assert!(matches!(still_owned, Err(StoreError::NicknameTaken)), "seen at that moment is not before it");
    store.put_guest(guest("ben", "Ann", 3), at(1_001)).await.unwrap();
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap(), None);
    assert_eq!(store.guest_by_nickname("ann").await.unwrap().unwrap().id, user("ben"));
    assert!(store.guest_by_token(&[2; 32]).await.unwrap().is_some(), "who is in nobody's way stays");
    store.put_guest(guest("ben", "Ann", 3), at(9_000)).await.unwrap();
}

pub async fn an_owner_who_came_back_in_time_keeps_the_nickname(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    store.put_guest(guest("ann", "Ann", 1), never()).await.unwrap();
    store.touch_guest(&user("ann"), at(5_000)).await.unwrap();
    store.touch_guest(&user("ann"), at(3_000)).await.unwrap();
    store.touch_guest(&user("nobody"), at(3_000)).await.unwrap();
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap().unwrap().last_seen, at(5_000));
    let answer = store.put_guest(guest("ben", "Ann", 2), at(4_000)).await;
    assert!(matches!(answer, Err(StoreError::NicknameTaken)));
}

pub async fn a_token_belongs_to_one_guest_only(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    let ann = guest("ann", "Ann", 1);
    store.put_guest(ann.clone(), never()).await.unwrap();
    let answer = store.put_guest(guest("ben", "Ben", 1), never()).await;
    assert!(matches!(answer, Err(StoreError::TokenTaken)));
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap(), Some(ann));
}

pub async fn a_guest_who_leaves_frees_nickname_and_token(place: &dyn Place) {
    let store = Subject::open(place).await.store;
    store.put_guest(guest("ann", "Ann", 1), never()).await.unwrap();
    store.append(line("lobby", "ann", "id", "bye")).await.unwrap();
    store.remove_guest(&user("ann")).await.unwrap();
    store.remove_guest(&user("ann")).await.unwrap();
    assert_eq!(store.guest_by_token(&[1; 32]).await.unwrap(), None);
    store.put_guest(guest("ben", "Ann", 1), never()).await.unwrap();
    assert_eq!(texts(&whole_log(&*store, "lobby").await), ["bye"], "the lines stay");
}
