//! The grammar of the `Sec-WebSocket-Extensions` header (RFC 6455 §9.1). Not here: what an extension means.

use std::borrow::Cow;

use thiserror::Error;

/// An extension that is offered, with its parameters in their order.
#[derive(Debug, PartialEq, Eq)]
pub struct Offer<'a> {
    /// Its registered name.
    pub name: &'a str,
    /// Names, and values where there are some.
    pub parameters: Vec<(&'a str, Option<Cow<'a, str>>)>,
}

/// The header does not follow its grammar.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error("Sec-WebSocket-Extensions is malformed")]
pub struct MalformedExtensions;

/// Reads one header line: extensions in the order of the client's preference.
pub fn parse(header: &str) -> Result<Vec<Offer<'_>>, MalformedExtensions> {
    let mut rest = Rest(header);
    let mut offers = Vec::new();
    loop {
        // A list may have empty elements (RFC 9110 §5.6.1).
        rest.skip_whitespace();
        if rest.0.is_empty() {
            return Ok(offers);
        }
        if rest.take(',') {
            continue;
        }
        offers.push(rest.offer()?);
        if !rest.0.is_empty() && !rest.take(',') {
            return Err(MalformedExtensions);
        }
    }
}

/// What has not been read.
struct Rest<'a>(&'a str);

impl<'a> Rest<'a> {
    fn offer(&mut self) -> Result<Offer<'a>, MalformedExtensions> {
        let mut offer = Offer { name: self.token()?, parameters: Vec::new() };
        while self.take(';') {
            let name = self.token()?;
            let value = if self.take('=') { Some(self.value()?) } else { None };
            offer.parameters.push((name, value));
        }
        Ok(offer)
    }

    /// A token, or a quoted string that would be one without its quotes.
    fn value(&mut self) -> Result<Cow<'a, str>, MalformedExtensions> {
        self.skip_whitespace();
        let Some(quoted) = self.0.strip_prefix('"') else { return self.token().map(Cow::Borrowed) };
        let mut value = String::new();
        let mut characters = quoted.char_indices();
        while let Some((index, character)) = characters.next() {
            let literal = match character {
                '"' if value.is_empty() => return Err(MalformedExtensions),
                '"' => {
                    self.0 = &quoted[index + 1..];
                    self.skip_whitespace();
                    return Ok(value.into());
                }
                '\\' => characters.next().map(|(_, escaped)| escaped),
                other => Some(other),
            };
            value.push(literal.filter(|literal| is_token(*literal)).ok_or(MalformedExtensions)?);
        }
        Err(MalformedExtensions)
    }

    fn token(&mut self) -> Result<&'a str, MalformedExtensions> {
        self.skip_whitespace();
        let end = self.0.find(|character| !is_token(character)).unwrap_or(self.0.len());
        let (token, rest) = self.0.split_at(end);
        self.0 = rest;
        self.skip_whitespace();
        if token.is_empty() { Err(MalformedExtensions) } else { Ok(token) }
    }

    fn take(&mut self, separator: char) -> bool {
        let rest = self.0.strip_prefix(separator);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn skip_whitespace(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }
}

/// RFC 9110 §5.6.2.
fn is_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(character)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer<'a>(name: &'a str, parameters: &[(&'a str, Option<&'a str>)]) -> Offer<'a> {
        let parameters = parameters.iter().map(|(name, value)| (*name, value.map(Cow::Borrowed))).collect();
        Offer { name, parameters }
    }

    #[test]
    fn what_browsers_send_is_read() {
        let chromium = parse("permessage-deflate; client_max_window_bits");
        assert_eq!(chromium, Ok(vec![offer("permessage-deflate", &[("client_max_window_bits", None)])]));
        assert_eq!(parse("permessage-deflate"), Ok(vec![offer("permessage-deflate", &[])]));
    }

    #[test]
    fn the_example_of_rfc_6455_section_9_1_is_read() {
        let expected = vec![offer("foo", &[]), offer("bar", &[("baz", Some("2"))])];
        assert_eq!(parse("foo, bar; baz=2"), Ok(expected));
    }

    #[test]
    fn quotes_and_space_do_not_change_the_meaning() {
        let expected = vec![offer("a", &[("b", Some("10")), ("c", None)])];
        for header in ["a;b=10;c", "a ; b = 10 ; c", " a;\tb=\"10\";c ", ",a;b=\"1\\0\";c,,"] {
            assert_eq!(parse(header), Ok(expected_clone(&expected)), "{header:?}");
        }
    }

    fn expected_clone<'a>(offers: &[Offer<'a>]) -> Vec<Offer<'a>> {
        offers.iter().map(|it| Offer { name: it.name, parameters: it.parameters.clone() }).collect()
    }

    #[test]
    fn an_empty_header_offers_nothing() {
        for header in ["", " ", ",", " , ,"] {
            assert_eq!(parse(header), Ok(Vec::new()));
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        for header in [
            ";",
            "a;",
            "a;;b",
            "a b",
            "a;b=",
            "a;b=\"\"",
            "a;b=\"1",
            "a;b=\"1 2\"",
            "a;b=\"\\",
            "a=1",
            "茶",
            "a;b=\"茶\"",
        ] {
            assert_eq!(parse(header), Err(MalformedExtensions), "{header:?}");
        }
    }
}
