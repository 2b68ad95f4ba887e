//! Promises about what people have read: the positions of messages, where marks go, and that the count is that of the log.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};

use super::guests::naming;
use super::*;
use crate::protocol::{MessageNo, ReadMark};
use crate::server::log::{MarkChange, MarkTo};

const TOKENS: [(&str, u8); 2] = [("ann", 1), ("bo", 2)];

/// A store in which Ann and Bo have sessions.
async fn store_with_guests(place: &dyn Location) -> Arc<dyn Store> {
    let store = Subject::open(place).await.store;
    for (name, token) in TOKENS {
        store.put_guest(naming(name, &format!("{name} 茶"), token)).await.unwrap();
    }
    store
}

/// A message that is posted in the name of its author's session.
fn own(sender: &str, id: &str) -> Draft {
    let token = TOKENS.iter().find(|(name, _)| *name == sender).unwrap().1;
    Draft { session: Some([token; 32]), ..line("lobby", sender, id, "tea") }
}

async fn mark(store: &dyn Store, person: &str, to: MarkTo) -> ReadMark {
    let change = MarkChange { person: user(person), room: RoomSlug::lobby(), to };
    store.mark(change).await.unwrap().unwrap()
}

fn read(seq: u64) -> MarkTo {
    MarkTo::Read(Seq::new(seq))
}

fn unread(seq: u64) -> MarkTo {
    MarkTo::Unread(Seq::new(seq))
}

fn short(mark: &ReadMark) -> (u64, u64, u32) {
    (mark.seq.get(), mark.message_no.get(), mark.lowered)
}

/// How many messages somebody has not read, as everybody counts them.
async fn unread_of(store: &dyn Store, person: &str) -> u64 {
    let newest = store.room(&RoomSlug::lobby()).await.unwrap().unwrap().message_no;
    newest.since(store.marks(&user(person)).await.unwrap().first().map_or(MessageNo::ZERO, |mark| mark.message_no))
}

pub async fn every_message_has_the_next_position_and_keeps_it_when_it_is_deleted(place: &dyn Location) {
    let Subject { store, mut announced } = Subject::open(place).await;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    let posts = [
        line("lobby", "ann", "a", "tea?"),
        reaction("bo", "b", 2, "🍵", true),
        line("garden", "bo", "c", "elsewhere"),
        line("lobby", "bo", "d", "yes"),
        change("ann", "e", deleted(2)),
        line("lobby", "ann", "f", "well"),
    ];
    for post in posts {
        store.append(post).await.unwrap();
    }
    store.append(line("lobby", "ann", "a", "a retry with another text")).await.unwrap();
    let positions = |events: &[LogEvent]| {
        let position = |event: &LogEvent| Some((event.seq.get(), event.body.message_no()?.get()));
        events.iter().filter_map(position).collect::<Vec<_>>()
    };
    let in_the_lobby = [(2, 1), (4, 2), (6, 3)];
    assert_eq!(positions(&whole_log(&*store, "lobby").await), in_the_lobby);
    assert_eq!(positions(&whole_log(&*store, "garden").await), [(2, 1)]);
    let page = store.history(&RoomSlug::lobby(), EventRange::Newest, 10).await.unwrap();
    assert_eq!(positions(&page.items.into_iter().map(|item| item.event).collect::<Vec<_>>()), in_the_lobby);
    let newest: Vec<_> = store.rooms().await.unwrap().iter().map(|room| room.message_no.get()).collect();
    assert_eq!(newest, [3, 1]);
    let mut told = Vec::new();
    while let Ok(committed) = announced.try_recv() {
        told.extend((committed.room == RoomSlug::lobby()).then_some(committed.event));
    }
    assert_eq!(positions(&told), in_the_lobby);
}

pub async fn unread_is_what_was_said_behind_the_mark(place: &dyn Location) {
    let store = store_with_guests(place).await;
    for (id, who) in [("a", "ann"), ("b", "ann")] {
        store.append(line("lobby", who, id, "tea")).await.unwrap();
    }
    store.append(reaction("ann", "c", 2, "🍵", true)).await.unwrap();
    assert_eq!(store.marks(&user("bo")).await.unwrap(), [], "nobody has read a room before they were in it");
    assert_eq!(short(&mark(&*store, "bo", read(2)).await), (2, 1, 0));
    assert_eq!(unread_of(&*store, "bo").await, 1);
    assert_eq!(short(&mark(&*store, "bo", read(4)).await), (4, 2, 0), "a reaction may be the last that was seen");
    assert_eq!(short(&mark(&*store, "bo", read(u64::MAX)).await), (4, 2, 0), "nobody has read what is to come");
    assert_eq!(unread_of(&*store, "bo").await, 0);
    let marks = store.marks(&user("bo")).await.unwrap();
    assert_eq!((marks.len(), &marks[0].room), (1, &RoomSlug::lobby()));
}

