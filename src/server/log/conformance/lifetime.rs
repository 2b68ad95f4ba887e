//! Promises about the store as a whole: reopening, closing, too much to do.

use super::guests::{naming, used};
use super::*;
use crate::protocol::Seq;
use crate::server::ground::names::NameKey;
use crate::server::log::{AppendOutcome, NameWish};

pub async fn reopening_finds_everything(place: &dyn Location) {
    let (epoch, instance, guest, rooms, log) = {
        let store = Subject::open(place).await.store;
        store.create_room(new_room("garden", 2_000)).await.unwrap();
        store.append(line("garden", "ann", "id", "hello")).await.unwrap();
        store.put_guest(naming("ann", "Ann", 7)).await.unwrap();
        let guest = store.guest(&user("ann")).await.unwrap();
        let (rooms, log) = (store.rooms().await.unwrap(), whole_log(&*store, "garden").await);
        let before = (store.epoch().clone(), store.instance().to_owned(), guest, rooms, log);
        store.close().await.unwrap();
        before
    };
    let store = Subject::open(place).await.store;
    assert_eq!((store.epoch(), store.instance()), (&epoch, instance.as_str()));
    assert_eq!(store.rooms().await.unwrap(), rooms);
    assert_eq!(whole_log(&*store, "garden").await, log);
    assert!(guest.is_some());
    assert_eq!(store.guest_by_token(&[7; 32], at(1_000)).await.unwrap(), guest);
    let retry = store.append(line("garden", "ann", "id", "hello")).await.unwrap();
    assert_eq!((retry.outcome, retry.seq), (AppendOutcome::AlreadyThere, Seq::new(2)));
    let next = store.append(line("garden", "ann", "next", "and on")).await.unwrap();
    assert_eq!(next.seq, Seq::new(3));
}

pub async fn a_closed_store_answers_closed(place: &dyn Location) {
    let store = Subject::open(place).await.store;
    store.close().await.unwrap();
    store.close().await.unwrap();
    let (lobby, ann) = (RoomSlug::lobby(), naming("ann", "Ann", 7));
    let wish = NameWish { key: NameKey::of("Ann"), user: ann.user.clone(), at: ann.at, terms: ann.terms };
    let answers = [
        store.append(line("lobby", "ann", "id", "hello")).await.map(drop),
        store.create_room(new_room("garden", 1_000)).await.map(drop),
        store.put_guest(ann.clone()).await,
        store.touch_guest(used("ann", 7, 1_000)).await,
        store.remove_guest(&ann.user, at(1_000), at(1_000)).await,
        store.rooms().await.map(drop),
        store.room(&lobby).await.map(drop),
        store.events(&lobby, EventRange::Newest, 1).await.map(drop),
        store.guest_by_token(&[0; 32], at(1_000)).await.map(drop),
        store.guest(&ann.user).await.map(drop),
        store.name_conflict(wish).await.map(drop),
        store.check().await.map(drop),
        store.maintain().await,
    ];
    for (index, answer) in answers.into_iter().enumerate() {
        assert!(matches!(answer, Err(StoreError::Closed(_))), "answer {index}: {answer:?}");
    }
}

pub async fn closing_finishes_what_was_queued(place: &dyn Location) {
    let mut gated = Gated::open(place, AMPLE_QUEUE).await;
    gated.stop_the_writer().await;
    let Gated { store, gate, mut announced } = gated;
    let queued = [store.append(line("lobby", "ann", "a", "one")), store.append(line("lobby", "ann", "b", "two"))];
    let closing = tokio::spawn({
        let store = Arc::clone(&store);
        async move { store.close().await }
    });
    drop(gate);
    for (answer, expected) in queued.into_iter().zip([3, 4]) {
        assert_eq!(seq_of(answer).await.unwrap(), expected);
        assert_eq!(announced.recv().await.unwrap().event.seq.get(), expected);
    }
    closing.await.unwrap().unwrap();
    let reopened = Subject::open(place).await.store;
    assert_eq!(texts(&whole_log(&*reopened, "lobby").await)[1..], ["one", "two"]);
}

pub async fn a_full_queue_is_busy_and_writes_nothing(place: &dyn Location) {
    let mut gated = Gated::open(place, 2).await;
    gated.stop_the_writer().await;
    let Gated { store, gate, .. } = gated;
    let first = seq_of(store.append(line("lobby", "ann", "a", "one")));
    let second = seq_of(store.append(line("lobby", "ann", "b", "two")));
    let third = store.append(line("lobby", "ann", "c", "too many")).await;
    assert!(matches!(third, Err(StoreError::Busy)));
    drop(gate);
    assert_eq!((first.await.unwrap(), second.await.unwrap()), (3, 4));
    assert_eq!(texts(&whole_log(&*store, "lobby").await)[1..], ["one", "two"]);
    let again = store.append(line("lobby", "ann", "c", "too many")).await.unwrap();
    assert_eq!((again.outcome, again.seq), (AppendOutcome::Inserted, Seq::new(5)));
}
