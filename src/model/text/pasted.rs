//! What a paste brings along from terminals, address books, documents and other chats, and nobody sees or means: made
//! harmless, so that no text is refused for it. Not here: what is refused (`text::message`).

use std::iter::Peekable;
use std::str::Chars;

use super::invisible;

const ESCAPE: char = '\u{1B}';

/// Makes every kind of line end one `\n`, and leaves out terminal sequences such as colours, control characters other than
/// tabs, and embeddings and isolates of a line in which they are not all closed: they would reach beyond it.
/// What is clean is left as it is.
pub(super) fn clean(text: &str) -> String {
    let mut lines = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' if characters.peek() == Some(&'\n') => {}
            '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => lines.push('\n'),
            ESCAPE => skip_sequence(&mut characters),
            '\n' | '\t' => lines.push(character),
            character if character.is_control() => {}
            character => lines.push(character),
        }
    }
    if lines.chars().any(invisible::is_embedding) { with_closed_lines(&lines) } else { lines }
}

/// A control sequence: `[`, parameters, one letter (ECMA-48 §5.4).
fn skip_sequence(characters: &mut Peekable<Chars<'_>>) {
    if characters.next_if_eq(&'[').is_some() {
        while characters.next_if(|character| matches!(character, ' '..='?')).is_some() {}
        characters.next_if(|character| matches!(character, '@'..='~'));
    }
}

fn with_closed_lines(text: &str) -> String {
    let mut closed = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        if is_closed(line) {
            closed.push_str(line);
        } else {
            closed.extend(line.chars().filter(|character| !invisible::is_embedding(*character)));
        }
    }
    closed
}

/// Whether each embedding and isolate of a line is closed in it, and nothing else is (UAX #9 §2).
fn is_closed(line: &str) -> bool {
    let mut open = Vec::new();
    let is_paired = line.chars().all(|character| match character {
        '\u{202A}' | '\u{202B}' => {
            open.push('\u{202C}');
            true
        }
        '\u{2066}'..='\u{2068}' => {
            open.push('\u{2069}');
            true
        }
        '\u{202C}' | '\u{2069}' => open.pop() == Some(character),
        _ => true,
    });
    is_paired && open.is_empty()
}
