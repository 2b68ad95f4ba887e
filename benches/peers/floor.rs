//! The bare send loop: reads lines and sends each to everybody, and nothing else. No JSON, no rooms, no buffers, no slow
//! readers: whoever does not read stops everybody. It shows what the kernel alone costs, and so what no server can beat
//! without sending less often. What was read in one turn of the loop leaves in one write to each socket.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Duration;

use crate::poll::{Interest, Poll, Ready};
use crate::wire::{self, Opcode};

/// The listener's place in the poll.
const LISTENER: usize = usize::MAX;
const BUFFER_BYTES: usize = 64 * 1024;
const FOR_EVER: Duration = Duration::from_secs(3600);

/// Everybody, and what this turn has to send.
struct Floor {
    listener: TcpListener,
    poll: Poll,
    sockets: Vec<Option<Socket>>,
    lines: Vec<u8>,
    buffer: Vec<u8>,
}

struct Socket {
    /// Blocking: it is read only when there is something, and a write waits for whoever is slow.
    stream: TcpStream,
    unread: Vec<u8>,
    phase: Phase,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Handshake,
    Open,
}

/// Serves until the process is ended.
pub fn serve(port: u16) -> io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let poll = Poll::new()?;
    poll.add(&listener, LISTENER, Interest::Read)?;
    let mut floor = Floor { listener, poll, sockets: Vec::new(), lines: Vec::new(), buffer: vec![0; BUFFER_BYTES] };
    loop {
        if let Some(ready) = floor.poll.next(FOR_EVER)? {
            floor.deal_with(ready)?;
        }
        if floor.poll.is_turn_over() && !floor.lines.is_empty() {
            floor.send_to_all();
        }
    }
}

impl Floor {
    fn deal_with(&mut self, ready: Ready) -> io::Result<()> {
        if ready.token != LISTENER {
            if self.read(ready.token).is_err() {
                self.sockets[ready.token] = None;
            }
            return Ok(());
        }
        let (stream, _) = self.listener.accept()?;
        stream.set_nodelay(true)?;
        self.poll.add(&stream, self.sockets.len(), Interest::Read)?;
        self.sockets.push(Some(Socket { stream, unread: Vec::new(), phase: Phase::Handshake }));
        Ok(())
    }

    /// An error means that the socket is over.
    fn read(&mut self, index: usize) -> io::Result<()> {
        let Some(socket) = &mut self.sockets[index] else { return Ok(()) };
        let received = socket.stream.read(&mut self.buffer)?;
        if received == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        socket.unread.extend_from_slice(&self.buffer[..received]);
        if socket.phase == Phase::Handshake {
            if !socket.unread.ends_with(b"\r\n\r\n") {
                return Ok(());
            }
            socket.unread.clear();
            socket.phase = Phase::Open;
            let answer = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
            return socket
                .stream
                .write_all(format!("{answer}Sec-WebSocket-Accept: {}\r\n\r\n", wire::ACCEPT).as_bytes());
        }
        while let Some(frame_bytes) = take_line(&socket.unread, &mut self.lines) {
            socket.unread.drain(..frame_bytes);
        }
        Ok(())
    }

    fn send_to_all(&mut self) {
        for socket in &mut self.sockets {
            let is_over = match socket {
                Some(open) if open.phase == Phase::Open => open.stream.write_all(&self.lines).is_err(),
                _ => false,
            };
            if is_over {
                *socket = None;
            }
        }
        self.lines.clear();
    }
}

/// Appends the text of a client's first frame as a frame of a server; returns the frame's length. Knows short texts only.
fn take_line(bytes: &[u8], lines: &mut Vec<u8>) -> Option<usize> {
    let (length, head_bytes) = match bytes.get(1)? & 0x7f {
        126 => (usize::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)), 4),
        short => (usize::from(short), 2),
    };
    let mask: [u8; 4] = *bytes.get(head_bytes..)?.first_chunk()?;
    let start = head_bytes + mask.len();
    let masked = bytes.get(start..start + length)?;
    let text: Vec<u8> = masked.iter().zip(mask.iter().cycle()).map(|(byte, key)| byte ^ key).collect();
    wire::write_unmasked(Opcode::Text, &text, lines);
    Some(start + length)
}
