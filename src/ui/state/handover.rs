//! What the server hands to the browser with the HTML, as JSON in the document. Not a leptos resource: those are scripts,
//! which a page that is drawn again cannot bring along.
//!
//! The text is written in two parts: what is the same for every reader, then what belongs to one ([`ReaderPart`]). So the
//! first part can be drawn once for many.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use web_sys::HtmlElement;

use crate::client::element::element;
use crate::client::json;
use crate::protocol::{FormRefusal, PageData, Person, ReadMark, Seq, Timestamp};
use crate::ui::i18n::Language;

/// The id of the element that holds it.
const HANDOVER_ID: &str = "handover";

/// What the page is made of. The page is the last field, as the reader's part is the last of the page.
#[derive(Clone, Serialize, Deserialize)]
pub struct Handover {
    /// The reader's.
    pub language: Language,
    /// What comes of signing out. In words of the server, so that they do not travel with the script.
    pub sign_out: String,
    /// What the server knows.
    pub page: PageData,
}

/// The fields of [`PageData`] that belong to one reader: its last ones, in their order.
#[derive(Clone, Copy, Serialize)]
pub struct ReaderPart<'a> {
    /// Who it is.
    pub me: Option<&'a Person>,
    /// How far they have read.
    #[serde(skip_serializing_if = "<[ReadMark]>::is_empty")]
    pub marks: &'a [ReadMark],
    /// When the server answered.
    pub drawn_ms: Timestamp,
    /// What became of a form.
    pub notice: Option<&'a FormRefusal>,
    /// What is being replied to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Seq>,
}

impl<'a> ReaderPart<'a> {
    /// That of a page.
    #[must_use]
    pub fn of(page: &'a PageData) -> Self {
        let PageData { me, marks, drawn_ms, notice, reply_to, .. } = page;
        Self { me: me.as_ref(), marks, drawn_ms: *drawn_ms, notice: notice.as_ref(), reply_to: *reply_to }
    }

    /// The end of the element that hands the page over.
    #[must_use]
    pub fn write(self) -> String {
        [&self.fields(), "</script>"].concat()
    }

    /// The last fields of the page, and the ends of the page and of what is around it.
    fn fields(self) -> String {
        [json_without_tags(&self).split_off(1).as_str(), "}"].concat()
    }
}

impl Handover {
    /// On the server, what `boot` provides.
    pub fn provided() -> Option<Self> {
        // Nobody else asks for it, and a page of data is not copied for nothing.
        take_context()
    }

    /// In the browser, what the server wrote.
    pub fn written() -> Option<Self> {
        json::decode(&element::<HtmlElement>(HANDOVER_ID)?.text_content()?).ok()
    }

    /// The beginning of the element that holds it, up to what belongs to one reader.
    ///
    /// # Panics
    /// When [`ReaderPart`] does not name the last fields of [`PageData`].
    pub fn write_shared(&self) -> String {
        let json = json_without_tags(self);
        let shared =
            json.strip_suffix(&ReaderPart::of(&self.page).fields()).expect("the reader's fields are the last ones");
        ["<script type=\"application/json\" id=\"", HANDOVER_ID, "\">", shared].concat()
    }
}

/// JSON that names no tag: nothing in it can end the element that it is in.
fn json_without_tags(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::page_data;

    #[test]
    fn both_parts_together_are_what_the_page_is_made_of() {
        let handover = Handover { language: Language::Chinese, sign_out: "<".to_owned(), page: page_data() };
        let written = handover.write_shared() + &ReaderPart::of(&handover.page).write();
        let json = written.split_once('>').unwrap().1.strip_suffix("</script>").unwrap();
        assert!(!json.contains('<'), "{json}");
        let read: Handover = serde_json::from_str(json).unwrap();
        assert_eq!((read.language, read.sign_out, read.page), (handover.language, handover.sign_out, handover.page));
    }

    #[test]
    fn the_first_part_is_the_same_for_every_reader() {
        let one = Handover { language: Language::English, sign_out: String::new(), page: page_data() };
        let page = PageData {
            me: None,
            marks: Vec::new(),
            drawn_ms: Timestamp::from_unix_ms(7),
            notice: None,
            reply_to: None,
            ..one.page.clone()
        };
        let other = Handover { page, ..one.clone() };
        assert_ne!(one.page, other.page);
        assert_eq!(one.write_shared(), other.write_shared());
    }
}
