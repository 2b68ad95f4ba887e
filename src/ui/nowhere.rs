//! The pages in which nothing lives, whole without scripts: for an address where there is nothing, and for somebody who
//! asks for more pages than are drawn.

use leptos::prelude::*;

use super::erased_view::Erase;
use super::i18n::{Language, advice, refusal as refusal_in_words, typed_text_is_here};
use super::shell::Assets;
use crate::model::address;
use crate::protocol::Refusal;

/// The document for an address where there is nothing, as text.
#[must_use]
pub fn nowhere(assets: &Assets, language: Language) -> String {
    let words = language.document_words();
    let main = view! {
        <h1 class="nowhere__title">{words.nothing_here}</h1>
        <p>{words.nothing_here_words}</p>
        <p>
            <a class="button button--main" href="/">{words.to_the_lobby}</a>
        </p>
    };
    document(assets, language, words.nothing_here.to_owned(), main)
}

/// Where a page that is not drawn leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WayOn {
    /// To the same address again.
    TryAgain,
    /// To the lobby, since the address is that of a form.
    Lobby,
}

/// The document for a page that is not drawn, with the reason, what to do, and what was typed into its form.
#[must_use]
pub fn turned_away(
    assets: &Assets,
    language: Language,
    refusal: Refusal,
    typed: Option<&str>,
    way_on: WayOn,
) -> String {
    let (path, label) = match way_on {
        WayOn::TryAgain => ("", language.words().try_again),
        WayOn::Lobby => ("/", language.document_words().to_the_lobby),
    };
    let advice = advice(language, refusal.code).map(|advice| view! { <p>{advice}</p> }.erase());
    let reason = refusal_in_words(language, refusal);
    let typed = typed.filter(|typed| !typed.is_empty()).map(|typed| {
        view! {
            <p>{typed_text_is_here(language)}</p>
            <p class="nowhere__typed">{typed.to_owned()}</p>
        }
        .erase()
    });
    let main = view! {
        <h1 class="nowhere__title">{reason.clone()}</h1>
        {advice}
        {typed}
        <p>
            <a class="button button--main" href=path>{label}</a>
        </p>
    };
    document(assets, language, reason, main)
}

/// A document in which nothing lives.
pub(super) fn document(assets: &Assets, language: Language, title: String, main: impl IntoView) -> String {
    let title = [&title, " – ", language.words().teahouse].concat();
    let page = view! {
        <html lang=language.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{title}</title>
                <link rel="stylesheet" href=assets.style.clone() />
                // No script runs in it that would know whether there is something to ask for.
                <link rel="stylesheet" href=address::APPEARANCE_SHEET />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
            </head>
            <body>
                <main class="nowhere">{main}</main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}
