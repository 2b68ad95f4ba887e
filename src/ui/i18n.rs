//! The languages of the page, and how numbers and names are put into their sentences.
//! Every string is in [`words`], every refusal in `refusals`; a string without its translation does not compile.
//! Used by the rest of `ui`, and by `boot` to find out a reader's language.

mod dates;
mod refusals;
pub mod words;

use serde::{Deserialize, Serialize};

pub use dates::day;
pub use refusals::{advice, refusal, refusal_of, typed_text_is_here};
pub use words::panels::PanelWords;
pub use words::{DocumentWords, SearchWords, Words};

use crate::model::address;
use crate::model::conversation::Count;
use crate::protocol::RoomSummary;

/// A language of the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Language {
    /// English, also for every language that is not spoken here.
    #[default]
    #[serde(rename = "en")]
    English,
    /// Simplified Chinese.
    #[serde(rename = "zh-CN")]
    Chinese,
}

impl Language {
    /// Name of the cookie that remembers a choice.
    pub const COOKIE: &str = "teahouse_language";

    /// The BCP 47 tag, as in `<html lang>`, the cookie and the language form.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// The language of a tag that [`Self::tag`] made: from the cookie or the language form.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        [Self::English, Self::Chinese].into_iter().find(|language| language.tag() == tag)
    }

    /// What the value of a `Cookie` header remembers.
    #[must_use]
    pub fn from_cookie(header: &str) -> Option<Self> {
        header
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(name, _)| *name == Self::COOKIE)
            .and_then(|(_, tag)| Self::from_tag(tag))
    }

    /// The most wanted language of an `Accept-Language` header that is spoken here (RFC 9110, §12.5.4).
    #[must_use]
    pub fn from_accept_language(header: &str) -> Self {
        let mut best = (0.0, Self::default());
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let language = match primary_subtag(parts.next().unwrap_or_default()).as_str() {
                "zh" => Self::Chinese,
                "en" => Self::English,
                _ => continue,
            };
            let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse().unwrap_or(0.0));
            if weight > best.0 {
                best = (weight, language);
            }
        }
        best.1
    }

    /// The language that the switch offers.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::English => Self::Chinese,
            Self::Chinese => Self::English,
        }
    }

    /// Its own name for itself.
    #[must_use]
    pub const fn own_name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "中文",
        }
    }

    /// All strings of the page in this language.
    #[must_use]
    pub const fn words(self) -> &'static Words {
        match self {
            Self::English => &words::ENGLISH,
            Self::Chinese => &words::CHINESE,
        }
    }

    /// The strings of the search, which only the server writes.
    #[must_use]
    pub const fn search_words(self) -> &'static SearchWords {
        match self {
            Self::English => &words::SEARCH_ENGLISH,
            Self::Chinese => &words::SEARCH_CHINESE,
        }
    }

    /// The strings of panels, which only the server writes.
    #[must_use]
    pub const fn panel_words(self) -> &'static PanelWords {
        match self {
            Self::English => &words::panels::PANELS_ENGLISH,
            Self::Chinese => &words::panels::PANELS_CHINESE,
        }
    }

    /// The strings that only the server writes around the page.
    #[must_use]
    pub const fn document_words(self) -> &'static DocumentWords {
        match self {
            Self::English => &words::DOCUMENT_ENGLISH,
            Self::Chinese => &words::DOCUMENT_CHINESE,
        }
    }
}

/// What comes of signing out, where a name that was given back rests for so many hours.
#[must_use]
pub fn sign_out_words(language: Language, rest_hours: u32) -> String {
    let words = language.document_words();
    let name =
        if rest_hours == 0 { words.sign_out_frees.to_owned() } else { words.sign_out_rests.with(rest_hours as usize) };
    let space = if language == Language::Chinese { "" } else { " " };
    [&name, space, words.sign_out_unsent].concat()
}

fn primary_subtag(range: &str) -> String {
    range.split('-').next().unwrap_or_default().to_ascii_lowercase()
}

