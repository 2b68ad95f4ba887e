//! What is queued for one connection, and its overflow. Pure: no lock, no socket. Not here: which rooms fell behind
//! (`hub::followers`).

use std::collections::VecDeque;

use crate::protocol::CloseCode;
use crate::server::delivery::frame::{Frame, Frames};

/// How much may be queued, of answers and of room traffic each. 0 = no limit.
#[derive(Clone, Copy, Debug)]
pub struct SendqLimits {
    /// Bytes of frames.
    pub bytes: usize,
    /// Frames.
    pub frames: usize,
}

/// What happens to a connection whose queue overflows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The queued room traffic is dropped, and the client fetches it again: the member socket.
    FallBehind,
    /// It is closed, since its client cannot fetch anything: the plain socket.
    Close,
}

/// What a connection's task has to handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// Room traffic was dropped. `Hub::fall_behind` says of which rooms.
    Behind,
    /// It is time to look at silence, heartbeat and session.
    Check,
    /// The server is about to stop.
    Drain,
    /// Send this close code and close.
    Close(CloseCode),
}

/// What is taken from a queue without a socket.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Write these in this order. One element may hold several frames.
    Frames(Vec<Frame>),
    /// Handle this.
    Signal(Signal),
}

/// The queue.
pub(super) struct Queue {
    limits: SendqLimits,
    when_full: WhenFull,
    queued: VecDeque<Queued>,
    answers: Load,
    room_traffic: Load,
    /// Room traffic was dropped, and the connection has not handled that yet. No more is taken until then.
    is_behind: bool,
    is_check_due: bool,
    drain: Drain,
    close: Option<CloseCode>,
}

/// How much is queued.
#[derive(Clone, Copy, Default)]
struct Load {
    bytes: usize,
    frames: usize,
}

/// The server stops once, so each connection is sent it once, however often it is signalled.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Drain {
    NotBegun,
    Pending,
    Signalled,
}

/// Queued frames.
enum Queued {
    /// An answer to this client. Answers are bounded by commands, which are not read while the client does not read.
    Answer(Frame),
    /// Traffic of a room, which the client can fetch again.
    RoomTraffic(Frame),
}

impl Queue {
    pub(super) fn new(limits: SendqLimits, when_full: WhenFull) -> Self {
        Self {
            limits,
            when_full,
            queued: VecDeque::new(),
            answers: Load::default(),
            room_traffic: Load::default(),
            is_behind: false,
            is_check_due: false,
            drain: Drain::NotBegun,
            close: None,
        }
    }

    /// Appends an answer. A client that does not take its answers is closed as slow. The first frame of its kind is always
    /// taken, however large it is: its reader is not slow.
    pub(super) fn push(&mut self, frame: Frame) {
        if self.close.is_some() {
            return;
        }
        let load = self.answers.with(frame.len(), 1);
        if self.answers.frames > 0 && self.is_over(load, 1) {
            self.close_and_clear(CloseCode::Slow);
        } else {
            self.answers = load;
            self.queued.push_back(Queued::Answer(frame));
        }
    }

    /// Whether room traffic is taken.
    pub(super) fn takes_room_traffic(&self) -> bool {
        self.close.is_none() && !self.is_behind
    }

    /// Appends frames of a room. When the queue is full, the connection falls behind or is closed.
    pub(super) fn push_room_frames(&mut self, frames: &Frames) {
        if !self.takes_room_traffic() {
            return;
        }
        let load = self.room_traffic.with(frames.bytes.len(), frames.count);
        if self.room_traffic.frames == 0 || !self.is_over(load, 1) {
            self.room_traffic = load;
            self.queued.push_back(Queued::RoomTraffic(frames.bytes.clone()));
        } else if self.when_full == WhenFull::FallBehind {
            self.fall_behind();
        } else {
            self.close_and_clear(CloseCode::Slow);
        }
    }

    /// Whether droppable frames are to be dropped: they would fill more than half of the queue.
    pub(super) fn is_half_full(&self, frames: &Frames) -> bool {
        self.is_over(self.room_traffic.with(frames.bytes.len(), frames.count), 2)
    }

    /// Whether so much room traffic would overflow an empty queue.
    pub(super) fn is_too_much(&self, bytes: usize, frames: usize) -> bool {
        self.is_over(Load { bytes, frames }, 1)
    }

    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.queued.is_empty()
    }

    pub(super) fn signal(&mut self, signal: Signal) {
        match signal {
            Signal::Close(code) => {
                self.close.get_or_insert(code);
            }
            Signal::Behind => self.is_behind = true,
            Signal::Drain if self.drain == Drain::NotBegun => self.drain = Drain::Pending,
            Signal::Drain => {}
            Signal::Check => self.is_check_due = true,
        }
    }

    pub(super) fn resume(&mut self) {
        self.is_behind = false;
    }

    /// Takes what is queued.
    pub(super) fn take_frames(&mut self) -> Option<Vec<Frame>> {
        if self.queued.is_empty() {
            return None;
        }
        (self.answers, self.room_traffic) = (Load::default(), Load::default());
        let frame = |queued| match queued {
            Queued::Answer(frame) | Queued::RoomTraffic(frame) => frame,
        };
        Some(std::mem::take(&mut self.queued).into_iter().map(frame).collect())
    }

    /// Takes what is queued, or else a signal.
    pub(super) fn take(&mut self) -> Option<Outgoing> {
        self.take_frames().map(Outgoing::Frames).or_else(|| self.take_signal().map(Outgoing::Signal))
    }

    /// Whether the connection's task has a signal to handle.
    pub(super) fn has_signal(&self) -> bool {
        self.close.is_some() || self.is_behind || self.drain == Drain::Pending || self.is_check_due
    }

    fn take_signal(&mut self) -> Option<Signal> {
        if let Some(code) = self.close {
            Some(Signal::Close(code))
        } else if self.is_behind {
            Some(Signal::Behind)
        } else if self.drain == Drain::Pending {
            self.drain = Drain::Signalled;
            Some(Signal::Drain)
        } else {
            std::mem::take(&mut self.is_check_due).then_some(Signal::Check)
        }
    }

    fn is_over(&self, load: Load, divisor: usize) -> bool {
        let SendqLimits { bytes, frames } = self.limits;
        (bytes > 0 && load.bytes > bytes / divisor) || (frames > 0 && load.frames > frames / divisor)
    }

    /// Drops the room traffic, which the client can fetch again. Answers are kept, since an ack comes only once.
    fn fall_behind(&mut self) {
        self.queued.retain(|queued| matches!(queued, Queued::Answer(_)));
        // Little is kept, so the memory of the full queue is given back.
        self.queued.shrink_to_fit();
        self.room_traffic = Load::default();
        self.is_behind = true;
    }

    fn close_and_clear(&mut self, code: CloseCode) {
        self.queued = VecDeque::new();
        (self.answers, self.room_traffic) = (Load::default(), Load::default());
        self.close = Some(code);
    }
}

impl Load {
    fn with(self, bytes: usize, frames: usize) -> Self {
        Self { bytes: self.bytes + bytes, frames: self.frames + frames }
    }
}
