//! Line by line: quotes, lists and code between fences, and what stands in them. A line goes on in the blocks that it has the
//! marks of; there are no lazy lines. A blank line ends lists and paragraphs.

use super::inline::Inline;
use super::{DEPTH_MAX, Format, MarkdownToken};

/// A block that holds others.
enum Container {
    Quote,
    Item {
        is_numbered: bool,
        /// Width of the white space before its mark.
        indent: usize,
        /// Width of everything before its text.
        content: usize,
    },
}

/// Code that has begun.
struct Fence {
    width: usize,
    indent: usize,
    has_lines: bool,
}

/// The mark of an item.
struct ItemMark {
    number: Option<u16>,
    indent: usize,
    content: usize,
}

struct Blocks<'a> {
    text: &'a str,
    inline: Inline<'a>,
    containers: Vec<Container>,
    fence: Option<Fence>,
    /// Where the last line ended, if text may go on after it, and how many line breaks came since.
    paragraph: Option<(usize, usize)>,
}

/// The tokens of a message.
pub(super) fn parse(text: &str) -> Vec<MarkdownToken<'_>> {
    let mut blocks = Blocks { text, inline: Inline::new(text), containers: Vec::new(), fence: None, paragraph: None };
    let mut from = 0;
    for line in text.split('\n') {
        let to = from + line.len();
        blocks.read_line(from, to);
        from = to + 1;
    }
    blocks.close_to(0);
    blocks.inline.into_tokens()
}

impl Blocks<'_> {
    fn read_line(&mut self, from: usize, to: usize) {
        let mut at = from;
        let mut kept = 0;
        while let Some(inner) = self.containers.get(kept).and_then(|container| self.goes_on(container, at, to)) {
            at = inner;
            kept += 1;
        }
        if kept < self.containers.len() {
            at = self.leave(kept, at, to);
        } else if let Some(fence) = self.fence.take() {
            self.read_code(fence, from, at, to);
            return;
        }
        let at = self.enter(at, to);
        if self.text[at..to].trim().is_empty() {
            self.inline.end_paragraph();
            if let Some((_, breaks)) = &mut self.paragraph {
                *breaks += 1;
            }
        } else if !self.begins_code(from, at, to) {
            self.read_text(from, at, to);
        }
    }

    /// Where the content of a container begins in this line, if it goes on in it.
    fn goes_on(&self, container: &Container, at: usize, to: usize) -> Option<usize> {
        #[cfg(test)]
        super::steps::add(1);
        let line = &self.text[at..to];
        match *container {
            Container::Quote => {
                let rest = line.trim_start_matches(' ').strip_prefix('>')?;
                Some(to - rest.strip_prefix(' ').unwrap_or(rest).len())
            }
            Container::Item { indent, content, .. } => {
                let width = indent_of(line);
                let is_deeper = width > indent + 1 || line.starts_with('\t');
                let goes_on = if width == line.len() { self.fence.is_some() } else { is_deeper };
                goes_on.then(|| at + width.min(content))
            }
        }
    }

    /// Closes the containers that do not go on, but for a list that goes on with its next item.
    fn leave(&mut self, kept: usize, at: usize, to: usize) -> usize {
        if let Container::Item { is_numbered, .. } = self.containers[kept]
            && let Some(mark) = item_mark(&self.text[at..to])
            && mark.number.is_some() == is_numbered
        {
            self.close_to(kept + 1);
            self.inline.end();
            self.containers.pop();
            return self.enter_item(&mark, at);
        }
        self.close_to(kept);
        at
    }

    /// Opens the containers that begin in this line.
    fn enter(&mut self, at: usize, to: usize) -> usize {
        let mut at = at;
        while self.containers.len() < DEPTH_MAX {
            #[cfg(test)]
            super::steps::add(to - at);
            let line = &self.text[at..to];
            if let Some(inner) = quote_mark(line) {
                self.end_paragraph();
                self.inline.start(Format::Quote);
                self.containers.push(Container::Quote);
                at = to - inner.len();
            } else if let Some(mark) = item_mark(line) {
                self.end_paragraph();
                self.inline.start(Format::List(mark.number));
                at = self.enter_item(&mark, at);
            } else {
                break;
            }
        }
        at
    }

    fn enter_item(&mut self, mark: &ItemMark, at: usize) -> usize {
        let ItemMark { number, indent, content } = *mark;
        self.inline.start(Format::Item);
        self.containers.push(Container::Item { is_numbered: number.is_some(), indent, content });
        at + content
    }

    /// Ends everything inside the first so many containers, and the others.
    fn close_to(&mut self, kept: usize) {
        self.end_paragraph();
        if self.fence.take().is_some() {
            self.inline.end();
        }
        while self.containers.len() > kept {
            if let Some(Container::Item { .. }) = self.containers.pop() {
                self.inline.end();
            }
            self.inline.end();
        }
    }

    fn end_paragraph(&mut self) {
        self.paragraph = None;
        self.inline.end_paragraph();
    }

    fn read_text(&mut self, from: usize, at: usize, to: usize) {
        if let Some((end, breaks)) = self.paragraph {
            if self.containers.is_empty() {
                self.inline.push_text(end, from);
            } else {
                (0..breaks).for_each(|_| self.inline.push_text(from - 1, from));
            }
        }
        self.inline.read_line(at, to, self.containers.len());
        self.paragraph = Some((to, 1));
    }

    /// Whether the line begins code. What stands behind the backticks and names no language is its first line.
    fn begins_code(&mut self, from: usize, at: usize, to: usize) -> bool {
        let line = &self.text[at..to];
        let indent = indent_of(line);
        let behind = line[indent..].trim_start_matches('`');
        let width = line.len() - indent - behind.len();
        if width < FENCE_WIDTH_MIN || behind.bytes().any(|byte| byte == b'`') {
            return false;
        }
        let word = behind.trim();
        let is_of_language =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'#' | b'-' | b'_' | b'.');
        let is_language = word.len() <= LANGUAGE_BYTES_MAX && word.bytes().all(is_of_language);
        let language = (is_language && !word.is_empty()).then_some(word);
        self.end_paragraph();
        self.inline.start(Format::CodeBlock { language });
        let fence = Fence { width, indent, has_lines: false };
        if is_language {
            self.fence = Some(fence);
        } else {
            self.read_code(fence, from, to - behind.trim_start().len(), to);
        }
        true
    }

    /// A line of code. The fence that ends it may stand behind it.
    fn read_code(&mut self, mut fence: Fence, from: usize, at: usize, to: usize) {
        let line = &self.text[at..to];
        let code = line.trim_end().trim_end_matches('`');
        let ends = line.trim_end().len() - code.len() >= fence.width;
        let shown = if ends { code } else { line };
        if !(ends && code.trim().is_empty()) {
            if fence.has_lines {
                self.inline.push_text(from - 1, from);
            }
            fence.has_lines = true;
            let indent = indent_of(shown).min(fence.indent);
            self.inline.push_text(at + indent, at + shown.len());
        }
        if ends {
            self.inline.end();
        } else {
            self.fence = Some(fence);
        }
    }
}