/// A sentence with a number in it, in the forms that the languages of the page have: `{n}` is the number.
#[derive(Clone, Copy, Debug)]
pub struct Counted {
    /// The form for exactly one.
    pub one: &'static str,
    /// The form for every other number, zero included.
    pub other: &'static str,
}

impl Counted {
    /// The sentence for this number.
    #[must_use]
    pub fn with(self, count: usize) -> String {
        self.of(Count { known: count, or_more: false })
    }

    /// The sentence for this number or more.
    #[must_use]
    pub fn of(self, count: Count) -> String {
        let sentence = if count == Count::ONE { self.one } else { self.other };
        fill(sentence, &[("{n}", &number(count))])
    }
}

/// A number; a least one ends with a plus.
#[must_use]
pub fn number(count: Count) -> String {
    let mut number = count.known.to_string();
    if count.or_more {
        number.push('+');
    }
    number
}

/// Puts values into their places in a sentence, such as `{name}`. In one pass: nobody's nickname is taken for a place.
#[must_use]
pub fn fill(sentence: &str, places: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    for piece in sentence.split_inclusive('}') {
        let place = places.iter().find_map(|(place, value)| Some((piece.strip_suffix(place)?, *value)));
        let (before, value) = place.unwrap_or((piece, ""));
        filled.push_str(before);
        filled.push_str(value);
    }
    filled
}

/// The name of a room. The lobby has one in every language, unless the host gave it another.
#[must_use]
pub fn room_title(language: Language, room: &RoomSummary) -> String {
    if address::is_unnamed_lobby(room) { language.words().lobby.to_owned() } else { room.title.clone() }
}

/// A name inside a sentence that is only text: isolated, so that neither changes the direction of the other (UAX #9, FSI
/// and PDI). Where the sentence is markup, `<bdi>` does the same and leaves nothing in what is copied.
#[must_use]
pub fn isolated(name: &str) -> String {
    ["\u{2068}", name, "\u{2069}"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_gets_the_language_that_the_browser_wants_most() {
        for (header, language) in [
            ("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese),
            ("en-GB,en;q=0.9,zh;q=0.8", Language::English),
            ("fr, en;q=0.2, zh-TW;q=0.7", Language::Chinese),
            ("ZH", Language::Chinese),
            ("zh;q=0, en;q=0.1", Language::English),
            ("de", Language::English),
            ("", Language::English),
            (";;,q=,zh;q=nonsense", Language::English),
        ] {
            assert_eq!(Language::from_accept_language(header), language, "{header}");
        }
    }

    /// Protects readers of each language from another room under the name that they know the lobby by.
    #[test]
    fn the_lobby_has_its_reserved_name_in_every_language() {
        for (language, name) in [Language::English, Language::Chinese].into_iter().zip(address::LOBBY_NAMES) {
            assert_eq!(language.words().lobby, name);
        }
    }

    #[test]
    fn a_choice_is_remembered_by_its_cookie_alone() {
        assert_eq!(Language::from_cookie("a=b; teahouse_language=zh-CN"), Some(Language::Chinese));
        assert_eq!(Language::from_cookie("teahouse_language=en"), Some(Language::English));
        assert_eq!(Language::from_cookie("language=zh-CN; teahouse_language=xx"), None);
        assert_eq!(Language::from_cookie(""), None);
    }

    #[test]
    fn a_nickname_that_looks_like_a_place_is_shown_as_it_is() {
        let said = fill("{name}: {text}", &[("{name}", "{text}"), ("{text}", "{name} {n}")]);
        assert_eq!(said, "{text}: {name} {n}");
        assert_eq!(fill("no {place} here", &[("{name}", "ada")]), "no {place} here");
    }

    #[test]
    fn a_count_takes_the_form_of_its_number() {
        let people = Language::English.words().and_others;
        assert_eq!(people.with(1), "and 1 other");
        assert_eq!(people.with(3), "and 3 others");
    }
}
