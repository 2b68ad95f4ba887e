//! HTML as text, written element by element: for what is drawn often and does not change where it stands, as the rows of
//! the conversation. The server sends the text, and the browser parses it: one call instead of one for each element,
//! attribute and text, which is most of what a view of leptos costs there. Both sides write the same text, so what is drawn
//! in the browser equals what the server drew.
//!
//! Chromium has a second parser for texts of the plainest elements, `<li>`, `<div>`, `<span>`, `<a>` and `<button>` among them
//! (its `html_document_parser_fastpath.cc`), which takes half the time for a row: so a row has no `<bdi>` and no `<time>`.
//!
//! This module is the only place where the browser parses HTML. [`Html`] escapes every text and every value of an attribute,
//! so whatever people wrote is text. Names of elements and attributes are constants.

use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::types::Element;
use leptos::tachys::renderer::{CastFrom, Rndr};
use leptos::tachys::view::{Position, PositionState};

/// The names and values of an element's attributes.
pub type Attributes<'a> = &'a [(&'static str, &'a str)];

/// HTML that is being written. What [`start`](Self::start) opens, [`end`](Self::end) closes.
#[derive(Default)]
pub struct Html {
    text: String,
    open: Vec<&'static str>,
}

impl Html {
    /// Opens an element. It is not one of those that have no end, as `<br>`.
    pub fn start(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.text.push('<');
        self.text.push_str(tag);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
        self.text.push('>');
        self.open.push(tag);
    }

    /// Writes a text.
    pub fn text(&mut self, text: &str) {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => continue,
            };
            self.text.push_str(&text[from..at]);
            self.text.push_str(escaped);
            from = at + 1;
        }
        self.text.push_str(&text[from..]);
    }

    /// Closes the element that was opened last.
    pub fn end(&mut self) {
        let tag = self.open.pop().expect("each end has its start");
        self.text.push_str("</");
        self.text.push_str(tag);
        self.text.push('>');
    }

    /// Writes an element that holds nothing but a text.
    pub fn element(&mut self, tag: &'static str, attributes: Attributes<'_>, text: &str) {
        self.start(tag, attributes);
        self.text(text);
        self.end();
    }

    /// Writes a name, which may run in another direction than the text around it. Does what `<bdi>` does.
    pub fn name(&mut self, class: &'static str, name: &str) {
        let attributes = [("dir", "auto"), ("class", class)];
        self.element("span", if class.is_empty() { &attributes[..1] } else { &attributes }, name);
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.text(value);
        self.text.push('"');
    }
}

/// An element of the page that is written as HTML. In the browser a new one takes the place of the old one as a whole, and
/// what the server drew is taken over without being read again.
pub struct HtmlElement(String);

/// The one element that `write` writes.
pub fn html_element(write: impl FnOnce(&mut Html)) -> HtmlElement {
    let mut html = Html::default();
    write(&mut html);
    debug_assert!(html.open.is_empty(), "every element is closed");
    HtmlElement(html.text)
}

impl Render for HtmlElement {
    type State = Element;

    fn build(self) -> Element {
        let around = Rndr::create_element("div", None);
        around.set_inner_html(&self.0);
        around.first_element_child().expect("what was written is an element")
    }

    fn rebuild(self, state: &mut Element) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl RenderHtml for HtmlElement {
    type AsyncOutput = Self;
    type Owned = Self;

    const MIN_LENGTH: usize = 0;

    fn dry_resolve(&mut self) {}

    async fn resolve(self) -> Self {
        self
    }

    fn to_html_with_buf(
        self,
        buffer: &mut String,
        position: &mut Position,
        _escape: bool,
        _mark_branches: bool,
        _attributes: Vec<AnyAttribute>,
    ) {
        buffer.push_str(&self.0);
        *position = Position::NextChild;
    }

    fn hydrate<const FROM_SERVER: bool>(self, cursor: &Cursor, position: &PositionState) -> Element {
        match position.get() {
            Position::FirstChild => cursor.child(),
            Position::Current => {}
            _ => cursor.sibling(),
        }
        position.set(Position::NextChild);
        Element::cast_from(cursor.current()).expect("the server drew an element here")
    }

    fn into_owned(self) -> Self {
        self
    }
}

no_attrs!(HtmlElement);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_or_a_value_is_markup() {
        let element = html_element(|html| {
            html.start("p", &[("title", "\"><i>&"), ("data-row", "")]);
            html.text("<script>&amp;\"'");
            html.element("b", &[], "茶 > tea");
            html.end();
        });
        assert_eq!(
            element.to_html(),
            "<p title=\"&quot;&gt;&lt;i&gt;&amp;\" data-row=\"\">&lt;script&gt;&amp;amp;&quot;'<b>茶 &gt; tea</b></p>"
        );
    }
}
