//! The plain socket's JSON: the compatibility promise of the simplest WebSocket chat. Described in `PROTOCOL.md`.

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use super::ids::RoomSlug;

/// What a program sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlainFrame {
    /// A JSON string, or text that is no JSON: what many a tutorial sends on joining.
    Nickname(String),
    /// A line.
    Message(PlainMessage),
}

/// A line. Unknown fields are ignored, since the simplest programs send all sorts of them.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct PlainMessage {
    /// Who speaks; may be missing once the program has said it.
    #[serde(default)]
    pub nickname: Option<String>,
    /// What they say.
    pub message: String,
    /// The sender's own idea of the time, passed through as it is; empty when it is neither text nor a number.
    #[serde(default, deserialize_with = "any_time")]
    pub time: String,
}

/// What is wrong with a frame, for the one who wrote the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlainFault {
    /// It begins like JSON and is none.
    #[error("the frame begins like JSON and is none")]
    NotJson,
    /// It is a list, `true`, `false` or `null`.
    #[error("the frame is no JSON object; send \"nickname\", \"message\" and \"time\" in one")]
    NotAnObject,
    /// A field that must be there.
    #[error("\"{0}\" is missing")]
    Missing(&'static str),
    /// A field of another type.
    #[error("\"{field}\" must be text and is {found}")]
    NotText {
        /// Its name.
        field: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// Bare text of somebody who has a name already.
    #[error("bare text names you once, on joining; send \"message\" in a JSON object")]
    NamedAlready,
}

impl PlainFrame {
    /// Reads a text frame.
    ///
    /// # Errors
    /// [`PlainFault`] with the field that is wrong.
    pub fn decode(text: &str) -> Result<Self, PlainFault> {
        // Only an object: serde would read the fields of a struct from a list too.
        let is_object = text.trim_start().starts_with('{');
        let message = is_object.then(|| serde_json::from_str(text).ok()).flatten();
        message.map_or_else(|| Self::decode_other(text), |message| Ok(Self::Message(message)))
    }

    /// What is not a line, which is rare enough to be looked at twice.
    fn decode_other(text: &str) -> Result<Self, PlainFault> {
        match serde_json::from_str(text) {
            Ok(Value::Object(fields)) => Err(wrong_field(&fields)),
            Ok(Value::String(nickname)) => Ok(Self::Nickname(nickname)),
            Ok(Value::Number(_)) => Ok(Self::Nickname(text.to_owned())),
            Ok(Value::Array(_) | Value::Bool(_) | Value::Null) => Err(PlainFault::NotAnObject),
            Err(_) if text.trim_start().starts_with(['{', '[', '"']) => Err(PlainFault::NotJson),
            Err(_) => Ok(Self::Nickname(text.to_owned())),
        }
    }
}

fn wrong_field(fields: &serde_json::Map<String, Value>) -> PlainFault {
    for field in ["nickname", "message"] {
        match fields.get(field) {
            Some(Value::String(_)) => {}
            None | Some(Value::Null) if field == "nickname" => {}
            None => return PlainFault::Missing(field),
            Some(other) => return PlainFault::NotText { field, found: kind(other) },
        }
    }
    // A field that stands twice.
    PlainFault::NotJson
}

const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Many programs send `Date.now()`, and some send `null`.
fn any_time<'de, D: Deserializer<'de>>(time: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(time)? {
        Value::String(text) => text,
        Value::Number(number) => number.to_string(),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => String::new(),
    })
}

/// What everybody in the room gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainEvent {
    /// Who spoke or left.
    pub nickname: String,
    /// What they said; empty when they left.
    pub message: String,
    /// As the sender wrote it; `MM-DD HH:MM:SS` in the server's time zone for everything else.
    pub time: String,
    /// 1 = chat, 0 = this person left.
    pub status: i8,
    /// RFC 3339, UTC.
    pub at: String,
    /// The room.
    pub room: RoomSlug,
}

/// What a program gets whose message was refused. The connection stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlainError {
    /// Always −1.
    pub status: i8,
    /// `code: explanation`.
    pub error: String,
    /// Set when the same may succeed later: the least wait in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u32>,
}

/// `status` of a chat message.
pub const STATUS_CHAT: i8 = 1;
/// `status` of a leave notice.
pub const STATUS_LEFT: i8 = 0;
/// `status` of a refusal.
pub const STATUS_REFUSED: i8 = -1;

/// Longest `time` that is passed through, in bytes; a longer one is replaced by the server's.
pub const TIME_MAX_BYTES: usize = 64;
