//! What the page of a room must say, to the last byte: the messages in their order, who reads it, and at its end a name for
//! what its forms send, which no other answer has. Not here: asking for pages (`readers`).

use std::io::Read;

/// The bytes of a name, in hex digits.
const NAME_BYTES: usize = 32;
const TIME_MARK: &str = "\"drawn_ms\":";
const NAME_MARK: &str = "value=\"";

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Wrong {
    #[error("it cannot be decoded")]
    Encoding,
    #[error("it does not end as a page does")]
    End,
    #[error("it lacks {0:?}, or has it in another place")]
    Lacks(String),
    #[error("it differs from the first one at byte {0} of {1}")]
    Differs(usize, usize),
}

/// The name of what the forms of one answer send.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FormName([u8; NAME_BYTES]);

/// One reader's page: all answers are the same but for the time and the name, whose places are known.
pub struct Page {
    /// Before the time.
    start: Vec<u8>,
    /// Between the time and the name, before each other place of the name, and after the last.
    parts: Vec<Vec<u8>>,
}

impl Page {
    /// Learns the page from a first answer, which is read as a reader would: these texts are in it, in this order.
    /// The end of a compressed page travels as it is, so what differs is found without decoding.
    pub fn learn(body: &[u8], encoding: Option<&str>, texts: &[String]) -> Result<Self, Wrong> {
        let decoded = decode(body, encoding)?;
        let mut rest = decoded.as_str();
        for text in texts {
            let (_, after) = rest.split_once(text.as_str()).ok_or_else(|| Wrong::Lacks(text.clone()))?;
            rest = after;
        }
        let time = last(body, TIME_MARK).ok_or(Wrong::End)?;
        let after_time = time + body[time..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let name = last(&body[after_time..], NAME_MARK).ok_or(Wrong::End)?;
        let (start, rest) = (&body[..time], &body[after_time..]);
        let name = rest.get(name..name + NAME_BYTES).ok_or(Wrong::End)?;
        Ok(Self { start: start.to_vec(), parts: split(rest, name) })
    }

    /// Checks an answer, every byte of it.
    pub fn check(&self, body: &[u8]) -> Result<FormName, Wrong> {
        let rest = same(body, body, &self.start)?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (first, others) = self.parts.split_first().ok_or(Wrong::End)?;
        let mut rest = same(body, &rest[digits..], first)?;
        let name = rest.get(..NAME_BYTES).ok_or(Wrong::End)?;
        if digits == 0 || !name.iter().all(u8::is_ascii_hexdigit) {
            return Err(Wrong::End);
        }
        for part in others {
            rest = same(body, same(body, rest, name)?, part)?;
        }
        match rest {
            [] => Ok(FormName(name.try_into().map_err(|_| Wrong::End)?)),
            more => Err(Wrong::Differs(body.len() - more.len(), body.len())),
        }
    }
}

/// What lies between the places of a name.
fn split(mut rest: &[u8], name: &[u8]) -> Vec<Vec<u8>> {
    let mut parts = Vec::new();
    while let Some(at) = rest.windows(name.len()).position(|window| window == name) {
        parts.push(rest[..at].to_vec());
        rest = &rest[at + name.len()..];
    }
    parts.push(rest.to_vec());
    parts
}

/// What comes after this beginning of the rest of a body.
fn same<'a>(body: &[u8], rest: &'a [u8], beginning: &[u8]) -> Result<&'a [u8], Wrong> {
    rest.strip_prefix(beginning).ok_or_else(|| {
        let same = rest.iter().zip(beginning).take_while(|(one, other)| one == other).count();
        Wrong::Differs(body.len() - rest.len() + same, body.len())
    })
}

/// Where something ends for the last time.
fn last(body: &[u8], mark: &str) -> Option<usize> {
    body.windows(mark.len()).rposition(|window| window == mark.as_bytes()).map(|at| at + mark.len())
}

fn decode(body: &[u8], encoding: Option<&str>) -> Result<String, Wrong> {
    let mut text = String::new();
    let read = match encoding {
        None => (&body[..]).read_to_string(&mut text),
        Some("br") => brotli::Decompressor::new(body, 4_096).read_to_string(&mut text),
        Some(_) => return Err(Wrong::Encoding),
    };
    read.map(|_| text).map_err(|_| Wrong::Encoding)
}
