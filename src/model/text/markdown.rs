//! The Markdown of messages: what was typed becomes a small tree, which the server and the page draw alike
//! (`ui::components::markdown`). A subset of CommonMark 0.31 and of GitHub's, with spoilers as Discord has them: no
//! headings, tables, pictures or HTML, and line breaks stay as typed. Work and memory are linear in the text.
//! Not here: HTML. What is stored, sent and copied is what was typed.

mod blocks;
mod inline;
#[cfg(test)]
mod steps;

use std::borrow::Cow;

/// Most formats around a text. Marks beyond are text.
pub const DEPTH_MAX: usize = 8;

/// The tree of a message, in the order of the document: each start has its end, and no text is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkdownToken<'a> {
    /// A format begins.
    Start(Format<'a>),
    /// The innermost format ends.
    End,
    /// Text, with its line breaks. It differs from what was typed only in a host that could read as another one.
    Text(Cow<'a, str>),
}

/// How a part of a message is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Format<'a> {
    /// `**text**`
    Bold,
    /// `*text*` or `_text_`
    Italic,
    /// `~~text~~`
    Strike,
    /// `||text||`: shown when the reader asks for it.
    Spoiler,
    /// A text in backticks: as typed.
    Code,
    /// `[text](address)`, or an address alone. Holds no other link and no spoiler.
    Link {
        /// Where it leads; begins with `http://`, `https://` or `mailto:`.
        href: String,
    },
    /// Lines after `>`.
    Quote,
    /// Items; numbered from the first one's number on, or not.
    List(Option<u16>),
    /// An item of a list.
    Item,
    /// Lines between fences of three backticks: as typed. Holds only text.
    CodeBlock {
        /// What the opening fence says of it.
        language: Option<&'a str>,
    },
}

impl Format<'_> {
    /// Whether it stands in lines of its own.
    #[must_use]
    pub const fn is_block(&self) -> bool {
        matches!(self, Self::Quote | Self::List(_) | Self::Item | Self::CodeBlock { .. })
    }
}

/// Reads a message.
#[must_use]
pub fn parse(text: &str) -> Vec<MarkdownToken<'_>> {
    blocks::parse(text)
}

/// A message without its marks, for places that have no formats: titles, quotes, notifications. What a spoiler hides stays
/// hidden.
#[must_use]
pub fn plain_text(text: &str) -> String {
    /// Whatever it hides, so that its length tells nothing.
    const HIDDEN: &str = "▒▒▒";
    let mut plain = String::with_capacity(text.len());
    let mut formats = Vec::new();
    let mut spoilers = 0_usize;
    for token in parse(text) {
        match token {
            MarkdownToken::Start(format) => {
                let is_spoiler = format == Format::Spoiler;
                if is_spoiler && spoilers == 0 {
                    plain.push_str(HIDDEN);
                }
                spoilers += usize::from(is_spoiler);
                end_line(&mut plain, format.is_block());
                formats.push(format);
            }
            MarkdownToken::End => {
                let format = formats.pop().expect("each start has its end");
                spoilers -= usize::from(format == Format::Spoiler);
                end_line(&mut plain, format.is_block());
            }
            MarkdownToken::Text(text) if spoilers == 0 => plain.push_str(&text),
            MarkdownToken::Text(_) => {}
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

fn end_line(plain: &mut String, is_block: bool) {
    if is_block && !plain.is_empty() && !plain.ends_with('\n') {
        plain.push('\n');
    }
}

#[cfg(test)]
mod tests;
