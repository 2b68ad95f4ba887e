//! The bounded queue of one connection: what it still has to be sent. Appending never blocks; a reader that is too slow
//! loses what waits of its rooms, is told so, and costs nobody else anything. Not here: the socket (`connection` drains
//! the queue), which rooms fell behind (`hub::room`).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::publication::Frame;
use crate::protocol::CloseCode;

/// How much may wait, of answers and of everything else each. 0 = no limit.
#[derive(Clone, Copy, Debug)]
pub struct SendqLimits {
    /// Bytes of JSON text.
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

/// The queue, shared by the hub, which appends, and the connection's task, which drains.
pub struct Sendq {
    limits: SendqLimits,
    when_full: WhenFull,
    /// Innermost of all locks; held for a push or a take, never longer.
    queue: Mutex<Queue>,
    /// One permit is stored when something was added while the task was busy.
    added: Notify,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    answers: Load,
    of_rooms: Load,
    /// Frames of rooms were given up, and the connection has not yet seen to it: no more of them are taken.
    behind: bool,
    close: Option<CloseCode>,
}

/// So much waits.
#[derive(Clone, Copy, Default)]
struct Load {
    bytes: usize,
    frames: usize,
}

/// A frame that waits.
enum Waiting {
    /// An answer to this client. Its number is bounded by what the client asks, which is not read while it does not read.
    Answer(Frame),
    /// Something of a room, which the client can fetch again.
    OfRoom(Frame),
}

/// What a connection's task has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Write these, in this order, and flush once.
    Frames(Vec<Frame>),
    /// Frames of rooms were given up: tell which rooms fell behind, by [`super::Hub::fall_behind`].
    Behind,
    /// Say why and close.
    Close(CloseCode),
}

impl Sendq {
    /// An empty queue.
    #[must_use]
    pub fn new(limits: SendqLimits, when_full: WhenFull) -> Self {
        Self { limits, when_full, queue: Mutex::default(), added: Notify::new() }
    }

    /// Appends an answer. A client that does not take its answers is closed as slow. A frame that finds no other of its
    /// kind always has room, however large it is: its reader is not behind.
    pub fn push(&self, frame: Frame) {
        let mut queue = self.lock();
        if queue.close.is_none() {
            if self.is_full_for(queue.answers, &frame) {
                queue.give_up(CloseCode::Slow);
            } else {
                queue.answers.add(&frame);
                queue.waiting.push_back(Waiting::Answer(frame));
            }
        }
        drop(queue);
        self.added.notify_one();
    }

    /// Appends something of a room, unless the connection fell behind. It falls behind when there is no room.
    pub fn push_of_room(&self, frame: Frame) {
        let mut queue = self.lock();
        if queue.close.is_some() || queue.behind {
            return;
        }
        if !self.is_full_for(queue.of_rooms, &frame) {
            queue.of_rooms.add(&frame);
            queue.waiting.push_back(Waiting::OfRoom(frame));
        } else if self.when_full == WhenFull::FallBehind {
            queue.fall_behind();
        } else {
            queue.give_up(CloseCode::Slow);
        }
        drop(queue);
        self.added.notify_one();
    }

    /// Appends a frame that may be lost: beyond half of the limits it is dropped in silence.
    pub fn push_ephemeral(&self, frame: Frame) {
        let load = self.lock().of_rooms;
        if !self.is_over(load.bytes + frame.len(), load.frames + 1, 2) {
            self.push_of_room(frame);
        }
    }

    /// Closes the connection after what is queued: an ack in it still arrives. The first reason wins.
    pub fn close(&self, code: CloseCode) {
        self.lock().close.get_or_insert(code);
        self.added.notify_one();
    }

    /// Waits until there is something to do and takes all of it. Cancel-safe: nothing is taken before it is returned.
    pub async fn next(&self) -> Outgoing {
        loop {
            if let Some(outgoing) = self.try_next() {
                return outgoing;
            }
            self.added.notified().await;
        }
    }

    /// What there is to do now.
    pub fn try_next(&self) -> Option<Outgoing> {
        let mut queue = self.lock();
        if !queue.waiting.is_empty() {
            (queue.answers, queue.of_rooms) = (Load::default(), Load::default());
            let frame = |waiting| match waiting {
                Waiting::Answer(frame) | Waiting::OfRoom(frame) => frame,
            };
            return Some(Outgoing::Frames(std::mem::take(&mut queue.waiting).into_iter().map(frame).collect()));
        }
        match queue.close {
            Some(code) => Some(Outgoing::Close(code)),
            None => queue.behind.then_some(Outgoing::Behind),
        }
    }

    /// Takes frames of rooms again: those that fell behind send none until they are joined anew.
    pub(super) fn resume(&self) {
        self.lock().behind = false;
    }

    /// Whether so much of a room would be too much for an empty queue.
    pub(super) fn is_too_much(&self, bytes: usize, frames: usize) -> bool {
        self.is_over(bytes, frames, 1)
    }

    fn is_full_for(&self, load: Load, frame: &Frame) -> bool {
        load.frames > 0 && self.is_over(load.bytes + frame.len(), load.frames + 1, 1)
    }

    fn is_over(&self, bytes: usize, frames: usize, divisor: usize) -> bool {
        (self.limits.bytes > 0 && bytes > self.limits.bytes / divisor)
            || (self.limits.frames > 0 && frames > self.limits.frames / divisor)
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A push leaves the queue whole at every step, so a poisoned lock is as good as any.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Forgets what can be fetched again. An answer cannot: an ack says what no other frame does.
    fn fall_behind(&mut self) {
        self.waiting.retain(|waiting| matches!(waiting, Waiting::Answer(_)));
        // What is kept is little, so that its queue need not be as long as the one that was full.
        self.waiting.shrink_to_fit();
        self.of_rooms = Load::default();
        self.behind = true;
    }

    fn give_up(&mut self, code: CloseCode) {
        *self = Self { close: Some(code), ..Self::default() };
    }
}

impl Load {
    fn add(&mut self, frame: &Frame) {
        self.bytes += frame.len();
        self.frames += 1;
    }
}

#[cfg(test)]
mod tests;
