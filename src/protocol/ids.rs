//! Identities and positions on the wire. Newtypes, so that no two of them can be mixed up.
//! Not here: how an identity is made (the server's `session` and the browser's `storage` draw the random bits).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Position of an event in its room's log: gapless, first event = 1. `Seq::ZERO` is "before everything".
///
/// A JSON number. Those that the server tells are far below 2^53, so that a JavaScript client reads them exactly; a client
/// may claim any: a cursor beyond the head belongs to another history.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seq(u64);

impl Seq {
    /// The position before the first event.
    pub const ZERO: Self = Self(0);

    /// Wraps a position that the store assigned.
    #[must_use]
    pub const fn new(position: u64) -> Self {
        Self(position)
    }

    /// The bare number, for arithmetic at the edges (SQL, display).
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The position right after this one; no log reaches the last of them.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// The position right before this one; `ZERO` stays `ZERO`.
    #[must_use]
    pub const fn previous(self) -> Self {
        Self(self.0.saturating_sub(1))
    }
}

impl fmt::Display for Seq {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// Position of a message among the messages of its room: gapless, first message = 1. A deleted message keeps it. So the
/// number of messages between two places is a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageNo(u64);

impl MessageNo {
    /// The position before the first message.
    pub const ZERO: Self = Self(0);

    /// Wraps a position that the store assigned.
    #[must_use]
    pub const fn new(position: u64) -> Self {
        Self(position)
    }

    /// The bare number, for arithmetic at the edges (SQL, display).
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The position right after this one.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }

    /// How many messages come after another one, up to this one.
    #[must_use]
    pub const fn since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Milliseconds since 1970-01-01T00:00:00Z. For display only: nothing is ordered by it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Wraps milliseconds since the Unix epoch.
    #[must_use]
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        Self(unix_ms)
    }

    /// Milliseconds since the Unix epoch.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }
}

/// Declares a text newtype whose only way in is its `parse`, on the wire and in code.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $valid:expr, $shape:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Accepts the documented shape and nothing else.
            ///
            /// # Errors
            /// [`InvalidId`] when the text has another shape.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.to_owned())) } else { Err(InvalidId { expected: $shape }) }
            }

            /// The text as it travels.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

/// A text that is not an identity of the expected shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}")]
pub struct InvalidId {
    expected: &'static str,
}

fn is_token(text: &str, max_bytes: usize) -> bool {
    (1..=max_bytes).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// Longest room address, in characters.
pub const ROOM_SLUG_MAX_CHARS: usize = 40;

fn is_room_slug(text: &str) -> bool {
    (1..=ROOM_SLUG_MAX_CHARS).contains(&text.chars().count())
        && text.split('-').all(|part| {
            let is_letter = |character: char| character.is_alphanumeric() && !character.is_uppercase();
            part.starts_with(is_letter)
                && part.chars().all(|character| is_letter(character) || belongs_to_letter(character))
        })
}

/// The signs of the scripts of India and south-east Asia that no word can do without, and that Unicode does not count among
/// letters: viramas, nuktas, tone marks.
#[must_use]
pub const fn belongs_to_letter(character: char) -> bool {
    let place_in_block = character as u32 & 0x7F;
    match character {
        '\u{0900}'..='\u{0D7F}' => matches!(place_in_block, 0x3C | 0x4D),
        '\u{0DCA}'
        | '\u{0E3A}'
        | '\u{0E47}'..='\u{0E4C}'
        | '\u{0EBA}'
        | '\u{0EC8}'..='\u{0ECC}'
        | '\u{0F84}'
        | '\u{1037}'
        | '\u{1039}'
        | '\u{103A}'
        | '\u{17D2}' => true,
        _ => false,
    }
}

text_id!(
    /// Address of a room, as in `/r/{slug}`: 1–40 lower-case letters or digits of any script, with the marks that their words
    /// need, and with single hyphens between.
    RoomSlug, is_room_slug, "1 to 40 lower-case letters or digits, with single hyphens between them"
);
text_id!(
    /// Identity of a person: a guest's session or one plain-socket connection. 1–64 of `A–Z a–z 0–9 - _`.
    UserId, |text| is_token(text, 64), "1 to 64 letters, digits, hyphens or underscores"
);
text_id!(
    /// Chosen by the sender of a post, unique per sender for ever: it pairs the ack with the post and makes a retry
    /// harmless. 1–64 of `A–Z a–z 0–9 - _`; the web client draws 128 random bits as hex.
    PostId, |text| is_token(text, 64), "1 to 64 letters, digits, hyphens or underscores"
);
text_id!(
    /// Identity of one browser tab, kept over its reconnects. 1–64 of `A–Z a–z 0–9 - _`.
    TabId, |text| is_token(text, 64), "1 to 64 letters, digits, hyphens or underscores"
);
text_id!(
    /// Drawn by a visitor who takes a first nickname, the same for every retry of that: whoever repeats it is the same
    /// person. A secret until its answer has come. 32 hexadecimal digits, all of them random.
    JoinAttempt, |text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()), "32 hexadecimal digits"
);
text_id!(
    /// Identity of the database's history. When it changes, every older [`Seq`] is void. 1–64 of `A–Z a–z 0–9 - _`.
    Epoch, |text| is_token(text, 64), "1 to 64 letters, digits, hyphens or underscores"
);

impl RoomSlug {
    /// The room that is always there.
    #[must_use]
    pub fn lobby() -> Self {
        Self("lobby".to_owned())
    }
}

/// How far a reader has come in one room's log. It names an event by its place and by what tells it from every other
/// event that could stand there: when an old copy of the database was put back by hand, the epoch is the same and the
/// places are taken again. [`super::LogEvent::cursor`] makes one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cursor {
    /// The history that `seq` belongs to.
    pub epoch: Epoch,
    /// The last event that the reader holds; everything up to it is held too, or behind a known gap.
    pub seq: Seq,
    /// The time of that event. Without it no event is named, and the answer is a reset.
    #[serde(default)]
    pub at_ms: Timestamp,
    /// The post id of that event, if it has one.
    #[serde(default)]
    pub id: Option<PostId>,
}

impl Cursor {
    /// Before the first event: it names none, and holds in every history of the epoch.
    #[must_use]
    pub const fn start(epoch: Epoch) -> Self {
        Self { epoch, seq: Seq::ZERO, at_ms: Timestamp::from_unix_ms(0), id: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_address_is_lower_case_words_joined_by_single_hyphens() {
        for good in ["lobby", "tea-2", "茶馆", "été", "हिन्दी-चाय", "a", "7"] {
            assert!(RoomSlug::parse(good).is_ok(), "{good}");
        }
        let too_long = "x".repeat(ROOM_SLUG_MAX_CHARS + 1);
        for bad in [
            "",
            "-a",
            "a-",
            "a--b",
            "Lobby",
            "a b",
            "a/b",
            "\u{94d}a",
            "a-\u{94d}",
            "e\u{301}",
            "../x",
            "a\u{202e}b",
            "a%20",
            &too_long,
        ] {
            assert!(RoomSlug::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_identity_of_another_shape_is_refused_by_the_decoder_too() {
        assert!(serde_json::from_str::<PostId>(r#""abc_DEF-1""#).is_ok());
        for bad in [r#""""#, r#""a b""#, r#""a\u0000""#, "7", "null"] {
            assert!(serde_json::from_str::<PostId>(bad).is_err(), "{bad}");
        }
    }
}
