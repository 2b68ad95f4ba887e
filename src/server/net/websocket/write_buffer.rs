//! What one connection still has to write: frames in their order, and at most one pong beside them. Not here: a bound on
//! the frames (`delivery::sendq` has one, and puts more in here only when all of this is written).

use std::collections::VecDeque;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use tokio::io::AsyncWrite;

use super::decoder::Incoming;
use super::frame::{Opcode, encode, encode_close};

/// How many frames go into one system call.
const FRAMES_PER_WRITE: usize = 64;

/// The queue. Empty, it owns no memory.
#[derive(Debug, Default)]
pub struct WriteBuffer {
    /// Whole frames, but for the first, of which a part may be written.
    frames: VecDeque<Bytes>,
    /// The answer to the last ping. RFC 6455 §5.5.3 lets it stand for those that found no room before.
    pong: Option<Bytes>,
    needs_flush: bool,
    /// A close frame is queued, and nothing may follow it.
    is_ended: bool,
}

impl WriteBuffer {
    /// Whether everything was written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty() && self.pong.is_none() && !self.needs_flush
    }

    /// Appends frames, unless a close frame was. Several frames may lie in one piece of memory.
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

    /// Answers what wants an answer below the protocol: a ping, and the client's close.
    pub fn reply(&mut self, incoming: &Incoming<'_>) {
        match incoming {
            Incoming::Ping(payload) => self.answer(encode(Opcode::Pong, payload)),
            Incoming::Close(Some(close)) => self.end(encode_close(close.code, "")),
            Incoming::Close(None) => self.end(encode(Opcode::Close, &[])),
            Incoming::Text(_) | Incoming::Binary(_) | Incoming::Pong(_) | Incoming::Fragment => {}
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

    /// Writes one piece of memory behind everything else. When nothing waits it goes to the socket as it is, without a
    /// place in the queue: what a fan-out does ten thousand times.
    pub fn poll_send<S: AsyncWrite + Unpin>(
        &mut self,
        io: &mut S,
        context: &mut Context<'_>,
        mut frames: Bytes,
    ) -> Poll<io::Result<()>> {
        if self.is_empty() && !self.is_ended {
            if let Poll::Ready(written) = Pin::new(&mut *io).poll_write(context, &frames) {
                self.needs_flush = true;
                frames.advance(written?);
            }
            if frames.is_empty() {
                return self.poll_write(io, context);
            }
        }
        self.extend(vec![frames]);
        self.poll_write(io, context)
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

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use super::*;

    /// A socket that takes some bytes at a time, of as many frames as there are, and then waits.
    struct Narrow {
        per_write: usize,
        writes_left: usize,
        written: Vec<u8>,
    }

    impl AsyncWrite for Narrow {
        fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            self.poll_write_vectored(context, &[IoSlice::new(bytes)])
        }

        fn poll_write_vectored(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
            slices: &[IoSlice<'_>],
        ) -> Poll<io::Result<usize>> {
            if self.writes_left == 0 {
                return Poll::Pending;
            }
            self.writes_left -= 1;
            let mut bytes: Vec<u8> = slices.iter().flat_map(|slice| slice.iter().copied()).collect();
            bytes.truncate(self.per_write);
            self.written.extend(&bytes);
            Poll::Ready(Ok(bytes.len()))
        }

        fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn poll_write(write_buffer: &mut WriteBuffer, io: &mut Narrow) -> Poll<io::Result<()>> {
        write_buffer.poll_write(io, &mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn wherever_a_write_ends_the_next_goes_on_from_there() {
        let frames: Vec<Bytes> = (0..150_u8).map(|number| vec![number; 1 + usize::from(number) % 7].into()).collect();
        for per_write in (1..40).chain([usize::MAX]) {
            let mut write_buffer = WriteBuffer::default();
            let mut io = Narrow { per_write, writes_left: 3, written: Vec::new() };
            let (first, second) = frames.split_at(100);
            write_buffer.extend(first.to_vec());
            let _ = poll_write(&mut write_buffer, &mut io);
            write_buffer.extend(second.to_vec());
            io.writes_left = usize::MAX;
            assert!(matches!(poll_write(&mut write_buffer, &mut io), Poll::Ready(Ok(()))));
            assert_eq!(io.written, frames.concat(), "{per_write} bytes at a time");
            assert_eq!(write_buffer.capacity(), 0);
        }
    }

    #[test]
    fn what_is_sent_at_once_keeps_its_place_behind_what_waits() {
        let frames: Vec<Bytes> = (0..20_u8).map(|number| vec![number; 5].into()).collect();
        for writes_left in 0..20 {
            let mut write_buffer = WriteBuffer::default();
            let mut io = Narrow { per_write: 3, writes_left, written: Vec::new() };
            for frame in &frames {
                let _ = write_buffer.poll_send(&mut io, &mut Context::from_waker(Waker::noop()), frame.clone());
            }
            io.writes_left = usize::MAX;
            assert!(matches!(poll_write(&mut write_buffer, &mut io), Poll::Ready(Ok(()))));
            assert_eq!(io.written, frames.concat(), "after {writes_left} writes");
            assert!(write_buffer.is_empty());
        }
    }

    #[test]
    fn frames_that_wait_together_leave_in_one_write() {
        let mut write_buffer = WriteBuffer::default();
        write_buffer.extend(vec![Bytes::from_static(b"frame"); FRAMES_PER_WRITE]);
        let mut io = Narrow { per_write: usize::MAX, writes_left: 1, written: Vec::new() };
        assert!(matches!(poll_write(&mut write_buffer, &mut io), Poll::Ready(Ok(()))));
    }

    #[test]
    fn nothing_follows_a_close_frame_not_even_a_pong_that_waited() {
        let [pong, close, late] = [b"pong", b"last", b"late"].map(|frame| Bytes::from_static(frame));
        let pushes: [fn(&mut WriteBuffer, Bytes); 3] =
            [|write_buffer, late| write_buffer.extend(vec![late]), WriteBuffer::answer, WriteBuffer::end];
        let mut io = Narrow { per_write: usize::MAX, writes_left: usize::MAX, written: Vec::new() };
        let mut write_buffer = WriteBuffer::default();
        write_buffer.answer(pong);
        write_buffer.end(close);
        assert!(matches!(poll_write(&mut write_buffer, &mut io), Poll::Ready(Ok(()))));
        for push in pushes {
            push(&mut write_buffer, late.clone());
            assert!(matches!(poll_write(&mut write_buffer, &mut io), Poll::Ready(Ok(()))));
            assert_eq!(io.written, b"last");
        }
    }

    #[test]
    fn a_socket_that_takes_nothing_is_broken() {
        let mut write_buffer = WriteBuffer::default();
        write_buffer.extend(vec![Bytes::from_static(b"frame")]);
        let mut io = Narrow { per_write: 0, writes_left: 1, written: Vec::new() };
        let Poll::Ready(Err(error)) = poll_write(&mut write_buffer, &mut io) else { panic!("it spins or waits") };
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
    }
}
