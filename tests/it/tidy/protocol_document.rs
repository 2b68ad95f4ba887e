//! PROTOCOL.md and `src/protocol` say the same: the document is pinned to the types, complete, and its examples parse.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sha2::{Digest, Sha256};
use teahouse::protocol::error::Reconnect;
use teahouse::protocol::plain::{PlainError, PlainEvent, PlainMessage};
use teahouse::protocol::{
    CloseCode, Command, ErrorCode, Event, EventPage, HistoryPage, LogEvent, Refusal, RoomSummary,
};

use super::{expect_none, files, read};

const DOCUMENT: &str = "src/protocol/PROTOCOL.md";

#[path = "../../shared/protocol_examples.rs"]
mod protocol_examples;

use protocol_examples::{Example, compare};

fn examples() -> Vec<Example> {
    protocol_examples::examples(&read(DOCUMENT))
}

fn check<T: Serialize + DeserializeOwned>(json: &str) -> Result<(), String> {
    let typed: T = serde_json::from_str(json).map_err(|error| error.to_string())?;
    compare(&typed, json)
}

/// By HTTP a refusal also explains itself.
fn check_http_refusal(json: &str) -> Result<(), String> {
    let shown: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let refusal: Refusal = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let explained = shown["explanation"] == refusal.code.explanation();
    if explained { Ok(()) } else { Err("has another explanation than its code".to_owned()) }
}

/// A change of the wire is a change of the document: this fails until somebody has looked at it. Only words and
/// numbers count, since rustfmt moves the rest.
#[test]
fn the_document_is_pinned_to_the_types() {
    let mut hash = Sha256::new();
    for file in files("src/protocol", ".rs") {
        hash.update(file.path.as_bytes());
        let counts = |character: &char| character.is_alphanumeric() || *character == '_';
        hash.update(file.text.chars().filter(counts).collect::<String>());
    }
    let hash: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    let document = read(DOCUMENT);
    let pinned = document.split("<!-- pinned: ").nth(1).and_then(|rest| rest.split(" -->").next());
    let advice = format!("src/protocol changed: bring {DOCUMENT} up to date, then put this hash: {hash}");
    assert_eq!(pinned, Some(hash.as_str()), "{advice}");
}

/// Somebody who copies an example gets what it promises.
#[test]
fn every_example_is_read_by_its_type() {
    let mut violations = Vec::new();
    for Example { kind, json } in examples() {
        let outcome = match kind.as_str() {
            "command" => check::<Command>(&json),
            "event" => check::<Event>(&json),
            "log-event" => check::<LogEvent>(&json),
            "events" => check::<EventPage>(&json),
            "history" => check::<HistoryPage>(&json),
            "rooms" => check::<Vec<RoomSummary>>(&json),
            "refusal" => check::<Refusal>(&json),
            "http-refusal" => check_http_refusal(&json),
            "plain-message" => serde_json::from_str::<PlainMessage>(&json).map(drop).map_err(|error| error.to_string()),
            "plain-event" => check::<PlainEvent>(&json),
            "plain-error" => check::<PlainError>(&json),
            _ => Err("has no known kind after ```json".to_owned()),
        };
        if let Err(problem) = outcome {
            violations.push(format!("{kind}: {problem}: {json}"));
        }
    }
    expect_none("examples that are not what they say", &violations);
}

/// The names on the wire of an enum's variants, read from its source: variants stand at the first indent.
pub(super) fn variants(path: &str, enumeration: &str) -> Vec<String> {
    let source = read(path);
    let start = source.find(&format!("pub enum {enumeration} {{")).expect("the enum is where it was");
    let body = source[start..].split("\n}").next().expect("a split has a first part");
    let is_variant = |line: &&str| line.starts_with("    ") && line[4..].starts_with(|c: char| c.is_ascii_uppercase());
    let name = |line: &str| line.trim().trim_end_matches([' ', '{', ',']).split('(').next().map(snake_case);
    body.lines().skip(1).filter(is_variant).filter_map(name).collect()
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

/// Every frame has an example, so that nobody must read Rust to speak this protocol.
#[test]
fn every_frame_has_an_example() {
    let examples = examples();
    let mut violations = Vec::new();
    let mut require = |kind: &str, pointer: &str, names: Vec<String>| {
        assert!(!names.is_empty(), "no variants were found for {kind}");
        for name in names {
            let shows = |example: &Example| {
                let json: Value = serde_json::from_str(&example.json).unwrap_or_default();
                example.kind == kind && json.pointer(pointer).is_some_and(|shown| *shown == name.as_str())
            };
            if !examples.iter().any(shows) {
                violations.push(format!("{kind} {name}"));
            }
        }
    };
    require("command", "/type", variants("src/protocol/command.rs", "Command"));
    require("event", "/type", variants("src/protocol/event.rs", "Event"));
    // What nobody knows needs no example.
    let kinds = |name| variants("src/protocol/body.rs", name).into_iter().filter(|kind| kind != "unknown").collect();
    require("command", "/body/kind", kinds("PostBody"));
    require("log-event", "/body/kind", kinds("EventBody"));
    expect_none("frames without an example", &violations);
}

/// Both tables of what can go wrong are whole, and say what to do.
#[test]
fn every_code_is_explained() {
    let document = read(DOCUMENT);
    let mut violations = Vec::new();
    for code in ErrorCode::ALL {
        let row = format!("| `{}` | {} |", code.name(), code.explanation());
        if !document.contains(&row) {
            violations.push(row);
        }
    }
    for code in CloseCode::ALL {
        let reconnect = match CloseCode::reconnect(code.number()) {
            Reconnect::Yes => "yes",
            Reconnect::No => "no",
        };
        let row = format!("| {} | `{}` | {reconnect} |", code.number(), code.reason());
        if !document.contains(&row) {
            violations.push(row);
        }
    }
    expect_none("rows that PROTOCOL.md does not have", &violations);
}
