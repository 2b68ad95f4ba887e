//! How a message begins: what replies quote of it. The same on both sides, since the page quotes anew when a message is edited.

use super::invisible::{is_joiner, is_mark};
use super::markdown::plain_text;
use crate::protocol::limits::QUOTE_CHARS_MAX;
use crate::protocol::{EventBody, LogEvent, Quote};

/// So many characters are quoted; more only to the end of a grapheme cluster.
const CHARS: usize = 150;

/// What a reply to this event quotes; none for what is no message.
#[must_use]
pub fn quote(event: &LogEvent) -> Option<Quote> {
    let (Some(by), EventBody::Message(message)) = (&event.by, &event.body) else { return None };
    Some(Quote { nickname: by.nickname.clone(), text: excerpt(&message.text) })
}

/// How a message begins, without its marks: what a spoiler hides stays hidden. What is left out is told by an ellipsis. Empty
/// for an empty message only.
#[must_use]
pub fn excerpt(text: &str) -> String {
    let shown = plain_text(text);
    cut(if shown.trim().is_empty() { text } else { &shown })
}

fn cut(text: &str) -> String {
    let mut before = ' ';
    for (count, (index, character)) in text.char_indices().enumerate() {
        if count >= CHARS && (count + 1 >= QUOTE_CHARS_MAX || begins_cluster(before, character)) {
            return [text[..index].trim_end(), "…"].concat();
        }
        before = character;
    }
    text.to_owned()
}

/// Whether a character begins a grapheme cluster, as far as that is known without the tables of Unicode.
fn begins_cluster(before: char, character: char) -> bool {
    const SKIN_TONES: std::ops::RangeInclusive<char> = '\u{1F3FB}'..='\u{1F3FF}';
    let goes_on = is_mark(character) || is_joiner(character) || character == '\u{FE0F}';
    !(goes_on || is_joiner(before) || SKIN_TONES.contains(&character))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_two_clusters_and_a_short_one_is_whole() {
        for (text, quoted) in [
            ("", String::new()),
            ("tea?\nor not", "tea?\nor not".to_owned()),
            (&"茶".repeat(150), "茶".repeat(150)),
            (&"茶".repeat(151), "茶".repeat(150) + "…"),
            (&("x".repeat(149) + " and more"), "x".repeat(149) + "…"),
            (&("x".repeat(149) + "👩\u{200D}👩\u{200D}👧!"), "x".repeat(149) + "👩\u{200D}👩\u{200D}👧…"),
            (&("x".repeat(149) + "👍🏽!"), "x".repeat(149) + "👍🏽…"),
            (&("x".repeat(149) + "e\u{301}!"), "x".repeat(149) + "e\u{301}…"),
        ] {
            assert_eq!(excerpt(text), quoted);
        }
        assert_eq!(excerpt("**tea** or ||a surprise||?"), "tea or ▒▒▒?");
        assert_eq!(excerpt("```\n```"), "```\n```", "only of a deleted message nothing is left");
        let stack = excerpt(&"\u{301}".repeat(1_000));
        assert_eq!(stack.chars().count(), QUOTE_CHARS_MAX, "marks without end are cut too");
    }
}
