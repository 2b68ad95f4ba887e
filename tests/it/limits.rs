//! Limits: each one acts, says how long to wait, survives reconnecting, and can be turned off.

use std::net::Ipv4Addr;
use std::time::Duration;

use futures::StreamExt;
use futures::stream::FuturesUnordered;
use teahouse::protocol::Cursor;
use teahouse::server::limits::Address;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Continuity, Member, PATIENCE, Program, TestServer};

fn status(refused: Result<Member, Box<Error>>) -> u16 {
    match refused {
        Ok(_) => panic!("the handshake was accepted"),
        Err(error) => match *error {
            Error::Http(response) => response.status().as_u16(),
            other => panic!("no HTTP answer: {other}"),
        },
    }
}

/// Protects a room from one loud person; the line stays with its sender and may be sent after the wait.
#[tokio::test]
async fn too_many_lines_are_nacked_with_a_wait_and_reconnecting_does_not_help() {
    let server = TestServer::start_with(|config| {
        config.limits.sends_per_minute = 1;
        config.limits.sends_burst = 3;
    })
    .await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut alice = browser.socket().await;
    alice.hello().await;
    alice.join("lobby").await;
    for number in 0..3 {
        alice.say("lobby", &format!("n{number}"), "x").await.unwrap();
    }
    let refusal = alice.say("lobby", "n3", "x").await.unwrap_err();
    assert_eq!(refusal.code.name(), "too_fast");
    assert!((1..=60_000).contains(&refusal.retry_after_ms.unwrap()), "{refusal:?}");
    let mut again = browser.socket().await;
    again.hello_as("again").await;
    again.join("lobby").await;
    assert_eq!(again.say("lobby", "n3", "x").await.unwrap_err().code.name(), "too_fast");
    let posted = browser.post("/r/lobby/post", &[("text", "x"), ("post_id", "n4")]).await;
    assert_eq!(posted.status(), 429, "the form has the same budget");
    assert!(posted.headers().contains_key("retry-after"));
}

/// Protects the server from floods of frames; whoever goes on is closed.
#[tokio::test]
async fn a_flood_of_frames_is_refused_and_then_closed() {
    let server = TestServer::start_with(|config| {
        config.limits.frames_per_minute = 60;
        config.limits.frames_burst = 5;
        config.limits.refused_frames = 10;
    })
    .await;
    let mut alice = server.member("Alice").await;
    for _ in 0..30 {
        alice.send_text(r#"{"type":"typing","room":"lobby"}"#).await;
    }
    let close = alice.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4002, "too_fast"));
}

/// Protects the places of everybody from one address.
#[tokio::test]
async fn one_address_may_hold_so_many_sockets_and_no_more() {
    let server = TestServer::start_with(|config| config.limits.connections_per_address = 2).await;
    let first = server.member("First").await;
    let _second = server.member("Second").await;
    assert_eq!(status(Member::connect(&server.socket_url("/ws"), None, None).await), 503);
    drop(first);
    // The place is free as soon as the server has seen the socket close.
    let next = async { while Member::connect(&server.socket_url("/ws"), None, None).await.is_err() {} };
    timeout(PATIENCE, next).await.expect("the place was never free again");
}

/// Protects everybody's way in from somebody who pretends to come in: forms that ask for an upgrade and never end.
#[tokio::test]
async fn whoever_only_pretends_to_open_a_socket_keeps_nobody_out() {
    let server = TestServer::start_with(|config| config.limits.arrivals = 1).await;
    let mut pretenders = Vec::new();
    for head in ["POST / HTTP/1.1", "POST /ws HTTP/1.1", "GET /ws HTTP/1.1", "POST /nickname HTTP/1.1"] {
        let mut pretender = TcpStream::connect(server.address()).await.unwrap();
        let unfinished = "Upgrade: websocket\r\nConnection: Upgrade\r\nExpect: 100-continue\r\n\
                          Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nroom=";
        let request = format!("{head}\r\nHost: {}\r\n{unfinished}", server.address());
        pretender.write_all(request.as_bytes()).await.unwrap();
        pretenders.push(pretender);
    }
    // The form is being read: its server asks for the rest.
    let mut asked = [0; 12];
    pretenders[3].read_exact(&mut asked).await.unwrap();
    assert_eq!(&asked, b"HTTP/1.1 100");
    let mut alice = server.member("Alice").await;
    alice.say("lobby", "one", "in").await.unwrap();
    server.program().await.say("Bob", "in").await;
    assert_eq!(alice.line().await.2, "in");
}

