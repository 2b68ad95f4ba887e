//! Characters that leave no ink. Only what the rules for names and links need; not a replacement for Unicode's tables.

/// Bidi overrides (UAX #9 §2): they turn letters around, so that a line reads as another one.
#[must_use]
pub const fn is_override(character: char) -> bool {
    matches!(character, '\u{202D}' | '\u{202E}')
}

/// Bidi embeddings and isolates, and what closes them: address books put them around numbers, other chats around names.
#[must_use]
pub const fn is_embedding(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202C}' | '\u{2066}'..='\u{2069}')
}

/// Whether a character shows something by itself: not white space, not a control, not one of the characters that
/// Unicode tells a display to ignore (`Default_Ignorable_Code_Point`), nor private, unassigned "special" or blank ones.
#[must_use]
pub fn is_visible(character: char) -> bool {
    !character.is_whitespace() && !character.is_control() && !is_invisible(character)
}

const fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{00AD}'
            | '\u{034F}'
            | '\u{061C}'
            | '\u{115F}'..='\u{1160}'
            | '\u{17B4}'..='\u{17B5}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}'
            | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{E000}'..='\u{F8FF}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFA0}'
            | '\u{FFF0}'..='\u{FFFC}'
            | '\u{1BCA0}'..='\u{1BCA3}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..
    )
}

/// The common combining marks, which show nothing of their own when nothing stands before them.
#[must_use]
pub const fn is_mark(character: char) -> bool {
    matches!(
        character,
        '\u{0300}'..='\u{036F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}' | '\u{20D0}'..='\u{20FF}' | '\u{FE20}'..='\u{FE2F}'
    )
}

/// Whether an invisible character inside a grapheme cluster only holds an emoji together: U+200D between two pictures,
/// U+FE0F after a picture or in a keycap (`1️⃣`).
#[must_use]
pub fn joins_emoji(before: char, character: char, after: Option<char>) -> bool {
    let is_picture = |character: char| character >= '\u{2190}' && !character.is_alphabetic();
    match character {
        '\u{200D}' => is_picture(before) && after.is_some_and(|after| is_picture(after) && is_visible(after)),
        '\u{FE0F}' => {
            (is_picture(before) && is_visible(before)) || matches!(before, '©' | '®') || after == Some('\u{20E3}')
        }
        _ => false,
    }
}

/// U+200C and U+200D, which tell letters whether to join.
#[must_use]
pub const fn is_joiner(character: char) -> bool {
    matches!(character, '\u{200C}' | '\u{200D}')
}

/// Whether this is a letter, or a mark of one, of a script that writes words with joiners between its letters (UAX #31 §2.3):
/// Arabic and its neighbours, the scripts of India and those that come from them, Mongolian.
#[must_use]
pub fn needs_joiners(before: char) -> bool {
    matches!(before, '\u{0620}'..='\u{08FF}' | '\u{0900}'..='\u{109F}' | '\u{1700}'..='\u{18AF}' | '\u{1A20}'..='\u{1CFF}')
        && is_visible(before)
}

/// One of the three flags of regions that are for general interchange (UTS #51, `RGI_Emoji_Tag_Sequence`). Others look like
/// a black flag, whatever is written in them.
#[must_use]
pub fn is_region_flag(grapheme: &str) -> bool {
    const TAGS: u32 = 0xE0000;
    let Some(tags) = grapheme.strip_prefix('\u{1F3F4}').and_then(|rest| rest.strip_suffix('\u{E007F}')) else {
        return false;
    };
    ["gbeng", "gbsct", "gbwls"]
        .iter()
        .any(|region| tags.chars().map(u32::from).eq(region.bytes().map(|letter| TAGS + u32::from(letter))))
}
