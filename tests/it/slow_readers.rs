//! Readers that are too slow: they cost a bounded sendq, are told what they lack, and nobody else notices.

use std::time::Duration;

use futures::StreamExt;
use teahouse::protocol::Event;
use teahouse::server::config::Config;
use tokio_tungstenite::tungstenite::Message;

use crate::support::{Continuity, Member, PATIENCE, TestServer};

/// So many lines of so many bytes are more than the system's own buffers hold for both ends of a socket.
const LINE_BYTES: usize = 60_000;
const LINES: usize = 400;

/// Lets people say long lines and readers wait for as long as they like.
fn long_lines(config: &mut Config) {
    config.limits.sendq_bytes = 256 * 1024;
    config.limits.message_graphemes = 0;
    config.limits.message_bytes = 0;
    config.limits.write_timeout = Duration::ZERO;
    // On a busy machine, saying that much takes longer than a reader may be silent.
    config.limits.idle_timeout = Duration::ZERO;
}

/// Says more than anybody can be sent who does not read, while somebody else hears every line of it. Returns the last seq.
async fn say_much(round: &str, alice: &mut Member, bob: &mut Member) -> u64 {
    let text = "x".repeat(LINE_BYTES);
    let mut newest = 0;
    for number in 0..LINES {
        newest = alice.say("lobby", &format!("{round}-{number}"), &text).await.unwrap();
        assert_eq!(bob.line().await.0, newest, "a slow reader costs others a line");
    }
    newest
}

/// Protects memory and everybody else from a reader that stops, and that reader from a silent hole.
#[tokio::test]
async fn a_reader_that_stops_for_a_while_is_told_the_gap_and_fetches_what_it_missed() {
    let server = TestServer::start_with(long_lines).await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let mut sleeper = server.browser().socket().await;
    sleeper.hello().await;
    let snapshot = sleeper.join("lobby").await;
    let newest = say_much("once", &mut alice, &mut bob).await;

    let mut newest_seen = snapshot.events.last().unwrap().clone();
    let mut seen = snapshot.summary.head.get();
    let head = loop {
        match sleeper.event().await {
            Event::Publication { event, .. } => {
                assert_eq!(event.seq.get(), seen + 1, "a hole that nobody told of");
                seen += 1;
                newest_seen = event;
            }
            Event::Gap { head, .. } => break head.get(),
            _ => {}
        }
    };
    assert!(seen < newest, "the sleeper was given everything");
    assert!(seen < head && head <= newest);
    let cursor = newest_seen.cursor(&snapshot.epoch);
    let (continuity, snapshot) = sleeper.join_from("lobby", Some(cursor)).await;
    assert_eq!((continuity, snapshot.summary.head.get()), (Continuity::Gap, newest));
    let after = alice.say("lobby", "after", "after the gap").await.unwrap();
    assert_eq!(sleeper.line().await.0, after, "the connection stays, and the room is live again");
}

/// Protects the server from a reader that falls behind again and again: it is told that it is too slow.
#[tokio::test]
async fn a_reader_that_falls_behind_again_too_soon_is_closed_as_slow() {
    let server = TestServer::start_with(long_lines).await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let mut slow = server.member("Slow").await;
    say_much("first", &mut alice, &mut bob).await;
    slow.wait_for(|event| matches!(event, Event::Gap { .. }).then_some(())).await;
    slow.join("lobby").await;
    say_much("again", &mut alice, &mut bob).await;
    let close = slow.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4000, "slow"));
}

/// Protects memory from a reader that never reads again: it is cut off, and its place is free.
#[tokio::test]
async fn a_reader_that_takes_nothing_at_all_is_cut_off() {
    let server = TestServer::start_with(|config| {
        long_lines(config);
        config.limits.write_timeout = Duration::from_millis(500);
    })
    .await;
    let mut alice = server.member("Alice").await;
    let mut sleeper = server.member("Sleeper").await;
    let mut bob = server.member("Bob").await;
    say_much("once", &mut alice, &mut bob).await;
    let gone = async { while bob.join("lobby").await.people.iter().any(|person| person.nickname == "Sleeper") {} };
    tokio::time::timeout(PATIENCE, gone).await.expect("the sleeper still has a place");
    let mut received = 0;
    while let Some(Ok(frame)) = sleeper.socket.next().await {
        received += usize::from(matches!(frame, Message::Text(_)));
    }
    assert!(received < LINES, "the sleeper was given everything");
}

/// Protects programs on the plain socket from silence: they have no way to fetch what they missed, so they are told.
#[tokio::test]
async fn a_program_that_is_too_slow_is_closed_as_slow() {
    let server = TestServer::start_with(long_lines).await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let mut sleeper = server.program().await;
    say_much("once", &mut alice, &mut bob).await;
    let close = sleeper.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4000, "slow"));
}
