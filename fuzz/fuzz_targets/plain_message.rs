//! Whatever text a program sends, it is decoded or refused; what it says is the same after it was encoded and decoded
//! again. A nickname or message that is accepted keeps the promises of `model::text`: it is accepted unchanged a second
//! time, and holds nothing that could fool a reader.

#![no_main]

use libfuzzer_sys::fuzz_target;
use serde_json::json;

#[path = "../../src"]
#[expect(dead_code, unused_imports, reason = "a target uses a part of the crate")]
mod teahouse {
    pub mod protocol;
    pub mod model {
        pub mod text;
    }
}

// The validator finds the wire types and itself at the root of the crate.
use teahouse::{model, protocol};

use model::text;
use protocol::plain::PlainFrame;

const NICKNAME_GRAPHEMES: u32 = 24;
/// Far below the default, so that an input of the fuzzer can be too long.
const MESSAGE_GRAPHEMES: u32 = 200;

fn is_bidi_control(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn assert_nickname(written: &str) {
    let Ok(nickname) = text::nickname(written, NICKNAME_GRAPHEMES) else { return };
    assert_eq!(text::nickname(&nickname, NICKNAME_GRAPHEMES), Ok(nickname.clone()));
    assert!(!nickname.is_empty() && text::graphemes(&nickname) <= NICKNAME_GRAPHEMES);
    assert!(!nickname.chars().any(|character| character.is_control() || is_bidi_control(character)), "{nickname:?}");
    assert!(nickname.split(' ').all(|word| !word.is_empty() && !word.contains(char::is_whitespace)), "{nickname:?}");
}

fn assert_message(written: &str) {
    let Ok(message) = text::message(written, MESSAGE_GRAPHEMES) else { return };
    assert_eq!(text::message(&message, MESSAGE_GRAPHEMES), Ok(message.clone()));
    assert!(!message.is_empty() && text::graphemes(&message) <= MESSAGE_GRAPHEMES);
    assert_eq!(message.trim(), message);
    for character in message.chars() {
        let is_layout = matches!(character, '\n' | '\t');
        assert!((is_layout || !character.is_control()) && !is_bidi_control(character), "{message:?}");
    }
}

fuzz_target!(|frame: &[u8]| {
    let Ok(frame) = str::from_utf8(frame) else { return };
    match PlainFrame::decode(frame) {
        Ok(PlainFrame::Nickname(nickname)) => assert_nickname(&nickname),
        Ok(PlainFrame::Message(said)) => {
            let encoded = json!({ "nickname": said.nickname, "message": said.message, "time": said.time }).to_string();
            assert_nickname(said.nickname.as_deref().unwrap_or_default());
            assert_message(&said.message);
            assert_eq!(PlainFrame::decode(&encoded), Ok(PlainFrame::Message(said)));
        }
        Err(_) => {}
    }
});
