//! Sending to sockets: a whole server in this process, people on loopback TCP, and how much of its fan-out a second lane
//! takes over, beside a bare loop of writes. The lines do not go through the log, and nobody reads while the clock runs:
//! what is measured is the walk over the followers with one system call for each. Not here: lines that wait for each
//! other and leave together, and latency (`benches/load`).

use std::cell::RefCell;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use divan::{Bencher, counter::ItemsCount};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use teahouse::boot::{self, Server};
use teahouse::protocol::{RoomSlug, Seq, Timestamp};
use teahouse::server::config::Config;
use teahouse::server::delivery::compressor::Compressor;
use teahouse::server::delivery::frame::Wire;
use teahouse::server::delivery::hub::publication::Publication;
use teahouse::server::log::{Committed, NewRoom};
use teahouse::server::net::websocket::FrameEncoding;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

use super::material::committed;

/// Lines to each room for each look at the clock: few enough for the buffers of sockets that nobody reads.
const LINES: usize = 8;
/// A line that takes longer was lost.
const PATIENCE: Duration = Duration::from_secs(10);
const LANES: [usize; 2] = [1, 2];

/// A room is spread over the lanes.
#[divan::bench(args = LANES, sample_size = 1)]
fn one_room_of_1000(bencher: Bencher<'_, '_>, lanes: usize) {
    measure(bencher, &RefCell::new(House::new(lanes, 1, 1_000)));
}

/// So is each of many small ones.
#[divan::bench(args = LANES, sample_size = 1)]
fn rooms_of_20(bencher: Bencher<'_, '_>, lanes: usize) {
    measure(bencher, &RefCell::new(House::new(lanes, 50, 20)));
}

/// What the kernel alone costs: as many sockets, written one after the other.
#[divan::bench(sample_size = 1)]
fn bare_loop_to_1000(bencher: Bencher<'_, '_>) {
    const PEOPLE: usize = 1_000;
    raise_sockets_max();
    let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let pair = |_| {
        let person = TcpStream::connect(address).expect("it listens");
        let (sender, _) = listener.accept().expect("somebody came");
        sender.set_nodelay(true).expect("a socket that is open");
        (sender, person)
    };
    let (senders, people): (Vec<_>, Vec<_>) = (0..PEOPLE).map(pair).unzip();
    let line = vec![b'x'; frame_bytes()];
    let mut unheard = 0;
    let people = RefCell::new(people);
    let silence = || {
        let mut lines = vec![0; unheard * line.len()];
        people.borrow_mut().iter_mut().for_each(|person| person.read_exact(&mut lines).expect("every line comes"));
        unheard = LINES;
    };
    bencher.counter(ItemsCount::new(LINES * PEOPLE)).with_inputs(silence).bench_local_values(|()| {
        for _ in 0..LINES {
            senders.iter().for_each(|mut sender| sender.write_all(&line).expect("the buffer is large enough"));
        }
    });
}

fn measure(bencher: Bencher<'_, '_>, house: &RefCell<House>) {
    let deliveries = LINES * house.borrow().people.len();
    let silence = || house.borrow_mut().hear();
    bencher
        .counter(ItemsCount::new(deliveries))
        .with_inputs(silence)
        .bench_local_values(|()| house.borrow_mut().publish());
}

/// A server with people in its rooms.
struct House {
    _runtime: Runtime,
    server: Server,
    rooms: Vec<RoomSlug>,
    people: Vec<TcpStream>,
    last: Seq,
    /// Lines to each room.
    unheard: usize,
    _data: TempDir,
}

impl House {
    fn new(lanes: usize, rooms: usize, people_per_room: usize) -> Self {
        raise_sockets_max();
        let data = TempDir::new().expect("a folder for the server");
        let runtime = Runtime::new().expect("a runtime");
        let server = runtime.block_on(start(config(lanes, rooms, &data)));
        let rooms: Vec<_> = (0..rooms).map(|number| runtime.block_on(create_room(&server, number))).collect();
        let seats = rooms.iter().flat_map(|room| (0..people_per_room).map(move |_| room));
        let people = seats.map(|room| come_in(server.address(), room)).collect();
        // After the event that made the room.
        Self { _runtime: runtime, server, rooms, people, last: Seq::new(1), unheard: 0, _data: data }
    }

    /// So many lines to each room. A line is published when the one before it has been sent to everybody.
    fn publish(&mut self) {
        let hub = &self.server.app().hub;
        self.unheard += LINES;
        for _ in 0..LINES {
            self.last = self.last.next();
            for room in &self.rooms {
                let mut line: Committed = committed();
                (line.room, line.event.seq) = (room.clone(), self.last);
                hub.publish_blocking(line);
            }
        }
    }

    /// Everybody takes what was published, which must come to the last byte.
    fn hear(&mut self) {
        let mut lines = vec![0; self.unheard * frame_bytes()];
        for person in &mut self.people {
            person.read_exact(&mut lines).expect("every line comes");
        }
        self.unheard = 0;
    }
}

async fn start(config: Config) -> Server {
    let listener = TcpListener::bind(config.server.addr).await.expect("a free port");
    boot::start(config, listener).await.expect("a server in an empty folder")
}

/// Only as many lines are on their way as there are rooms, so that none waits for another of its room.
fn config(lanes: usize, rooms: usize, data: &TempDir) -> Config {
    let mut config = Config::without_rates();
    config.server.addr = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.server.fan_out_threads = lanes;
    config.server.fan_out_queue = rooms;
    config.server.fan_out_rest = Duration::ZERO;
    config.store.data = data.path().to_owned();
    config.limits.connections_per_address = 0;
    config
}

async fn create_room(server: &Server, number: usize) -> RoomSlug {
    let slug = RoomSlug::parse(&format!("room-{number}")).expect("a slug");
    let room =
        NewRoom { slug: slug.clone(), title: slug.to_string(), creator: None, at: Timestamp::default(), rooms_max: 0 };
    server.app().store.create_room(room).await.expect("the first of its name");
    slug
}

/// A program on the plain socket, which is live when it has the answer to its handshake.
fn come_in(address: SocketAddr, room: &RoomSlug) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let key = "dGhlIHNhbXBsZSBub25jZQ==";
    let request = format!(
        "GET /plain/{room} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("a handshake");
    let mut answer = [0; 1024];
    let length = stream.read(&mut answer).expect("an answer");
    assert!(answer[..length].starts_with(b"HTTP/1.1 101 "), "{}", String::from_utf8_lossy(&answer[..length]));
    stream.set_read_timeout(Some(PATIENCE)).expect("a time that is not zero");
    stream
}

/// How long the frame of a line is on the plain socket.
fn frame_bytes() -> usize {
    let line = Publication::new(committed(), Arc::new(Compressor::new(0)), None);
    line.frame(Wire::Plain, FrameEncoding::Plain).expect("a line has words on the plain socket").len()
}

/// Two for each person, since both ends are in this process.
fn raise_sockets_max() {
    let hard = getrlimit(Resource::Nofile).maximum;
    setrlimit(Resource::Nofile, Rlimit { current: hard, maximum: hard }).expect("a limit may be raised so far");
}
