//! Cuts a text into units: words, and the characters of scripts that are written without spaces. An index holds one term for
//! each unit, at the same position: a word as it is, a character together with the one that follows it. So two characters are
//! found by one term, more of them by terms that follow each other, and one by all terms that begin with it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::model::text::invisible::is_visible;

/// Makes the forms of a grapheme cluster equal that a reader takes for the same: case, width, common diacritics.
pub type Fold = fn(&str) -> String;

/// What a text consists of to somebody who searches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextUnit {
    /// A word or a number, folded; or one picture.
    Word(String),
    /// A character of a script that is written without spaces, folded.
    Character {
        /// The character.
        character: char,
        /// Whether it follows the one before it without anything in between.
        is_joined: bool,
    },
}

/// A unit, and which bytes of the text it is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedUnit {
    /// The unit.
    pub unit: TextUnit,
    /// Its place in the text.
    pub place: Range<usize>,
}

/// What becomes of a character.
enum Class {
    Unspaced,
    Word,
    /// A mark on the letter before it, which is not one of the common ones.
    Mark,
    Picture,
    Between,
}

/// The units of a text.
#[must_use]
pub fn units(text: &str, fold: Fold) -> Vec<PlacedUnit> {
    let mut units: Vec<PlacedUnit> = Vec::new();
    // Whether the next character may go on with the last unit.
    let mut goes_on = false;
    for (start, cluster) in text.grapheme_indices(true) {
        let place = start..start + cluster.len();
        for (index, character) in fold(cluster).chars().enumerate() {
            let last = units.last_mut().filter(|_| goes_on);
            match (class(character, index == 0), last) {
                (Class::Unspaced, last) => {
                    let is_joined = last.is_some_and(|last| matches!(last.unit, TextUnit::Character { .. }));
                    let unit = TextUnit::Character { character, is_joined };
                    units.push(PlacedUnit { unit, place: place.clone() });
                    goes_on = true;
                }
                (Class::Word | Class::Mark, Some(PlacedUnit { unit: TextUnit::Word(word), place: whole })) => {
                    word.push(character);
                    whole.end = place.end;
                }
                (Class::Word, _) => {
                    units.push(PlacedUnit { unit: TextUnit::Word(character.to_string()), place: place.clone() });
                    goes_on = true;
                }
                (Class::Picture, _) => {
                    units.push(PlacedUnit { unit: TextUnit::Word(character.to_string()), place: place.clone() });
                    goes_on = false;
                }
                (Class::Mark | Class::Between, _) => goes_on = false,
            }
        }
    }
    units
}

/// The terms of a text for an index, one for each unit.
#[must_use]
pub fn terms(text: &str, fold: Fold) -> Vec<String> {
    let units = units(text, fold);
    let units: Vec<&TextUnit> = units.iter().map(|placed| &placed.unit).collect();
    (0..units.len()).map(|index| term(units[index], units.get(index + 1).copied())).collect()
}

/// The term of a unit that is followed by another one.
pub(super) fn term(unit: &TextUnit, next: Option<&TextUnit>) -> String {
    match (unit, next) {
        (TextUnit::Word(word), _) => word.clone(),
        (TextUnit::Character { character, .. }, Some(TextUnit::Character { character: next, is_joined: true })) => {
            String::from_iter([*character, *next])
        }
        (TextUnit::Character { character, .. }, _) => character.to_string(),
    }
}

fn class(character: char, begins_cluster: bool) -> Class {
    let is_letter = character.is_alphanumeric();
    let is_mark = !begins_cluster && !character.is_ascii() && is_visible(character);
    match character {
        _ if is_unspaced(character) && (is_letter || is_mark) => Class::Unspaced,
        _ if is_letter => Class::Word,
        '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}' => Class::Picture,
        _ if is_mark => Class::Mark,
        _ => Class::Between,
    }
}

/// Han, kana, bopomofo, Hangul, and the scripts of South-East Asia: Thai, Lao, Myanmar, Khmer.
const fn is_unspaced(character: char) -> bool {
    matches!(
        character,
        '\u{0E00}'..='\u{0EFF}'
            | '\u{1000}'..='\u{109F}'
            | '\u{1100}'..='\u{11FF}'
            | '\u{1780}'..='\u{17FF}'
            | '\u{2E80}'..='\u{2FDF}'
            | '\u{3005}'..='\u{31FF}'
            | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7FF}'
            | '\u{F900}'..='\u{FAFF}'
            | '\u{20000}'..='\u{3FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        terms(text, str::to_lowercase).join(" ")
    }

    #[test]
    fn a_run_of_characters_becomes_pairs_and_the_last_one_alone() {
        for (text, terms) in [
            ("", ""),
            ("茶", "茶"),
            ("去茶馆", "去茶 茶馆 馆"),
            ("去，茶馆！", "去 茶馆 馆"),
            ("Green Tea, please", "green tea please"),
            ("don't", "don t"),
            ("Rust茶馆2026", "rust 茶馆 馆 2026"),
            ("お茶はいかが", "お茶 茶は はい いか かが が"),
            ("한국어 채팅", "한국 국어 어 채팅 팅"),
            ("ชาเย็น", "ชา าเ เย ย็ ็น น"),
            ("नमस्ते", "नमस्ते"),
            ("tea🍵🍵 now", "tea 🍵 🍵 now"),
            ("… — !?", ""),
        ] {
            assert_eq!(shown(text), terms, "{text}");
        }
    }

    #[test]
    fn a_unit_knows_its_place_in_the_text() {
        let text = "你好, Teahouse";
        let places: Vec<_> = units(text, str::to_lowercase).into_iter().map(|unit| &text[unit.place]).collect();
        assert_eq!(places, ["你", "好", "Teahouse"]);
    }
}
