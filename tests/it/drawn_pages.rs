//! The page of a room is drawn once for all readers without a session. Nobody may notice: what they see is as new as if it
//! had been drawn for them, and nothing of anybody with a session is in it.

use std::io::Read;
use std::time::Duration;

use futures::future::join_all;
use teahouse::protocol::Event;

use crate::support::{Browser, TestServer};

const LANGUAGES: [&str; 2] = ["en", "zh-CN"];

/// The page of a room for somebody without a session who asks in this language and takes this encoding, as text.
async fn page(server: &TestServer, path: &str, language: &str, encoding: &str) -> String {
    let request = reqwest::Client::new().get(server.url(path)).header("accept", "text/html");
    let answer = request.header("accept-language", language).header("accept-encoding", encoding).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), &answer.headers()["vary"]), (200, &"accept-encoding".parse().unwrap()));
    let told = answer.headers().get("content-encoding").map(|told| told.to_str().unwrap().to_owned());
    assert_eq!(told.as_deref().unwrap_or("identity"), encoding);
    let body = answer.bytes().await.unwrap();
    let mut text = String::new();
    match encoding {
        "br" => brotli::Decompressor::new(&body[..], 4_096).read_to_string(&mut text),
        "gzip" => flate2::read::GzDecoder::new(&body[..]).read_to_string(&mut text),
        _ => (&body[..]).read_to_string(&mut text),
    }
    .unwrap();
    assert!(text.contains(&format!("<html lang=\"{language}\"")), "{language}");
    text
}

/// The page in both languages and every encoding, asked for at once.
async fn pages(server: &TestServer, path: &str) -> Vec<String> {
    let asked = LANGUAGES.iter().flat_map(|language| ["identity", "br", "gzip"].map(|encoding| (language, encoding)));
    join_all(asked.map(|(language, encoding)| page(server, path, language, encoding))).await
}

async fn all_show(server: &TestServer, path: &str, text: &str) -> bool {
    pages(server, path).await.iter().all(|page| page.contains(text))
}

/// Protects readers from a page of before: whatever was acknowledged, by either door, is on the very next page.
#[tokio::test]
async fn whoever_asks_after_a_message_was_acknowledged_sees_it() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let mut bob = server.member("Bob").await;
    for number in 0..20 {
        let text = format!("by form {number};");
        let posted = alice.post("/r/lobby/post", &[("text", &text), ("post_id", &format!("a{number}"))]).await;
        assert_eq!(posted.status(), 303);
        assert!(all_show(&server, "/", &text).await, "{text}");
        let text = format!("by socket {number};");
        bob.say("lobby", &format!("b{number}"), &text).await.unwrap();
        assert!(all_show(&server, "/r/lobby", &text).await, "{text}");
    }
}

/// Protects the list of rooms and their addresses in the same way.
#[tokio::test]
async fn whoever_asks_after_a_room_was_made_sees_it() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for number in 0..5 {
        let path = format!("/r/room-{number}");
        assert_eq!(server.browser().get(&path).await.status(), 404);
        let posted = alice.post("/rooms", &[("title", &format!("Room {number}")), ("room", "lobby")]).await;
        assert_eq!(posted.headers()["location"], path.as_str());
        assert!(all_show(&server, "/", &path).await && all_show(&server, &path, &path).await, "{path}");
    }
}

/// Protects the roster: whoever is told that somebody came or went sees the same on the page.
#[tokio::test]
async fn whoever_asks_after_somebody_came_or_went_sees_it() {
    let server = TestServer::start_with(|config| {
        config.rooms.leave_grace = Duration::ZERO;
        config.rooms.presence_tick = Duration::from_millis(10);
    })
    .await;
    let mut bob = server.member("Bob").await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let shown = "<span dir=\"auto\">Alice</span></a>";
    for _ in 0..10 {
        // `joined` is the acknowledgement: she sees herself in it.
        let member = alice.member_in("lobby").await;
        assert!(all_show(&server, "/", shown).await, "she is here");
        bob.wait_for_online("Alice").await;
        drop(member);
        let went = |event: &Event| match event {
            Event::Presence { left, .. } => left.iter().any(|person| person.nickname == "Alice").then_some(()),
            _ => None,
        };
        bob.wait_for(went).await;
        assert!(pages(&server, "/").await.iter().all(|page| !page.contains(shown)), "she is gone");
    }
}

/// What the page says of its reader: who it is, and what only somebody with a session has.
fn reader(page: &str) -> (bool, bool, bool) {
    let is_somebody = !page.contains(",\"me\":null,");
    (is_somebody, page.contains("action=\"/sign-out\""), page.contains("name=\"post_id\""))
}

/// Protects everybody with a session: their page is theirs alone, and nothing of it is on the pages that others get, however
/// they are asked for at once.
#[tokio::test]
async fn a_page_of_somebody_with_a_session_is_given_to_nobody_else() {
    let server = TestServer::start().await;
    let named = async |nickname: &str| {
        let browser = server.browser();
        browser.choose_nickname(nickname).await;
        browser
    };
    let (alice, bob) = (named("Alice").await, named("Bob").await);
    let own = |browser: &Browser| {
        let browser = browser.clone();
        async move { browser.get("/").await.text().await.unwrap() }
    };
    for number in 0..10 {
        let line = [("text", "tea"), ("post_id", &format!("n{number}"))];
        assert_eq!(alice.post("/r/lobby/post", &line).await.status(), 303);
        let (visitor, of_alice, other, of_bob) =
            tokio::join!(page(&server, "/", "en", "br"), own(&alice), page(&server, "/", "en", "gzip"), own(&bob));
        for page in [&visitor, &other] {
            assert_eq!(reader(page), (false, false, false), "a visitor's page");
            assert!(!page.contains("Bob") && !page.contains("message__side--sent"), "Alice alone has spoken");
        }
        for (page, nickname) in [(&of_alice, "Alice"), (&of_bob, "Bob")] {
            assert_eq!(reader(page), (true, true, true), "the page of {nickname}");
            assert!(page.contains(&format!("<bdi class=\"me__name\">{nickname}</bdi>")), "{nickname}");
        }
        assert!(of_alice.contains("message__side--sent") && !of_bob.contains("message__side--sent"));
    }
}

/// Protects the cheapness of pages: two readers get the same bytes, but for the few that end the document.
#[tokio::test]
async fn the_pages_of_two_readers_differ_in_their_ends_alone() {
    let server = TestServer::start().await;
    let (one, other) = tokio::join!(page(&server, "/", "en", "identity"), page(&server, "/", "en", "identity"));
    let same = one.bytes().zip(other.bytes()).take_while(|(one, other)| one == other).count();
    assert!(one != other && same > one.len() - 300, "{same} of {} bytes", one.len());
    assert!(one.ends_with("</body></html>") && other.ends_with("</body></html>"));
}

/// Protects from floods as before: a page that was drawn already is paid for like any other.
#[tokio::test]
async fn a_page_that_was_drawn_already_is_paid_for() {
    let server = TestServer::start_with(|config| {
        config.limits.reads_per_minute = 1;
        config.limits.reads_burst = 3;
    })
    .await;
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(server.browser().get("/").await.status().as_u16());
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
}
