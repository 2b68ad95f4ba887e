//! Nobody loses a name on the way: to a lost answer, a second click, two tabs at once, a cookie that ages while the tab is
//! open, or to somebody who comes while the owner is away.

use std::time::Duration;

use futures::future::join_all;
use reqwest::header::{COOKIE, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use teahouse::protocol::Event;
use tokio::time::timeout;

use crate::support::{Member, PATIENCE, TestServer};

/// What a form is answered with: the status, and the cookie that the browser would keep.
type ApiAnswer = (u16, Option<String>);

/// Posts the nickname form with these cookies, and leaves what comes back to the test: a browser that may lose it.
async fn choose(server: &TestServer, cookies: Option<&str>, nickname: &str, attempt: &str) -> ApiAnswer {
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let mut request = client.post(server.url("/nickname")).header(ORIGIN, server.origin());
    if let Some(cookies) = cookies {
        request = request.header(COOKIE, cookies);
    }
    let fields = [("nickname", nickname), ("room", "lobby"), ("attempt", attempt)];
    let response = request.form(&fields).send().await.unwrap();
    let cookie = response.headers().get(SET_COOKIE).map(|line| line.to_str().unwrap().split(';').next().unwrap());
    (response.status().as_u16(), cookie.map(str::to_owned))
}

/// Under which name a cookie opens the member socket.
async fn name_of(server: &TestServer, cookies: &str) -> Option<String> {
    let mut socket = Member::connect(&server.socket_url("/ws"), Some(&server.origin()), Some(cookies)).await.unwrap();
    match socket.hello().await {
        Event::Welcome { me, .. } => me.map(|me| me.nickname),
        _ => unreachable!("hello waits for the welcome"),
    }
}

const ATTEMPT: &str = "0123456789abcdef0123456789abcdef";

/// Protects a visitor who presses the button twice: both answers give the browser the same session.
#[tokio::test]
async fn a_first_nickname_that_is_posted_twice_at_once_is_one_session() {
    let server = TestServer::start().await;
    let answers = join_all((0..4).map(|_| choose(&server, None, "Alice", ATTEMPT))).await;
    let (_, cookie) = answers[0].clone();
    assert_eq!(answers, vec![(303, cookie.clone()); 4]);
    assert_eq!(name_of(&server, &cookie.unwrap()).await.as_deref(), Some("Alice"));
}

/// Protects a visitor whose answer was lost, also when the server was started again in between.
#[tokio::test]
async fn a_visitor_whose_answer_was_lost_gets_the_same_nickname_on_the_next_try() {
    let server = TestServer::start().await;
    let lost = choose(&server, None, "Alice", ATTEMPT).await;
    assert_eq!(choose(&server, None, "Alice", ATTEMPT).await, lost);
    let server = TestServer::start_in(server.drain().await, |_| {}).await;
    let (status, cookie) = choose(&server, None, "Alice", ATTEMPT).await;
    assert_eq!(status, 303);
    assert_eq!(name_of(&server, &cookie.unwrap()).await.as_deref(), Some("Alice"));
    assert_eq!(choose(&server, None, "Alice", &ATTEMPT.replace('0', "f")).await.0, 409, "another visitor's attempt");
}

/// Protects a session from whoever finds out an attempt later.
#[tokio::test]
async fn an_attempt_opens_nothing_once_its_session_has_moved_on() {
    let server = TestServer::start().await;
    let (_, cookie) = choose(&server, None, "Alice", ATTEMPT).await;
    let cookie = cookie.unwrap();
    assert_eq!(name_of(&server, &cookie).await.as_deref(), Some("Alice"));
    let (_, second) = choose(&server, Some(&cookie), "Alicia", ATTEMPT).await;
    assert_eq!(name_of(&server, &second.unwrap()).await.as_deref(), Some("Alicia"));
    assert_eq!(choose(&server, None, "Alicia", ATTEMPT).await, (409, None));
    let (status, other) = choose(&server, None, "Bob", ATTEMPT).await;
    assert_eq!((status, name_of(&server, &other.unwrap()).await.as_deref()), (303, Some("Bob")));
}

/// Protects a guest whose answer to a change of name was lost: the cookie from before is good for another try.
#[tokio::test]
async fn a_guest_whose_answer_was_lost_changes_the_name_on_the_next_try() {
    let server = TestServer::start().await;
    let (_, before) = choose(&server, None, "Alice", ATTEMPT).await;
    let before = before.unwrap();
    assert_eq!(name_of(&server, &before).await.as_deref(), Some("Alice"));
    let lost = choose(&server, Some(&before), "Alicia", ATTEMPT).await;
    assert_eq!(lost.0, 303);
    assert_eq!(name_of(&server, &before).await.as_deref(), Some("Alicia"), "the old cookie opens the session still");
    assert_eq!(choose(&server, Some(&before), "Alicia", ATTEMPT).await, lost);
    assert_eq!(name_of(&server, &lost.1.unwrap()).await.as_deref(), Some("Alicia"));
    assert_eq!(name_of(&server, &before).await, None, "the new cookie was used, so the old one is worth nothing");
}

/// Protects a guest who changes the name in two tabs at once: whichever answer comes last, its cookie opens the session,
/// and the session has one of the two names.
#[tokio::test]
async fn two_changes_at_once_leave_a_cookie_that_opens_the_session() {
    let server = TestServer::start().await;
    let (_, before) = choose(&server, None, "Alice", ATTEMPT).await;
    let before = before.unwrap();
    assert_eq!(name_of(&server, &before).await.as_deref(), Some("Alice"));
    let names = ["Anna", "Berta", "Clara", "Dora"];
    let answers = join_all(names.map(|name| choose(&server, Some(&before), name, ATTEMPT))).await;
    let cookie = answers[0].1.clone().unwrap();
    assert_eq!(answers, vec![(303, Some(cookie.clone())); 4]);
    let name = name_of(&server, &cookie).await.unwrap();
    assert!(names.contains(&name.as_str()), "{name}");
    let other = server.browser();
    let (taken, free): (Vec<_>, Vec<_>) = names.into_iter().partition(|candidate| *candidate == name);
    assert_eq!(other.post("/nickname", &[("nickname", taken[0]), ("room", "lobby")]).await.status(), 409);
    other.choose_nickname(free[0]).await;
}

/// Protects a tab that is always open: its cookie is renewed although it asks for no page, by the handshake of a new socket
/// for which the server asks in time.
#[tokio::test]
async fn a_tab_that_is_always_open_is_asked_to_come_back_for_a_new_cookie() {
    let server = TestServer::start_with(|config| {
        config.rooms.nickname_ttl = Duration::from_secs(4);
        config.limits.heartbeat = Duration::from_millis(50);
    })
    .await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let mut socket = alice.member_in("lobby").await;
    let asked = |event: &Event| matches!(event, Event::Reconnect { .. }).then_some(());
    timeout(PATIENCE, socket.wait_for(asked)).await.expect("the cookie grew old and nobody said so");
    let renewed = Member::handshake(&server.socket_url("/ws"), &server.origin(), &alice.cookies().unwrap()).await;
    assert_eq!(renewed.split(';').next(), alice.cookies().as_deref(), "the same session for the whole time again");
    assert!(renewed.contains("Max-Age=4"), "{renewed}");
}

/// Protects everybody from people who take the name of somebody who has just left, and are believed.
#[tokio::test]
async fn a_name_that_has_spoken_rests_after_the_sign_out() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/r/lobby/post", &[("text", "bye"), ("post_id", "x")]).await;
    assert_eq!(alice.post("/sign-out", &[("room", "lobby")]).await.status(), 303);
    let bob = server.browser();
    for name in ["Alice", "Al1ce"] {
        let response = bob.post("/nickname", &[("nickname", name), ("room", "lobby")]).await;
        assert_eq!(response.status(), 409, "{name}");
        assert!(response.text().await.unwrap().contains("a short while ago"));
        let mut program = server.program().await;
        program.say(name, "hi").await;
        assert_eq!(program.refused().await, "nickname_resting");
    }
}

