//! Coming back: what was missed arrives, nothing arrives twice, and a hole is told as one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use teahouse::protocol::{Cursor, Epoch, RoomSlug, Seq, Timestamp};
use teahouse::server::log::EventRange;

use crate::support::{Continuity, TestServer};

/// The cursor of somebody who holds the lobby up to this event.
async fn cursor(server: &TestServer, seq: u64) -> Option<Cursor> {
    let page = server.app().store.events(&RoomSlug::lobby(), EventRange::From(Seq::new(seq)), 1).await.unwrap();
    Some(page.events[0].cursor(&page.epoch))
}

/// Protects catching up after a cut: exactly the missed lines come.
#[tokio::test]
async fn a_cursor_brings_exactly_what_was_missed() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let seen = alice.say("lobby", "one", "seen").await.unwrap();
    let mut bob = server.member("Bob").await;
    bob.join("lobby").await;
    let held = cursor(&server, seen).await;
    drop(bob);
    for number in 0..5 {
        alice.say("lobby", &format!("m{number}"), &format!("missed {number}")).await.unwrap();
    }
    let mut bob = server.member("Bob two").await;
    let (continuity, snapshot) = bob.join_from("lobby", held).await;
    assert_eq!(continuity, Continuity::Resumed);
    let seqs: Vec<_> = snapshot.events.iter().map(|event| event.seq.get()).collect();
    assert_eq!(seqs, (seen + 1..=seen + 5).collect::<Vec<_>>());
}

/// Protects the seam between backlog and live: under fire, a joiner's log has no hole and no double. The fire goes on until
/// every joiner has heard enough of it, so that what is heard came live, and not with the backlog.
#[tokio::test]
async fn joining_while_others_talk_misses_nothing_and_doubles_nothing() {
    const AT_ONCE: usize = 30;
    const HEARD: u64 = 3 * AT_ONCE as u64;
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let is_over = Arc::new(AtomicBool::new(false));
    let alice_may_stop = Arc::clone(&is_over);
    let talking = tokio::spawn(async move {
        let mut said = 0;
        while !alice_may_stop.load(Ordering::Relaxed) {
            for number in said..said + AT_ONCE {
                alice.say_nowait("lobby", &format!("n{number}"), "x").await;
            }
            for number in said..said + AT_ONCE {
                alice.answer(&format!("n{number}")).await.unwrap();
            }
            said += AT_ONCE;
        }
    });
    for round in 0..10 {
        let mut bob = server.member(&format!("Bob {round}")).await;
        let head = bob.join("lobby").await.summary.head.get();
        for seq in head + 1..=head + HEARD {
            assert_eq!(bob.line().await.0, seq, "round {round}");
        }
    }
    is_over.store(true, Ordering::Relaxed);
    talking.await.unwrap();
}

/// Protects a reader who was away for long from a silent hole.
#[tokio::test]
async fn more_than_one_frame_of_missed_lines_is_a_gap_with_the_newest_page() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for number in 0..201 {
        alice.say_nowait("lobby", &format!("n{number}"), "x").await;
    }
    let mut head = 0;
    for number in 0..201 {
        head = alice.answer(&format!("n{number}")).await.unwrap();
    }
    let (continuity, snapshot) = alice.join_from("lobby", cursor(&server, 1).await).await;
    assert_eq!((continuity, snapshot.events.len()), (Continuity::Gap, 50));
    assert_eq!(snapshot.events.last().unwrap().seq.get(), head);
    let (continuity, snapshot) = alice.join_from("lobby", cursor(&server, head - 200).await).await;
    assert_eq!((continuity, snapshot.events.len()), (Continuity::Resumed, 200));
}

/// Protects clients from mixing two histories.
#[tokio::test]
async fn a_cursor_of_another_history_or_beyond_the_head_is_reset() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    alice.say("lobby", "one", "a line").await.unwrap();
    let right = cursor(&server, 2).await.unwrap();
    let wrong = [
        Cursor { epoch: Epoch::parse("another-history").unwrap(), ..right.clone() },
        Cursor { seq: Seq::new(1), ..right.clone() },
        Cursor { seq: Seq::new(3), ..right.clone() },
        Cursor { seq: Seq::new(99), ..right.clone() },
        Cursor { at_ms: Timestamp::from_unix_ms(right.at_ms.unix_ms() + 1), ..right.clone() },
        Cursor { id: None, ..right.clone() },
    ];
    for cursor in wrong {
        assert_eq!(alice.join_from("lobby", Some(cursor.clone())).await.0, Continuity::Reset, "{cursor:?}");
    }
    assert_eq!(alice.join_from("lobby", Some(right)).await.0, Continuity::Resumed);
}

/// Protects clients that name no event from a promise that nobody can keep, and from being refused for ever.
#[tokio::test]
async fn a_cursor_that_names_only_a_place_is_reset() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let epoch = alice.join("lobby").await.epoch;
    alice.send_text(&format!(r#"{{"type":"join","room":"lobby","cursor":{{"epoch":"{epoch}","seq":1}}}}"#)).await;
    assert_eq!(alice.joined().await.0, Continuity::Reset);
}

/// Protects the log over a restart: same history, same places, nothing forgotten.
#[tokio::test]
async fn a_restart_keeps_the_history_and_its_epoch() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let seq = alice.say("lobby", "one", "before").await.unwrap();
    let held = cursor(&server, seq - 1).await;
    drop(alice);
    let data = server.drain().await;
    let server = TestServer::start_in(data, |_| {}).await;
    let mut reader = server.browser().socket().await;
    reader.hello().await;
    let (continuity, snapshot) = reader.join_from("lobby", held).await;
    assert_eq!((continuity, snapshot.events.len()), (Continuity::Resumed, 1));
}

/// Protects the promise that one page keeps one connection: its older, half-open one is closed.
#[tokio::test]
async fn a_page_that_comes_back_replaces_its_own_older_connection() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut old = browser.socket().await;
    old.hello_as("same-page").await;
    let mut new = browser.socket().await;
    new.hello_as("same-page").await;
    let close = old.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4100, "replaced"));
    new.join("lobby").await;
}
