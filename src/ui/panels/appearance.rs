//! Asks how pages are to look. The form works without scripts.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel};
use crate::model::address;
use crate::ui::appearance::{Appearance, TextSize, Theme};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::Language;

/// Draws it.
#[must_use]
pub fn appearance(chosen: Appearance, language: Language) -> Panel {
    let words = language.panel_words();
    let themes = [words.theme_device, words.theme_light, words.theme_dark];
    let sizes = [words.text_small, words.text_normal, words.text_large];
    let themes = Theme::ALL.into_iter().zip(themes);
    let themes = themes.map(|(theme, words)| choice("theme", theme.name(), words, theme == chosen.theme));
    let sizes = TextSize::ALL.into_iter().zip(sizes);
    let sizes = sizes.map(|(size, words)| choice("text_size", size.name(), words, size == chosen.text_size));
    let body = view! {
        <div>
            <h1 class="profile__name" id=PANEL_TITLE_ID>{language.words().appearance}</h1>
            <form method="post" action=address::APPEARANCE>
                {choices(words.theme, themes.collect())}
                {choices(words.text_size, sizes.collect())}
                <button class="button button--main">{language.words().save}</button>
            </form>
        </div>
    };
    Panel { title: language.words().appearance.to_owned(), body: body.erase() }
}

fn choices(legend: &'static str, choices: Vec<ErasedView>) -> ErasedView {
    view! {
        <fieldset class="panel__choices">
            <legend class="field-label">{legend}</legend>
            {choices}
        </fieldset>
    }
    .erase()
}

fn choice(name: &'static str, value: &'static str, words: &'static str, checked: bool) -> ErasedView {
    view! {
        <label>
            <input type="radio" name=name value=value checked=checked />
            " "
            {words}
        </label>
    }
    .erase()
}
