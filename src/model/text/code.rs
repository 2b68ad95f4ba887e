//! The colours of code in messages: a lexer for sixteen languages, by one table of what tells them apart. It sees words,
//! texts, numbers and comments, and nothing of what they mean. Work is linear in the code. Not here: which colours.

mod languages;

use self::languages::{CodeLanguage, CodeWords, Comments};

/// Most coloured pieces of a message; what follows is plain. Each becomes an element, and a message may hold thousands.
pub const COLOURED_MAX: usize = 500;

/// What a piece of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeColour {
    /// A word of the language, or the name of a tag.
    Keyword,
    /// What names a value: a key, a property, an attribute.
    Key,
    /// A text between quotes.
    Text,
    /// A number.
    Number,
    /// A comment.
    Comment,
}

/// Colours the code of one message.
#[derive(Debug)]
pub struct Colouring {
    /// How many coloured pieces it may still have.
    left: usize,
}

impl Default for Colouring {
    fn default() -> Self {
        Self { left: COLOURED_MAX }
    }
}

impl Colouring {
    /// The pieces of some code, in order and without gaps. Of a language that is not known, all is plain.
    pub fn pieces<'a>(&mut self, language: &str, code: &'a str) -> Vec<(Option<CodeColour>, &'a str)> {
        let mut pieces = Vec::new();
        let Some(language) = languages::named(language) else { return vec![(None, code)] };
        let mut lexer = Lexer { language, code, at: 0, is_in_tag: false };
        let mut plain_from = 0;
        while self.left > 0
            && let Some((colour, from)) = lexer.next()
        {
            if plain_from < from {
                pieces.push((None, &code[plain_from..from]));
            }
            pieces.push((Some(colour), &code[from..lexer.at]));
            plain_from = lexer.at;
            self.left -= 1;
        }
        if plain_from < code.len() {
            pieces.push((None, &code[plain_from..]));
        }
        pieces
    }
}

struct Lexer<'a> {
    language: &'static CodeLanguage,
    code: &'a str,
    /// Up to here it was read.
    at: usize,
    /// In markup, whether a tag is open.
    is_in_tag: bool,
}

impl<'a> Lexer<'a> {
    /// The next coloured piece: what it is, and where it begins. It ends where the lexer stands then.
    fn next(&mut self) -> Option<(CodeColour, usize)> {
        while self.at < self.code.len() {
            let from = self.at;
            let (colour, length) = self.read();
            self.at += length;
            if let Some(colour) = colour {
                return Some((colour, from));
            }
        }
        None
    }