/// Fewest backticks of a fence.
const FENCE_WIDTH_MIN: usize = 3;
/// Longest name of a language.
const LANGUAGE_BYTES_MAX: usize = 20;
/// Most digits of an item's number: `2026. What a year` is no item.
const NUMBER_DIGITS_MAX: usize = 3;

/// Bytes of white space before a line.
fn indent_of(line: &str) -> usize {
    line.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count()
}

/// The content of a line that begins a quote. `>_<` does not.
fn quote_mark(line: &str) -> Option<&str> {
    let behind = line.trim_start_matches(' ').strip_prefix('>')?;
    let is_quote = behind.trim_start_matches('>').starts_with(' ');
    (is_quote && !behind.trim().is_empty()).then(|| behind.strip_prefix(' ').unwrap_or(behind))
}

/// The mark of a line that begins an item which holds something.
fn item_mark(line: &str) -> Option<ItemMark> {
    let indent = indent_of(line);
    let bytes = &line.as_bytes()[indent..];
    let digits = bytes.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let is_mark = match bytes.get(digits)? {
        b'.' | b')' => (1..=NUMBER_DIGITS_MAX).contains(&digits),
        b'-' | b'*' | b'+' => digits == 0,
        _ => false,
    };
    let content = indent + digits + 1;
    let behind = &bytes[if is_mark { digits + 1 } else { return None }..];
    // `* * *` is no list of lists, but a line that some draw between two parts.
    let holds_something = behind.iter().any(|byte| !matches!(byte, b' ' | b'\t' | b'-' | b'*' | b'+'));
    let is_item = behind.first() == Some(&b' ') && holds_something;
    let number = bytes[..digits].iter().fold(0, |number, digit| number * 10 + u16::from(digit - b'0'));
    is_item.then_some(ItemMark { number: (digits > 0).then_some(number), indent, content: content + 1 })
}
