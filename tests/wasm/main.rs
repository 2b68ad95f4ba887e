//! What the page reads, read as the page reads it: in WebAssembly, by the JSON parser of the script engine. `make unit` runs
//! it by wasm-bindgen's own test runner. Not here: what the page does with it (`end2end`).
#![cfg(target_arch = "wasm32")]

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use teahouse::client::json;
use teahouse::protocol::{Event, HistoryPage, LogEvent, Refusal, RoomSummary};
use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../shared/protocol_examples.rs"]
mod protocol_examples;

use protocol_examples::{Example, compare, examples};

fn check<T: Serialize + DeserializeOwned>(json: &str) -> Result<(), String> {
    let read: T = json::decode(json).map_err(|error| error.to_string())?;
    compare(&read, json)
}

/// Protects a page from a server that speaks exactly as documented.
#[wasm_bindgen_test]
fn the_page_reads_every_example_that_a_server_may_send_it() {
    let mut violations = Vec::new();
    let mut read = 0;
    for Example { kind, json } in examples(include_str!("../../src/protocol/PROTOCOL.md")) {
        let outcome = match kind.as_str() {
            "event" => check::<Event>(&json),
            "log-event" => check::<LogEvent>(&json),
            "history" => check::<HistoryPage>(&json),
            "rooms" => check::<Vec<RoomSummary>>(&json),
            "refusal" => check::<Refusal>(&json),
            // By HTTP a refusal also explains itself, to people.
            "http-refusal" => json::decode::<Refusal>(&json).map(drop).map_err(|error| error.to_string()),
            "command" | "events" | "plain-message" | "plain-event" | "plain-error" => continue,
            _ => Err("has no known kind after ```json".to_owned()),
        };
        read += 1;
        violations.extend(outcome.err().map(|problem| format!("{kind}: {problem}: {json}")));
    }
    assert!(read > 10, "only {read} examples were found");
    assert!(violations.is_empty(), "the page cannot read:\n  {}", violations.join("\n  "));
}

/// Puts another body into every event, however deep it lies. Returns how many it found.
fn replace_bodies(value: &mut Value, body: &Value) -> usize {
    match value {
        Value::Object(fields) => {
            let inside = |(name, field): (&String, &mut Value)| {
                if name == "body" {
                    *field = body.clone();
                    return 1;
                }
                replace_bodies(field, body)
            };
            fields.iter_mut().map(inside).sum()
        }
        Value::Array(elements) => elements.iter_mut().map(|element| replace_bodies(element, body)).sum(),
        _ => 0,
    }
}

/// Fails unless the page reads the same as the server's decoder.
fn agree<T: DeserializeOwned + PartialEq + std::fmt::Debug>(text: &str) {
    let expected: T = serde_json::from_str(text).expect("the server's decoder reads it");
    assert_eq!(json::decode::<T>(text).as_ref(), Ok(&expected), "{text}");
}

/// Protects an old page from a newer server: a kind that it does not know never fails a frame.
#[wasm_bindgen_test]
fn an_old_page_reads_every_frame_with_a_kind_that_it_does_not_know() {
    let poll = r#"{"kind":"poll","question":"Oolong?","options":["yes",7,{"no":null}],"text":"a poll"}"#;
    let poll: Value = serde_json::from_str(poll).expect("it is JSON");
    let mut replaced = 0;
    for Example { kind, json } in examples(include_str!("../../src/protocol/PROTOCOL.md")) {
        let mut frame: Value = serde_json::from_str(&json).expect("an example is JSON");
        let found = replace_bodies(&mut frame, &poll);
        let text = frame.to_string();
        match kind.as_str() {
            "event" => agree::<Event>(&text),
            "log-event" => agree::<LogEvent>(&text),
            "history" => agree::<HistoryPage>(&text),
            _ => continue,
        }
        replaced += found;
    }
    assert!(replaced > 4, "only {replaced} events were found");
}

/// Protects a page from taking for a frame what is none.
#[wasm_bindgen_test]
fn what_is_no_frame_is_unreadable() {
    for text in ["", "?", "null", "[]", "7", "{}", r#"{"type":7}"#, r#"{"type":"heartbeat"}"#] {
        assert!(json::decode::<Event>(text).is_err(), "{text:?}");
    }
}
