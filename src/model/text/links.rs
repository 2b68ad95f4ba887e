//! Finds the links in a message, for `text::markdown`: no character is looked at for two links. Not a parser of URLs: it
//! only decides which characters lead somewhere, and refuses what could lead elsewhere than it reads.

use super::invisible::{is_mark, is_visible};
use crate::protocol::ids::belongs_to_letter;

mod host;

/// An address that may be opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What is shown of it: where it leads.
    pub text: String,
    /// Where it leads; begins with `http://`, `https://` or `mailto:`.
    pub href: String,
}

/// What begins with a scheme somewhere in a text.
#[derive(Debug, PartialEq, Eq)]
pub struct FoundScheme {
    /// So many bytes have been looked at, and hold no other link.
    pub looked_at: usize,
    /// The bytes that the link takes up in the text, and the link; none if it leads nowhere, or elsewhere than it reads.
    pub link: Option<(usize, Link)>,
}

/// From here on scripts are written without spaces between words: Chinese, Japanese, Korean.
const WIDE_SCRIPTS: char = '\u{2E80}';

/// The only schemes that a click may open, as they begin an address.
const SCHEMES: [&str; 3] = ["https://", "http://", MAIL];
const MAIL: &str = "mailto:";

/// Looks for a link that begins exactly at `start`. `ends_at` tells of every later place, as an offset in the text, whether
/// something else begins there, such as a mark.
#[must_use]
pub fn at(text: &str, start: usize, ends_at: &dyn Fn(usize) -> bool) -> Option<FoundScheme> {
    let scheme = scheme_at(text, start)?;
    let candidate = candidate(text, start, scheme, ends_at);
    let written = trimmed(candidate);
    let link = leads_somewhere(written, scheme).then(|| (written.len(), shown(written, scheme)));
    let looked_at = link.as_ref().map_or_else(|| scheme.len().max(candidate.len()), |(len, _)| *len);
    Some(FoundScheme { looked_at, link })
}

/// Where a text leads that is an address as a whole.
#[must_use]
pub fn whole(address: &str) -> Option<Link> {
    let scheme = scheme_at(address, 0)?;
    let rest = &address[scheme.len()..];
    let has_host = scheme == MAIL || rest[..place_end(rest)].chars().all(belongs_to_host);
    let leads = has_host && !rest.chars().any(ends_address) && leads_somewhere(address, scheme);
    leads.then(|| shown(address, scheme))
}

/// As it was written; a host that could read as another one is shown as it is looked up.
fn shown(link: &str, scheme: &str) -> Link {
    let (written, rest) = link.split_at(scheme.len());
    let end = place_end(rest);
    let (place, path) = rest.split_at(end);
    let (mailbox, host) = place.split_at(place.rfind('@').map_or(0, |at| at + 1));
    let looked_up = host::looked_up(host);
    let place = [mailbox, looked_up.as_deref().unwrap_or(host), path].concat();
    Link { text: [written, &place].concat(), href: [scheme, &place].concat() }
}

/// Where the host of an address ends, or the mail address.
fn place_end(rest: &str) -> usize {
    rest.find(['/', '?', '#']).unwrap_or(rest.len())
}

/// The scheme that begins a word here.
fn scheme_at(text: &str, start: usize) -> Option<&'static str> {
    let bytes = text.as_bytes();
    let inside_a_word = start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'+');
    if inside_a_word {
        return None;
    }
    let begins = |scheme: &&str| {
        bytes[start..].get(..scheme.len()).is_some_and(|head| head.eq_ignore_ascii_case(scheme.as_bytes()))
    };
    SCHEMES.into_iter().find(begins)
}

/// From the scheme on, as far as characters can belong to an address.
fn candidate<'a>(text: &'a str, start: usize, scheme: &str, ends_at: &dyn Fn(usize) -> bool) -> &'a str {
    let text_from = &text[start..];
    let (mut in_host, mut in_own_script) = (true, false);
    let mut before = '/';
    for (index, character) in text_from.char_indices().skip(scheme.len()) {
        in_host &= !matches!(character, '/' | '?' | '#');
        let is_wide = character >= WIDE_SCRIPTS;
        // "https://tea.example吧", "https://tea.example/abc这个": addresses do not change the script within a word, sentences
        // do. A path that has begun in its own script goes on in it.
        let sentence_goes_on = is_wide && before.is_ascii_alphanumeric() && !in_own_script;
        let ends_host = in_host && scheme != MAIL && !belongs_to_host(character);
        if ends_address(character) || sentence_goes_on || ends_host || ends_at(start + index) {
            return &text_from[..index];
        }
        in_own_script |= is_wide && !in_host;
        before = character;
    }
    text_from
}

/// Letters, digits, hyphens and dots, with port and brackets; also what makes a host refused by [`leads_somewhere`], so that
/// the whole is refused, not cut. What only looks like the end of a host, such as U+2044, ends it.
fn belongs_to_host(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | ':' | '[' | ']' | '@' | '%');
    }
    character.is_alphanumeric() || is_mark(character) || belongs_to_letter(character)
}

/// White space, controls, invisible characters, the characters that RFC 3986 gives no place in an address, and the
/// punctuation of Chinese and Japanese.
fn ends_address(character: char) -> bool {
    !is_visible(character)
        || matches!(character, '<' | '>' | '"' | '`' | '{' | '}' | '|' | '\\' | '^')
        || matches!(character, '“' | '”' | '‘' | '’' | '…' | '—' | '«' | '»')
        || matches!(character, '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301F}')
        || matches!(character, '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}' | '\u{FF3B}'..='\u{FF3D}' | '\u{FF5B}'..='\u{FF65}')
}

/// Without the punctuation that ends the sentence, and without closing brackets that were opened before the address.
fn trimmed(candidate: &str) -> &str {
    let count = |bracket: char| candidate.matches(bracket).count();
    let mut round = (count('('), count(')'));
    let mut square = (count('['), count(']'));
    let mut link = candidate;
    while let Some(last) = link.chars().next_back() {
        let unopened = match last {
            ')' => &mut round,
            ']' => &mut square,
            '.' | ',' | ';' | ':' | '!' | '?' | '\'' | '*' => &mut (0, 1),
            _ => break,
        };
        if unopened.1 <= unopened.0 {
            break;
        }
        unopened.1 -= 1;
        link = &link[..link.len() - last.len_utf8()];
    }
    link
}

/// Whether something follows the scheme that can be opened and is what it reads as: a host without user information
/// (`https://bank.example@evil.example` leads to evil.example), or one mail address.
fn leads_somewhere(link: &str, scheme: &str) -> bool {
    let Some(rest) = link.get(scheme.len()..) else {
        return false;
    };
    let place = &rest[..place_end(rest)];
    let host = match (scheme, place.split_once('@')) {
        (MAIL, Some((mailbox, host))) if !mailbox.is_empty() => host,
        (MAIL, _) | (_, Some(_)) => return false,
        (_, None) => place,
    };
    host.len() <= host::BYTES_MAX
        && !host.contains(['@', '%'])
        && host.starts_with(|first: char| first.is_alphanumeric() || first == '[')
}

#[cfg(test)]
mod tests;
