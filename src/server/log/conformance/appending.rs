//! Promises about `append`: durable, gapless, once, in order.

use futures::FutureExt;

use super::*;
use crate::protocol::Seq;
use crate::server::log::{AppendOutcome, CLOCK_JITTER_MS, Committed};

const SENDERS: u64 = 8;
const LINES_EACH: u64 = 40;

pub async fn concurrent_senders_get_gapless_seqs_and_are_announced_in_their_order(place: &dyn Location) {
    let Subject { store, mut announced } = Subject::open(place).await;
    let senders = (0..SENDERS).map(|sender| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut taken = Vec::new();
            for number in 0..LINES_EACH {
                let line = line("lobby", &format!("sender-{sender}"), &format!("line-{number}"), "hello");
                taken.push(store.append(line).await.unwrap().seq.get());
            }
            assert!(taken.is_sorted(), "one sender's lines keep their order");
            taken
        })
    });
    let mut taken = Vec::new();
    for sender in senders.collect::<Vec<_>>() {
        taken.extend(sender.await.unwrap());
    }
    taken.sort_unstable();
    // Seq 1 is the creation of the lobby, which is not announced.
    let expected: Vec<u64> = (2..=SENDERS * LINES_EACH + 1).collect();
    assert_eq!(taken, expected);
    let mut seen = Vec::new();
    for _ in &expected {
        seen.push(announced.recv().await.unwrap().event.seq.get());
    }
    assert_eq!(seen, expected);
    assert_eq!(seqs(&whole_log(&*store, "lobby").await)[1..], expected);
}

pub async fn a_retry_gets_the_first_place_and_writes_nothing(place: &dyn Location) {
    let Subject { store, mut announced } = Subject::open(place).await;
    let first = store.append(line("lobby", "ann", "id", "hello")).await.unwrap();
    store.append(line("lobby", "ann", "between", "a line between")).await.unwrap();
    let later = Draft { at: at(9_000), ..line("lobby", "ann", "id", "hello") };
    let retry = store.append(later).await.unwrap();
    assert_eq!(first.outcome, AppendOutcome::Inserted);
    assert_eq!(retry, Appended { outcome: AppendOutcome::AlreadyThere, ..first });
    let next = store.append(Draft { at: at(0), ..line("lobby", "ann", "last", "the next") }).await.unwrap();
    assert_eq!((next.seq.get(), next.at), (4, at(1_000)), "the retry took neither a place nor the clock along");
    for expected in [2, 3, 4] {
        assert_eq!(announced.recv().await.unwrap().event.seq.get(), expected, "the retry is not announced");
    }
}

pub async fn one_id_names_one_post_only(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    store.create_room(new_room("garden", 1_000)).await.unwrap();
    store.append(line("lobby", "ann", "id", "hello")).await.unwrap();
    for other in [line("lobby", "ann", "id", "another text"), line("garden", "ann", "id", "hello")] {
        assert!(matches!(store.append(other).await, Err(StoreError::IdConflict)));
    }
    assert_eq!(texts(&whole_log(&*store, "lobby").await), ["hello"]);
    assert_eq!(store.room(&slug("garden")).await.unwrap().unwrap().head, Seq::new(1));
}

pub async fn the_same_id_of_another_author_is_another_post(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    store.append(line("lobby", "ann", "id", "hello")).await.unwrap();
    let other = store.append(line("lobby", "ben", "id", "good day")).await.unwrap();
    assert_eq!((other.outcome, other.seq), (AppendOutcome::Inserted, Seq::new(3)));
}

pub async fn a_refused_write_leaves_no_hole_and_its_companions_alone(place: &dyn Location) {
    let mut gated = Gated::open(place, AMPLE_QUEUE).await;
    gated.stop_the_writer().await;
    let Gated { store, gate, mut announced } = gated;
    // Queued together behind the one that stands still, so they share a transaction.
    let good = seq_of(store.append(line("lobby", "ann", "a", "one")));
    let conflict = seq_of(store.append(line("lobby", "ann", "a", "not one")));
    let nowhere = seq_of(store.append(line("nowhere", "ann", "b", "to nobody")));
    let exists = store.create_room(NewRoom { slug: RoomSlug::lobby(), ..new_room("x", 1_000) });
    let retry = seq_of(store.append(line("lobby", "ann", "a", "one")));
    let last = seq_of(store.append(line("lobby", "ann", "c", "two")));
    drop(gate);
    assert_eq!(good.await.unwrap(), 3);
    assert!(matches!(conflict.await, Err(StoreError::IdConflict)));
    assert!(matches!(nowhere.await, Err(StoreError::RoomNotFound(room)) if room == slug("nowhere")));
    assert!(matches!(exists.await, Err(StoreError::RoomExists(room)) if room == RoomSlug::lobby()));
    assert_eq!(retry.await.unwrap(), 3);
    assert_eq!(last.await.unwrap(), 4);
    let log = whole_log(&*store, "lobby").await;
    assert_eq!(seqs(&log), [1, 2, 3, 4]);
    assert_eq!(texts(&log)[1..], ["one", "two"]);
    for expected in [3, 4] {
        assert_eq!(announced.recv().await.unwrap().event.seq.get(), expected);
    }
}

