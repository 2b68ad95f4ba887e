//! The text of a message, written from its tree (`model::text::markdown`).

use crate::model::text::code::{CodeColour, Colouring};
use crate::model::text::markdown::{self, Format, MarkdownToken};
use crate::ui::html::{Html, HtmlElement, html_element};
use crate::ui::i18n::Words;

/// Shows a text as messages are shown.
pub fn markdown(text: &str, words: &'static Words) -> HtmlElement {
    html_element(|html| write_markdown(html, text, words))
}

/// Writes a text as it was meant.
pub fn write_markdown(html: &mut Html, text: &str, words: &'static Words) {
    html.start("div", &[("class", "message__text"), ("dir", "auto")]);
    let mut colouring = Colouring::default();
    let mut code_language = None;
    for token in markdown::parse(text) {
        match token {
            MarkdownToken::Start(format) => {
                if let Format::CodeBlock { language } = format {
                    code_language = Some(language.unwrap_or_default());
                }
                start(html, &format, words);
            }
            MarkdownToken::Text(text) => match code_language {
                Some(language) => write_code(html, colouring.pieces(language, &text)),
                None => html.text(&text),
            },
            MarkdownToken::End => {
                // Code is two elements, and holds nothing but text.
                if code_language.take().is_some() {
                    html.end();
                }
                html.end();
            }
        }
    }
    html.end();
}

fn start(html: &mut Html, format: &Format<'_>, words: &'static Words) {
    match format {
        Format::Bold => html.start("strong", &[]),
        Format::Italic => html.start("em", &[]),
        Format::Strike => html.start("s", &[]),
        Format::Code => html.start("code", &[]),
        Format::Quote => html.start("blockquote", &[]),
        Format::List(None) => html.start("ul", &[]),
        Format::List(Some(1)) => html.start("ol", &[]),
        Format::List(Some(first)) => html.start("ol", &[("start", &first.to_string())]),
        Format::Item => html.start("li", &[]),
        Format::Spoiler => {
            html.start("details", &[("class", "spoiler")]);
            html.element("summary", &[], words.spoiler);
        }
        // The other site is told nothing about this one.
        Format::Link { href } => {
            html.start("a", &[("href", href), ("target", "_blank"), ("rel", "noopener noreferrer nofollow")]);
        }
        // Long lines are scrolled, by keyboard too.
        Format::CodeBlock { language } => {
            let attributes = [("tabindex", "0"), ("data-language", language.unwrap_or_default())];
            html.start("pre", if language.is_some() { &attributes } else { &attributes[..1] });
            html.start("code", &[]);
        }
    }
}

fn write_code(html: &mut Html, pieces: Vec<(Option<CodeColour>, &str)>) {
    for (colour, piece) in pieces {
        let class = match colour {
            None => {
                html.text(piece);
                continue;
            }
            Some(CodeColour::Keyword) => "code-keyword",
            Some(CodeColour::Key) => "code-key",
            Some(CodeColour::Text) => "code-text",
            Some(CodeColour::Number) => "code-number",
            Some(CodeColour::Comment) => "code-comment",
        };
        html.element("span", &[("class", class)], piece);
    }
}

#[cfg(test)]
mod tests {
    use leptos::prelude::*;

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
            (
                "```js\nlet a = '<'\n```",
                "<pre tabindex=\"0\" data-language=\"js\"><code><span class=\"code-keyword\">let</span> a = \
                 <span class=\"code-text\">'&lt;'</span></code></pre>",
            ),
        ] {
            let drawn = markdown(text, Language::English.words()).to_html();
            assert_eq!(drawn, format!("<div class=\"message__text\" dir=\"auto\">{html}</div>"), "{text:?}");
        }
    }
}
