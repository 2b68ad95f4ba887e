//! Everybody who is connected to one server, driven by one thread: lets them in, lets them speak, and enters what they
//! hear into the ledger. Not here: when which line is said (`drive`).

mod receive;

use std::net::{Shutdown, SocketAddrV4};
use std::thread;
use std::time::{Duration, Instant};

use super::dialect::{Dialect, MarkPlace};
use super::fault::{Doing, Fault};
use super::handshake::{self, Stage};
use super::ledger::Ledger;
use super::person::{Person, Role, Seat, Sent};
use super::poll::{Interest, Poll, Readiness};
use super::wire::{self, Opcode};

/// One read takes at most so much. The buffer is shared by everybody, so it stays in the processor's cache.
const BUFFER_BYTES: usize = 256 * 1024;

/// The people, and what they said and heard.
pub struct Crowd {
    server: SocketAddrV4,
    dialect: Dialect,
    poll: Poll,
    pub people: Vec<Person>,
    pub ledger: Ledger,
    /// How long the text of a line is.
    pub text_bytes: usize,
    /// Sockets are asked at most once in so long, so that one read brings what came meanwhile. Latencies include it.
    pub breath: Duration,
    asked_at: Instant,
    /// Sockets that the server closed, or to which it gave up lines.
    pub closed_by_server: usize,
    coming: usize,
    live: usize,
    /// When something came last that was no heartbeat.
    heard_at: Instant,
    buffer: Vec<u8>,
    mark: MarkPlace,
    line: Vec<u8>,
    frame: Vec<u8>,
}

/// Whether everything has come that will come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Quiet,
    StillBusy,
}

impl Crowd {
    pub fn new(server: SocketAddrV4, dialect: Dialect) -> Result<Self, Fault> {
        Ok(Self {
            server,
            dialect,
            poll: Poll::new().doing("creating an epoll")?,
            people: Vec::new(),
            ledger: Ledger::default(),
            text_bytes: 64,
            breath: Duration::ZERO,
            asked_at: Instant::now(),
            closed_by_server: 0,
            coming: 0,
            live: 0,
            heard_at: Instant::now(),
            buffer: vec![0; BUFFER_BYTES],
            mark: MarkPlace::default(),
            line: Vec::new(),
            frame: Vec::new(),
        })
    }

    /// Lets new people in, so many at once, until all are live. Gives up when nobody came in for so long.
    pub fn gather(&mut self, seats: Vec<Seat>, at_once: usize, patience: Duration) -> Result<(), Fault> {
        let wanted = self.live + seats.len();
        let mut seats = seats.into_iter();
        let (mut live, mut came_at) = (self.live, Instant::now());
        while self.live < wanted {
            while self.coming < at_once
                && let Some(seat) = seats.next()
            {
                self.admit(self.people.len(), seat)?;
            }
            if self.live > live {
                (live, came_at) = (self.live, Instant::now());
            }
            if came_at.elapsed() > patience {
                return Err(Fault::NotGathered { live: self.live, wanted, patience });
            }
            self.turn(Instant::now() + Duration::from_millis(50))?;
        }
        Ok(())
    }

    /// Starts to let somebody in, under a new number or that of somebody who is gone.
    pub fn admit(&mut self, index: usize, seat: Seat) -> Result<(), Fault> {
        let needs_name = self.dialect == Dialect::Member && seat.cookie.is_none();
        let stage = if needs_name { Stage::Naming } else { Stage::Upgrading };
        let mut person = Person::connect(index, self.server, seat, stage).doing("connecting")?;
        let authority = self.server.to_string();
        person.queue(
            match stage {
                Stage::Naming => handshake::nickname_request(&authority, &person.nickname),
                _ => handshake::upgrade_request(
                    &authority,
                    self.dialect,
                    person.seat.room,
                    person.seat.cookie.as_deref(),
                ),
            }
            .as_bytes(),
        );
        self.poll.add(&person.stream, index, Interest::ReadAndWrite).doing("watching a socket")?;
        match self.people.get_mut(index) {
            Some(place) => *place = person,
            None => self.people.push(person),
        }
        self.coming += 1;
        Ok(())
    }

    /// How many people are live, and how many are on their way in.
    pub fn live_and_coming(&self) -> (usize, usize) {
        (self.live, self.coming)
    }