/// Protects against storms of handshakes.
#[tokio::test]
async fn handshakes_are_counted_per_address() {
    let server = TestServer::start_with(|config| {
        config.limits.handshakes_per_minute = 2;
        config.limits.handshakes_burst = 2;
    })
    .await;
    let url = server.socket_url("/ws");
    let _first = Member::connect(&url, None, None).await.unwrap();
    let _second = Program::connect(&server.socket_url("/")).await;
    assert_eq!(status(Member::connect(&url, None, None).await), 429);
}

/// Protects those who come in from a flood of handshakes: what is beyond its budget is refused at once, and does not wait
/// for a turn in front of them.
#[tokio::test]
async fn a_handshake_is_paid_for_before_it_waits_for_its_turn() {
    let server = TestServer::start_with(|config| {
        config.limits.handshakes_per_minute = 1;
        config.limits.handshakes_burst = 1;
        config.limits.arrivals = 1;
        config.limits.arrival_timeout = Duration::ZERO;
    })
    .await;
    let somebody = Address::of(Ipv4Addr::new(192, 0, 2, 1).into());
    let turn = server.app().arrivals.permit(somebody).await.unwrap();
    let url = server.socket_url("/ws");
    let mut handshakes: FuturesUnordered<_> = (0..2).map(|_| Member::connect(&url, None, None)).collect();
    let refused = timeout(PATIENCE, handshakes.next()).await.expect("the second one waits, too").unwrap();
    assert_eq!(status(refused), 429, "the turn is held, and nobody had to wait for it");
    drop(turn);
    assert!(handshakes.next().await.unwrap().is_ok(), "the first one was paid for, and waited");
}

/// Protects against half-open connections: whoever is silent for too long is closed.
#[tokio::test]
async fn a_silent_connection_is_closed_as_idle() {
    let server = TestServer::start_with(|config| {
        config.limits.heartbeat = Duration::from_millis(50);
        config.limits.idle_timeout = Duration::from_millis(200);
    })
    .await;
    let mut alice = server.member("Alice").await;
    let close = alice.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4001, "idle"));
}

/// Protects a room from being locked by its own history: however much people wrote, everybody can still come in.
#[tokio::test]
async fn a_room_full_of_the_longest_lines_can_still_be_joined() {
    let server = TestServer::start_with(|config| {
        config.limits.message_graphemes = 0;
        config.limits.message_bytes = 0;
        config.limits.sendq_bytes = 64 * 1024;
    })
    .await;
    let mut alice = server.member("Alice").await;
    let text = "x".repeat(60_000);
    for number in 0..20 {
        alice.say("lobby", &format!("n{number}"), &text).await.unwrap();
        alice.line().await;
    }
    let mut bob = server.member("Bob").await;
    let (_, snapshot) = bob.join_from("lobby", None).await;
    assert!(snapshot.has_older && !snapshot.events.is_empty() && snapshot.events.len() < 20);
    assert_eq!(snapshot.events.last().unwrap().seq, snapshot.summary.head);
    let cursor = Cursor::start(snapshot.epoch.clone());
    let (continuity, _) = bob.join_from("lobby", Some(cursor)).await;
    assert_eq!(continuity, Continuity::Gap, "what does not fit is told as a hole");
    let page: serde_json::Value =
        server.browser().get("/api/v1/rooms/lobby/events?after=1&limit=200").await.json().await.unwrap();
    assert_eq!(page["has_newer"], true, "a page of history is as bounded");
}

/// Protects programs from guessing: whoever is told to wait as long as `retry_after_ms` says is told how long that is.
#[tokio::test]
async fn a_program_that_says_too_much_is_told_how_long_to_wait() {
    let server = TestServer::start_with(|config| {
        config.limits.sends_per_minute = 1;
        config.limits.sends_burst = 1;
    })
    .await;
    let mut program = server.program().await;
    program.say("Scribe", "one").await;
    program.line().await;
    program.say("Scribe", "two").await;
    let (code, wait_ms) = program.refused_for().await;
    assert_eq!(code, "too_fast");
    assert!(wait_ms.is_some_and(|wait_ms| (1..=60_000).contains(&wait_ms)), "{wait_ms:?}");
    program.say("Scribe", "").await;
    assert_eq!(program.refused_for().await, ("empty_message".to_owned(), None), "waiting does not help");
}
