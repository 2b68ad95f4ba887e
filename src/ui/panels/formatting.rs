//! How messages are marked up: what one types beside what is shown, drawn as messages are.

use leptos::prelude::*;

use super::{PANEL_TITLE_ID, Panel};
use crate::model::address;
use crate::model::text::slash;
use crate::ui::components::markdown;
use crate::ui::erased_view::Erase;
use crate::ui::i18n::Language;

/// Draws it.
#[must_use]
pub fn formatting(language: Language) -> Panel {
    let words = language.panel_words();
    let samples = words.formatting_samples.split("\n\n").map(|sample| {
        let shown = markdown(&slash::posted(sample), language.words());
        view! {
            <tr>
                <td><pre>{sample}</pre></td>
                <td>{shown}</td>
            </tr>
        }
        .erase()
    });
    let body = view! {
        <div>
            <h1 class="profile__name" id=PANEL_TITLE_ID>{words.formatting}</h1>
            <table class="panel__table">
                <thead>
                    <tr>
                        <th scope="col">{words.formatting_typed}</th>
                        <th scope="col">{words.formatting_shown}</th>
                    </tr>
                </thead>
                <tbody>{samples.collect::<Vec<_>>()}</tbody>
            </table>
            <p>{words.formatting_keys}</p>
            <p>
                <a class="link-button" href=address::SHORTCUTS data-panel="">{words.shortcuts}</a>
            </p>
        </div>
    };
    Panel { title: words.formatting.to_owned(), body: body.erase() }
}