/// Protects an owner who is away from twins, on both sockets.
#[tokio::test]
async fn nobody_takes_a_look_alike_of_an_owner_who_is_away() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.get("/").await;
    for twin in ["AIice", "Al1ce", "Аlice", "Alice.", "•Alice•", "Alice 🍵"] {
        assert_eq!(choose(&server, None, twin, ATTEMPT).await, (409, None), "{twin}");
        let mut program = server.program().await;
        program.say(twin, "hi").await;
        assert_eq!(program.refused().await, "nickname_look_alike", "{twin}");
    }
}

/// Protects people who are signed in from the cookies of neighbours: other servers of the same host, whatever bytes they
/// write, and another Teahouse beside this one.
#[tokio::test]
async fn two_servers_on_one_host_do_not_end_each_others_sessions() {
    let (one, other) = (TestServer::start().await, TestServer::start().await);
    let (_, ours) = choose(&one, None, "Alice", ATTEMPT).await;
    let (_, theirs) = choose(&other, None, "Alix", ATTEMPT).await;
    let (ours, theirs) = (ours.unwrap(), theirs.unwrap());
    assert_ne!(ours.split('=').next(), theirs.split('=').next(), "each has a cookie of its own");
    let stale = format!("{}={}", ours.split('=').next().unwrap(), "0".repeat(64));
    let jar = format!("neighbour=caf\u{e9}; broken; {stale}; {theirs}; {ours}");
    assert_eq!(name_of(&one, &jar).await.as_deref(), Some("Alice"));
    assert_eq!(name_of(&other, &jar).await.as_deref(), Some("Alix"));
}

