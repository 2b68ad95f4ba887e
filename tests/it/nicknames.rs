//! Names: one owner each, none that deceives.

use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use teahouse::protocol::CloseCode;
use teahouse::server::app::Caller;
use teahouse::server::config::Scheme;
use teahouse::server::delivery::sendq::{Sendq, SendqLimits, WhenFull};
use teahouse::server::edge::connection::member::Member;
use teahouse::server::ground::clock;
use teahouse::server::limits::Address;
use teahouse::server::posting;
use tokio::time::timeout;

use crate::support::{Browser, PATIENCE, TestServer};

/// Protects people from being mistaken for somebody else; what was typed stays in the field.
#[tokio::test]
async fn a_name_that_cannot_be_had_is_refused_and_stays_in_the_field() {
    let server = TestServer::start().await;
    let _alice = server.member("Alice").await;
    let bob = server.browser();
    for (nickname, status) in [
        ("Alice", 409),
        ("ａｌｉｃｅ", 409),
        ("Alicе", 409),
        ("AIice", 409),
        ("Al1ce", 409),
        ("Admin", 400),
        ("[admin]", 400),
        ("茶 馆", 400),
        ("茶馆", 400),
        ("", 400),
        ("a\u{202e}b", 400),
        ("a\u{200b}b", 400),
        ("x234567890123456789012345", 400),
    ] {
        let response = bob.post("/nickname", &[("nickname", nickname), ("room", "lobby")]).await;
        assert_eq!(response.status(), status, "{nickname:?}");
        assert!(response.headers().get("set-cookie").is_none(), "{nickname:?} made a session");
        let page = response.text().await.unwrap();
        assert!(page.contains(&format!("value=\"{nickname}\"")), "{nickname:?} is gone from its field");
    }
    bob.choose_nickname("Bob").await;
}

/// Protects a name over restarts and while its owner is away.
#[tokio::test]
async fn a_name_stays_with_its_session_over_a_restart() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let cookies = alice.cookies().unwrap();
    let data = server.drain().await;
    let server = TestServer::start_in(data, |_| {}).await;
    let other = server.browser();
    let response = other.post("/nickname", &[("nickname", "alice"), ("room", "lobby")]).await;
    assert_eq!(response.status(), 409);
    let mut socket = crate::support::Member::connect(&server.socket_url("/ws"), Some(&server.origin()), Some(&cookies))
        .await
        .unwrap();
    let welcome = serde_json::to_value(socket.hello().await).unwrap();
    assert_eq!(welcome["me"]["nickname"], "Alice");
}

/// Protects a name that nobody uses any more from being lost for ever.
#[tokio::test]
async fn a_name_that_was_not_used_for_its_lifetime_is_free() {
    let server = TestServer::start_with(|config| config.rooms.nickname_ttl = Duration::from_millis(1)).await;
    let first = server.browser();
    first.choose_nickname("Alice").await;
    // The name is free as soon as the server's clock has gone on by that millisecond.
    let second = server.browser();
    let free =
        async { while second.post("/nickname", &[("nickname", "Alice"), ("room", "lobby")]).await.status() != 303 {} };
    timeout(PATIENCE, free).await.expect("the name was never free");
}

/// Protects other tabs from speaking under a name that is free again.
#[tokio::test]
async fn a_new_name_closes_the_connections_of_the_old_one_and_frees_it() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let mut socket = alice.socket().await;
    socket.hello().await;
    socket.join("lobby").await;
    alice.choose_nickname("Alicia").await;
    let close = socket.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4003, "identity_changed"));
    let mut again = alice.socket().await;
    let welcome = serde_json::to_value(again.hello().await).unwrap();
    assert_eq!(welcome["me"]["nickname"], "Alicia");
}