    fn rest(&self) -> &'a str {
        &self.code[self.at..]
    }

    /// What stands here, and how many bytes it has; at least one character.
    fn read(&mut self) -> (Option<CodeColour>, usize) {
        let first = self.rest().chars().next().map_or(1, char::len_utf8);
        if let Some(length) = self.comment() {
            return (Some(CodeColour::Comment), length);
        }
        if matches!(self.language.words, CodeWords::Tags) && !self.is_in_tag {
            return self.tag().map_or((None, first), |length| (Some(CodeColour::Keyword), length));
        }
        let byte = self.rest().as_bytes()[0];
        self.is_in_tag &= byte != b'>';
        if let Some(length) = self.text(byte) {
            let colour = if self.is_key(length) { CodeColour::Key } else { CodeColour::Text };
            return (Some(colour), length);
        }
        if byte.is_ascii_digit() {
            return (Some(CodeColour::Number), self.number());
        }
        let length = self.word();
        if length == 0 {
            return (None, first);
        }
        (self.colour_of_word(length), length)
    }

    /// The bytes of a comment that begins here.
    fn comment(&self) -> Option<usize> {
        let rest = self.rest();
        let Comments { line, block } = &self.language.comments;
        if let Some((begin, end)) = block
            && let Some(inner) = rest.strip_prefix(begin)
        {
            return Some(find(inner, end).map_or(rest.len(), |at| begin.len() + at + end.len()));
        }
        let is_line = line.is_some_and(|line| rest.starts_with(line));
        // In a shell and in YAML, `#` within a word is none.
        let is_within_word =
            rest.starts_with('#') && !self.code[..self.at].ends_with([' ', '\t', '\n', ';']) && self.at > 0;
        (is_line && !is_within_word).then(|| rest.bytes().take_while(|byte| *byte != b'\n').count())
    }

    /// The bytes of a tag's beginning: `<p`, `</p`, `<!doctype`.
    fn tag(&mut self) -> Option<usize> {
        let name = self.rest().strip_prefix('<')?.trim_start_matches(['/', '!', '?']);
        let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'-').count();
        let whole = self.rest().len() - name.len() + length;
        self.is_in_tag = length > 0;
        (length > 0).then_some(whole)
    }

    /// The bytes of a text that begins here. One that does not end in its line is none, so that an apostrophe colours nothing.
    fn text(&self, quote: u8) -> Option<usize> {
        let bytes = self.rest().as_bytes();
        if self.language.has_characters && quote == b'\'' {
            return character(self.rest());
        }
        if !self.language.quotes.as_bytes().contains(&quote) {
            return None;
        }
        let is_triple = self.language.has_triple_quotes && bytes.starts_with(&[quote; 3]);
        let width = if is_triple { 3 } else { 1 };
        let mut at = width;
        while at < bytes.len() {
            match bytes[at] {
                b'\\' => at += 1,
                b'\n' if !is_triple && quote != b'`' => return None,
                byte if byte == quote && bytes[at..].starts_with(&[quote; 3][..width]) => return Some(at + width),
                _ => {}
            }
            at += 1;
        }
        // It goes on for as long as the code does.
        (is_triple || quote == b'`').then_some(bytes.len())
    }

    /// The bytes of a number that begins here: `1_000`, `0xff`, `1.5e9`, `10px`.
    fn number(&self) -> usize {
        let bytes = self.rest().as_bytes();
        let goes_on = |at: &usize| {
            let next_is_digit = || bytes.get(at + 1).is_some_and(u8::is_ascii_digit);
            bytes[*at].is_ascii_alphanumeric() || bytes[*at] == b'_' || (bytes[*at] == b'.' && next_is_digit())
        };
        (0..bytes.len()).take_while(goes_on).count()
    }

    /// The bytes of a word that begins here. Whatever is no ASCII counts as a letter.
    fn word(&self) -> usize {
        let goes_on = |byte: &u8| {
            byte.is_ascii_alphanumeric()
                || !byte.is_ascii()
                || matches!(byte, b'_' | b'@')
                || (*byte == b'-' && self.language.has_dashes)
        };
        self.rest().bytes().take_while(goes_on).count()
    }

    fn colour_of_word(&self, length: usize) -> Option<CodeColour> {
        let word = &self.rest()[..length];
        match self.language.words {
            CodeWords::Exactly(words) if words.split(' ').any(|known| known == word) => Some(CodeColour::Keyword),
            CodeWords::InAnyCase(words) if words.split(' ').any(|known| known.eq_ignore_ascii_case(word)) => {
                Some(CodeColour::Keyword)
            }
            CodeWords::Tags => Some(CodeColour::Key),
            _ => self.is_key(length).then_some(CodeColour::Key),
        }
    }

    /// Whether a value follows what has so many bytes.
    fn is_key(&self, length: usize) -> bool {
        self.language.has_keys && self.rest()[length..].trim_start_matches(' ').starts_with(':')
    }
}

/// The bytes of a character between apostrophes. In Rust, what only begins with one is a lifetime.
fn character(rest: &str) -> Option<usize> {
    const ESCAPE_BYTES_MAX: usize = 12;
    let mut inner = rest[1..].chars();
    let first = inner.next()?;
    let behind = inner.as_str();
    let length = if first == '\\' {
        behind.bytes().take(ESCAPE_BYTES_MAX).skip(1).take_while(|byte| *byte != b'\'').count() + 1
    } else {
        0
    };
    let is_closed = first != '\'' && behind.as_bytes().get(length) == Some(&b'\'');
    is_closed.then(|| rest.len() - behind.len() + length + 1)
}

/// Where a text first stands in another. Smaller in WebAssembly than `str::find`, and the texts are two or three bytes.
fn find(text: &str, wanted: &str) -> Option<usize> {
    let wanted = wanted.as_bytes();
    text.as_bytes().windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests;
