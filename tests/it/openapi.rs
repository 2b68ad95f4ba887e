//! The OpenAPI document: it has every route that is not for the page only, what it describes is served, and real answers are
//! as it says, field by field.

mod schema;

use std::collections::BTreeSet;

use reqwest::header::CONTENT_TYPE;
use reqwest::{Client, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use teahouse::protocol::{EventPage, HistoryPage, RoomSummary};

use self::schema::{Document, Findings};
use crate::rights;
use crate::support::{Member, Program, TestServer};

/// The routes that belong to the page and change with it: nothing is promised to programs.
const PAGE_ONLY: &[&str] = &[
    "/r/{room}",
    "/r/{room}/{seq}",
    "/p/{user}",
    "/search",
    "/help/formatting",
    "/help/shortcuts",
    "/r/{room}/day",
    "/r/{room}/{seq}/details",
    "/r/{room}/post",
    "/r/{room}/edit",
    "/r/{room}/react",
    "/r/{room}/read",
    "/sign-out",
    "/rooms",
    "/language",
    "/appearance",
    "/appearance.css",
    "/api/fn/{*name}",
];

fn document() -> Document {
    Document(serde_json::from_str(include_str!("../../src/protocol/openapi.json")).unwrap())
}

/// All operations, as path, method and description.
fn operations(document: &Document) -> impl Iterator<Item = (&str, &str, &Value)> {
    let paths = document.0["paths"].as_object().unwrap().iter();
    paths.flat_map(|(path, methods)| {
        methods.as_object().unwrap().iter().map(move |(method, operation)| (path.as_str(), method.as_str(), operation))
    })
}

/// The addresses that an operation is asked by: with what its path needs, and with each other parameter by itself.
fn addresses(document: &Document, path: &str, operation: &Value) -> Vec<String> {
    let parameters: Vec<&Value> =
        operation["parameters"].as_array().into_iter().flatten().map(|parameter| document.resolve(parameter)).collect();
    let example =
        |parameter: &Value| parameter["example"].as_str().map_or(parameter["example"].to_string(), str::to_owned);
    let (needed, others): (Vec<&Value>, Vec<&Value>) = parameters.into_iter().partition(|one| one["in"] == "path");
    let path = needed.iter().fold(path.to_owned(), |path, parameter| {
        path.replace(&format!("{{{}}}", parameter["name"].as_str().unwrap()), &example(parameter))
    });
    let asked =
        others.iter().map(|parameter| format!("{path}?{}={}", parameter["name"].as_str().unwrap(), example(parameter)));
    std::iter::once(path.clone()).chain(asked).collect()
}

/// Looks whether an answer is one of those that its operation has. Says which status it came under.
async fn check(document: &Document, operation: &Value, response: Response, findings: &mut Findings) -> u16 {
    let status = response.status().as_u16();
    let name = format!("{} {status}", operation["operationId"].as_str().unwrap());
    let responses = &operation["responses"];
    let exact = responses.get(status.to_string()).or_else(|| responses.get(format!("{}XX", status / 100)));
    let Some(described) = exact.map(|response| document.resolve(response)) else {
        findings.violations.push(format!("{name} is not described"));
        return status;
    };
    for (header, _) in described["headers"].as_object().into_iter().flatten().filter(|(_, it)| it["required"] == true) {
        if !response.headers().contains_key(header) {
            findings.violations.push(format!("{name} came without {header}"));
        }
    }
    let kind = response.headers().get(CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let text = response.text().await.unwrap();
    let Some(kind) = kind.as_deref().and_then(|kind| kind.split(';').next()) else {
        if !text.is_empty() || described.get("content").is_some() {
            findings.violations.push(format!("{name} came without Content-Type: {text}"));
        }
        return status;
    };
    match described["content"].get(kind) {
        None => findings.violations.push(format!("{name} came as {kind}, which is not described: {text}")),
        Some(content) if kind == "application/json" => {
            document.check(&name, &content["schema"], &serde_json::from_str(&text).unwrap(), findings);
        }
        Some(_) => {}
    }
    status
}

/// Posts a body to the lobby, and waits until it is on disk.
async fn post(member: &mut Member, id: &str, body: Value) -> u64 {
    member.send_json(json!({"type": "post", "room": "lobby", "id": id, "body": body})).await;
    member.answer(id).await.unwrap()
}

/// A lobby in which everything happened that a log can hold.
async fn server_with_everything() -> TestServer {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut program = Program::connect(&server.socket_url("/plain/lobby")).await;
    program.say("clock", "it is noon").await;
    program.line().await;
    let tea = post(&mut alice, "tea", json!({"kind": "message", "text": "tea?"})).await;
    post(&mut alice, "reply", json!({"kind": "message", "text": "yes", "reply_to": tea})).await;
    post(&mut alice, "reaction", json!({"kind": "reaction", "target": tea, "emoji": "🍵", "on": true})).await;
    post(&mut alice, "edit", json!({"kind": "edited", "target": tea, "text": "tea!"})).await;
    post(&mut alice, "deletion", json!({"kind": "deleted", "target": tea})).await;
    post(&mut alice, "restoration", json!({"kind": "restored", "target": tea})).await;
    server
}

/// Protects whoever relies on the document from a route that was forgotten, in it or in the list of those for the page.
#[test]
fn every_route_is_described_or_is_for_the_page_only() {
    let document = document();
    let described: BTreeSet<&str> = operations(&document).map(|(path, ..)| path).collect();
    let page_only: BTreeSet<&str> = PAGE_ONLY.iter().copied().collect();
    assert_eq!(described.intersection(&page_only).collect::<Vec<_>>(), Vec::<&&str>::new());
    assert_eq!(described.union(&page_only).copied().collect::<BTreeSet<_>>(), rights::routes());
}

/// Protects whoever starts from an example: the server's own types read it to the last field.
#[test]
fn every_example_is_read_by_its_type_and_is_as_its_schema_says() {
    fn rewritten<T: DeserializeOwned + Serialize>(example: &Value) -> Value {
        serde_json::to_value(serde_json::from_value::<T>(example.clone()).unwrap()).unwrap()
    }
    let document = document();
    let mut findings = Findings::default();
    let mut read = 0;
    for (path, _, operation) in operations(&document) {
        let content = &operation["responses"]["200"]["content"]["application/json"];
        let Some(example) = content.get("example") else { continue };
        let written = match path {
            "/api/v1/rooms" => rewritten::<Vec<RoomSummary>>(example),
            "/api/v1/rooms/{room}/events" => rewritten::<EventPage>(example),
            "/api/v1/rooms/{room}/history" => rewritten::<HistoryPage>(example),
            _ => panic!("which type reads the example of {path}?"),
        };
        assert_eq!(written, *example, "{path}");
        document.check(path, &content["schema"], example, &mut findings);
        read += 1;
    }
    let refusal = &document.0["components"]["responses"]["Refusal"]["content"]["application/json"];
    document.check("refusal", &refusal["schema"], &refusal["example"], &mut findings);
    assert_eq!((read, findings.violations), (3, Vec::new()));
}

/// Protects whoever makes a client of the document: everything that it describes is answered so, and it describes everything
/// that is answered.
#[tokio::test]
async fn real_answers_are_as_the_document_says_and_show_every_field_that_it_describes() {
    let server = server_with_everything().await;
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let served: Value = client.get(server.url("/api/v1/openapi.json")).send().await.unwrap().json().await.unwrap();
    let document = Document(served);
    assert_eq!(document.0, self::document().0, "the document is served as it is in the sources");
    let mut findings = Findings::default();
    for (path, method, operation) in operations(&document) {
        for address in addresses(&document, path, operation) {
            let url = server.url(&address);
            let answer = match method {
                "get" => client.get(url).send().await.unwrap(),
                "post" => {
                    let form = &operation["requestBody"]["content"]["application/x-www-form-urlencoded"];
                    document.check(path, &form["schema"], &form["example"], &mut findings);
                    client.post(url).form(&form["example"]).send().await.unwrap()
                }
                _ => panic!("{method} {path}"),
            };
            let status = check(&document, operation, answer, &mut findings).await;
            // No socket was asked for.
            let expected = if operation["tags"][0] == "sockets" && path != "/" { 426 } else { status };
            assert_eq!(status, expected, "{address}");
            assert!(status < 400 || status == 426, "{address} is answered by {status}");
        }
    }
    refusals(&document, &server, &mut findings).await;
    assert_eq!(findings.violations, Vec::<String>::new());
    assert_eq!(findings.met, document.described(), "fields that were met and those that are described");
}

/// What is refused is refused as described: for what is asked, for who asks, and for how often.
async fn refusals(document: &Document, server: &TestServer, findings: &mut Findings) {
    let operation = |path: &str, method: &str| &document.0["paths"][path][method];
    let events = operation("/api/v1/rooms/{room}/events", "get");
    for (query, expected) in
        [("lobby/events?before=1&after=2", 400), ("lobby/events?seq=1", 400), ("attic/events", 404)]
    {
        let answer = Client::new().get(server.url(&format!("/api/v1/rooms/{query}"))).send().await.unwrap();
        assert_eq!(check(document, events, answer, findings).await, expected, "{query}");
    }
    let nickname = operation("/nickname", "post");
    for (form, expected) in [(json!({"nickname": "Alice", "room": "lobby"}), 409), (json!({"room": "lobby"}), 400)] {
        let answer = Client::new().post(server.url("/nickname")).form(&form).send().await.unwrap();
        assert_eq!(check(document, nickname, answer, findings).await, expected, "{form}");
    }
    let busy = TestServer::start_with(|config| {
        config.limits.reads_per_minute = 1;
        config.limits.reads_burst = 1;
    })
    .await;
    let rooms = operation("/api/v1/rooms", "get");
    for expected in [200, 429] {
        let answer = Client::new().get(busy.url("/api/v1/rooms")).send().await.unwrap();
        assert_eq!(check(document, rooms, answer, findings).await, expected);
    }
}
