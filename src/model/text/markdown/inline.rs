//! The marks within lines. A mark that may open is kept as text until one that closes it comes; then the text becomes the
//! start of the format. Each mark is kept once and dropped once, so that the work is linear (CommonMark 0.31, "phase 2").
//! Marks beside Chinese and Japanese work: only white space keeps a mark from opening or closing, where CommonMark also
//! looks at punctuation and refuses `**中文。**中文`.

mod link;
mod marks;

use std::borrow::Cow;

use self::marks::{MARKS, Mark};
use super::{DEPTH_MAX, Format, MarkdownToken};

/// A mark that waits for the one that closes it.
struct Opened {
    mark: Mark,
    /// Its place among the tokens.
    token: usize,
    /// Where it ends in the text.
    end: usize,
    /// How deep the formats go that were closed behind it.
    height: usize,
    /// How many links and spoilers were there before it.
    pressable: usize,
}

/// The tokens of a message so far.
pub(super) struct Inline<'a> {
    text: &'a str,
    tokens: Vec<MarkdownToken<'a>>,
    /// Where the last token ends, if it is text that may go on.
    text_end: Option<usize>,
    opened: Vec<Opened>,
    /// How many of each mark are in `opened`.
    counts: [usize; MARKS],
    pressable: usize,
    /// Deepest that formats may go here.
    depth: usize,
    /// The line that is read.
    line: (usize, usize),
    /// From here on it is in no token yet.
    pending: usize,
}

