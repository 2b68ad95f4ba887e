//! Decodes commands. A frame that is none gets an error code.

use crate::protocol::{Command, ErrorCode};

/// Decodes one text frame.
///
/// # Errors
/// [`ErrorCode::MalformedFrame`] for everything that is not exactly a command.
pub fn command(text: &str) -> Result<Command, ErrorCode> {
    serde_json::from_str(text).map_err(|_| ErrorCode::MalformedFrame)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_a_command_is_malformed() {
        let deep = "[".repeat(10_000);
        for bad in [
            "",
            "7",
            "null",
            "{}",
            r#"{"type":"fly"}"#,
            r#"{"type":"join"}"#,
            r#"{"type":"join","room":"../etc"}"#,
            r#"{"type":"leave","room":"lobby","also":1}"#,
            r#"{"type":"post","room":"lobby","id":"","body":{"kind":"message","text":"x"}}"#,
            r#"{"type":"post","room":"lobby","id":"a","body":{"kind":"message","text":"x","also":1}}"#,
            r#"{"type":"post","room":"lobby","id":"a","body":{"kind":"message"}}"#,
            r#"{"type":"post","room":"lobby","id":"a","body":"x"}"#,
            &deep,
        ] {
            assert_eq!(command(bad), Err(ErrorCode::MalformedFrame), "{}", bad.get(..40).unwrap_or(bad));
        }
    }

    #[test]
    fn a_join_without_a_cursor_asks_for_the_newest_events() {
        let expected = Command::Join { room: crate::protocol::RoomSlug::lobby(), cursor: None };
        assert_eq!(command(r#"{"type":"join","room":"lobby"}"#), Ok(expected.clone()));
        assert_eq!(command(r#"{"type":"join","room":"lobby","cursor":null}"#), Ok(expected));
    }
}
