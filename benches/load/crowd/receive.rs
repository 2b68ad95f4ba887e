//! What comes from the server: answers to handshakes, then frames, as many as one read brings.

use std::time::Instant;

use super::Crowd;
use crate::dialect::{Dialect, Heard, cursor_after, is_resumed};
use crate::fault::Fault;
use crate::handshake::{self, Stage};
use crate::person::{Received, Role};
use crate::wire::{self, Opcode};

impl Crowd {
    /// Reads once from somebody's socket and deals with everything that is whole.
    pub(super) fn receive(&mut self, index: usize) -> Result<(), Fault> {
        let person = &mut self.people[index];
        let kept_bytes = person.unread.len();
        // Room for more of the largest frame that has begun: a read without room would look like the end of the socket.
        if self.buffer.len() < 2 * kept_bytes {
            self.buffer.resize(2 * kept_bytes, 0);
        }
        self.buffer[..kept_bytes].copy_from_slice(&person.unread);
        let received_bytes = match person.receive(&mut self.buffer[kept_bytes..]) {
            Received::Bytes(bytes) => bytes,
            Received::Nothing => return Ok(()),
            Received::Over => {
                self.closed_by_server += 1;
                return self.gone(index);
            }
        };
        let now = Instant::now();
        let buffer = std::mem::take(&mut self.buffer);
        let bytes = &buffer[..kept_bytes + received_bytes];
        let outcome = self.consume(index, bytes, now).map(|taken| {
            // Memory for a large frame is given back: thousands of people would keep it.
            self.people[index].unread = bytes[taken..].to_vec();
        });
        self.buffer = buffer;
        outcome
    }

    /// Deals with everything that is whole; returns how many bytes that was.
    fn consume(&mut self, index: usize, bytes: &[u8], now: Instant) -> Result<usize, Fault> {
        let mut taken = 0;
        loop {
            let rest = &bytes[taken..];
            let more = match self.people[index].stage {
                Stage::Naming | Stage::Upgrading => self.take_answer(index, rest, now)?,
                Stage::Greeting | Stage::Joining | Stage::Live => self.take_frame(index, rest, now)?,
                Stage::Gone => rest.len(),
            };
            taken += more;
            if more == 0 || taken == bytes.len() {
                return Ok(taken);
            }
        }
    }

    fn take_answer(&mut self, index: usize, bytes: &[u8], now: Instant) -> Result<usize, Fault> {
        let Some(answer) = handshake::first_answer(bytes) else { return Ok(0) };
        self.heard_at = now;
        let person = &mut self.people[index];
        if person.stage == Stage::Naming {
            answer.check_form()?;
            person.seat.cookie = answer.cookie;
            person.stage = Stage::Upgrading;
            let authority = self.server.to_string();
            let cookie = person.seat.cookie.as_deref();
            let request = handshake::upgrade_request(&authority, self.dialect, person.seat.room, cookie);
            self.send_raw(index, request.as_bytes())?;
            return Ok(answer.bytes);
        }
        answer.check_upgrade()?;
        match self.dialect {
            Dialect::Plain => self.goes_live(index),
            Dialect::Member => {
                person.stage = Stage::Greeting;
                let hello = handshake::hello(&person.nickname);
                self.send(index, Opcode::Text, hello.as_bytes())?;
            }
        }
        Ok(answer.bytes)
    }

    fn take_frame(&mut self, index: usize, bytes: &[u8], now: Instant) -> Result<usize, Fault> {
        let Some(frame) = wire::first_frame(bytes)? else { return Ok(0) };
        match frame.opcode {
            Opcode::Text => {
                let heard = self.dialect.read(frame.payload, &mut self.mark);
                if heard == Heard::Joined {
                    let cursor = &mut self.people[index].seat.cursor;
                    self.ledger.tally.unresumed += u64::from(cursor.is_some() && !is_resumed(frame.payload));
                    *cursor = cursor_after(frame.payload).or_else(|| cursor.take());
                }
                self.deal_with(index, heard, now)?;
            }
            Opcode::Ping => self.send(index, Opcode::Pong, frame.payload)?,
            Opcode::Pong => {}
            Opcode::Close => {
                self.closed_by_server += 1;
                self.gone(index)?;
            }
        }
        Ok(frame.bytes)
    }

    fn deal_with(&mut self, index: usize, heard: Heard, now: Instant) -> Result<(), Fault> {
        // In a large crowd a heartbeat comes at every moment: it says nothing about what is under way.
        if heard != Heard::Heartbeat {
            self.heard_at = now;
        }
        let person = &mut self.people[index];
        match heard {
            Heard::Line(number) => {
                if person.stage == Stage::Live && person.seat.role == Role::Listener {
                    self.ledger.hear(number, person.seat.room, &mut person.position, now);
                }
            }
            Heard::Ack(number) => {
                person.unacknowledged = person.unacknowledged.saturating_sub(1);
                self.ledger.acknowledge(number, now);
            }
            Heard::Refusal => self.ledger.tally.refusals += 1,
            // It would have to join again, and what it missed is lost to this run.
            Heard::Gap => {
                self.closed_by_server += 1;
                self.gone(index)?;
            }
            Heard::Heartbeat => self.send(index, Opcode::Text, br#"{"type":"heartbeat"}"#)?,
            Heard::Welcome => {
                person.stage = Stage::Joining;
                let join = handshake::join(person.seat.room, person.seat.cursor.as_deref());
                self.send(index, Opcode::Text, join.as_bytes())?;
            }
            Heard::Joined => self.goes_live(index),
            Heard::Nothing => {}
        }
        Ok(())
    }

    fn goes_live(&mut self, index: usize) {
        let person = &mut self.people[index];
        if person.stage == Stage::Live {
            return;
        }
        person.stage = Stage::Live;
        if person.seat.role == Role::Listener {
            person.position = self.ledger.enter(person.seat.room);
        }
        self.coming -= 1;
        self.live += 1;
    }
}