impl<'a> Inline<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self {
            text,
            tokens: Vec::new(),
            text_end: None,
            opened: Vec::new(),
            counts: [0; MARKS],
            pressable: 0,
            depth: DEPTH_MAX,
            line: (0, 0),
            pending: 0,
        }
    }

    pub(super) fn into_tokens(self) -> Vec<MarkdownToken<'a>> {
        self.tokens
    }

    pub(super) fn start(&mut self, format: Format<'a>) {
        self.push(MarkdownToken::Start(format));
    }

    pub(super) fn end(&mut self) {
        self.push(MarkdownToken::End);
    }

    /// Text without marks.
    pub(super) fn push_text(&mut self, from: usize, to: usize) {
        if from == to {
            return;
        }
        let from = match self.tokens.last() {
            Some(MarkdownToken::Text(before)) if self.text_end == Some(from) => {
                let from = from - before.len();
                self.tokens.pop();
                from
            }
            _ => from,
        };
        self.push(MarkdownToken::Text(Cow::Borrowed(&self.text[from..to])));
        self.text_end = Some(to);
    }

    /// What is open stays text.
    pub(super) fn end_paragraph(&mut self) {
        self.opened.clear();
        self.counts = [0; MARKS];
    }

    /// Reads a line, in a block at this depth. Formats may go on in the next one.
    pub(super) fn read_line(&mut self, from: usize, to: usize, depth: usize) {
        self.line = (from, to);
        self.pending = from;
        self.depth = DEPTH_MAX - depth;
        let mut at = from;
        while at < to {
            #[cfg(test)]
            super::steps::add(1);
            at = match self.text.as_bytes()[at] {
                b'\\' => self.escape(at),
                b'`' => self.code(at),
                b'*' | b'_' | b'~' | b'|' => self.marks(at),
                b'[' => {
                    self.open(Mark::Bracket, at);
                    at + 1
                }
                b']' => self.link(at),
                b'h' | b'H' | b'm' | b'M' => self.address(at),
                _ => at + 1,
            };
        }
        self.flush(to);
    }

    fn push(&mut self, token: MarkdownToken<'a>) {
        self.tokens.push(token);
        self.text_end = None;
    }

    /// What is pending up to here is text.
    fn flush(&mut self, to: usize) {
        self.push_text(self.pending, to);
        self.pending = to;
    }

    /// The character after the backslash is no mark. One arm of a well-known figure is no backslash of that kind.
    fn escape(&mut self, at: usize) -> usize {
        let next = if at + 1 < self.line.1 { self.text.as_bytes()[at + 1] } else { b' ' };
        let is_mark = matches!(next, b'\\' | b'`' | b'*' | b'_' | b'~' | b'|' | b'[' | b']' | b'>')
            || (matches!(next, b'-' | b'+') && self.text[self.line.0..at].trim_start().is_empty());
        if !is_mark {
            return at + 1;
        }
        if self.before(at) != '¯' {
            self.flush(at);
            self.pending = at + 1;
        }
        at + 2
    }

    /// From backticks to as many backticks in the same line. The search fails at most once for each number of them: the next
    /// ones would have been found.
    fn code(&mut self, at: usize) -> usize {
        let from = self.run_end(at);
        let width = from - at;
        if width > CODE_MARKS_MAX {
            return from;
        }
        let mut to = from;
        while to < self.line.1 {
            let end = self.run_end(to);
            #[cfg(test)]
            super::steps::add(end - to);
            if end - to == width && self.text.as_bytes()[to] == b'`' {
                self.flush(at);
                self.start(Format::Code);
                let (inner_from, inner_to) = unpadded(self.text, from, to);
                self.push_text(inner_from, inner_to);
                self.end();
                self.pending = end;
                return end;
            }
            to = end;
        }
        from
    }

    /// Marks of one kind: they close what they can, and what is left of them opens.
    fn marks(&mut self, at: usize) -> usize {
        let end = self.run_end(at);
        let character = self.text.as_bytes()[at];
        let (opens, closes) = self.flanks(character, at, end);
        let mut at = at;
        while closes && at < end {
            let Some(mark) = self.innermost(Mark::of(character, end - at)) else { break };
            let Some(opened) = self.close(mark) else { break };
            self.flush(at);
            self.tokens[opened.token] = MarkdownToken::Start(match mark {
                Mark::Stars => Format::Bold,
                Mark::Tildes => Format::Strike,
                Mark::Bars => Format::Spoiler,
                _ => Format::Italic,
            });
            self.end();
            self.pressable += usize::from(mark == Mark::Bars);
            at += mark.width();
            self.pending = at;
        }
        if opens {
            for mark in Mark::of(character, end - at) {
                self.open(*mark, at);
                at += mark.width();
            }
        }
        end
    }

    /// Whether the marks in this range may open, and whether they may close.
    fn flanks(&self, character: u8, at: usize, end: usize) -> (bool, bool) {
        marks::flanks(character, end - at, self.before(at), self.after(end))
    }

    fn open(&mut self, mark: Mark, at: usize) {
        self.flush(at);
        let end = at + mark.width();
        let token = self.tokens.len();
        self.push(MarkdownToken::Text(Cow::Borrowed(&self.text[at..end])));
        self.pending = end;
        self.counts[mark as usize] += 1;
        self.opened.push(Opened { mark, token, end, height: 0, pressable: self.pressable });
    }

    /// Which of these marks was opened last.
    fn innermost(&self, marks: &[Mark]) -> Option<Mark> {
        if marks.iter().all(|mark| self.counts[*mark as usize] == 0) {
            return None;
        }
        // What is passed here is dropped by `close`.
        self.opened.iter().rev().map(|opened| opened.mark).find(|mark| marks.contains(mark))
    }

    /// Takes the mark from what is open, and all behind it, which stays text. None if its format would go too deep.
    fn close(&mut self, mark: Mark) -> Option<Opened> {
        let mut inner = 0;
        while let Some(opened) = self.opened.pop() {
            #[cfg(test)]
            super::steps::add(1);
            self.counts[opened.mark as usize] -= 1;
            inner = inner.max(opened.height);
            if opened.mark == mark {
                let fits = inner < self.depth;
                if let Some(around) = self.opened.last_mut() {
                    around.height = around.height.max(inner + usize::from(fits));
                }
                return fits.then_some(opened);
            }
        }
        None
    }

    /// The character before, within the line.
    fn before(&self, at: usize) -> char {
        self.text[self.line.0..at].chars().next_back().unwrap_or(' ')
    }

    /// The character here, within the line.
    fn after(&self, at: usize) -> char {
        self.text[at..self.line.1].chars().next().unwrap_or(' ')
    }

    /// Where the same byte ends that stands here.
    fn run_end(&self, at: usize) -> usize {
        let bytes = &self.text.as_bytes()[at..self.line.1];
        at + bytes.iter().take_while(|byte| **byte == bytes[0]).count()
    }
}

/// Most backticks around code within a line.
const CODE_MARKS_MAX: usize = 3;

/// Without one space on either side, which keeps backticks in the code apart from those around it.
fn unpadded(text: &str, from: usize, to: usize) -> (usize, usize) {
    let code = &text[from..to];
    let is_padded = code.len() > 2 && code.starts_with(' ') && code.ends_with(' ');
    if is_padded { (from + 1, to - 1) } else { (from, to) }
}
