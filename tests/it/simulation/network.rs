//! A socket between one page and the server, and what can happen to a frame on it.

use std::collections::VecDeque;

use teahouse::server::edge::connection::member::Member;

/// What becomes of the next frame.
#[derive(Clone, Copy, Debug)]
pub enum Fate {
    Arrives,
    IsLost,
    ArrivesTwice,
    /// The one behind it arrives first.
    IsOvertaken,
}

impl Fate {
    /// Three of twenty frames meet one.
    pub fn of(number: usize) -> Self {
        match number % 20 {
            1 => Self::IsLost,
            2 => Self::ArrivesTwice,
            3 => Self::IsOvertaken,
            _ => Self::Arrives,
        }
    }
}

/// One number of a script that decides over many frames. Zero is fair weather.
pub struct Weather(u32);

impl Weather {
    pub fn fair() -> Self {
        Self(0)
    }

    pub fn of(number: usize) -> Self {
        Self(u32::try_from(number).expect("a number of a script"))
    }

    /// What becomes of the next frame, by xorshift (Marsaglia, "Xorshift RNGs", 2003), of which zero makes zeros.
    pub fn fate(&mut self) -> Fate {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        Fate::of(usize::try_from(self.0).expect("four bytes"))
    }
}

/// Something on its way to the page.
pub enum Downward {
    Frame(String),
    /// The server's last word.
    Close(u16),
}

/// The texts of a server's frames, one behind the other (RFC 6455 §5.2).
pub fn texts(mut frames: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    while let [_, short, rest @ ..] = frames {
        let (length, rest) = match (short, rest) {
            (126, [high, low, rest @ ..]) => (usize::from(u16::from_be_bytes([*high, *low])), rest),
            (127, _) => panic!("no frame of a script is that long"),
            (short, rest) => (usize::from(*short), rest),
        };
        let (text, rest) = rest.split_at(length);
        texts.push(str::from_utf8(text).expect("the server sends texts").to_owned());
        frames = rest;
    }
    texts
}

/// One socket. Each end may be gone without the other knowing.
pub struct Wire {
    pub client: usize,
    /// The server's end, from the handshake until it closes or finds out.
    pub server: ServerEnd,
    /// Whether the page still holds its end.
    pub is_held: bool,
    pub up: VecDeque<String>,
    pub down: VecDeque<Downward>,
}

pub enum ServerEnd {
    /// The handshake is on its way.
    Knocking,
    Open(Box<Member>),
    Gone,
}

impl Wire {
    pub fn new(client: usize) -> Self {
        Self { client, server: ServerEnd::Knocking, is_held: true, up: VecDeque::new(), down: VecDeque::new() }
    }

    pub fn member(&mut self) -> Option<&mut Member> {
        match &mut self.server {
            ServerEnd::Open(member) => Some(member),
            ServerEnd::Knocking | ServerEnd::Gone => None,
        }
    }

    /// Nothing can come of it any more.
    pub fn is_over(&self) -> bool {
        !self.is_held && matches!(self.server, ServerEnd::Gone)
    }
}

/// Takes the next thing off a queue as `fate` says; what arrives, in order. An end of the connection meets no fate.
pub fn take<T: Repeat>(queue: &mut VecDeque<T>, fate: Fate) -> Vec<T> {
    let Some(first) = queue.pop_front() else { return Vec::new() };
    match (fate, first.repeat()) {
        (Fate::IsLost, Some(_)) => Vec::new(),
        (Fate::ArrivesTwice, Some(again)) => vec![first, again],
        (Fate::IsOvertaken, Some(_)) if queue.front().is_some_and(|second| second.repeat().is_some()) => {
            let second = queue.pop_front().expect("there is one");
            vec![second, first]
        }
        _ => vec![first],
    }
}

/// What a faulty network can repeat.
pub trait Repeat: Sized {
    fn repeat(&self) -> Option<Self>;
}

impl Repeat for String {
    fn repeat(&self) -> Option<Self> {
        Some(self.clone())
    }
}

impl Repeat for Downward {
    fn repeat(&self) -> Option<Self> {
        match self {
            Self::Frame(frame) => Some(Self::Frame(frame.clone())),
            Self::Close(_) => None,
        }
    }
}
