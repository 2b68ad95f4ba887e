//! What somebody types into the field of the search: words, phrases in quotation marks, and filters with a colon.

use super::phrase::{Phrase, WordEnd};
use super::units::Fold;
use crate::model::calendar::CivilDate;
use crate::protocol::Timestamp;

/// Longest query, in characters.
const CHARS_MAX: usize = 300;
/// Most words and phrases, since each is looked up.
const PHRASES_MAX: usize = 16;

/// A query that was understood. A message is found if all of it is true of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// What it says.
    pub phrases: Vec<Phrase>,
    /// The nickname under which it was posted, as it was typed.
    pub from: Option<String>,
    /// Address or name of the room, as it was typed.
    pub room: Option<String>,
    /// It was posted before this moment.
    pub before: Option<Timestamp>,
    /// It was posted at this moment or later.
    pub after: Option<Timestamp>,
    /// Whether it must hold a link.
    pub has_link: bool,
}

/// Why a query cannot be answered, with what was typed where that helps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueryFault {
    /// Nothing was typed.
    Empty,
    /// It holds only dates, or characters that no word is made of.
    NothingToFind,
    /// It is longer than a query may be.
    TooLong,
    /// A filter without a value.
    NoValue(String),
    /// No day, or not written as year, month and day.
    Date(String),
    /// Something that messages cannot be looked for by.
    Filter(String),
    /// There is no such room.
    Room(String),
}

/// A piece of a query between spaces.
struct Piece {
    /// The name of a filter, in small letters.
    filter: Option<String>,
    text: String,
    is_quoted: bool,
}

impl SearchQuery {
    /// Understands a query.
    ///
    /// # Errors
    /// The first fault.
    pub fn parse(text: &str, fold: Fold) -> Result<Self, QueryFault> {
        if text.trim().is_empty() {
            return Err(QueryFault::Empty);
        }
        if text.chars().count() > CHARS_MAX {
            return Err(QueryFault::TooLong);
        }
        let mut query = Self::default();
        for piece in pieces(text) {
            query.take(piece, fold)?;
        }
        if query.phrases.len() > PHRASES_MAX {
            return Err(QueryFault::TooLong);
        }
        let has_terms = !query.phrases.is_empty() || query.from.is_some() || query.room.is_some() || query.has_link;
        if has_terms { Ok(query) } else { Err(QueryFault::NothingToFind) }
    }

    fn take(&mut self, Piece { filter, text, is_quoted }: Piece, fold: Fold) -> Result<(), QueryFault> {
        let Some(filter) = filter else {
            let end = if is_quoted { WordEnd::Whole } else { WordEnd::Open };
            self.phrases.extend(Phrase::of(&text, end, fold));
            return Ok(());
        };
        if text.trim().is_empty() {
            return Err(QueryFault::NoValue(filter));
        }
        match filter.as_str() {
            "from" => self.from = Some(text),
            "in" => self.room = Some(text),
            "before" => self.before = Some(day(&text)?),
            "after" => self.after = Some(day(&text)?),
            "has" if text.to_lowercase() == "link" => self.has_link = true,
            _ => return Err(QueryFault::Filter([&filter, ":", &text].concat())),
        }
        Ok(())
    }
}

/// What stands before a colon and is no word of a message.
const FILTERS: [&str; 6] = ["from", "in", "before", "after", "has", "is"];

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let filter = FILTERS.iter().find_map(|name| Some((*name, after_filter(rest, name)?)));
        if let Some((_, after)) = filter {
            rest = after;
        }
        let (text, is_quoted, after) = value(rest);
        let filter = filter.map(|(name, _)| name.to_owned());
        pieces.push(Piece { filter, text: text.to_owned(), is_quoted });
        rest = after.trim_start();
    }
    pieces
}

/// What follows the name of a filter and its colon, which may be a Chinese one.
fn after_filter<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (begins, rest) = (text.get(..name.len())?, text.get(name.len()..)?);
    begins.eq_ignore_ascii_case(name).then(|| rest.strip_prefix([':', '：'])).flatten()
}

