//! Comparing names. [`NameKey`] is the one form in which two names are compared, by the names that are shown now
//! (`people::live_names`) and by the store for those whose owners are away.
//! The tables behind it are large, so they live on the server only. Not here: which characters a name may hold
//! (`model::text`), and who may take which name (`posting`).

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;
use unicode_segmentation::UnicodeSegmentation;

use crate::model::text::invisible::is_visible;

/// The version of [`NameKey::look`]. Whoever keeps looks computes them anew when it differs: to be raised with every change
/// of the rule and with every update of the tables of Unicode behind it.
pub const LOOKS_VERSION: &str = "5";

/// An upright stroke: what l, I, | and their kin are drawn as. Private characters are changed by no table of Unicode.
const STROKE: char = '\u{E000}';
/// The digit 1, which is read as an i and drawn as an l.
const ONE: char = '\u{E001}';

/// A name as it is compared. Its texts are without slack, since one is kept for everybody who is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameKey {
    /// Equal for names that are the same.
    pub folded: Box<str>,
    /// What it looks like as it is written, without ornaments, capitals and small letters told apart where they differ.
    shape: Box<str>,
    /// What it reads like in any case, without ornaments.
    reading: Box<str>,
}

/// Why a name cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameClash {
    /// It is the name of somebody else.
    Taken,
    /// It looks like the name of somebody else.
    LookAlike,
}

impl NameKey {
    /// The key of a name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let bare = without_ornaments(name);
        Self { folded: fold(name).into(), shape: shape(bare).into(), reading: reading(bare).into() }
    }

    /// Equal for all names that may look alike, and for some that do not: for finding those that are worth comparing.
    #[must_use]
    pub fn look(&self) -> String {
        self.reading.chars().map(|character| if matches!(character, 'i' | ONE) { 'l' } else { character }).collect()
    }

    /// How this name clashes with another one. Names look alike when a reader may take one for the other as they are
    /// written (a capital I for a small l, but not for a capital L), or when they differ by characters of another script
    /// only, in any case. So Lisa and Ilsa are two people. Ornaments at the ends distinguish nobody. This relation has no classes: Al1ce is like Alice and like
    /// Allce, which are not like each other.
    #[must_use]
    pub fn clash(&self, other: &Self) -> Option<NameClash> {
        if self.folded == other.folded {
            return Some(NameClash::Taken);
        }
        let is_alike = is_alike(&self.shape, &other.shape) || is_alike(&self.reading, &other.reading);
        is_alike.then_some(NameClash::LookAlike)
    }
}

/// A name without what stands before its first and after its last letter or digit: a reader takes `•Alice•` and `Alice 🍵`
/// for Alice. What is drawn like one letter is one, as the stroke of `Pau|` is, and № is not. Whole graphemes, so that marks
/// stay with their letters. A name without letters and digits is all that it has.
fn without_ornaments(name: &str) -> &str {
    let is_letter = |grapheme: &str| {
        let mut drawn = skeleton(grapheme);
        let is_one = drawn.next().is_some_and(is_drawn_as_letter) && drawn.next().is_none();
        is_one || grapheme.chars().any(is_drawn_as_letter)
    };
    between_letters(name, is_letter)
}

/// From the first letter to the last, by graphemes.
fn between_letters(text: &str, is_letter: impl Fn(&str) -> bool) -> &str {
    let mut letters = text.grapheme_indices(true).filter(|(_, grapheme)| is_letter(grapheme));
    let Some((start, first)) = letters.next() else { return text };
    let (last_start, last) = letters.next_back().unwrap_or((start, first));
    &text[start..last_start + last.len()]
}

fn is_drawn_as_letter(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, STROKE | ONE)
}

/// NFC: each letter in one piece with its marks, where Unicode has such a piece.
#[must_use]
pub fn compose(name: &str) -> String {
    name.nfc().collect()
}

