//! A few readers, each with a connection that is kept open, who ask for a page again as soon as it is there. Every answer
//! is checked as a whole (`page`).

use std::collections::HashSet;
use std::io::{self, Read, Write};
use std::net::{SocketAddrV4, TcpStream};
use std::time::{Duration, Instant};

use super::fault::{Doing, Fault};
use super::handshake;
use super::page::{FormName, Page};
use super::poll::{Interest, Poll};

const BUFFER_BYTES: usize = 256 * 1024;
/// When nothing came for so long, nothing will.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a reader asks for, and what they must be told.
pub struct Request {
    /// The whole request.
    pub text: String,
    /// The texts of the answer, in their order.
    pub texts: Vec<String>,
    /// How the answer travels.
    pub encoding: Option<&'static str>,
}

/// What the answers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pages, each with a name of its own at its end.
    Pages,
    /// A file, which is always the same.
    File,
}

/// Everybody.
pub struct Readers {
    readers: Vec<Reader>,
    kind: Kind,
    poll: Poll,
    buffer: Vec<u8>,
    /// No two answers may have the same.
    names: HashSet<FormName>,
}

struct Reader {
    stream: TcpStream,
    request: Request,
    received: Vec<u8>,
    learnt: Option<Learnt>,
}

enum Learnt {
    Page(Page),
    File(Vec<u8>),
}

impl Readers {
    /// Lets them connect.
    pub fn connect(address: SocketAddrV4, kind: Kind, requests: Vec<Request>) -> Result<Self, Fault> {
        let poll = Poll::new().doing("making a poll")?;
        let mut readers = Vec::new();
        for request in requests {
            let stream = TcpStream::connect(address).doing("connecting")?;
            stream.set_nodelay(true).and_then(|()| stream.set_nonblocking(true)).doing("setting up a socket")?;
            poll.add(&stream, readers.len(), Interest::Read).doing("watching a socket")?;
            readers.push(Reader { stream, request, received: Vec::new(), learnt: None });
        }
        Ok(Self { readers, kind, poll, buffer: vec![0; BUFFER_BYTES], names: HashSet::new() })
    }

    /// Has everybody read for so long; tells how many answers came. All of them were right.
    pub fn read(&mut self, window: Duration) -> Result<u64, Fault> {
        let end = Instant::now() + window;
        let (mut answers, mut under_way) = (0, self.readers.len());
        for reader in &mut self.readers {
            reader.ask()?;
        }
        while under_way > 0 {
            let Some(ready) = self.poll.next(PATIENCE).doing("waiting for answers")? else {
                return Err(Fault::WrongPage("no answer came".to_owned()));
            };
            let reader = &mut self.readers[ready.token];
            if !reader.receive(&mut self.buffer)? {
                continue;
            }
            reader.judge(self.kind, &mut self.names)?;
            if Instant::now() < end {
                answers += 1;
                reader.ask()?;
            } else {
                under_way -= 1;
            }
        }
        Ok(answers)
    }
}

impl Reader {
    fn ask(&mut self) -> Result<(), Fault> {
        self.received.clear();
        // The kernel takes a few hundred bytes on an idle connection.
        self.stream.write_all(self.request.text.as_bytes()).doing("asking for a page")
    }

    /// Whether the answer is there as a whole.
    fn receive(&mut self, buffer: &mut [u8]) -> Result<bool, Fault> {
        match self.stream.read(buffer) {
            Ok(0) => return Err(Fault::WrongPage("the connection was closed".to_owned())),
            Ok(received) => self.received.extend_from_slice(&buffer[..received]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(false),
            Err(error) => return Err(error).doing("reading a page"),
        }
        let answer = handshake::first_answer(&self.received);
        Ok(answer.is_some_and(|answer| answer.bytes == self.received.len()))
    }

    fn judge(&mut self, kind: Kind, names: &mut HashSet<FormName>) -> Result<(), Fault> {
        let head = self.received.windows(4).position(|window| window == b"\r\n\r\n").map_or(0, |at| at + 4);
        let (head, body) = self.received.split_at(head);
        let wrong = |what: String| Fault::WrongPage(what);
        if !head.starts_with(b"HTTP/1.1 200 ") {
            return Err(wrong(String::from_utf8_lossy(head).into_owned()));
        }
        let learnt = match &self.learnt {
            Some(learnt) => learnt,
            None => self.learnt.insert(match kind {
                Kind::Pages => Learnt::Page(
                    Page::learn(body, self.request.encoding, &self.request.texts)
                        .map_err(|what| wrong(what.to_string()))?,
                ),
                Kind::File => Learnt::File(body.to_vec()),
            }),
        };
        match learnt {
            Learnt::File(file) if file == body => Ok(()),
            Learnt::File(_) => Err(wrong("the file is another one".to_owned())),
            Learnt::Page(page) => {
                let name = page.check(body).map_err(|what| wrong(what.to_string()))?;
                if names.insert(name) { Ok(()) } else { Err(wrong("two answers have the same name".to_owned())) }
            }
        }
    }
}
