//! The details of a message: a page of its own, and a fragment for the dialog of the page.

use reqwest::header::ACCEPT_LANGUAGE;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::support::{Member, TestServer};

async fn get(server: &TestServer, path: &str) -> Response {
    Client::new().get(server.url(path)).header(ACCEPT_LANGUAGE, "en").send().await.unwrap()
}

async fn text(server: &TestServer, path: &str) -> String {
    get(server, path).await.text().await.unwrap()
}

/// Posts a body to the lobby, and waits until it is on disk.
async fn post(member: &mut Member, id: &str, body: Value) -> u64 {
    member.send_json(json!({"type": "post", "room": "lobby", "id": id, "body": body})).await;
    member.answer(id).await.unwrap()
}

/// Protects whoever wants to know exactly: the author, both times to the second, the source with its marks, and everybody
/// who reacted, on a page of its own and in the dialog.
#[tokio::test]
async fn the_details_tell_who_when_what_was_typed_and_who_reacted() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice <3").await, server.member("Bob").await);
    let message = post(&mut alice, "m", json!({"kind": "message", "text": "**tea** & cake"})).await;
    for (member, id) in [(&mut alice, "r1"), (&mut bob, "r2")] {
        post(member, id, json!({"kind": "reaction", "target": message, "emoji": "🍵", "on": true})).await;
    }
    let address = format!("/r/lobby/{message}/details");
    let posted = text(&server, &format!("{address}?fragment")).await;
    assert!(posted.contains("Posted") && !posted.contains("Edited"), "{posted}");
    post(&mut alice, "e", json!({"kind": "edited", "target": message, "text": "**tea** & <i>cake</i>"})).await;

    let (page, fragment) = (text(&server, &address).await, text(&server, &format!("{address}?fragment")).await);
    assert!(page.starts_with("<!DOCTYPE html>") && page.contains(&fragment), "{page}");
    let history: Value = server.browser().get("/api/v1/rooms/lobby/history").await.json().await.unwrap();
    let item = history["items"].as_array().unwrap().last().unwrap();
    let author = item["event"]["by"]["id"].as_str().unwrap();
    let link = format!("href=\"/r/lobby/{message}#m{message}\"");
    for words in ["Alice &lt;3", &format!("href=\"/p/{author}\""), "Edited", " UTC</time>", "🍵", "Bob", &link] {
        assert!(fragment.contains(words), "{words:?} is missing: {fragment}");
    }
    assert!(
        fragment.contains("**tea** &amp; &lt;i&gt;cake&lt;/i&gt;"),
        "the source, with its marks, as text: {fragment}"
    );
    let chinese = Client::new().get(server.url(&address)).header(ACCEPT_LANGUAGE, "zh-CN").send().await.unwrap();
    assert!(chinese.text().await.unwrap().contains("消息详情"));
}

/// Protects whoever deleted a message: its details tell neither what it said nor who reacted to it.
#[tokio::test]
async fn the_details_of_a_deleted_message_have_no_text() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let message = post(&mut alice, "m", json!({"kind": "message", "text": "swordfish"})).await;
    post(&mut alice, "r", json!({"kind": "reaction", "target": message, "emoji": "🍵", "on": true})).await;
    post(&mut alice, "d", json!({"kind": "deleted", "target": message})).await;
    let details = text(&server, &format!("/r/lobby/{message}/details")).await;
    assert!(!details.contains("swordfish") && !details.contains("🍵"), "{details}");
    assert!(details.contains("This message was deleted.") && details.contains("Alice"), "{details}");
}

/// Protects whoever follows a link that is cut off or invented.
#[tokio::test]
async fn a_message_that_is_not_there_is_said_to_be_absent() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let message = post(&mut alice, "m", json!({"kind": "message", "text": "tea?"})).await;
    let change = post(&mut alice, "r", json!({"kind": "reaction", "target": message, "emoji": "🍵", "on": true})).await;
    let change = format!("/r/lobby/{change}/details");
    for path in ["/r/lobby/1/details", &change, "/r/lobby/99/details", "/r/attic/2/details", "/r/lobby/tea/details"] {
        for query in ["", "?fragment"] {
            let answer = get(&server, &format!("{path}{query}")).await;
            assert_eq!(answer.status(), 404, "{path}{query}");
            let text = answer.text().await.unwrap();
            assert!(text.contains("There is no such message"), "{text}");
            assert_eq!(text.starts_with("<!DOCTYPE html>"), query.is_empty(), "{text}");
        }
    }
}
