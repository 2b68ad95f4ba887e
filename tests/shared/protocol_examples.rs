//! The JSON examples of PROTOCOL.md, for tests of both sides: `tidy::protocol_document` reads them by the server's decoder,
//! `tests/wasm` by the browser's.

use serde::Serialize;
use serde_json::Value;

/// A fenced JSON example: what kind it says it is, and its text.
pub struct Example {
    pub kind: String,
    pub json: String,
}

/// All examples of the document.
pub fn examples(document: &str) -> Vec<Example> {
    let blocks = document.split("\n```json ").skip(1);
    let split = |block: &str| {
        let (kind, rest) = block.split_once('\n').expect("a fence ends its line");
        let json = rest.split("\n```").next().expect("a split has a first part");
        Example { kind: kind.trim().to_owned(), json: json.to_owned() }
    };
    blocks.map(split).collect()
}

/// Fails unless what was read of an example is written again just so: no field too many, none too few.
pub fn compare(read: &impl Serialize, json: &str) -> Result<(), String> {
    let shown: Value = serde_json::from_str(json).map_err(|error| error.to_string())?;
    let written = serde_json::to_value(read).map_err(|error| error.to_string())?;
    if written == shown { Ok(()) } else { Err(format!("is written as {written}")) }
}
