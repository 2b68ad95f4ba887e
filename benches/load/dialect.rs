//! How each kind of server is spoken to: addresses, lines, and what its frames mean. Of all JSON only `joined` is parsed: a
//! line carries a mark with its number, and frames are told apart by how they begin.

use std::io::Write as _;

use teahouse::protocol::{Backlog, Event};

use super::ledger::LineNumber;

/// Stands before the number of a line, in its text and in its post id.
const MARK: &[u8] = b"bench-line-";
/// All numbers have so many digits, so that all lines are of one length.
const DIGITS: usize = 10;

/// The room where a room has a number. The first one is where people meet by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoomNumber(pub usize);

impl RoomNumber {
    pub const LOBBY: Self = Self(0);

    pub fn slug(self) -> String {
        if self == Self::LOBBY { "lobby".to_owned() } else { format!("bench-{:05}", self.0) }
    }
}

/// A language of frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `{"nickname","message","time"}`, and every line comes back to everybody: Teahouse's plain socket, and all peers.
    Plain,
    /// Teahouse's member socket: nicknames with sessions, acks, resume.
    Member,
}

/// What a frame said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heard {
    /// Somebody said this line.
    Line(LineNumber),
    /// This line is on disk.
    Ack(LineNumber),
    /// Something was refused.
    Refusal,
    /// Lines were given up, and none come any more until one joins again.
    Gap,
    /// Asks for a heartbeat.
    Heartbeat,
    /// The answer to `hello`.
    Welcome,
    /// The answer to `join`.
    Joined,
    /// Nothing that counts here: presence, lists of rooms.
    Nothing,
}

impl Dialect {
    /// Where the socket of a room is.
    pub fn path(self, room: RoomNumber) -> String {
        match self {
            Self::Member => "/ws".to_owned(),
            Self::Plain if room == RoomNumber::LOBBY => "/".to_owned(),
            Self::Plain => format!("/plain/{}", room.slug()),
        }
    }

    /// Writes a line of `text_bytes` that this person says.
    pub fn write_line(self, line: LineNumber, nickname: &str, room: RoomNumber, text_bytes: usize, into: &mut Vec<u8>) {
        let mark = format!("{}{:0DIGITS$}", String::from_utf8_lossy(MARK), line.0);
        let filling = text_bytes.saturating_sub(mark.len() + 1);
        let outcome = match self {
            Self::Plain => write!(
                into,
                r#"{{"nickname":"{nickname}","message":"{mark} {:x<filling$}","time":"11-24 16:00:09"}}"#,
                ""
            ),
            Self::Member => write!(
                into,
                r#"{{"type":"post","room":"{}","id":"{mark}","body":{{"kind":"message","text":"{mark} {:x<filling$}"}}}}"#,
                room.slug(),
                ""
            ),
        };
        outcome.expect("memory can be written to");
    }

    /// What a text frame says.
    pub fn read(self, payload: &[u8], place: &mut MarkPlace) -> Heard {
        match self {
            Self::Plain if payload.starts_with(br#"{"status":-1"#) => Heard::Refusal,
            Self::Plain => place.number(payload).map_or(Heard::Nothing, Heard::Line),
            Self::Member => read_event(payload, place),
        }
    }
}

fn read_event(payload: &[u8], place: &mut MarkPlace) -> Heard {
    let Some(kind) = payload.strip_prefix(br#"{"type":""#) else { return Heard::Nothing };
    let is = |name: &[u8]| kind.starts_with(name);
    if is(b"publication") {
        place.number(payload).map_or(Heard::Nothing, Heard::Line)
    } else if is(b"ack") {
        MarkPlace::default().number(payload).map_or(Heard::Nothing, Heard::Ack)
    } else if is(b"nack") || is(b"refused") {
        Heard::Refusal
    } else if is(b"gap") {
        Heard::Gap
    } else if is(b"heartbeat") {
        Heard::Heartbeat
    } else if is(b"welcome") {
        Heard::Welcome
    } else if is(b"joined") {
        Heard::Joined
    } else {
        Heard::Nothing
    }
}

/// Whether `joined` brings all that was missed, and nothing else.
pub fn is_resumed(joined: &[u8]) -> bool {
    matches!(backlog(joined), Some(Backlog::Resumed { .. }))
}

/// The cursor that `joined` leaves its reader with, as JSON; `None` when it brings no event.
pub fn cursor_after(joined: &[u8]) -> Option<String> {
    serde_json::to_string(&backlog(joined)?.newest()?).ok()
}

fn backlog(joined: &[u8]) -> Option<Backlog> {
    match serde_json::from_slice(joined) {
        Ok(Event::Joined { backlog, .. }) => Some(backlog),
        _ => None,
    }
}

/// Where the mark was in the last frame: it is nearly always there again, so that hardly any frame is searched.
#[derive(Default)]
pub struct MarkPlace(usize);

impl MarkPlace {
    /// The number behind the first mark; `None` when there is no mark.
    fn number(&mut self, payload: &[u8]) -> Option<LineNumber> {
        let is_there = payload.get(self.0..).is_some_and(|rest| rest.starts_with(MARK));
        if !is_there {
            self.0 = payload.windows(MARK.len()).position(|window| window == MARK)?;
        }
        let digits = payload.get(self.0 + MARK.len()..)?.first_chunk::<DIGITS>()?;
        let number = digits.iter().fold(0_u64, |number, digit| number * 10 + u64::from(digit.wrapping_sub(b'0')));
        u32::try_from(number).ok().map(LineNumber)
    }
}
