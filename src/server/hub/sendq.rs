//! The bounded queue of one connection: what it still has to be sent. Appending never blocks; a reader that is too slow
//! is closed with a reason and costs nobody else anything. Not here: the socket (`connection` drains the queue).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use super::publication::Frame;
use crate::protocol::CloseCode;

/// How much may wait. 0 = no limit.
#[derive(Clone, Copy, Debug)]
pub struct SendqLimits {
    /// Bytes of JSON text.
    pub bytes: usize,
    /// Frames.
    pub frames: usize,
}

/// The queue, shared by the hub, which appends, and the connection's task, which drains.
pub struct Sendq {
    limits: SendqLimits,
    /// Innermost of all locks; held for a push or a take, never longer.
    queue: Mutex<Queue>,
    /// One permit is stored when something was added while the task was busy.
    added: Notify,
}

#[derive(Default)]
struct Queue {
    frames: VecDeque<Frame>,
    bytes: usize,
    close: Option<CloseCode>,
}

/// What a connection's task has to do next.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// Write these, in this order, and flush once.
    Frames(Vec<Frame>),
    /// Say why and close.
    Close(CloseCode),
}

impl Sendq {
    /// An empty queue.
    #[must_use]
    pub fn new(limits: SendqLimits) -> Self {
        Self { limits, queue: Mutex::default(), added: Notify::new() }
    }

    /// Appends a frame. When there is no room for it beside what waits, the queue is dropped and the connection closes as
    /// slow. A frame that finds the queue empty always has room: its reader is not behind, however large the frame is.
    pub fn push(&self, frame: Frame) {
        let mut queue = self.lock();
        if queue.close.is_some() {
            return;
        }
        if !queue.frames.is_empty() && self.is_over(queue.bytes + frame.len(), queue.frames.len() + 1, 1) {
            *queue = Queue { close: Some(CloseCode::Slow), ..Queue::default() };
        } else {
            queue.bytes += frame.len();
            queue.frames.push_back(frame);
        }
        drop(queue);
        self.added.notify_one();
    }

    /// Appends a frame that may be lost: beyond half of the limits it is dropped in silence.
    pub fn push_ephemeral(&self, frame: Frame) {
        let half_full = {
            let queue = self.lock();
            self.is_over(queue.bytes + frame.len(), queue.frames.len() + 1, 2)
        };
        if !half_full {
            self.push(frame);
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
            {
                let mut queue = self.lock();
                if !queue.frames.is_empty() {
                    queue.bytes = 0;
                    return Outgoing::Frames(std::mem::take(&mut queue.frames).into());
                }
                if let Some(code) = queue.close {
                    return Outgoing::Close(code);
                }
            }
            self.added.notified().await;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(outgoing: Outgoing) -> Vec<String> {
        match outgoing {
            Outgoing::Frames(frames) => frames.iter().map(ToString::to_string).collect(),
            Outgoing::Close(code) => panic!("closed with {code:?}"),
        }
    }

    #[tokio::test]
    async fn everything_pending_is_taken_at_once_in_order() {
        let sendq = Sendq::new(SendqLimits { bytes: 100, frames: 10 });
        sendq.push("a".into());
        sendq.push("b".into());
        assert_eq!(frames(sendq.next().await), ["a", "b"]);
        sendq.push("c".into());
        assert_eq!(frames(sendq.next().await), ["c"]);
    }

    #[tokio::test]
    async fn a_reader_that_is_too_slow_is_closed_and_holds_no_memory() {
        let sendq = Sendq::new(SendqLimits { bytes: 4, frames: 0 });
        sendq.push("1234".into());
        sendq.push("5".into());
        assert_eq!(sendq.next().await, Outgoing::Close(CloseCode::Slow));
        assert!(sendq.lock().frames.is_empty());
        sendq.push("6".into());
        assert_eq!(sendq.next().await, Outgoing::Close(CloseCode::Slow));
    }

    #[tokio::test]
    async fn one_frame_larger_than_the_queue_reaches_a_reader_that_is_not_behind() {
        let sendq = Sendq::new(SendqLimits { bytes: 4, frames: 0 });
        sendq.push("a long snapshot".into());
        assert_eq!(frames(sendq.next().await), ["a long snapshot"]);
    }

    #[tokio::test]
    async fn what_was_queued_before_the_end_still_arrives() {
        let sendq = Sendq::new(SendqLimits { bytes: 0, frames: 0 });
        sendq.push("ack".into());
        sendq.close(CloseCode::Drain);
        sendq.push("too late".into());
        assert_eq!(frames(sendq.next().await), ["ack"]);
        assert_eq!(sendq.next().await, Outgoing::Close(CloseCode::Drain));
    }

    #[tokio::test]
    async fn ephemeral_frames_go_first_and_close_nobody() {
        let sendq = Sendq::new(SendqLimits { bytes: 0, frames: 2 });
        sendq.push("kept".into());
        sendq.push_ephemeral("dropped".into());
        sendq.push("kept too".into());
        assert_eq!(frames(sendq.next().await), ["kept", "kept too"]);
    }

    #[tokio::test]
    async fn without_limits_nothing_is_dropped() {
        let sendq = Sendq::new(SendqLimits { bytes: 0, frames: 0 });
        for _ in 0..10_000 {
            sendq.push_ephemeral("x".into());
        }
        assert_eq!(frames(sendq.next().await).len(), 10_000);
    }
}
