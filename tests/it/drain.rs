//! Stopping: nothing that was accepted is lost, everybody is told to come back, and new ones are sent away politely.

use std::time::Duration;

use teahouse::protocol::Event;
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Member, PATIENCE, TestServer};

/// I15. Protects lines that are under way when the server stops: what was acknowledged is there after a restart, and what
/// was not can be sent again under its id.
#[tokio::test]
async fn a_drain_under_load_loses_nothing_and_doubles_nothing() {
    let mut server = TestServer::start_with(|config| config.limits.drain_timeout = Duration::from_secs(8)).await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut alice = browser.socket().await;
    alice.hello().await;
    alice.join("lobby").await;
    let draining = server.take();
    let stop = tokio::spawn(draining.drain());
    let mut acked = Vec::new();
    for number in 0..200 {
        let id = format!("n{number}");
        alice.say_nowait("lobby", &id, &id).await;
    }
    while acked.len() < 200 {
        acked.push(
            alice
                .wait_for(|event| match event {
                    Event::Ack { id, .. } => Some(id.to_string()),
                    _ => None,
                })
                .await,
        );
    }
    drop(alice);
    stop.await.unwrap().unwrap();
    let server = TestServer::start_in(server.data, |_| {}).await;
    let page: serde_json::Value =
        server.browser().get("/api/v1/rooms/lobby/events?limit=200&after=1").await.json().await.unwrap();
    let stored: Vec<_> = page["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["body"]["text"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(stored, acked);
}

/// Protects clients from a storm and from guessing: they are told when to come back, and why they are closed.
#[tokio::test]
async fn members_are_told_when_to_come_back_and_new_ones_are_refused() {
    let mut server = TestServer::start_with(|config| config.limits.drain_timeout = Duration::from_secs(1)).await;
    let url = server.socket_url("/ws");
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    let stop = tokio::spawn(server.take().drain());
    let in_ms = alice
        .wait_for(|event| match event {
            Event::Reconnect { in_ms } => Some(*in_ms),
            _ => None,
        })
        .await;
    assert!(in_ms <= 2_000, "{in_ms}");
    match Member::connect(&url, None, None).await.map_err(|error| *error) {
        // Over a connection that was accepted before the listener was closed.
        Err(Error::Http(response)) => {
            assert_eq!(response.status(), 503);
            assert!(response.headers().contains_key("retry-after"));
        }
        Err(Error::Io(_)) => {}
        other => panic!("a new connection was not refused: {:?}", other.err()),
    }
    assert_eq!(u16::from(program.closed().await.code), 1012);
    let close = alice.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (1012, "drain"));
    stop.await.unwrap().unwrap();
}

/// Protects those who obey from those who do not: the port is free for the next process while somebody deaf is still here.
#[tokio::test]
async fn once_members_were_told_the_port_is_free_for_the_next_process() {
    let mut server = TestServer::start().await;
    let address = server.address();
    let mut deaf = server.member("Deaf").await;
    let stop = tokio::spawn(server.take().drain());
    deaf.wait_for(|event| matches!(event, Event::Reconnect { .. }).then_some(())).await;
    let bound = async {
        while teahouse::server::net::listener::bind(address).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, bound).await.expect("the port was never free");
    deaf.send_json(serde_json::json!({"type": "heartbeat"})).await;
    assert_eq!(u16::from(deaf.closed().await.code), 1012, "it was connected all the time");
    stop.await.unwrap().unwrap();
}

/// Protects operators who are in a hurry, and what was acknowledged from them.
#[tokio::test]
async fn a_hurried_stop_waits_for_nobody_and_keeps_what_was_acknowledged() {
    let mut server = TestServer::start_with(|config| config.limits.drain_timeout = Duration::ZERO).await;
    let mut alice = server.member("Alice").await;
    alice.say("lobby", "one", "kept").await.unwrap();
    let hurry = tokio_util::sync::CancellationToken::new();
    hurry.cancel();
    server.take().drain_unless_hurried(hurry).await.unwrap();
    assert_eq!(u16::from(alice.closed().await.code), 1012);
    let server = TestServer::start_in(server.data, |_| {}).await;
    let page: serde_json::Value =
        server.browser().get("/api/v1/rooms/lobby/events?after=1").await.json().await.unwrap();
    assert_eq!(page["events"][0]["body"]["text"], "kept");
}

/// Protects a supervisor from waiting: without connections a drain is over at once.
#[tokio::test]
async fn nobody_there_means_no_waiting() {
    let server = TestServer::start().await;
    tokio::time::timeout(Duration::from_secs(3), server.drain()).await.expect("the drain waited for nobody");
}
