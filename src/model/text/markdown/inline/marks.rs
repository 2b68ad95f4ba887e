//! Which characters are marks, and where they may open and close.

/// What a format is opened by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    Star,
    Stars,
    Underscore,
    Tildes,
    Bars,
    Bracket,
}

pub(super) const MARKS: usize = Mark::Bracket as usize + 1;

impl Mark {
    /// The marks of so many equal characters, from the outside to the inside.
    pub(super) const fn of(character: u8, count: usize) -> &'static [Self] {
        match (character, count) {
            (b'*', 1) => &[Self::Star],
            (b'*', 2) => &[Self::Stars],
            (b'*', 3) => &[Self::Stars, Self::Star],
            (b'_', 1) => &[Self::Underscore],
            (b'~', 2) => &[Self::Tildes],
            (b'|', 2) => &[Self::Bars],
            _ => &[],
        }
    }

    pub(super) const fn width(self) -> usize {
        match self {
            Self::Star | Self::Underscore | Self::Bracket => 1,
            Self::Stars | Self::Tildes | Self::Bars => 2,
        }
    }
}

/// Whether so many marks between these characters may open, and whether they may close.
pub(super) const fn flanks(character: u8, width: usize, before: char, after: char) -> (bool, bool) {
    let (opens, closes) = (!after.is_whitespace(), !before.is_whitespace());
    let is_product = width == 1 && before.is_ascii_digit() && after.is_ascii_digit();
    match character {
        b'_' => (opens && !is_in_word(before), closes && !is_in_word(after)),
        b'*' if is_product => (false, false),
        _ => (opens, closes),
    }
}

/// Whether an underscore beside it is part of a word, as in `snake_case`. Scripts that put no space between words have no
/// such words; the tables of Unicode would be too heavy for the page.
const fn is_in_word(character: char) -> bool {
    character.is_ascii_alphanumeric()
        || matches!(character, '_' | '\u{00C0}'..='\u{1FFF}' | '\u{2C00}'..='\u{2E7F}' | '\u{A640}'..='\u{ABFF}')
}
