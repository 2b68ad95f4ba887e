//! Comings and goings, and the opening of a room: quiet lines between the loud ones.

use leptos::prelude::*;

use crate::model::rows::{Names, NoticeRow};
use crate::ui::i18n::{Language, Words, fill};

/// Who came and went, folded into one line.
#[component]
pub fn NoticeLine(
    /// Who came and went.
    notice: NoticeRow,
    /// The language of the page.
    language: Language,
) -> impl IntoView {
    view! { <li class="notice-line" data-row="">{describe(language, &notice)}</li> }
}

/// The first line of a room.
#[component]
pub fn RoomCreatedLine(
    /// Who opened it; none for the lobby.
    creator: Option<String>,
    /// The language of the page.
    language: Language,
) -> impl IntoView {
    let words = language.words();
    let line =
        creator.map_or_else(|| words.room_opened.to_owned(), |name| fill(words.room_created, &[("{name}", &name)]));
    view! { <li class="notice-line" data-row="">{line}</li> }
}

fn describe(language: Language, notice: &NoticeRow) -> String {
    let words = language.words();
    let came = sentence(language, words.joined, &notice.joined);
    let went = sentence(language, words.left, &notice.left);
    let between = match language {
        Language::English => ", ",
        Language::Chinese => "，",
    };
    [came, went].into_iter().flatten().collect::<Vec<_>>().join(between)
}

fn sentence(language: Language, sentence: &str, names: &Names) -> Option<String> {
    if names.named.is_empty() {
        return None;
    }
    Some(fill(sentence, &[("{names}", &list(language, language.words(), names))]))
}

/// "A, B and C", or "A and 3 others"; in Chinese a count includes those that are named.
fn list(language: Language, words: &Words, names: &Names) -> String {
    let named = &names.named;
    match language {
        Language::English if names.others > 0 => {
            format!("{} {}", named.join(", "), words.and_others.with(names.others))
        }
        Language::English => match named.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => named.concat(),
        },
        Language::Chinese if names.others > 0 => {
            format!("{} {}", named.join("、"), words.and_others.with(named.len() + names.others))
        }
        Language::Chinese => format!("{} ", named.join("、")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Seq;

    fn notice(joined: &[&str], others: usize, left: &[&str]) -> NoticeRow {
        let names =
            |named: &[&str], others| Names { named: named.iter().map(|&name| name.to_owned()).collect(), others };
        NoticeRow { after: Seq::ZERO, joined: names(joined, others), left: names(left, 0) }
    }

    #[test]
    fn comings_and_goings_read_as_one_sentence() {
        let english = |row| describe(Language::English, &row);
        assert_eq!(english(notice(&["Ann"], 3, &[])), "Ann and 3 others joined");
        assert_eq!(english(notice(&["Ann", "Bo", "Cy"], 0, &["Di"])), "Ann, Bo and Cy joined, Di left");
        let chinese = |row| describe(Language::Chinese, &row);
        assert_eq!(chinese(notice(&["小明"], 3, &[])), "小明 等 4 人进来了");
        assert_eq!(chinese(notice(&["小明", "Ann"], 0, &["阿华"])), "小明、Ann 进来了，阿华 离开了");
    }
}
