//! Links in a line, with a text of their own or without. Not here: what an address may hold (`text::links`).

use std::borrow::Cow;

use super::{Inline, Mark};
use crate::model::text::invisible::is_visible;
use crate::model::text::links::{self, FoundScheme};
use crate::model::text::markdown::{Format, MarkdownToken};

impl Inline<'_> {
    /// `](address)`, which closes a bracket. A link holds something to see, and nothing else that can be pressed: so no text
    /// that reads as another address.
    pub(super) fn link(&mut self, at: usize) -> usize {
        let end = at + 1;
        if self.counts[Mark::Bracket as usize] == 0 || self.text.as_bytes()[end..self.line.1].first() != Some(&b'(') {
            return end;
        }
        let Some(to) = self.address_end(end + 1) else { return end };
        let Some(link) = links::whole(&self.text[end + 1..to]) else { return end };
        let Some(opened) = self.close(Mark::Bracket) else { return end };
        let shows_something = || self.text[opened.end..at].chars().any(is_visible);
        if opened.pressable != self.pressable || !shows_something() {
            return end;
        }
        self.flush(at);
        self.tokens[opened.token] = MarkdownToken::Start(Format::Link { href: link.href });
        self.end();
        self.pressable += 1;
        self.pending = to + 1;
        to + 1
    }

    /// Where the bracket is that closes the one before this. White space and `](` end the search, so that no character is
    /// looked at twice.
    fn address_end(&self, from: usize) -> Option<usize> {
        let bytes = &self.text.as_bytes()[..self.line.1];
        let mut open = 1;
        for at in from..bytes.len() {
            #[cfg(test)]
            super::super::steps::add(1);
            match bytes[at] {
                b'(' if bytes[at - 1] == b']' => return None,
                b'(' => open += 1,
                b')' => open -= 1,
                byte if byte.is_ascii_whitespace() => return None,
                _ => {}
            }
            if open == 0 {
                return Some(at);
            }
        }
        None
    }

    /// An address that stands for itself. A mark that closes what is open around it ends it.
    pub(super) fn address(&mut self, at: usize) -> usize {
        let found = links::at(&self.text[..self.line.1], at, &|place| self.closes_at(place));
        let Some(FoundScheme { looked_at, link }) = found else { return at + 1 };
        #[cfg(test)]
        super::super::steps::add(looked_at);
        if let Some((len, link)) = link {
            self.flush(at);
            self.start(Format::Link { href: link.href });
            let written = &self.text[at..at + len];
            let is_as_written = written == link.text;
            self.push(MarkdownToken::Text(if is_as_written { Cow::Borrowed(written) } else { Cow::Owned(link.text) }));
            self.end();
            self.pressable += 1;
            self.pending = at + len;
        }
        at + looked_at
    }

    fn closes_at(&self, at: usize) -> bool {
        let rest = &self.text.as_bytes()[at..self.line.1];
        let character = rest[0];
        // Four are no mark, nor are more.
        let width = rest.iter().take(4).take_while(|byte| **byte == character).count();
        Mark::of(character, width).iter().any(|mark| self.counts[*mark as usize] > 0)
            && self.flanks(character, at, at + width).1
    }
}
