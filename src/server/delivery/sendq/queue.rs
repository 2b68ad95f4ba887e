//! What waits for one connection, and what becomes of it when it is too much. Pure: no lock, no socket. Not here: which
//! rooms fell behind (`hub::followers`).

use std::collections::VecDeque;

use crate::protocol::CloseCode;
use crate::server::delivery::frame::{Frame, Image};

/// How much may wait, of answers and of everything else each. 0 = no limit.
#[derive(Clone, Copy, Debug)]
pub struct SendqLimits {
    /// Bytes of frames.
    pub bytes: usize,
    /// Frames.
    pub frames: usize,
}

/// What becomes of a reader that is too slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// What waits of its rooms is given up, and it fetches that again: the member socket.
    FallBehind,
    /// It is closed, since it has no way to fetch anything: the plain socket.
    Close,
}

/// What a connection's task has to see to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Frames of rooms were given up: tell which rooms fell behind, by [`fall_behind`](crate::server::delivery::hub::Hub::fall_behind).
    Behind,
    /// It is time to look at silence, heartbeat and session.
    Check,
    /// The server is about to stop.
    Drain,
    /// Say why and close.
    Close(CloseCode),
}

/// What a queue without a socket gives out.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Write these, in this order. One piece may hold several frames.
    Frames(Vec<Frame>),
    /// See to this.
    Signal(Signal),
}

/// The queue.
pub(super) struct Queue {
    limits: SendqLimits,
    when_full: WhenFull,
    waiting: VecDeque<Waiting>,
    answers: Load,
    of_rooms: Load,
    /// Frames of rooms were given up, and the connection has not yet seen to it: no more of them are taken.
    is_behind: bool,
    is_to_be_checked: bool,
    drain: Drain,
    close: Option<CloseCode>,
}

/// So much waits.
#[derive(Clone, Copy, Default)]
struct Load {
    bytes: usize,
    frames: usize,
}

/// The server stops once, so its connection is told once, whoever signals it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drain {
    NotBegun,
    ToBeTold,
    Told,
}

/// Frames that wait.
enum Waiting {
    /// An answer to this client. Its number is bounded by what the client asks, which is not read while it does not read.
    Answer(Frame),
    /// Something of a room, which the client can fetch again.
    OfRoom(Frame),
}

impl Queue {
    pub(super) fn new(limits: SendqLimits, when_full: WhenFull) -> Self {
        Self {
            limits,
            when_full,
            waiting: VecDeque::new(),
            answers: Load::default(),
            of_rooms: Load::default(),
            is_behind: false,
            is_to_be_checked: false,
            drain: Drain::NotBegun,
            close: None,
        }
    }

    /// Appends an answer. A client that does not take its answers is closed as slow. A frame that finds no other of its
    /// kind always has room, however large it is: its reader is not behind.
    pub(super) fn push(&mut self, frame: Frame) {
        if self.close.is_some() {
            return;
        }
        let load = self.answers.with(frame.len(), 1);
        if self.answers.frames > 0 && self.is_over(load, 1) {
            self.give_up(CloseCode::Slow);
        } else {
            self.answers = load;
            self.waiting.push_back(Waiting::Answer(frame));
        }
    }

    /// Whether something of a room is taken.
    pub(super) fn takes_rooms(&self) -> bool {
        self.close.is_none() && !self.is_behind
    }

    /// Appends something of a room. When there is no place for it, the connection falls behind.
    pub(super) fn push_of_room(&mut self, image: &Image) {
        if !self.takes_rooms() {
            return;
        }
        let load = self.of_rooms.with(image.bytes.len(), image.frames);
        if self.of_rooms.frames == 0 || !self.is_over(load, 1) {
            self.of_rooms = load;
            self.waiting.push_back(Waiting::OfRoom(image.bytes.clone()));
        } else if self.when_full == WhenFull::FallBehind {
            self.fall_behind();
        } else {
            self.give_up(CloseCode::Slow);
        }
    }

    /// Whether a frame that may be lost should be: beyond half of the limits.
    pub(super) fn is_half_full(&self, image: &Image) -> bool {
        self.is_over(self.of_rooms.with(image.bytes.len(), image.frames), 2)
    }

    /// Whether so much of a room would be too much for an empty queue.
    pub(super) fn is_too_much(&self, bytes: usize, frames: usize) -> bool {
        self.is_over(Load { bytes, frames }, 1)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Close(code) => {
                self.close.get_or_insert(code);
            }
            Signal::Behind => self.is_behind = true,
            Signal::Drain if self.drain == Drain::NotBegun => self.drain = Drain::ToBeTold,
            Signal::Drain => {}
            Signal::Check => self.is_to_be_checked = true,
        }
    }

    pub(super) fn resume(&mut self) {
        self.is_behind = false;
    }

    /// Takes what waits.
    pub(super) fn take_frames(&mut self) -> Option<Vec<Frame>> {
        if self.waiting.is_empty() {
            return None;
        }
        (self.answers, self.of_rooms) = (Load::default(), Load::default());
        let frame = |waiting| match waiting {
            Waiting::Answer(frame) | Waiting::OfRoom(frame) => frame,
        };
        Some(std::mem::take(&mut self.waiting).into_iter().map(frame).collect())
    }

    /// Takes what there is to do now: first what waits, then what else is to be seen to.
    pub(super) fn take(&mut self) -> Option<Outgoing> {
        self.take_frames().map(Outgoing::Frames).or_else(|| self.take_signal().map(Outgoing::Signal))
    }

    /// Whether there is something for the connection's task that no write settles.
    pub(super) fn has_signal(&self) -> bool {
        self.close.is_some() || self.is_behind || self.drain == Drain::ToBeTold || self.is_to_be_checked
    }

    fn take_signal(&mut self) -> Option<Signal> {
        if let Some(code) = self.close {
            Some(Signal::Close(code))
        } else if self.is_behind {
            Some(Signal::Behind)
        } else if self.drain == Drain::ToBeTold {
            self.drain = Drain::Told;
            Some(Signal::Drain)
        } else {
            std::mem::take(&mut self.is_to_be_checked).then_some(Signal::Check)
        }
    }

    fn is_over(&self, load: Load, divisor: usize) -> bool {
        let SendqLimits { bytes, frames } = self.limits;
        (bytes > 0 && load.bytes > bytes / divisor) || (frames > 0 && load.frames > frames / divisor)
    }

    /// Forgets what can be fetched again. An answer cannot: an ack says what no other frame does.
    fn fall_behind(&mut self) {
        self.waiting.retain(|waiting| matches!(waiting, Waiting::Answer(_)));
        // What is kept is little, so that its queue need not be as long as the one that was full.
        self.waiting.shrink_to_fit();
        self.of_rooms = Load::default();
        self.is_behind = true;
    }

    fn give_up(&mut self, code: CloseCode) {
        self.waiting = VecDeque::new();
        (self.answers, self.of_rooms) = (Load::default(), Load::default());
        self.close = Some(code);
    }
}

impl Load {
    fn with(self, bytes: usize, frames: usize) -> Self {
        Self { bytes: self.bytes + bytes, frames: self.frames + frames }
    }
}
