//! What one connection still has to write: frames in their order, and at most one pong beside them. Not here: a bound on
//! the frames (`hub::sendq` has one; a connection takes from there only when all of this is written).

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

/// How many frames go into one system call.
const FRAMES_PER_WRITE: usize = 64;

/// The queue. Empty, it owns no memory.
#[derive(Debug, Default)]
pub struct Outgoing {
    /// Whole frames, but for the first, of which a part may be written.
    frames: VecDeque<Bytes>,
    /// The answer to the last ping. RFC 6455 §5.5.3 lets it stand for those that found no room before.
    pong: Option<Bytes>,
    needs_flush: bool,
    /// A close frame is queued, and nothing may follow it.
    is_ended: bool,
}

impl Outgoing {
    /// Appends frames, unless a close frame was.
    pub fn extend(&mut self, frames: Vec<Bytes>) {
        if self.is_ended {
            return;
        }
        if self.frames.is_empty() {
            self.frames = frames.into();
        } else {
            self.frames.extend(frames);
        }
    }

    /// Puts a pong behind what is queued, in place of one that is not yet on its way.
    pub fn answer(&mut self, pong: Bytes) {
        self.pong = Some(pong).filter(|_| !self.is_ended);
    }

    /// Appends a close frame as the last of all; the first one counts.
    pub fn end(&mut self, close: Bytes) {
        self.extend(vec![close]);
        self.pong = None;
        self.is_ended = true;
    }

    /// How many frames the queue has memory for.
    #[cfg(test)]
    pub fn capacity(&self) -> usize {
        self.frames.capacity()
    }

    /// Writes until everything is with the operating system, or the socket takes no more.
    pub fn poll_write<S: AsyncWrite + Unpin>(&mut self, io: &mut S, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            if self.frames.is_empty() {
                match self.pong.take() {
                    Some(pong) => self.frames.push_back(pong),
                    None => break,
                }
            }
            let written = ready!(self.poll_write_once(io, context))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.needs_flush = true;
            self.advance(written);
        }
        if self.needs_flush {
            ready!(Pin::new(io).poll_flush(context))?;
            self.needs_flush = false;
        }
        Poll::Ready(Ok(()))
    }

    fn poll_write_once<S: AsyncWrite + Unpin>(&self, io: &mut S, context: &mut Context<'_>) -> Poll<io::Result<usize>> {
        if let [frame] = self.frames.as_slices().0
            && self.frames.len() == 1
        {
            return Pin::new(io).poll_write(context, frame);
        }
        let mut slices = [IoSlice::new(&[]); FRAMES_PER_WRITE];
        let mut count = 0;
        for (slice, frame) in slices.iter_mut().zip(&self.frames) {
            *slice = IoSlice::new(frame);
            count += 1;
        }
        Pin::new(io).poll_write_vectored(context, &slices[..count])
    }

    /// Drops what was written.
    fn advance(&mut self, mut written: usize) {
        while let Some(frame) = self.frames.front_mut() {
            if written < frame.len() {
                frame.advance(written);
                return;
            }
            written -= frame.len();
            self.frames.pop_front();
        }
        self.frames = VecDeque::new();
    }
}
