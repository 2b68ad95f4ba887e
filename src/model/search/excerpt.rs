//! The part of a message that a hit shows: around the first place that was looked for, with all such places marked.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::phrase::Phrase;
use super::units::{Fold, units};
use crate::model::text::markdown::plain_text;

/// So many grapheme clusters are shown at most.
const CLUSTERS_MAX: usize = 180;
/// So many of them before the first place.
const CLUSTERS_BEFORE: usize = 40;
const LEFT_OUT: &str = "…";

/// A part of an excerpt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExcerptPiece {
    /// What it says.
    pub text: String,
    /// Whether it is what was looked for.
    pub is_match: bool,
}

/// What a hit shows of a message: its text without marks, so that what a spoiler hides stays hidden.
#[must_use]
pub fn excerpt(text: &str, phrases: &[Phrase], fold: Fold) -> Vec<ExcerptPiece> {
    let text = plain_text(text);
    let places = places(&text, phrases, fold);
    let window = window(&text, places.first().map_or(0, |first| first.start));
    let mut pieces = Vec::new();
    let mut push = |text: &str, is_match| {
        if !text.is_empty() {
            pieces.push(ExcerptPiece { text: text.to_owned(), is_match });
        }
    };
    push(if window.start > 0 { LEFT_OUT } else { "" }, false);
    let mut shown = window.start;
    for place in places.into_iter().take_while(|place| place.start < window.end) {
        let end = place.end.min(window.end);
        push(&text[shown..place.start], false);
        push(&text[place.start..end], true);
        shown = end;
    }
    push(&text[shown..window.end], false);
    push(if window.end < text.len() { LEFT_OUT } else { "" }, false);
    pieces
}

/// The places of all phrases in their order; those that meet are one.
fn places(text: &str, phrases: &[Phrase], fold: Fold) -> Vec<Range<usize>> {
    let units = units(text, fold);
    let mut places: Vec<_> = phrases.iter().flat_map(|phrase| phrase.places(&units)).collect();
    places.sort_by_key(|place| place.start);
    places.dedup_by(|next, place| {
        let meets = next.start <= place.end;
        if meets {
            place.end = place.end.max(next.end);
        }
        meets
    });
    places
}

/// The bytes that are shown, when this one is the first that matters.
fn window(text: &str, first: usize) -> Range<usize> {
    let clusters = || text.grapheme_indices(true).map(|(place, _)| place);
    let count_before = clusters().take_while(|place| *place < first).count();
    let count = clusters().count();
    // A text that fits is shown whole, and the end of a longer one is not wasted.
    let skipped = count_before.saturating_sub(CLUSTERS_BEFORE).min(count.saturating_sub(CLUSTERS_MAX));
    let start = clusters().nth(skipped).unwrap_or(0);
    let end = clusters().nth(skipped + CLUSTERS_MAX).unwrap_or(text.len());
    start..end
}

#[cfg(test)]
mod tests {
    use super::super::WordEnd;
    use super::*;

    /// The excerpt with brackets around what was looked for.
    fn shown(text: &str, wanted: &[&str]) -> String {
        let phrases: Vec<_> =
            wanted.iter().filter_map(|wanted| Phrase::of(wanted, WordEnd::Open, str::to_lowercase)).collect();
        let pieces = excerpt(text, &phrases, str::to_lowercase).into_iter();
        pieces.map(|piece| if piece.is_match { format!("[{}]", piece.text) } else { piece.text }).collect()
    }

    #[test]
    fn every_place_of_every_phrase_is_marked_once() {
        for (text, wanted, excerpt) in [
            ("我们去茶馆，茶馆不远", &["茶馆"][..], "我们去[茶馆]，[茶馆]不远"),
            ("茶馆好", &["茶馆", "馆好"], "[茶馆好]"),
            ("Green **tea** and teapots", &["tea", "green"], "[Green] [tea] and [teapots]"),
            ("||a secret|| tea", &["secret"], "▒▒▒ tea"),
            ("nothing", &["something"], "nothing"),
        ] {
            assert_eq!(shown(text, wanted), excerpt);
        }
    }

    #[test]
    fn a_long_text_is_shown_around_the_first_place() {
        let long = format!("{}tea{}", "x ".repeat(200), " y".repeat(200));
        let excerpt = shown(&long, &["tea"]);
        assert!(excerpt.starts_with("…x ") && excerpt.contains("x [tea] y") && excerpt.ends_with('…'), "{excerpt}");
        assert_eq!(excerpt.chars().filter(|character| !"…[]".contains(*character)).count(), CLUSTERS_MAX);
        let at_the_end = shown(&format!("{}tea", "x".repeat(500)), &["nowhere"]);
        assert_eq!(at_the_end, format!("{}…", "x".repeat(CLUSTERS_MAX)));
    }
}