/// A word, or what stands in quotation marks; one that is not closed goes to the end.
fn value(text: &str) -> (&str, bool, &str) {
    let is_quote = |character: char| matches!(character, '"' | '“' | '”' | '„' | '「' | '」');
    if let Some(quoted) = text.strip_prefix(is_quote) {
        let (inside, after) = quoted.split_once(is_quote).unwrap_or((quoted, ""));
        return (inside, true, after);
    }
    let end = text.find(|character: char| character.is_whitespace() || is_quote(character)).unwrap_or(text.len());
    (&text[..end], false, &text[end..])
}

/// The beginning of a day, by UTC: `2026-11-01`, also with slashes or dots.
fn day(text: &str) -> Result<Timestamp, QueryFault> {
    date(text).map(|date| date.begins(0)).ok_or_else(|| QueryFault::Date(text.to_owned()))
}

fn date(text: &str) -> Option<CivilDate> {
    let mut numbers = text.split(['-', '/', '.']);
    let mut number = || numbers.next().filter(|digits| digits.len() <= 4)?.parse::<u16>().ok();
    let (year, month, day) = (number()?, number()?, number()?);
    let is_whole = numbers.next().is_none();
    CivilDate::new(year.into(), u8::try_from(month).ok()?, u8::try_from(day).ok()?).filter(|_| is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SearchQuery, QueryFault> {
        SearchQuery::parse(text, str::to_lowercase)
    }

    fn phrase(text: &str, end: WordEnd) -> Phrase {
        Phrase::of(text, end, str::to_lowercase).unwrap()
    }

    #[test]
    fn words_phrases_and_filters_are_told_apart() {
        let query =
            parse("  Oolong \"green tea\" from:\"Ann Li\" in:茶馆 before:2026-11-01 AFTER：2026/1/9 has:link 好")
                .unwrap();
        let expected = SearchQuery {
            phrases: vec![
                phrase("oolong", WordEnd::Open),
                phrase("green tea", WordEnd::Whole),
                phrase("好", WordEnd::Open),
            ],
            from: Some("Ann Li".to_owned()),
            room: Some("茶馆".to_owned()),
            before: Some(Timestamp::from_unix_ms(1_793_491_200_000)),
            after: Some(Timestamp::from_unix_ms(1_767_916_800_000)),
            has_link: true,
        };
        assert_eq!(query, expected);
    }

    #[test]
    fn what_only_looks_like_a_filter_is_text() {
        for text in ["https://example.org", "note:this", "into:it", "\"from:ann\"", "“in:here”", "\"never closed"] {
            let query = parse(text).unwrap();
            let rest = SearchQuery { phrases: query.phrases.clone(), ..SearchQuery::default() };
            assert!(query == rest && query.phrases.len() == 1, "{text}");
        }
    }

    #[test]
    fn every_fault_names_what_is_wrong() {
        let many = "a ".repeat(PHRASES_MAX + 1);
        let long = "a".repeat(CHARS_MAX + 1);
        for (text, fault) in [
            ("", QueryFault::Empty),
            (" \u{3000}", QueryFault::Empty),
            ("?!", QueryFault::NothingToFind),
            ("before:2026-01-01", QueryFault::NothingToFind),
            (&many, QueryFault::TooLong),
            (&long, QueryFault::TooLong),
            ("tea from:", QueryFault::NoValue("from".to_owned())),
            ("tea from: ann", QueryFault::NoValue("from".to_owned())),
            ("tea before:yesterday", QueryFault::Date("yesterday".to_owned())),
            ("tea before:2026-02-29", QueryFault::Date("2026-02-29".to_owned())),
            ("tea after:2026-13-01", QueryFault::Date("2026-13-01".to_owned())),
            ("tea after:2026-1", QueryFault::Date("2026-1".to_owned())),
            ("has:file", QueryFault::Filter("has:file".to_owned())),
            ("is:pinned", QueryFault::Filter("is:pinned".to_owned())),
        ] {
            assert_eq!(parse(text), Err(fault), "{text}");
        }
    }
}
