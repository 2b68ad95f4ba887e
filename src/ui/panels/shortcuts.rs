//! The shortcuts of the keyboard. A test holds the list to the keys that the page listens to. Not here: what they do.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::{Language, PanelWords};

/// Keys as events of the browser name them (UI Events Key Values), and what each of them does. What is held comes first.
struct Shortcut(&'static [&'static str], &'static str);

/// The keys that are held while another one is pressed.
const HELD: [&str; 2] = ["Shift", "Ctrl"];

/// Shortcuts that work in one place.
struct Place {
    title: &'static str,
    shortcuts: Vec<Shortcut>,
}

/// Draws it.
#[must_use]
pub fn shortcuts(language: Language) -> Panel {
    let words = language.panel_words();
    let places = places(words).into_iter().map(place).collect::<Vec<_>>();
    let body = view! {
        <div>
            <h1 class="profile__name" id=PANEL_TITLE_ID>{words.shortcuts}</h1>
            {places}
            <p>{words.shortcuts_mac}</p>
        </div>
    };
    Panel { title: words.shortcuts.to_owned(), body: body.erase() }
}

fn places(words: &PanelWords) -> [Place; 4] {
    let anywhere = vec![Shortcut(&["?"], words.shortcut_list), Shortcut(&["Escape"], words.shortcut_close)];
    let composer = vec![
        Shortcut(&["Enter"], words.shortcut_enter),
        Shortcut(&["Shift", "Enter"], words.shortcut_new_line),
        Shortcut(&["Ctrl", "Enter"], words.shortcut_send),
        Shortcut(&["ArrowUp"], words.shortcut_edit),
        Shortcut(&["Escape"], words.shortcut_stop),
        Shortcut(&["Ctrl", "B"], words.shortcut_bold),
        Shortcut(&["Ctrl", "I"], words.shortcut_italic),
        Shortcut(&["Ctrl", "K"], words.shortcut_link),
    ];
    let messages = vec![Shortcut(&["R"], words.shortcut_reply), Shortcut(&["Escape"], words.shortcut_read)];
    let emojis = vec![
        Shortcut(&["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"], words.shortcut_emoji),
        Shortcut(&["Home", "End"], words.shortcut_emoji_ends),
    ];
    [
        Place { title: words.shortcuts_anywhere, shortcuts: anywhere },
        Place { title: words.shortcuts_message, shortcuts: messages },
        Place { title: words.shortcuts_composer, shortcuts: composer },
        Place { title: words.shortcuts_emojis, shortcuts: emojis },
    ]
}

fn place(Place { title, shortcuts }: Place) -> ErasedView {
    let rows = shortcuts.into_iter().map(|Shortcut(keys, does)| {
        view! {
            <tr>
                <th scope="row">{keys_shown(keys)}</th>
                <td>{does}</td>
            </tr>
        }
        .erase()
    });
    view! {
        <table class="panel__table">
            <caption>{title}</caption>
            <tbody>{rows.collect::<Vec<_>>()}</tbody>
        </table>
    }
    .erase()
}

fn keys_shown(keys: &[&'static str]) -> Vec<ErasedView> {
    let shown = keys.iter().map(|key| {
        let then = if HELD.contains(key) { " + " } else { " " };
        view! { <kbd>{key_shown(key)}</kbd> {then} }.erase()
    });
    shown.collect()
}

/// As it is written on keyboards.
fn key_shown(key: &'static str) -> &'static str {
    match key {
        "ArrowLeft" => "←",
        "ArrowRight" => "→",
        "ArrowUp" => "↑",
        "ArrowDown" => "↓",
        "Escape" => "Esc",
        _ => key,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Everything that listens to keys.
    const LISTENERS: [&str; 3] = [
        include_str!("../shell/habits.js"),
        include_str!("../components/edits.rs"),
        include_str!("../parts/emoji_picker.rs"),
    ];

    /// Whether a literal of the sources is the name of a key, and neither a mark nor a field.
    fn names_a_key(literal: &str) -> bool {
        const NAMED: [&str; 8] = ["Enter", "Escape", "ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End"];
        let is_character =
            literal.chars().count() == 1 && literal.starts_with(|c: char| c.is_alphanumeric() || c == '?');
        is_character || NAMED.contains(&literal)
    }

    /// The keys that a source compares with, of which each line speaks of a key.
    fn listened_to(source: &str) -> BTreeSet<String> {
        let source = source.split("#[cfg(test)]").next().unwrap_or_default();
        let is_about_keys = |line: &&str| line.contains("key") || line.contains("=>");
        let literals = source.lines().filter(is_about_keys).flat_map(|line| line.split('"').skip(1).step_by(2));
        literals.filter(|literal| names_a_key(literal)).map(str::to_uppercase).collect()
    }

    #[test]
    fn the_list_has_every_key_that_the_page_listens_to_and_no_other() {
        let there: BTreeSet<String> = LISTENERS.iter().flat_map(|source| listened_to(source)).collect();
        let places = places(Language::English.panel_words());
        let shortcuts = places.iter().flat_map(|place| &place.shortcuts);
        let listed = shortcuts.flat_map(|Shortcut(keys, _)| *keys).filter(|key| !HELD.contains(key));
        assert_eq!(listed.map(|key| key.to_uppercase()).collect::<BTreeSet<_>>(), there);
        for key in ["?", "R", "B", "ESCAPE", "HOME"] {
            assert!(there.contains(key), "{key} is not found in the sources any more: is the rule looking right?");
        }
    }

    #[test]
    fn every_shortcut_has_words_of_its_own_in_its_place() {
        for language in [Language::English, Language::Chinese] {
            for Place { title, shortcuts } in places(language.panel_words()) {
                let words: BTreeSet<&str> = shortcuts.iter().map(|Shortcut(_, does)| *does).collect();
                assert_eq!(words.len(), shortcuts.len(), "{title}");
            }
        }
    }
}
