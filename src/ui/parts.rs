//! Parts of the page that few people open. In a release, each is a file of its own that the browser fetches on first use;
//! the package `page` says how. A part brings its own words and its own sheet, and nothing else of the page names it: only
//! a pointer to its function crosses from the file to the page. Not here: what opens a part (`ui::components`).

mod emoji_picker;

use futures::future::LocalBoxFuture;
use leptos::prelude::document;
use wasm_bindgen::JsValue;
use web_sys::{CssStyleSheet, HtmlElement};

pub use emoji_picker::{EMOJI_PICKER_ID, show_emoji_picker};

use super::i18n::Language;

/// How the page gets each part.
#[derive(Clone, Copy, Debug)]
pub struct Parts {
    /// All emojis that one can react by.
    pub emoji_picker: fn() -> Loading<ShowEmojiPicker>,
}

/// Ends when a part is there, or cannot be had. Asking again tries again.
pub type Loading<Show> = LocalBoxFuture<'static, Result<Show, NotLoaded>>;

/// The file of a part did not come: the connection is bad, or the server has another release by now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotLoaded;

/// Shows the emojis inside of the element that offers the first ones.
pub type ShowEmojiPicker = fn(&HtmlElement, Language);

/// Adds the sheet of a part to the document. As an object, since the policy of the page allows no style in a text.
fn wear(sheet: &str) -> Result<(), JsValue> {
    let worn = CssStyleSheet::new()?;
    worn.replace_sync(sheet)?;
    let all: js_sys::Array = js_sys::Reflect::get(&document(), &"adoptedStyleSheets".into())?.into();
    all.push(&worn);
    Ok(())
}
