//! What the server hands to the browser with the HTML, as JSON in the document. Not a leptos resource: those are scripts,
//! which a page that is drawn again cannot bring along.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use web_sys::HtmlElement;

use crate::client::element::element;
use crate::client::json;
use crate::protocol::PageData;
use crate::ui::i18n::Language;

/// The id of the element that holds it.
const HANDOVER_ID: &str = "handover";

/// What the page is made of.
#[derive(Clone, Serialize, Deserialize)]
pub struct Handover {
    /// What the server knows.
    pub page: PageData,
    /// The reader's.
    pub language: Language,
}

impl Handover {
    /// On the server, what `boot` provides.
    pub fn provided() -> Option<Self> {
        Some(Self { page: use_context()?, language: use_context()? })
    }

    /// In the browser, what the server wrote.
    pub fn written() -> Option<Self> {
        json::decode(&element::<HtmlElement>(HANDOVER_ID)?.text_content()?).ok()
    }

    /// The element that holds it. The JSON names no tag: nothing in it can end the element.
    pub fn write(&self) -> String {
        let json = serde_json::to_string(self).unwrap_or_default().replace('<', "\\u003c");
        ["<script type=\"application/json\" id=\"", HANDOVER_ID, "\">", &json, "</script>"].concat()
    }
}