/// NFKC, lower case, NFKC again, since lower case may undo it (UAX #15 §11).
#[must_use]
pub fn fold(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// By the skeleton of UTS #39 §4, in which l, I and | are the same, and capitals are what they are.
fn shape(name: &str) -> String {
    let keep_one = |character| if character == '1' { ONE } else { character };
    skeletons(name, keep_one, |character| if character == 'l' { STROKE } else { character })
}

/// The same with every I read as an i.
fn reading(name: &str) -> String {
    let read = |character| match character {
        'I' | 'Ι' | 'І' => 'i',
        '1' => ONE,
        other => other,
    };
    skeletons(name, read, |character| character)
}

/// The skeleton of what is visible of a name, in small letters. Once more after that, since the skeleton of a capital and
/// that of its small letter differ: m looks like rn, and M does not.
fn skeletons(name: &str, before: impl Fn(char) -> char, after: impl Fn(char) -> char) -> String {
    let is_seen = |character: &char| character.is_whitespace() || is_visible(*character);
    let plain: String = name.nfkd().filter(is_seen).map(drawn_like).map(before).collect();
    let written: String = skeleton(&plain).map(after).collect();
    let folded: String = skeleton(&fold(&written)).collect();
    let drawn: String = fold(&folded).nfd().collect();
    // A letter that is drawn like an ornament is one: ǃ is no exclamation mark to Unicode.
    between_letters(&drawn, |grapheme| grapheme.chars().any(is_drawn_as_letter)).to_owned()
}

/// What a character is drawn like where UTS #39 does not say so: small capitals like capitals, and Han characters that differ
/// only by the end of a stroke.
fn drawn_like(character: char) -> char {
    let pair = DRAWN_LIKE.binary_search_by_key(&character, |(character, _)| *character);
    pair.map_or(character, |place| DRAWN_LIKE[place].1)
}

/// In the order of the first.
const DRAWN_LIKE: &[(char, char)] = &[
    ('ɢ', 'G'),
    ('ɪ', 'I'),
    ('ɴ', 'N'),
    ('ʀ', 'R'),
    ('ʏ', 'Y'),
    ('ʙ', 'B'),
    ('ʜ', 'H'),
    ('ʟ', 'L'),
    ('Ꮖ', 'I'),
    ('ᴀ', 'A'),
    ('ᴄ', 'C'),
    ('ᴅ', 'D'),
    ('ᴇ', 'E'),
    ('ᴊ', 'J'),
    ('ᴋ', 'K'),
    ('ᴍ', 'M'),
    ('ᴏ', 'O'),
    ('ᴘ', 'P'),
    ('ᴛ', 'T'),
    ('ᴜ', 'U'),
    ('ᴠ', 'V'),
    ('ᴡ', 'W'),
    ('ᴢ', 'Z'),
    ('內', '内'),
    ('吕', '呂'),
    ('囯', '国'),
    ('已', '己'),
    ('巳', '己'),
    ('靑', '青'),
    ('黃', '黄'),
    ('ꜰ', 'F'),
    ('ꜱ', 'S'),
    ('ꞯ', 'Q'),
];

fn is_alike(one: &str, other: &str) -> bool {
    let mut others = other.chars();
    let is_like = |(character, other)| match (character, other) {
        (ONE, 'i' | 'l' | STROKE) | ('i' | 'l' | STROKE, ONE) => true,
        _ => character == other,
    };
    one.chars().all(|character| others.next().is_some_and(|other| is_like((character, other))))
        && others.next().is_none()
}

/// Names that nobody may take, however they are dressed up: punctuation, spaces and symbols do not count.
#[derive(Clone, Debug, Default)]
pub struct ReservedNames {
    looks: Vec<String>,
}

impl ReservedNames {
    /// Reserves these.
    #[must_use]
    pub fn new(names: &[String]) -> Self {
        let looks = names.iter().map(|name| bare_look(name)).filter(|look| !look.is_empty()).collect();
        Self { looks }
    }

    /// Whether nobody may take this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.looks.contains(&bare_look(name))
    }
}

/// The letters and digits of a look, without their marks.
fn bare_look(name: &str) -> String {
    NameKey::of(name).look().chars().filter(|character| character.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests;