pub async fn a_mark_only_goes_back_when_that_is_asked_for(place: &dyn Location) {
    let store = store_with_guests(place).await;
    for id in ["a", "b", "c"] {
        store.append(line("lobby", "ann", id, "tea")).await.unwrap();
    }
    mark(&*store, "bo", read(4)).await;
    assert_eq!(short(&mark(&*store, "bo", read(2)).await), (4, 3, 0));
    let back = mark(&*store, "bo", unread(3)).await;
    assert_eq!(short(&back), (2, 1, 1));
    assert_eq!(short(&mark(&*store, "bo", unread(4)).await), (2, 1, 1), "more than that is unread already");
    assert_eq!(short(&mark(&*store, "bo", unread(0)).await), (0, 0, 2));
    let again = mark(&*store, "bo", read(3)).await;
    assert_eq!(short(&again), (3, 2, 2));
    assert!(again.is_later_than(&back) && !back.is_later_than(&again));
}

pub async fn what_one_posts_one_has_read(place: &dyn Location) {
    let store = store_with_guests(place).await;
    store.append(own("ann", "a")).await.unwrap();
    store.append(own("bo", "b")).await.unwrap();
    assert_eq!((unread_of(&*store, "ann").await, unread_of(&*store, "bo").await), (1, 0));
    store.append(own("ann", "a")).await.unwrap();
    assert_eq!(unread_of(&*store, "ann").await, 1, "a retry is no message");
    mark(&*store, "bo", unread(2)).await;
    store.append(own("bo", "c")).await.unwrap();
    assert_eq!(short(&store.marks(&user("bo")).await.unwrap()[0]), (4, 3, 1));
}

pub async fn a_mark_goes_with_its_guest_and_with_its_room(place: &dyn Location) {
    let store = store_with_guests(place).await;
    store.append(own("ann", "a")).await.unwrap();
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    let change = MarkChange { person: user("bo"), room: slug("garden"), to: read(1) };
    store.mark(change.clone()).await.unwrap().unwrap();
    assert!(store.remove_empty_room(slug("garden"), at(5_000)).await.unwrap());
    assert_eq!(store.marks(&user("bo")).await.unwrap(), []);
    let gone = store.mark(change).await;
    assert!(matches!(gone, Err(StoreError::RoomNotFound(_))), "{gone:?}");
    store.remove_guest(&user("ann"), at(5_000), at(0)).await.unwrap();
    assert_eq!(store.marks(&user("ann")).await.unwrap(), []);
    store.put_guest(naming("ann", "Ann", 1)).await.unwrap();
    assert_eq!(store.marks(&user("ann")).await.unwrap(), [], "nothing is left of before");
}

pub async fn nobody_but_a_guest_has_marks(place: &dyn Location) {
    let store = store_with_guests(place).await;
    store.append(line("lobby", "program", "a", "tea")).await.unwrap();
    let change = MarkChange { person: user("nobody"), room: RoomSlug::lobby(), to: read(2) };
    assert_eq!(store.mark(change).await.unwrap(), None);
    assert_eq!(store.marks(&user("nobody")).await.unwrap(), []);
    assert_eq!(store.marks(&user("program")).await.unwrap(), []);
}

/// Random messages, changes and marks: the difference of two numbers is always the number of messages behind the mark.
pub async fn unread_is_the_log_counted(place: &dyn Location) {
    let store = store_with_guests(place).await;
    let steps = proptest::collection::vec((0_u64..80, 0_usize..7, 0_usize..2), 250);
    let steps = steps.new_tree(&mut TestRunner::new(Config::default())).unwrap().current();
    let mut places: [Option<Seq>; 2] = [None; 2];
    let mut counted = 0;
    for (number, (target, kind, who)) in steps.into_iter().enumerate() {
        let (name, id) = (TOKENS[who].0, format!("p-{number}"));
        match kind {
            0 | 1 => {
                let appended = store.append(own(name, &id)).await.unwrap();
                places[who] = Some(appended.seq);
            }
            // Many are refused.
            2 => drop(store.append(change(name, &id, deleted(target))).await),
            3 => drop(store.append(reaction(name, &id, target, "🍵", true)).await),
            4 | 5 => {
                let head = store.room(&RoomSlug::lobby()).await.unwrap().unwrap().head;
                mark(&*store, name, read(target)).await;
                places[who] = places[who].max(Some(Seq::new(target).min(head)));
            }
            _ => {
                let head = store.room(&RoomSlug::lobby()).await.unwrap().unwrap().head;
                mark(&*store, name, unread(target)).await;
                // Whoever was never in the room is so from there on.
                let place = Seq::new(target).previous().min(head);
                places[who] = Some(places[who].map_or(place, |read| read.min(place)));
            }
        }
        let log = whole_log(&*store, "lobby").await;
        for (who, (name, _)) in TOKENS.into_iter().enumerate() {
            let read = places[who].unwrap_or_default();
            let is_behind = |event: &&LogEvent| event.seq > read && matches!(event.body, EventBody::Message(_));
            let behind = log.iter().filter(is_behind).count();
            assert_eq!(unread_of(&*store, name).await, behind as u64, "{name} at {read} in {log:?}");
            counted += behind;
        }
    }
    assert!(counted > 100, "only {counted} were ever unread");
}
