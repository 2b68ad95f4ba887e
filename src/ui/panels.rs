//! Panels: what the server draws, as a page of its own or as a fragment for the dialog of the page. The same components
//! make both, and the browser's side never runs them. `ui/shell/panels.js` opens the dialog. Not here: who may see what
//! (`posting`), and the routes (`boot::panels`).

mod appearance;
mod day;
mod details;
mod edit;
mod formatting;
mod profile;
mod search;
mod shortcuts;

use leptos::prelude::*;

pub use appearance::appearance;
pub use day::{DayNotice, day};
pub use details::{details, no_message};
pub use edit::{EditPage, edit};
pub use formatting::formatting;
pub use profile::{nobody, profile};
pub use search::{SearchAnswer, SearchPanel, search};
pub use shortcuts::shortcuts;

use super::erased_view::{Erase, ErasedView};
use super::i18n::Language;
use super::nowhere;
use super::shell::Assets;

/// What the dialog is called by, and a page of its own too: the heading of each panel has it.
pub const PANEL_TITLE_ID: &str = "panel-title";

/// A panel that was drawn.
pub struct Panel {
    /// For the title of the window.
    title: String,
    body: ErasedView,
}

/// In place of what is not there.
fn absent(title: &'static str, words: &'static str) -> Panel {
    let body = view! {
        <div>
            <h1 class="profile__name" id=PANEL_TITLE_ID>{title}</h1>
            <p>{words}</p>
        </div>
    };
    Panel { title: title.to_owned(), body: body.erase() }
}

/// The panel alone, as the dialog takes it.
#[must_use]
pub fn fragment(panel: Panel) -> String {
    panel.body.to_html()
}

/// The panel as a document.
#[must_use]
pub fn page(panel: Panel, assets: &Assets, language: Language) -> String {
    let to_the_lobby = language.document_words().to_the_lobby;
    let main = view! {
        {panel.body}
        <p>
            <a class="button button--quiet" href="/">{to_the_lobby}</a>
        </p>
    };
    nowhere::document(assets, language, panel.title, main)
}