/// Protects a signed-out session: its sockets close, its cookie opens nothing, its name is free.
#[tokio::test]
async fn signing_out_closes_the_sockets_and_frees_the_name() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let stolen = alice.cookies().unwrap();
    let mut sockets = Vec::new();
    for tab in ["one", "two", "three"] {
        let mut socket = alice.socket().await;
        socket.hello_as(tab).await;
        sockets.push(socket);
    }
    assert_eq!(alice.post("/sign-out", &[("room", "lobby")]).await.status(), 303);
    for mut socket in sockets {
        let close = socket.closed().await;
        assert_eq!((u16::from(close.code), close.reason.as_str()), (4102, "session_ended"));
    }
    let url = server.socket_url("/ws");
    let mut thief = crate::support::Member::connect(&url, Some(&server.origin()), Some(&stolen)).await.unwrap();
    let welcome = serde_json::to_value(thief.hello().await).unwrap();
    assert!(welcome["me"].is_null(), "{welcome}");
    let bob = server.browser();
    bob.choose_nickname("Alice").await;
}

/// Protects a signed-out session also in the moment in which nobody else can: its cookie was read, and its socket was not
/// known to the hub yet.
#[tokio::test]
async fn whoever_signs_out_during_the_handshake_is_found_out_by_the_hello() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let app = server.app();
    let guest = server.guest(&browser).await;
    let (address, as_of) = (Address::of(Ipv4Addr::LOCALHOST.into()), app.identity_version());
    let caller = Caller { guest, address, scheme: Scheme::Http, as_of };
    posting::sign_out(app, &caller).await.unwrap();
    let sendq = Arc::new(Sendq::new(SendqLimits { bytes: 0, frames: 0 }, WhenFull::FallBehind));
    let mut member = Member::new(Arc::clone(app), sendq, caller, Instant::now());
    let _ = member.receive(r#"{"type":"hello","protocol":2,"tab":"one"}"#, Instant::now());
    let answer = timeout(PATIENCE, member.answer()).await.expect("the session is looked at");
    assert_eq!(member.take(answer, Instant::now()), ControlFlow::Break(CloseCode::SessionEnded));
}

/// Ends a session in the store alone.
async fn remove_guest(server: &TestServer, browser: &Browser) {
    let (owner, now) = (server.guest(browser).await.unwrap(), clock::now());
    server.app().store.remove_guest(&owner.id, now, now).await.unwrap();
}

/// S4. Protects against a planted cookie: choosing a nickname makes a new session, and the old token opens nothing as soon
/// as the new one was used.
#[tokio::test]
async fn choosing_a_nickname_makes_the_token_before_it_worthless() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let planted = alice.cookies().unwrap();
    alice.choose_nickname("Alicia").await;
    assert_ne!(alice.cookies().unwrap(), planted);
    alice.get("/").await;
    let url = server.socket_url("/ws");
    let mut thief = crate::support::Member::connect(&url, Some(&server.origin()), Some(&planted)).await.unwrap();
    let welcome = serde_json::to_value(thief.hello().await).unwrap();
    assert!(welcome["me"].is_null(), "{welcome}");
}

/// S7. Protects a name from a connection whose session ended a moment ago: the line is checked where it is written.
#[tokio::test]
async fn a_line_of_a_session_that_ended_is_not_written() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut alice = browser.member_in("lobby").await;
    // Gone from the store, while nobody has told the connection.
    remove_guest(&server, &browser).await;
    let refusal = alice.say("lobby", "one", "too late").await.unwrap_err();
    assert_eq!(refusal.code.name(), "nickname_required");
    let history: serde_json::Value = server.browser().get("/api/v1/rooms/lobby/events").await.json().await.unwrap();
    assert_eq!(history["head"], 1);
}

/// Protects against a socket that outlives its session: when the row is gone from the database, the heartbeat ends it.
#[tokio::test]
async fn a_session_that_is_gone_from_the_database_ends_its_socket() {
    let server = TestServer::start_with(|config| config.limits.heartbeat = Duration::from_millis(50)).await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut alice = browser.member_in("lobby").await;
    remove_guest(&server, &browser).await;
    assert_eq!(u16::from(alice.closed().await.code), 4102);
}
