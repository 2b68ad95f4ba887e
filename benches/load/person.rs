//! One connection: its socket, what waits on both sides of it, and how far it has come.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4, TcpStream};

use rustix::net::{AddressFamily, SocketFlags, SocketType, bind, connect, socket_with, sockopt};

use super::dialect::RoomNumber;
use super::handshake::Stage;
use super::ledger::Position;

/// From one address to one port there are 28,000 connections at most, and closed ones block theirs for a minute. So
/// people come from so many addresses.
const SOURCE_ADDRESSES: usize = 32;

/// Where somebody shall sit.
#[derive(Clone, Debug)]
pub struct Seat {
    pub room: RoomNumber,
    pub role: Role,
    /// The session, when this person was here before.
    pub cookie: Option<String>,
    /// How far this person had come in the log, in JSON, when it joined last.
    pub cursor: Option<String>,
}

/// Whether somebody counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Must hear every line.
    Listener,
    /// Is there, but what it hears is not checked.
    Onlooker,
}

/// Somebody who is connected or about to be.
pub struct Person {
    pub stream: TcpStream,
    pub nickname: String,
    pub seat: Seat,
    pub stage: Stage,
    pub position: Position,
    /// Lines said that no ack has come for.
    pub unacknowledged: u32,
    /// The start of a frame whose rest has not come.
    pub unread: Vec<u8>,
    unsent: Vec<u8>,
}

/// What a read brought.
pub enum Received {
    Bytes(usize),
    Nothing,
    Over,
}

/// Whether everything was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    All,
    SomeWaits,
}

impl Person {
    /// Starts to connect; the first bytes can be written as soon as the socket is writable.
    pub fn connect(index: usize, server: SocketAddrV4, seat: Seat, stage: Stage) -> io::Result<Self> {
        let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
        let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
        let last = u8::try_from(2 + index % SOURCE_ADDRESSES).expect("there are fewer source addresses than bytes");
        bind(&socket, &SocketAddrV4::new(Ipv4Addr::new(127, 0, 0, last), 0))?;
        sockopt::set_tcp_nodelay(&socket, true)?;
        match connect(&socket, &server) {
            Ok(()) | Err(rustix::io::Errno::INPROGRESS) => {}
            Err(error) => return Err(error.into()),
        }
        Ok(Self {
            stream: TcpStream::from(socket),
            // All of one length, so that all frames are.
            nickname: format!("p{index:05}"),
            seat,
            stage,
            position: Position::default(),
            unacknowledged: 0,
            unread: Vec::new(),
            unsent: Vec::new(),
        })
    }

    /// Reads once.
    pub fn receive(&self, buffer: &mut [u8]) -> Received {
        match (&self.stream).read(buffer) {
            Ok(0) => Received::Over,
            Ok(bytes) => Received::Bytes(bytes),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) => Received::Nothing,
            Err(_) => Received::Over,
        }
    }

    /// Queues bytes behind what waits already.
    pub fn queue(&mut self, bytes: &[u8]) {
        self.unsent.extend_from_slice(bytes);
    }

    /// Writes bytes at once, or queues what does not fit.
    pub fn send(&mut self, bytes: &[u8]) -> Sent {
        if !self.unsent.is_empty() {
            self.queue(bytes);
            return Sent::SomeWaits;
        }
        // An error shows again at the next read, which deals with it.
        let written = (&self.stream).write(bytes).unwrap_or(0);
        self.queue(&bytes[written..]);
        self.waiting()
    }

    /// Writes what waits.
    pub fn flush(&mut self) -> Sent {
        if let Ok(written) = (&self.stream).write(&self.unsent) {
            self.unsent.drain(..written);
        }
        self.waiting()
    }

    fn waiting(&self) -> Sent {
        if self.unsent.is_empty() { Sent::All } else { Sent::SomeWaits }
    }
}
