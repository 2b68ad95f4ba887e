//! The page for an address where there is nothing: whole without scripts, since nothing in it lives.

use leptos::prelude::*;

use super::i18n::Language;
use super::shell::Assets;

/// The whole document as text.
#[must_use]
pub fn nowhere(assets: &Assets, language: Language) -> String {
    let words = language.words();
    let page = view! {
        <html lang=language.tag()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <title>{words.nothing_here} " – " {words.teahouse}</title>
                <link rel="stylesheet" href=assets.style.clone() />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
            </head>
            <body>
                <main class="nowhere">
                    <h1 class="nowhere__title">{words.nothing_here}</h1>
                    <p>{words.nothing_here_words}</p>
                    <p>
                        <a class="button button--main" href="/">{words.to_the_lobby}</a>
                    </p>
                </main>
            </body>
        </html>
    };
    format!("<!DOCTYPE html>{}", page.to_html())
}
