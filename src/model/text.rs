//! The one validator for messages, nicknames and room names, and the finder of links. The server decides by it; the
//! browser asks it about messages, to say no early, and leaves names to the server, which has to be asked anyway.
//! Not here: comparing names (NFKC, look-alikes), whose tables only the server carries.

pub mod invisible;
pub mod links;
pub mod unicode;

pub use links::{Span, spans};
pub use unicode::graphemes;

use unicode_segmentation::UnicodeSegmentation;

use crate::protocol::ids::ROOM_SLUG_MAX_CHARS;
use crate::protocol::{ErrorCode, RoomSlug};

/// Longest room name, in grapheme clusters.
const ROOM_TITLE_GRAPHEMES: u32 = 40;
/// Most characters that one grapheme cluster of a name may be made of: enough for every emoji of Unicode 17 but the
/// subdivision flags, too few to stack accents over the neighbours' lines.
const GRAPHEME_CHARS_MAX: usize = 10;

/// Cleans and checks a message: `\r\n` and `\r` become `\n`, white space at both ends goes; refuses what is then empty
/// to the eye, longer than `max_graphemes` grapheme clusters (0 = no limit), or holds a control character other than
/// `\n` and `\t`, or a bidi override or isolate (U+202A–202E, U+2066–2069), which could make a line read as something
/// else.
///
/// # Errors
/// `EmptyMessage`, `MessageTooLong`, `ForbiddenCharacter`.
pub fn message(text: &str, max_graphemes: u32) -> Result<String, ErrorCode> {
    let text = with_line_feeds(text.trim());
    if text.chars().any(is_forbidden_in_messages) {
        return Err(ErrorCode::ForbiddenCharacter);
    }
    if !text.chars().any(invisible::is_visible) {
        return Err(ErrorCode::EmptyMessage);
    }
    if is_longer_than(&text, max_graphemes) {
        return Err(ErrorCode::MessageTooLong);
    }
    Ok(text)
}

/// Cleans and checks a nickname: inner runs of white space become one space, ends are trimmed; refuses empty, longer
/// than `max_graphemes` grapheme clusters (0 = no limit), a stack of more than ten characters in one cluster, any
/// control, bidi or invisible character (except the joiners inside an emoji), and names without anything to see.
///
/// # Errors
/// `NicknameEmpty`, `NicknameTooLong`, `NicknameForbiddenCharacter`.
pub fn nickname(text: &str, max_graphemes: u32) -> Result<String, ErrorCode> {
    let text = text.trim();
    if text.is_empty() {
        return Err(ErrorCode::NicknameEmpty);
    }
    if text.chars().any(char::is_control) {
        return Err(ErrorCode::NicknameForbiddenCharacter);
    }
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.graphemes(true).all(is_plain_to_see) {
        return Err(ErrorCode::NicknameForbiddenCharacter);
    }
    if is_longer_than(&text, max_graphemes) {
        return Err(ErrorCode::NicknameTooLong);
    }
    Ok(text)
}

/// Cleans and checks a room's name like a nickname; at most 40 grapheme clusters.
///
/// # Errors
/// `RoomNameInvalid`.
pub fn room_title(title: &str) -> Result<String, ErrorCode> {
    nickname(title, ROOM_TITLE_GRAPHEMES).map_err(|_| ErrorCode::RoomNameInvalid)
}

/// The address that a room's name suggests: lower case, every run of what is not a letter or digit becomes one hyphen,
/// cut to 40 characters.
///
/// # Errors
/// `RoomNameInvalid` when nothing is left.
pub fn room_slug(title: &str) -> Result<RoomSlug, ErrorCode> {
    let mut slug = String::new();
    for character in title.to_lowercase().chars() {
        if character.is_alphanumeric() && !character.is_uppercase() {
            slug.push(character);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let cut: String = slug.chars().take(ROOM_SLUG_MAX_CHARS).collect();
    RoomSlug::parse(cut.trim_end_matches('-')).map_err(|_| ErrorCode::RoomNameInvalid)
}

/// First grapheme cluster of a name, upper-cased, for its seal.
#[must_use]
pub fn initial(nickname: &str) -> String {
    unicode::uppercase(&unicode::first_grapheme(nickname))
}

/// Hue of a name's seal in degrees, 0–359; the same on every machine (FNV-1a, draft-eastlake-fnv).
#[must_use]
pub fn hue(nickname: &str) -> u16 {
    let hash = nickname.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    u16::try_from(hash % 360).expect("a remainder of 360 is below it")
}

/// Every `\r\n` and every `\r` as one `\n`.
fn with_line_feeds(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match (character, characters.peek()) {
            ('\r', Some('\n')) => {}
            ('\r', _) => lines.push('\n'),
            _ => lines.push(character),
        }
    }
    lines
}

fn is_longer_than(text: &str, max_graphemes: u32) -> bool {
    // A cluster is at least a byte: most texts need no counting.
    max_graphemes != 0 && text.len() > max_graphemes as usize && graphemes(text) > max_graphemes
}

fn is_forbidden_in_messages(character: char) -> bool {
    (character.is_control() && !matches!(character, '\n' | '\t')) || invisible::is_bidi_control(character)
}

/// Whether a grapheme cluster of a name shows all that it holds.
fn is_plain_to_see(grapheme: &str) -> bool {
    let mut before = None;
    let mut characters = grapheme.chars().peekable();
    while let Some(character) = characters.next() {
        let shown = character.is_whitespace()
            || (invisible::is_visible(character) && !(before.is_none() && invisible::is_mark(character)))
            || before.is_some_and(|before| invisible::joins_emoji(before, character, characters.peek().copied()));
        if !shown {
            return false;
        }
        before = Some(character);
    }
    grapheme.chars().nth(GRAPHEME_CHARS_MAX).is_none()
}

#[cfg(test)]
mod tests;
