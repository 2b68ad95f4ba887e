//! A phrase of a query: units that a message must hold one after the other. It is found by the terms of an index, or by
//! looking at a text; both say the same of every text.

use std::ops::Range;

use super::units::{Fold, PlacedUnit, TextUnit, term, units};

/// Units in their order; at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase {
    units: Vec<TextUnit>,
    end: WordEnd,
}

/// What the last word of a phrase stands for. A character may always be followed by others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WordEnd {
    /// The words that begin with it.
    Open,
    /// This word alone.
    Whole,
}

/// A phrase as an index finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseTerms {
    /// Terms at positions that follow each other.
    pub terms: Vec<String>,
    /// Whether the last one stands for all terms that begin with it.
    pub last_is_prefix: bool,
}

impl Phrase {
    /// What somebody wrote as one; `None` when there is nothing in it that can be found.
    #[must_use]
    pub fn of(text: &str, end: WordEnd, fold: Fold) -> Option<Self> {
        let units: Vec<_> = units(text, fold).into_iter().map(|placed| placed.unit).collect();
        (!units.is_empty()).then_some(Self { units, end })
    }

    /// How an index finds it.
    #[must_use]
    pub fn terms(&self) -> PhraseTerms {
        let mut terms: Vec<_> = (0..self.units.len()).map(|at| term(&self.units[at], self.units.get(at + 1))).collect();
        let last_is_prefix = match self.units.last() {
            // The pair before it holds it already.
            Some(TextUnit::Character { is_joined: true, .. }) if terms.len() > 1 => {
                terms.pop();
                false
            }
            Some(TextUnit::Character { .. }) => true,
            Some(TextUnit::Word(_)) | None => self.end == WordEnd::Open,
        };
        PhraseTerms { terms, last_is_prefix }
    }

    /// Where a text holds it: bytes of the text.
    pub fn places(&self, text: &[PlacedUnit]) -> impl Iterator<Item = Range<usize>> {
        let found = text.windows(self.units.len()).filter(|window| self.is(window));
        found.map(|window| window[0].place.start..window[window.len() - 1].place.end)
    }

    /// Whether a text holds it.
    #[must_use]
    pub fn is_in(&self, text: &[PlacedUnit]) -> bool {
        self.places(text).next().is_some()
    }

    fn is(&self, window: &[PlacedUnit]) -> bool {
        let last = self.units.len() - 1;
        self.units.iter().zip(window).enumerate().all(|(at, (wanted, found))| match (wanted, &found.unit) {
            (TextUnit::Word(wanted), TextUnit::Word(found)) if at == last && self.end == WordEnd::Open => {
                found.starts_with(wanted.as_str())
            }
            (TextUnit::Word(wanted), TextUnit::Word(found)) => wanted == found,
            (
                TextUnit::Character { character: wanted, is_joined: wants_joined },
                TextUnit::Character { character: found, is_joined },
            ) => wanted == found && (at == 0 || wants_joined == is_joined),
            (TextUnit::Word(_), TextUnit::Character { .. }) | (TextUnit::Character { .. }, TextUnit::Word(_)) => false,
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::search::terms;

    fn phrase(text: &str, end: WordEnd) -> Phrase {
        Phrase::of(text, end, str::to_lowercase).unwrap()
    }

    fn finds(wanted: &str, end: WordEnd, text: &str) -> bool {
        phrase(wanted, end).is_in(&units(text, str::to_lowercase))
    }

    #[test]
    fn what_is_found_is_what_a_reader_expects() {
        use WordEnd::{Open, Whole};
        for (wanted, end, text, is_found) in [
            ("茶馆", Open, "我们去茶馆吧", true),
            ("茶馆", Whole, "我们去茶馆吧", true),
            ("馆", Open, "茶馆", true),
            ("茶", Open, "茶馆", true),
            ("茶馆", Open, "茶 馆", false),
            ("去茶馆吧", Open, "我们去茶馆吧", true),
            ("去茶馆吧", Open, "去茶楼吧", false),
            ("tea", Open, "Teahouse", true),
            ("tea", Whole, "Teahouse", false),
            ("house", Open, "Teahouse", false),
            ("green tea", Whole, "a green, tea", true),
            ("rust 茶", Whole, "Rust茶馆", true),
            ("茶馆 rust", Whole, "去茶馆 Rust", true),
            ("茶 rust", Whole, "茶馆 rust", false),
            ("don't", Open, "I don’t know", true),
        ] {
            assert_eq!(finds(wanted, end, text), is_found, "{wanted} in {text}");
        }
        assert_eq!(Phrase::of("!?", Open, str::to_lowercase), None);
    }

    /// What an index says that holds these terms.
    fn is_found_by_terms(PhraseTerms { terms: wanted, last_is_prefix }: &PhraseTerms, text: &[String]) -> bool {
        let (last, before) = wanted.split_last().unwrap();
        text.windows(wanted.len()).any(|window| {
            let (found, found_before) = window.split_last().unwrap();
            found_before == before && (found == last || (*last_is_prefix && found.starts_with(last.as_str())))
        })
    }

    proptest! {
        /// Few characters, so that texts hold what is looked for.
        #[test]
        fn the_terms_of_an_index_find_what_a_look_at_the_text_finds(
            text in "[茶馆好ab ,🍵]{0,16}", wanted in "[茶馆好ab ,🍵]{1,5}", is_open in any::<bool>(),
        ) {
            let end = if is_open { WordEnd::Open } else { WordEnd::Whole };
            if let Some(phrase) = Phrase::of(&wanted, end, str::to_lowercase) {
                let by_look = phrase.is_in(&units(&text, str::to_lowercase));
                prop_assert_eq!(is_found_by_terms(&phrase.terms(), &terms(&text, str::to_lowercase)), by_look);
            }
        }
    }
}
