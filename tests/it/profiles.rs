//! The card of a person: a page of its own, and a fragment for the dialog of the page.

use reqwest::header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use reqwest::{Client, Response};

use crate::support::TestServer;

async fn get(server: &TestServer, path: &str, headers: &[(HeaderName, &str)]) -> Response {
    let request = Client::new().get(server.url(path));
    headers.iter().fold(request, |request, (name, value)| request.header(name, *value)).send().await.unwrap()
}

async fn text(server: &TestServer, path: &str) -> String {
    get(server, path, &[]).await.text().await.unwrap()
}

fn header(response: &Response, name: &HeaderName) -> String {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
}

/// The address of the card of whoever posted this event of the lobby.
async fn card_of(server: &TestServer, seq: u64) -> String {
    let page: serde_json::Value = server.browser().get("/api/v1/rooms/lobby/history").await.json().await.unwrap();
    let item = page["items"].as_array().unwrap().iter().find(|item| item["event"]["seq"] == seq).unwrap();
    format!("/p/{}", item["event"]["by"]["id"].as_str().unwrap())
}

/// Protects the pattern of all panels: one component, as a page for whoever opens its address, and as a fragment in which
/// nothing may run, and which nobody keeps.
#[tokio::test]
async fn a_card_is_a_page_of_its_own_and_a_fragment_for_the_dialog() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice <3").await;
    alice.say("lobby", "one", "tea?").await.unwrap();
    let seq = alice.say("lobby", "two", "anybody?").await.unwrap();
    let card = card_of(&server, seq).await;
    assert!(text(&server, "/").await.contains(&format!("href=\"{card}\"")), "the page links the card");

    let whole = get(&server, &card, &[]).await;
    assert_eq!((whole.status().as_u16(), &*header(&whole, &CONTENT_TYPE)), (200, "text/html; charset=utf-8"));
    let whole = whole.text().await.unwrap();
    assert!(whole.starts_with("<!DOCTYPE html>"), "{whole}");

    let address = format!("{card}?fragment");
    let fragment = get(&server, &address, &[]).await;
    assert_eq!((fragment.status().as_u16(), &*header(&fragment, &CONTENT_TYPE)), (200, "text/html; charset=utf-8"));
    assert!(header(&fragment, &CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"), "nothing runs in it");
    assert_eq!(header(&fragment, &CACHE_CONTROL), "private, no-store");
    let fragment = fragment.text().await.unwrap();
    assert!(fragment.starts_with("<div"), "{fragment}");
    for words in ["Alice &lt;3", "Guest", "2 messages", "First message: ", "Here now, in", "href=\"/\""] {
        assert!(fragment.contains(words) && whole.contains(words), "{words:?} is missing: {fragment}");
    }
    // A fragment that somebody opens in a window is of no use alone.
    let opened = get(&server, &address, &[(HeaderName::from_static("sec-fetch-dest"), "document")]).await;
    assert_eq!(opened.text().await.unwrap(), whole);
    let chinese = get(&server, &address, &[(ACCEPT_LANGUAGE, "zh-CN")]).await.text().await.unwrap();
    assert!(chinese.contains("访客") && chinese.contains("2 条消息"), "{chinese}");
}

/// Protects whoever reads an old message: its author has a card when they are gone, and a program has one too.
#[tokio::test]
async fn somebody_who_is_gone_is_known_by_their_messages() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    program.say("clock", "it is noon").await;
    program.line().await;
    let card = card_of(&server, 2).await;
    let here = text(&server, &card).await;
    assert!(here.contains("clock") && here.contains("Program") && here.contains("Here now, in"), "{here}");

    alice.wait_for_online("clock").await;
    program.close().await;
    alice
        .wait_for(|event| match event {
            teahouse::protocol::Event::Presence { left, .. } if !left.is_empty() => Some(()),
            _ => None,
        })
        .await;
    let gone = text(&server, &card).await;
    assert!(gone.contains("clock") && gone.contains("1 message<") && gone.contains("Not here now"), "{gone}");
}

/// Protects whoever follows a link with a query that cannot be read: the page comes all the same.
#[tokio::test]
async fn a_query_that_cannot_be_read_is_no_reason_to_show_nothing() {
    let server = TestServer::start().await;
    let page = get(&server, "/p/nobody?fragment&fragment=", &[]).await;
    assert_eq!(page.status(), 404);
    let page = page.text().await.unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Nobody is known here"), "{page}");
}

/// Protects whoever follows a link that is cut off or invented.
#[tokio::test]
async fn somebody_whom_nothing_is_known_of_is_said_to_be_unknown() {
    let server = TestServer::start().await;
    for path in ["/p/nobody", "/p/nobody%20at%20all", "/p/%E8%8C%B6"] {
        let page = get(&server, path, &[]).await;
        assert_eq!(page.status(), 404, "{path}");
        let page = page.text().await.unwrap();
        assert!(page.starts_with("<!DOCTYPE html>") && page.contains("Nobody is known here"), "{page}");
        let fragment = get(&server, &format!("{path}?fragment"), &[]).await;
        assert_eq!((fragment.status().as_u16(), &*header(&fragment, &CONTENT_TYPE)), (404, "text/html; charset=utf-8"));
        let fragment = fragment.text().await.unwrap();
        assert!(fragment.starts_with("<div") && fragment.contains("Nobody is known here"), "{fragment}");
    }
}
