//! The text of a message, drawn from its tree (`model::text::markdown`): as HTML on the server, as nodes in the browser, by
//! one function, so that the two are equal. Text becomes text; nothing is parsed as HTML in the browser. What the server
//! drew is taken over as it is, without being read again.

use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::AnyAttribute;
use leptos::tachys::hydration::Cursor;
use leptos::tachys::no_attrs;
use leptos::tachys::renderer::types::Element;
use leptos::tachys::renderer::{CastFrom, Rndr};
use leptos::tachys::view::{Position, PositionState};

use crate::model::text::markdown::{self, Format, MarkdownToken};
use crate::ui::i18n::Words;

/// A message as it was typed; shown as it was meant.
pub struct Markdown {
    text: String,
    words: &'static Words,
}

/// Shows a message.
pub fn markdown(text: String, words: &'static Words) -> Markdown {
    Markdown { text, words }
}

type Attributes<'a> = &'a [(&'static str, &'a str)];

/// Where elements and texts go, in the order of the document.
trait Output {
    fn start(&mut self, tag: &'static str, attributes: Attributes<'_>);
    fn text(&mut self, text: &str);
    fn end(&mut self);
}

impl Markdown {
    fn draw(&self, output: &mut dyn Output) {
        output.start("div", &[("class", "message__text"), ("dir", "auto")]);
        let mut is_code_block = false;
        for token in markdown::parse(&self.text) {
            match token {
                MarkdownToken::Start(format) => {
                    is_code_block = matches!(format, Format::CodeBlock { .. });
                    self.start(&format, output);
                }
                MarkdownToken::Text(text) => output.text(&text),
                MarkdownToken::End => {
                    // Two elements, which hold nothing but text.
                    if is_code_block {
                        output.end();
                        is_code_block = false;
                    }
                    output.end();
                }
            }
        }
        output.end();
    }

    fn start(&self, format: &Format<'_>, output: &mut dyn Output) {
        match format {
            Format::Bold => output.start("strong", &[]),
            Format::Italic => output.start("em", &[]),
            Format::Strike => output.start("s", &[]),
            Format::Code => output.start("code", &[]),
            Format::Quote => output.start("blockquote", &[]),
            Format::List(None) => output.start("ul", &[]),
            Format::List(Some(1)) => output.start("ol", &[]),
            Format::List(Some(first)) => output.start("ol", &[("start", &first.to_string())]),
            Format::Item => output.start("li", &[]),
            Format::Spoiler => {
                output.start("details", &[("class", "spoiler")]);
                output.start("summary", &[]);
                output.text(self.words.spoiler);
                output.end();
            }
            // The other site is told nothing about this one.
            Format::Link { href } => {
                output.start("a", &[("href", href), ("target", "_blank"), ("rel", "noopener noreferrer nofollow")]);
            }
            // Long lines are scrolled, by keyboard too.
            Format::CodeBlock { language } => {
                let attributes = [("tabindex", "0"), ("data-language", language.unwrap_or_default())];
                output.start("pre", if language.is_some() { &attributes } else { &attributes[..1] });
                output.start("code", &[]);
            }
        }
    }
}

/// HTML, on the server.
struct Html<'a> {
    html: &'a mut String,
    open: Vec<&'static str>,
}

impl Html<'_> {
    fn escape(&mut self, text: &str) {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let escaped = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                _ => continue,
            };
            self.html.push_str(&text[from..at]);
            self.html.push_str(escaped);
            from = at + 1;
        }
        self.html.push_str(&text[from..]);
    }
}

impl Output for Html<'_> {
    fn start(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        self.html.push('<');
        self.html.push_str(tag);
        for (name, value) in attributes {
            self.html.push(' ');
            self.html.push_str(name);
            self.html.push_str("=\"");
            self.escape(value);
            self.html.push('"');
        }
        self.html.push('>');
        self.open.push(tag);
    }

    fn text(&mut self, text: &str) {
        self.escape(text);
    }

    fn end(&mut self) {
        let tag = self.open.pop().expect("each start has its end");
        self.html.push_str("</");
        self.html.push_str(tag);
        self.html.push('>');
    }
}

/// Elements, in the browser. The last one that ends is the whole.
#[derive(Default)]
struct Elements {
    open: Vec<Element>,
    whole: Option<Element>,
}

impl Output for Elements {
    fn start(&mut self, tag: &'static str, attributes: Attributes<'_>) {
        let element = Rndr::create_element(tag, None);
        for (name, value) in attributes {
            Rndr::set_attribute(&element, name, value);
        }
        if let Some(parent) = self.open.last() {
            Rndr::insert_node(parent, &element, None);
        }
        self.open.push(element);
    }

    fn text(&mut self, text: &str) {
        if let Some(parent) = self.open.last() {
            Rndr::insert_node(parent, &Rndr::create_text_node(text), None);
        }
    }

    fn end(&mut self) {
        self.whole = self.open.pop();
    }
}

impl Render for Markdown {
    type State = Element;

    fn build(self) -> Element {
        let mut elements = Elements::default();
        self.draw(&mut elements);
        elements.whole.expect("a message is an element")
    }

    fn rebuild(self, state: &mut Element) {
        let mut new = self.build();
        state.insert_before_this(&mut new);
        state.unmount();
        *state = new;
    }
}

impl RenderHtml for Markdown {
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
        self.draw(&mut Html { html: buffer, open: Vec::new() });
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

no_attrs!(Markdown);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ui::i18n::Language;

    #[test]
    fn a_message_is_html_in_which_nothing_of_it_is_markup() {
        for (text, html) in [
            ("tea & <b>\"cake\"</b>", "tea &amp; &lt;b&gt;&quot;cake&quot;&lt;/b&gt;"),
            ("**a** *b* ~~c~~ `d`", "<strong>a</strong> <em>b</em> <s>c</s> <code>d</code>"),
            ("||a||", "<details class=\"spoiler\"><summary>Spoiler</summary>a</details>"),
            (
                "[a](https://a.example/?b&c)",
                "<a href=\"https://a.example/?b&amp;c\" target=\"_blank\" rel=\"noopener noreferrer nofollow\">a</a>",
            ),
            ("> a\n- b\n3. c", "<blockquote>a</blockquote><ul><li>b</li></ul><ol start=\"3\"><li>c</li></ol>"),
            ("```rust\n<a>\n```\nb", "<pre tabindex=\"0\" data-language=\"rust\"><code>&lt;a&gt;</code></pre>b"),
        ] {
            let drawn = markdown(text.to_owned(), Language::English.words()).to_html();
            assert_eq!(drawn, format!("<div class=\"message__text\" dir=\"auto\">{html}</div>"), "{text:?}");
        }
    }
}
