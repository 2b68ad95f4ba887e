//! Whatever text a member sends, it is decoded or refused; a command is the same after it was encoded and decoded again,
//! and every identity in it has the shape that its type promises.
//!
//! The wire types name no other module of the crate but each other, so they are taken in by their path, as the codec is.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../../src"]
#[expect(dead_code, unused_imports, reason = "a target uses a part of the crate")]
mod teahouse {
    pub mod protocol;
    pub mod server {
        pub mod edge {
            pub mod connection {
                pub mod member {
                    pub mod decode;
                }
            }
        }
    }
}

// The decoder finds the wire types at the root of the crate.
use teahouse::protocol;
use teahouse::server::edge::connection::member::decode;

use protocol::{Command, RoomSlug};

const TOKEN_BYTES_MAX: usize = 64;
const SLUG_CHARS_MAX: usize = 40;

/// Said here once more and in other words than in the crate, so that a slip there is not repeated.
fn assert_token(token: &str) {
    assert!(!token.is_empty() && token.len() <= TOKEN_BYTES_MAX, "{token:?} has another length");
    for character in token.chars() {
        assert!(matches!(character, 'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_'), "{token:?}");
    }
}

fn assert_slug(slug: &RoomSlug) {
    let slug = slug.as_str();
    assert!(!slug.is_empty() && slug.chars().nth(SLUG_CHARS_MAX).is_none(), "{slug:?} has another length");
    assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"), "{slug:?} has a hyphen too many");
    for character in slug.chars() {
        assert!(character == '-' || character.is_alphanumeric() && !character.is_uppercase(), "{slug:?}");
    }
}

/// Without a wildcard: whoever adds a command says here what its identities promise.
fn assert_promises(command: &Command) {
    match command {
        Command::Hello { protocol: _, tab } => assert_token(tab.as_str()),
        Command::Join { room, cursor } => {
            assert_slug(room);
            if let Some(cursor) = cursor {
                assert_token(cursor.epoch.as_str());
                cursor.id.iter().for_each(|id| assert_token(id.as_str()));
            }
        }
        Command::Leave { room }
        | Command::Typing { room }
        | Command::Read { room, seq: _ }
        | Command::Unread { room, seq: _ } => assert_slug(room),
        Command::Post { room, id, body: _ } => {
            assert_slug(room);
            assert_token(id.as_str());
        }
        Command::Heartbeat => {}
    }
}

fuzz_target!(|frame: &[u8]| {
    let Ok(text) = str::from_utf8(frame) else { return };
    let Ok(command) = decode::command(text) else { return };
    assert_promises(&command);
    let encoded = serde_json::to_string(&command).expect("a command has string keys and no failing serializers");
    assert_eq!(decode::command(&encoded), Ok(command));
});
