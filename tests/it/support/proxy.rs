//! A bad network: a TCP proxy that forwards everything, except that it cuts a connection where it is told to.
//! It looks into nothing but the end of the HTTP heads, from where it counts.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Which of the two streams of a connection is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    ToServer,
    ToClient,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug)]
pub enum Ending {
    /// In order (FIN), as when the other program ended.
    Finish,
    /// At once (RST), as when a router forgot the connection.
    Reset,
}

/// Where a connection is cut: after so many bytes behind the handshake in one direction.
#[derive(Clone, Copy, Debug)]
pub struct Cut {
    pub direction: Direction,
    pub after_bytes: usize,
    pub ending: Ending,
}

/// What is to come of the next connection, and what came of it.
#[derive(Clone, Copy, Debug)]
enum Plan {
    Forward,
    Cut(Cut),
    Done,
}

/// A running proxy in front of one server.
pub struct Proxy {
    pub address: SocketAddr,
    plan: Arc<Mutex<Plan>>,
}

impl Proxy {
    pub async fn start(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let plan = Arc::new(Mutex::new(Plan::Forward));
        let shared = Arc::clone(&plan);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(server).await.unwrap();
                // The cut is for one connection; whoever comes back after it passes.
                let planned = *shared.lock().unwrap();
                let cut = match planned {
                    Plan::Cut(cut) => Some(cut),
                    Plan::Forward | Plan::Done => None,
                };
                tokio::spawn(forward(client, server, cut, Arc::clone(&shared)));
            }
        });
        Self { address, plan }
    }

    /// The next connections are cut here, until one was.
    pub fn cut_next(&self, cut: Cut) {
        *self.plan.lock().unwrap() = Plan::Cut(cut);
    }

    /// Whether a connection came as far as the cut.
    pub fn has_cut(&self) -> bool {
        matches!(*self.plan.lock().unwrap(), Plan::Done)
    }
}

/// Forwards in both directions until one of them is over.
async fn forward(mut client: TcpStream, mut server: TcpStream, cut: Option<Cut>, plan: Arc<Mutex<Plan>>) {
    for stream in [&client, &server] {
        stream.set_nodelay(true).unwrap();
    }
    let meter = |direction| Meter::new(cut.filter(|cut| cut.direction == direction).map(|cut| cut.after_bytes));
    let was_cut = {
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        tokio::select! {
            end = pump(&mut from_client, &mut to_server, meter(Direction::ToServer), &plan) => end,
            end = pump(&mut from_server, &mut to_client, meter(Direction::ToClient), &plan) => end,
        }
    };
    match cut.filter(|_| was_cut == End::Cut).map(|cut| cut.ending) {
        Some(Ending::Reset) => {
            let _ = (client.set_zero_linger(), server.set_zero_linger());
        }
        Some(Ending::Finish) | None => {
            let _ = (client.shutdown().await, server.shutdown().await);
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// A peer closed, or is gone.
    Over,
    Cut,
}

async fn pump(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    mut meter: Meter,
    plan: &Mutex<Plan>,
) -> End {
    let mut buffer = [0; 4_096];
    loop {
        let Ok(read @ 1..) = from.read(&mut buffer).await else { return End::Over };
        let allowed = meter.allow(&buffer[..read]);
        let is_cut = meter.is_used_up();
        if is_cut {
            // Said first: whoever gets the last byte may ask at once.
            *plan.lock().unwrap() = Plan::Done;
        }
        if to.write_all(&buffer[..allowed]).await.is_err() && !is_cut {
            return End::Over;
        }
        if is_cut {
            return End::Cut;
        }
    }
}

/// Counts the bytes behind the HTTP head.
struct Meter {
    /// How many bytes of the blank line that ends the head have come.
    blank_line: usize,
    left: Option<usize>,
}

impl Meter {
    const BLANK_LINE: [u8; 4] = *b"\r\n\r\n";

    fn new(left: Option<usize>) -> Self {
        Self { blank_line: 0, left }
    }

    /// How many of these bytes may pass.
    fn allow(&mut self, bytes: &[u8]) -> usize {
        let mut head_bytes = 0;
        while self.blank_line < Self::BLANK_LINE.len() && head_bytes < bytes.len() {
            let byte = bytes[head_bytes];
            self.blank_line = match self.blank_line {
                matched if byte == Self::BLANK_LINE[matched] => matched + 1,
                _ => usize::from(byte == Self::BLANK_LINE[0]),
            };
            head_bytes += 1;
        }
        let counted = bytes.len() - head_bytes;
        let Some(left) = &mut self.left else { return bytes.len() };
        let allowed = counted.min(*left);
        *left -= allowed;
        head_bytes + allowed
    }

    fn is_used_up(&self) -> bool {
        self.blank_line == Self::BLANK_LINE.len() && self.left == Some(0)
    }
}
