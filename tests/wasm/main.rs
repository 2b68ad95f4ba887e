//! What the page reads, read as the page reads it: in WebAssembly, by the JSON parser of the script engine. `make unit` runs
//! it by wasm-bindgen's own test runner. Not here: what the page does with it (`end2end`).
#![cfg(target_arch = "wasm32")]

use serde::Serialize;
use serde::de::DeserializeOwned;
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
            "command" | "plain-message" | "plain-event" | "plain-error" => continue,
            _ => Err("has no known kind after ```json".to_owned()),
        };
        read += 1;
        violations.extend(outcome.err().map(|problem| format!("{kind}: {problem}: {json}")));
    }
    assert!(read > 10, "only {read} examples were found");
    assert!(violations.is_empty(), "the page cannot read:\n  {}", violations.join("\n  "));
}

/// Protects a page from taking for a frame what is none.
#[wasm_bindgen_test]
fn what_is_no_frame_is_unreadable() {
    for text in ["", "?", "null", "[]", "7", "{}", r#"{"type":7}"#, r#"{"type":"heartbeat"}"#] {
        assert!(json::decode::<Event>(text).is_err(), "{text:?}");
    }
}
