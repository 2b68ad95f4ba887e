//! Comings and goings, and the opening of a room: quiet rows between messages.

use crate::model::rows::{Names, NoticeRow};
use crate::ui::html::{HtmlElement, html_element};
use crate::ui::i18n::{Language, isolated};

/// Who came and went, folded into one row.
pub fn notice(language: Language, notice: NoticeRow) -> HtmlElement {
    row(describe(language, notice))
}

/// The first row of a room, with who opened it; nobody did for the lobby.
pub fn room_created(language: Language, creator: Option<String>) -> HtmlElement {
    let words = language.words();
    let mut parts = Vec::new();
    match creator {
        None => push_words(&mut parts, words.room_opened),
        Some(name) => around(&mut parts, words.room_created, |parts| parts.push(Part::Name(name))),
    }
    row(parts)
}

/// An event of a kind that only a newer page can show.
pub fn newer(language: Language) -> HtmlElement {
    row(vec![Part::Words(language.words().newer.to_owned())])
}

/// A part of a row. Names are isolated from the words around them, whichever way their script runs.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Words(String),
    Name(String),
}

fn row(parts: Vec<Part>) -> HtmlElement {
    html_element(|html| {
        html.start("li", &[("class", "notice-line"), ("data-row", "")]);
        for part in parts {
            match part {
                Part::Words(words) => html.text(&words),
                Part::Name(name) => html.name("", &name),
            }
        }
        html.end();
    })
}

fn describe(language: Language, notice: NoticeRow) -> Vec<Part> {
    let words = language.words();
    let mut parts = Vec::new();
    for (sentence, names) in [(words.joined, notice.joined), (words.left, notice.left)] {
        if names.is_empty() {
            continue;
        }
        if !parts.is_empty() {
            push_words(&mut parts, words.between_sentences);
        }
        around(&mut parts, sentence, |parts| list(parts, language, names));
    }
    parts
}

/// The same people inside a sentence that is only text.
pub fn names(language: Language, names: Names) -> String {
    let mut parts = Vec::new();
    list(&mut parts, language, names);
    let text: String = parts
        .into_iter()
        .map(|part| match part {
            Part::Words(words) => words,
            Part::Name(name) => isolated(&name),
        })
        .collect();
    text.trim_end().to_owned()
}

fn push_words(parts: &mut Vec<Part>, words: &str) {
    if !words.is_empty() {
        parts.push(Part::Words(words.to_owned()));
    }
}

/// A sentence with something in its one place.
fn around(parts: &mut Vec<Part>, sentence: &str, place: impl FnOnce(&mut Vec<Part>)) {
    let (before, rest) = sentence.split_once('{').unwrap_or((sentence, ""));
    let (_, after) = rest.split_once('}').unwrap_or_default();
    push_words(parts, before);
    place(parts);
    push_words(parts, after);
}

/// "A, B and C", or "A and 3 others"; in Chinese a count includes those that are named, and a name keeps its distance.
fn list(parts: &mut Vec<Part>, language: Language, names: Names) {
    let words = language.words();
    let Names { named, others } = names;
    let count = named.len();
    for (index, name) in named.into_iter().enumerate() {
        if index > 0 {
            let is_last = index + 1 == count && others == 0;
            push_words(parts, if is_last { words.between_last_names } else { words.between_names });
        }
        parts.push(Part::Name(name));
    }
    let counted = if language == Language::Chinese { count + others } else { others };
    if others > 0 {
        push_words(parts, &[" ", &words.and_others.with(counted)].concat());
    } else if language == Language::Chinese {
        push_words(parts, " ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Seq;

    fn came_and_went(joined: &[&str], others: usize, left: &[&str]) -> NoticeRow {
        let names =
            |named: &[&str], others| Names { named: named.iter().map(|&name| name.to_owned()).collect(), others };
        NoticeRow { after: Seq::ZERO, joined: names(joined, others), left: names(left, 0) }
    }

    fn read(parts: Vec<Part>) -> String {
        parts.into_iter().map(|(Part::Words(text) | Part::Name(text))| text).collect()
    }

    #[test]
    fn names_are_kept_apart_from_the_words_around_them() {
        let parts = describe(Language::English, came_and_went(&["Ann", "{names}"], 0, &[]));
        let name = |name: &str| Part::Name(name.to_owned());
        let words = |words: &str| Part::Words(words.to_owned());
        assert_eq!(parts, [name("Ann"), words(" and "), name("{names}"), words(" joined")]);
    }

    #[test]
    fn comings_and_goings_read_as_one_sentence() {
        let english = |row| read(describe(Language::English, row));
        assert_eq!(english(came_and_went(&["Ann"], 3, &[])), "Ann and 3 others joined");
        assert_eq!(english(came_and_went(&["Ann", "Bo", "Cy"], 0, &["Di"])), "Ann, Bo and Cy joined, Di left");
        let chinese = |row| read(describe(Language::Chinese, row));
        assert_eq!(chinese(came_and_went(&["小明"], 3, &[])), "小明 等 4 人进来了");
        assert_eq!(chinese(came_and_went(&["小明", "Ann"], 0, &["阿华"])), "小明、Ann 进来了，阿华 离开了");
    }
}
