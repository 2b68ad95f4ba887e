//! The one validator for messages, nicknames and room names, and the reader of what messages are marked up with. The server decides by it; the
//! browser asks it about messages, to say no early, and leaves names to the server, which has to be asked anyway.
//! Not here: comparing names (NFKC, look-alikes), whose tables only the server carries.

pub mod code;
mod excerpt;
pub mod invisible;
mod links;
pub mod markdown;
mod pasted;
pub mod slash;
pub mod unicode;

pub use excerpt::{excerpt, quote};
pub use unicode::graphemes;

use unicode_segmentation::UnicodeSegmentation;

use crate::protocol::ids::{self, ROOM_SLUG_MAX_CHARS};
use crate::protocol::{ErrorCode, RoomSlug};

/// Longest room name, in grapheme clusters.
const ROOM_TITLE_GRAPHEMES: u32 = 40;
/// Most characters that one grapheme cluster of a name may be made of: enough for every emoji of Unicode 17, too few to stack accents over the neighbours' lines.
const GRAPHEME_CHARS_MAX: usize = 10;

/// Cleans and checks a message. What a paste brings along unseen goes: see `text::pasted`. White space at the end and
/// blank lines around the text go too; the indent of the first line stays. Refuses what is then empty to the eye, longer
/// than `max_graphemes` grapheme clusters (0 = no limit), or reverses text (U+202D, U+202E), which could make a line read as
/// something else.
///
/// # Errors
/// `EmptyMessage`, `MessageTooLong`, `ForbiddenCharacter`.
pub fn message(text: &str, max_graphemes: u32) -> Result<String, ErrorCode> {
    let text = pasted::clean(text);
    if text.chars().any(invisible::is_override) {
        return Err(ErrorCode::ForbiddenCharacter);
    }
    if !text.chars().any(invisible::is_visible) {
        return Err(ErrorCode::EmptyMessage);
    }
    let text = without_outer_blanks(&text);
    if is_longer_than(text, max_graphemes) {
        return Err(ErrorCode::MessageTooLong);
    }
    Ok(text.to_owned())
}

/// What stands before the first character that reverses text, if there is one, at most twelve characters of it: for telling
/// a writer where to look.
#[must_use]
pub fn before_override(text: &str) -> Option<&str> {
    const SHOWN_CHARS: usize = 12;
    let before = &text[..text.find(invisible::is_override)?];
    let start = before.char_indices().rev().take(SHOWN_CHARS).last().map_or(0, |(index, _)| index);
    Some(&before[start..])
}

/// Without white space at the end and without blank lines at the start.
fn without_outer_blanks(text: &str) -> &str {
    let text = text.trim_end();
    let indent = &text[..text.len() - text.trim_start().len()];
    &text[indent.rfind('\n').map_or(0, |end| end + 1)..]
}

/// Cleans and checks a nickname: inner runs of white space become one space, ends are trimmed; refuses empty, longer
/// than `max_graphemes` grapheme clusters (0 = no limit), a stack of more than ten characters in one cluster, any
/// control, bidi or invisible character (except where a script or an emoji needs joiners), and names without anything to
/// see.
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
/// cut to 40 characters. Marks belong to their letters: those that an address may hold stay, accents that Unicode has no
/// letter with go. The caller composes the name first (NFC), so that few do.
///
/// # Errors
/// `RoomNameInvalid` when nothing is left.
pub fn room_slug(title: &str) -> Result<RoomSlug, ErrorCode> {
    let mut slug = String::new();
    for character in title.to_lowercase().chars() {
        let is_letter = character.is_alphanumeric() && !character.is_uppercase();
        let has_letter = !slug.is_empty() && !slug.ends_with('-');
        if is_letter || (has_letter && ids::belongs_to_letter(character)) {
            slug.push(character);
        } else if invisible::is_mark(character) || invisible::is_joiner(character) {
            // It changes the letter before it, and ends no word.
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

fn is_longer_than(text: &str, max_graphemes: u32) -> bool {
    // A cluster is at least a byte: most texts need no counting.
    max_graphemes != 0 && text.len() > max_graphemes as usize && graphemes(text) > max_graphemes
}

/// Whether a grapheme cluster of a name shows all that it holds.
fn is_plain_to_see(grapheme: &str) -> bool {
    if invisible::is_region_flag(grapheme) {
        return true;
    }
    let mut before = None;
    let mut characters = grapheme.chars().peekable();
    while let Some(character) = characters.next() {
        let shown = character.is_whitespace()
            || (invisible::is_visible(character) && !(before.is_none() && invisible::is_mark(character)))
            || before.is_some_and(|before| invisible::joins_emoji(before, character, characters.peek().copied()))
            || (invisible::is_joiner(character) && before.is_some_and(invisible::needs_joiners));
        if !shown {
            return false;
        }
        before = Some(character);
    }
    grapheme.chars().nth(GRAPHEME_CHARS_MAX).is_none()
}

#[cfg(test)]
mod tests;