/// Protects people who signed in before the cookie had the instance in its name: they stay it, and get the new cookie.
#[tokio::test]
async fn the_cookie_of_an_earlier_version_is_good_and_replaced() {
    let server = TestServer::start().await;
    let (_, cookie) = choose(&server, None, "Alice", ATTEMPT).await;
    let cookie = cookie.unwrap();
    let former = format!("teahouse={}", cookie.split('=').nth(1).unwrap());
    let renewed = Member::handshake(&server.socket_url("/ws"), &server.origin(), &former).await;
    assert_eq!(renewed.split(';').next(), Some(cookie.as_str()));
    assert_eq!(name_of(&server, &former).await.as_deref(), Some("Alice"));
}

/// Protects the log of a room: what a guest says right after a change whose answer was lost is said once, by that guest.
#[tokio::test]
async fn a_guest_with_the_cookie_from_before_goes_on_speaking() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let before = alice.cookies().unwrap();
    choose(&server, Some(&before), "Alicia", ATTEMPT).await;
    let mut bob = server.member("Bob").await;
    let mut socket = alice.member_in("lobby").await;
    socket.say("lobby", "one", "still here").await.unwrap();
    let (_, speaker, text) = bob.line().await;
    assert_eq!((speaker.as_str(), text.as_str()), ("Alicia", "still here"));
}

/// Protects a line that waits in one tab while another tab of the browser got another session: nobody says it but its
/// author.
#[tokio::test]
async fn a_line_is_not_posted_by_somebody_else_who_has_the_cookie_by_now() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.browser(), server.browser());
    alice.choose_nickname("Alice").await;
    bob.choose_nickname("Bob").await;
    let Event::Welcome { me: Some(author), .. } = alice.socket().await.hello().await else {
        panic!("Alice has a nickname");
    };
    let line =
        [("room", "lobby"), ("id", "one"), ("by", author.id.as_str()), ("body", r#"{"kind":"message","text":"hi"}"#)];
    let post = async |cookies: Option<String>| {
        let request = reqwest::Client::new().post(server.url("/api/fn/post_message")).header(ORIGIN, server.origin());
        let response = request.header(COOKIE, cookies.unwrap()).form(&line).send().await.unwrap();
        response.text().await.unwrap()
    };
    let refused = post(bob.cookies()).await;
    assert!(refused.contains("nickname_required"), "{refused}");
    let posted = post(alice.cookies()).await;
    assert!(posted.contains("seq"), "{posted}");
    let log = alice.get("/api/v1/rooms/lobby/events").await.text().await.unwrap();
    assert!(log.contains("Alice") && !log.contains("Bob"), "{log}");
}