pub async fn an_answer_is_given_before_the_announcement_and_readable_during_it(place: &dyn Location) {
    let Gated { store, gate, mut announced } = Gated::open(place, AMPLE_QUEUE).await;
    let answer = store.append(line("lobby", "ann", "id", "hello"));
    let Committed { room, event, .. } = announced.recv().await.unwrap();
    // The sink has not returned yet.
    let appended = answer.now_or_never().expect("the answer is there when the sink is called").unwrap();
    assert_eq!((room, event.seq, event.at_ms), (RoomSlug::lobby(), appended.seq, appended.at));
    assert_eq!(whole_log(&*store, "lobby").await.pop(), Some(event));
    drop(gate);
}

pub async fn a_write_whose_caller_went_away_still_happens(place: &dyn Location) {
    let Subject { store, mut announced } = Subject::open(place).await;
    drop(store.append(line("lobby", "ann", "id", "hello")));
    let event = announced.recv().await.unwrap().event;
    assert_eq!(texts(&[event]), ["hello"]);
    assert_eq!(texts(&whole_log(&*store, "lobby").await), ["hello"]);
}

pub async fn a_clock_that_is_kept_right_never_goes_back_within_a_room(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    store.create_room(new_room("garden", 500)).await.unwrap();
    let times = times_by_clock(&*store, "garden", &[5_000, 3_000, 6_000]).await;
    assert_eq!(times, [at(5_000), at(5_000), at(6_000)]);
    let logged: Vec<_> = whole_log(&*store, "garden").await.iter().map(|event| event.at_ms).collect();
    assert_eq!(logged, [at(500), at(5_000), at(5_000), at(6_000)]);
    let elsewhere = store.append(line("lobby", "ann", "elsewhere", "tick")).await.unwrap();
    assert_eq!(elsewhere.at, at(1_000), "rooms do not share a clock");
}

/// What was written while the clock was a day ahead must not keep everything after it in the future.
pub async fn a_clock_that_was_far_ahead_and_was_corrected_is_believed_again(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    let (today, tomorrow) = (100_000, 100_000 + 86_400_000);
    let times = times_by_clock(&*store, "lobby", &[today, tomorrow, today + 1, today + 2, today]).await;
    assert_eq!(times, [at(today), at(tomorrow), at(today + 1), at(today + 2), at(today + 2)]);
    let jitter = CLOCK_JITTER_MS;
    let times = times_by_clock(&*store, "lobby", &[today + 2 - jitter, today + 1 - jitter]).await;
    assert_eq!(times, [at(today + 2), at(today + 1 - jitter)], "five seconds are jitter, and more are a correction");
}

/// Says something whenever the clock says so; the times that the log gives.
async fn times_by_clock(store: &dyn Store, room: &str, clock: &[i64]) -> Vec<Timestamp> {
    let mut times = Vec::new();
    for &unix_ms in clock {
        let id = format!("id-{unix_ms}-{}", whole_log(store, room).await.len());
        let line = Draft { at: at(unix_ms), ..line(room, "ann", &id, "tick") };
        times.push(store.append(line).await.unwrap().at);
    }
    times
}

pub async fn a_line_comes_back_as_it_was_written(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    let program = Person { origin: Origin::Plain, ..person("program") };
    let text = "茶 🍵\nsecond line\0 'quoted' <b> \"twice\" \\".to_owned();
    let written = Draft {
        by: program,
        body: EventBody::Message(Message { text, sender_time: Some("yesterday".to_owned()), ..Message::default() }),
        ..line("lobby", "program", "id", "")
    };
    store.append(written.clone()).await.unwrap();
    let read = whole_log(&*store, "lobby").await.pop().unwrap();
    assert_eq!((read.by, read.id), (Some(written.by), Some(written.id)));
    assert_eq!(*read.body.stored(), written.body);
}

pub async fn a_line_for_no_room_is_refused(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    let answer = store.append(line("nowhere", "ann", "id", "hello")).await;
    assert!(matches!(answer, Err(StoreError::RoomNotFound(room)) if room == slug("nowhere")));
    let corrected = store.append(line("lobby", "ann", "id", "hello")).await.unwrap();
    assert_eq!(corrected.outcome, AppendOutcome::Inserted, "a refused line does not use its id up");
}

pub async fn the_version_is_another_one_when_a_change_is_answered(place: &dyn Location) {
    let Subject { store, .. } = Subject::open(place).await;
    let mut versions = vec![store.version()];
    for number in 0..20 {
        store.append(line("lobby", "ann", &format!("line-{number}"), "hello")).await.unwrap();
        versions.push(store.version());
    }
    store.create_room(new_room("tea", 1_000)).await.unwrap();
    versions.push(store.version());
    assert!(store.remove_empty_room(slug("tea"), at(i64::MAX)).await.unwrap());
    versions.push(store.version());
    assert!(versions.windows(2).all(|two| two[0] != two[1]), "{versions:?}");
    whole_log(&*store, "lobby").await;
    assert_eq!(store.version(), versions[versions.len() - 1], "reading changes nothing");
}