    /// Deals with one socket that is ready, or waits until this moment.
    pub fn turn(&mut self, until: Instant) -> Result<(), Fault> {
        let mut now = Instant::now();
        if self.poll.is_turn_over() {
            let next = self.asked_at + self.breath;
            if now < next {
                thread::sleep(next.min(until).saturating_duration_since(now));
                now = Instant::now();
            }
            if now < next {
                return Ok(());
            }
            self.asked_at = now;
        }
        let timeout = until.saturating_duration_since(now);
        let Some(ready) = self.poll.next(timeout).doing("waiting for sockets")? else { return Ok(()) };
        if self.people[ready.token].stage == Stage::Gone {
            return Ok(());
        }
        if ready.writable == Readiness::Ready {
            let person = &mut self.people[ready.token];
            if person.flush() == Sent::All {
                self.poll.change(&person.stream, ready.token, Interest::Read).doing("watching a socket")?;
            }
        }
        if ready.readable == Readiness::Ready {
            self.receive(ready.token)?;
        }
        Ok(())
    }

    /// For how long nothing but heartbeats has come.
    pub fn silence(&self) -> Duration {
        self.heard_at.elapsed()
    }

    /// Only listens, for so long.
    pub fn listen(&mut self, duration: Duration) -> Result<(), Fault> {
        let end = Instant::now() + duration;
        while Instant::now() < end {
            self.turn(end)?;
        }
        Ok(())
    }

    /// Waits until nothing has come for so long.
    pub fn settle(&mut self, quiet: Duration, patience: Duration) -> Result<Settled, Fault> {
        let started = Instant::now();
        self.heard_at = started;
        while self.heard_at.elapsed() < quiet {
            if started.elapsed() > patience {
                return Ok(Settled::StillBusy);
            }
            self.turn(Instant::now() + quiet / 4)?;
        }
        Ok(Settled::Quiet)
    }

    /// Somebody says a line that is due at this moment.
    pub fn say(&mut self, speaker: usize, due: Instant) -> Result<(), Fault> {
        let person = &mut self.people[speaker];
        person.unacknowledged += 1;
        let number = self.ledger.say(speaker, person.seat.room, due);
        self.line.clear();
        self.dialect.write_line(number, &person.nickname, person.seat.room, self.text_bytes, &mut self.line);
        let line = std::mem::take(&mut self.line);
        let outcome = self.send(speaker, Opcode::Text, &line);
        self.line = line;
        outcome
    }

    fn send(&mut self, index: usize, opcode: Opcode, payload: &[u8]) -> Result<(), Fault> {
        self.frame.clear();
        wire::write_masked(opcode, payload, &mut self.frame);
        let frame = std::mem::take(&mut self.frame);
        let outcome = self.send_raw(index, &frame);
        self.frame = frame;
        outcome
    }

    fn send_raw(&mut self, index: usize, bytes: &[u8]) -> Result<(), Fault> {
        let person = &mut self.people[index];
        if person.stage != Stage::Gone && person.send(bytes) == Sent::SomeWaits {
            self.poll.change(&person.stream, index, Interest::ReadAndWrite).doing("watching a socket")?;
        }
        Ok(())
    }

    /// Somebody stops reading, but stays connected, and no longer counts.
    pub fn fall_asleep(&mut self, index: usize) -> Result<(), Fault> {
        self.ledger.leave(self.people[index].seat.room);
        self.poll.remove(&self.people[index].stream).doing("forgetting a socket")
    }

    /// Somebody's network goes away; returns the seat to come back to.
    pub fn cut_off(&mut self, index: usize) -> Result<Seat, Fault> {
        self.gone(index)?;
        Ok(self.people[index].seat.clone())
    }

    fn gone(&mut self, index: usize) -> Result<(), Fault> {
        let person = &mut self.people[index];
        match person.stage {
            Stage::Live => {
                self.live -= 1;
                if person.seat.role == Role::Listener {
                    self.ledger.leave(person.seat.room);
                }
            }
            _ => self.coming -= 1,
        }
        person.stage = Stage::Gone;
        self.poll.remove(&person.stream).doing("forgetting a socket")?;
        // The other side may have closed already.
        let _ = person.stream.shutdown(Shutdown::Both);
        Ok(())
    }
}
