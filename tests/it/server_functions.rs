//! Server functions are public endpoints: whoever calls one by hand, and wrongly, is told so in words, and nothing is done.

use reqwest::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder, Response};
use serde_json::Value;

use crate::support::{Browser, TestServer, registered_server_functions};

const FORM: &str = "application/x-www-form-urlencoded";

/// Every server function, with the fields that it cannot do without.
const FUNCTIONS: [(&str, &[(&str, &str)]); 4] = [
    ("choose_nickname", &[("nickname", "Nora")]),
    ("create_room", &[("title", "Garden")]),
    ("post_message", &[("room", "lobby"), ("id", "one"), ("by", AUTHOR), ("body", BODY)]),
    ("sign_out", &[]),
];

/// Stands for the id of whoever calls.
const AUTHOR: &str = "author";
const BODY: &str = r#"{"kind":"message","text":"hi"}"#;

/// A body that is not what a function takes.
struct Malformed {
    what: String,
    kind: &'static str,
    body: Vec<u8>,
}

/// What is wrong for a function with these fields.
fn malformed(fields: &[(&str, &str)]) -> Vec<Malformed> {
    let wrong = |what: &str, kind, body: &[u8]| Malformed { what: what.to_owned(), kind, body: body.to_vec() };
    // Nothing that is text is wrong for a function without fields.
    let mut all = vec![wrong("a form of bytes that are no text", FORM, b"\xff=\xfe")];
    if fields.is_empty() {
        return all;
    }
    for (missing, _) in fields {
        let rest = fields.iter().filter(|(name, _)| name != missing);
        let form: Vec<String> = rest.map(|(name, value)| [name, "=", value].concat()).collect();
        all.push(wrong(&format!("a form without {missing}"), FORM, form.join("&").as_bytes()));
    }
    let json = serde_json::to_vec(&fields.iter().copied().collect::<std::collections::HashMap<_, _>>()).unwrap();
    let parts = fields
        .iter()
        .map(|(name, value)| format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    all.extend([
        wrong("no body", FORM, b""),
        wrong("no form", FORM, b"tea"),
        wrong("half an escape and no value", FORM, b"%e8%8c&&=&"),
        wrong("JSON", "application/json", &json),
        wrong("JSON that breaks off", "application/json", &json[..json.len() / 2]),
        wrong("JSON that says to be a form", FORM, &json),
        wrong("a form in parts", "multipart/form-data; boundary=x", (parts.collect::<String>() + "--x--").as_bytes()),
    ]);
    all
}

fn call(server: &TestServer, name: &str) -> RequestBuilder {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    client.post(server.url(&format!("/api/fn/{name}"))).header(ORIGIN, server.origin())
}

/// A refusal as programs read it.
async fn is_refused(answer: Response, status: u16, code: &str, what: &str) {
    assert_eq!(answer.status(), status, "{what}");
    assert_eq!(answer.headers()[CONTENT_TYPE], "application/json", "{what}");
    let refusal: Value = answer.json().await.unwrap();
    assert_eq!(refusal["code"], code, "{what}");
    assert!(refusal["explanation"].as_str().is_some_and(|words| words.contains(": ")), "what to do: {refusal}");
}

/// A refusal as people read it.
async fn is_told(answer: Response, status: u16, words: &str, what: &str) -> String {
    assert_eq!(answer.status(), status, "{what}");
    assert_eq!(answer.headers()[CONTENT_TYPE], "text/html; charset=utf-8", "{what}");
    let page = answer.text().await.unwrap();
    assert!(page.contains(words) && page.contains(r#"class="button button--main""#), "{what}: {page}");
    page
}

/// Nothing but what the server itself and Alice's nickname brought.
async fn nothing_was_done(alice: &Browser, what: &str) {
    let page = alice.get("/").await.text().await.unwrap();
    assert!(page.contains(r#"class="me__name">Alice<"#), "{what} took the nickname");
    assert!(!page.contains("Nora") && !page.contains("Garden"), "{what} did something");
    let log: Value = alice.get("/api/v1/rooms/lobby/events").await.json().await.unwrap();
    assert_eq!(log["head"], 1, "{what} was posted");
}

/// Protects whoever writes a program of their own from a mistake that looks like a fault of the server, and people without
/// scripts from an answer that is no page.
#[tokio::test]
async fn a_call_that_cannot_be_read_is_a_bad_request_for_programs_and_people() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let cookies = alice.cookies().unwrap();
    for (name, fields) in FUNCTIONS {
        for Malformed { what, kind, body } in malformed(fields) {
            let what = format!("{name}: {what}");
            let request = || call(&server, name).header(COOKIE, &cookies).header(CONTENT_TYPE, kind).body(body.clone());
            is_refused(request().send().await.unwrap(), 400, "bad_request", &what).await;
            let page = request().header(ACCEPT, "text/html").header("referer", server.origin()).send().await.unwrap();
            is_told(page, 400, "did not understand", &what).await;
            nothing_was_done(&alice, &what).await;
        }
        let large = call(&server, name).header(CONTENT_TYPE, FORM).body("a=".to_owned() + &"x".repeat(200_000));
        is_refused(large.send().await.unwrap(), 413, "frame_too_large", name).await;
    }
    for body in ["", "tea", r#"{"kind":"message"}"#, r#"{"kind":"message","text":7}"#, r#"{"kind":"message","#] {
        let fields = [("room", "lobby"), ("id", "one"), ("by", AUTHOR), ("body", body)];
        let answer = call(&server, "post_message").header(COOKIE, &cookies).form(&fields).send().await.unwrap();
        is_refused(answer, 400, "bad_request", body).await;
    }
    nothing_was_done(&alice, "a message that breaks off").await;
}

/// Protects that list from being forgotten by whoever adds a server function.
#[tokio::test]
async fn every_server_function_is_called_wrongly() {
    let _server = TestServer::start().await;
    let mut functions = registered_server_functions();
    functions.sort();
    let called = FUNCTIONS.map(|(name, _)| (format!("/api/fn/{name}"), "POST".to_owned()));
    assert_eq!(functions, called);
}

/// Protects people without scripts: a call by a form leads on when it was done, and is told in words when it was refused, with
/// what they typed.
#[tokio::test]
async fn a_call_by_a_form_leads_on_or_says_why_not() {
    let server = TestServer::start().await;
    let (alice, bob) = (server.browser(), server.browser());
    alice.choose_nickname("Alice").await;
    let page = bob.post("/api/fn/choose_nickname", &[("nickname", "Alice")]).await;
    let page = is_told(page, 409, "Somebody else has this nickname", "a nickname that is taken").await;
    assert!(page.contains(">Alice</p>"), "what was typed is lost: {page}");
    let done = bob.post("/api/fn/choose_nickname", &[("nickname", "Bob")]).await;
    assert_eq!((done.status().as_u16(), done.headers()[LOCATION].as_bytes()), (303, b"/".as_slice()));
    assert!(bob.get("/").await.text().await.unwrap().contains(r#"class="me__name">Bob<"#), "the cookie came along");
    let nowhere = alice.post("/api/fn/dance", &[]).await;
    is_told(nowhere, 404, "", "no function").await;
    let answer = call(&server, "dance").send().await.unwrap();
    assert_eq!(answer.status(), 404);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "not_found");
}
