//! Which of many sockets is ready: epoll, level-triggered. Not here: what is read from them.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::buffer::spare_capacity;
use rustix::event::{Timespec, epoll};

/// How many sockets one system call may report.
const EVENTS_MAX: usize = 1024;

/// A set of sockets that are watched.
pub struct Poll {
    epoll: OwnedFd,
    events: Vec<epoll::Event>,
    /// Where the next event is. Events are handed out one by one, and all of them before the kernel is asked again:
    /// otherwise the sockets at the end of a long list would starve whenever there is too much to do.
    next: usize,
}

/// What a socket is watched for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Something to read.
    Read,
    /// Something to read, or room to write.
    ReadAndWrite,
}

/// A socket that can be used.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// The number under which the socket was added.
    pub token: usize,
    /// Reading will not block; it may say that the socket is over.
    pub readable: Readiness,
    /// Writing will not block.
    pub writable: Readiness,
}

/// Whether one direction can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    Ready,
    NotReady,
}

impl Poll {
    pub fn new() -> io::Result<Self> {
        let epoll = epoll::create(epoll::CreateFlags::CLOEXEC)?;
        Ok(Self { epoll, events: Vec::with_capacity(EVENTS_MAX), next: 0 })
    }

    pub fn add(&self, socket: impl AsFd, token: usize, interest: Interest) -> io::Result<()> {
        Ok(epoll::add(&self.epoll, socket, epoll::EventData::new_u64(token as u64), interest.flags())?)
    }

    pub fn change(&self, socket: impl AsFd, token: usize, interest: Interest) -> io::Result<()> {
        Ok(epoll::modify(&self.epoll, socket, epoll::EventData::new_u64(token as u64), interest.flags())?)
    }

    pub fn remove(&self, socket: impl AsFd) -> io::Result<()> {
        Ok(epoll::delete(&self.epoll, socket)?)
    }

    /// Whether everything that the kernel reported last has been handed out.
    pub fn is_turn_over(&self) -> bool {
        self.next == self.events.len()
    }

    /// The next socket that is ready; `None` when there is none for so long.
    pub fn next(&mut self, timeout: Duration) -> io::Result<Option<Ready>> {
        if self.next == self.events.len() {
            self.events.clear();
            self.next = 0;
            let timeout = Timespec::try_from(timeout).map_err(io::Error::other)?;
            match epoll::wait(&self.epoll, spare_capacity(&mut self.events), Some(&timeout)) {
                Ok(_) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let Some(event) = self.events.get(self.next) else { return Ok(None) };
        self.next += 1;
        let (flags, token) = (event.flags, event.data.u64());
        let over = epoll::EventFlags::ERR | epoll::EventFlags::HUP;
        Ok(Some(Ready {
            token: usize::try_from(token).expect("tokens come from usize"),
            readable: Readiness::of(flags.intersects(epoll::EventFlags::IN | over)),
            writable: Readiness::of(flags.contains(epoll::EventFlags::OUT)),
        }))
    }
}

impl Interest {
    fn flags(self) -> epoll::EventFlags {
        match self {
            Self::Read => epoll::EventFlags::IN,
            Self::ReadAndWrite => epoll::EventFlags::IN | epoll::EventFlags::OUT,
        }
    }
}

impl Readiness {
    fn of(ready: bool) -> Self {
        if ready { Self::Ready } else { Self::NotReady }
    }
}
