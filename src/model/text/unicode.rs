//! What needs the large tables of Unicode: where a grapheme cluster ends (UAX #29), and letters in their other case.
//! The server has the tables in it; the browser is asked for its own, which saves a page 13 KB of download. The two may
//! know different versions of Unicode: the browser only says no early, the server decides.
//! Used by `model`; not here: the rules that are made of it.

use js_sys::{Array, Intl, JsString, Object, Reflect};
use unicode_segmentation::UnicodeSegmentation;
use wasm_bindgen::JsValue;

/// Whether the tables are in this program.
const HAS_TABLES: bool = cfg!(feature = "ssr");

/// Number of grapheme clusters: what a person would count.
#[must_use]
pub fn graphemes(text: &str) -> u32 {
    if HAS_TABLES { u32::try_from(text.graphemes(true).count()).unwrap_or(u32::MAX) } else { segments(text).length() }
}

/// The first grapheme cluster; empty for an empty text.
#[must_use]
pub fn first_grapheme(text: &str) -> String {
    if HAS_TABLES {
        return text.graphemes(true).next().unwrap_or_default().to_owned();
    }
    // Nothing joins two ASCII characters but a line break. The browser is asked for each message with a seal, so that asking
    // it has a price.
    if let [first, rest @ ..] = text.as_bytes()
        && first.is_ascii_graphic()
        && rest.first().is_none_or(u8::is_ascii)
    {
        return char::from(*first).to_string();
    }
    let first = segments(text).get(0);
    let cluster = Reflect::get(&first, &JsValue::from("segment")).unwrap_or(first);
    cluster.as_string().unwrap_or_default()
}

/// In lower case.
#[must_use]
pub fn lowercase(text: &str) -> String {
    if HAS_TABLES { text.to_lowercase() } else { JsString::from(text).to_lower_case().into() }
}

/// In upper case.
#[must_use]
pub fn uppercase(text: &str) -> String {
    if HAS_TABLES {
        text.to_uppercase()
    } else if text.is_ascii() {
        text.to_ascii_uppercase()
    } else {
        JsString::from(text).to_upper_case().into()
    }
}

/// The grapheme clusters as the browser finds them: objects with a property `segment`. A browser without
/// `Intl.Segmenter` (Firefox before 125) gives the code points instead, as strings, which are never fewer.
fn segments(text: &str) -> Array {
    thread_local! {
        /// Kept, since making one costs the browser more than using it.
        static SEGMENTER: Option<Intl::Segmenter> = Reflect::get(&js_sys::global(), &JsValue::from("Intl"))
            .is_ok_and(|intl| Reflect::has(&intl, &JsValue::from("Segmenter")).unwrap_or(false))
            .then(|| Intl::Segmenter::new(&Array::new(), &Object::new()));
    }
    SEGMENTER.with(|segmenter| match segmenter {
        Some(segmenter) => Array::from(&segmenter.segment(text)),
        None => Array::from(&JsString::from(text)),
    })
}
