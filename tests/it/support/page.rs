//! The page without a browser: its own state machines (`connection`, `outbox`, `timeline`) over a real socket, moved as
//! `client::connection` and `ui::state` move them. Decides nothing by itself. The program in `tests/crowds` uses it too.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::{SinkExt, StreamExt};
use teahouse::model::connection::{Connection, ConnectionStatus, Input, Output};
use teahouse::model::conversation::outbox::Outbox;
use teahouse::model::conversation::timeline::{Entry, Published, Timeline};
use teahouse::protocol::limits::SUBPROTOCOL;
use teahouse::protocol::{
    Backlog, Command, Event, HistoryItem, LogEvent, Person, PostBody, PostId, RoomSlug, Seq, TabId, Timestamp,
};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// Small, so that thousands of sockets fit into one process.
const READ_BUFFER_BYTES: usize = 4 * 1024;
/// What a browser tells its page when a connection is over without a close frame (RFC 6455 §7.1.5).
const ABNORMAL_CLOSURE: u16 = 1006;
/// A timer that is not set: longer than any test.
const FAR_AWAY: Duration = Duration::from_secs(3_600);

/// An open member socket.
pub type Socket = WebSocketStream<TcpStream>;

/// Where a page connects to, and as whom.
#[derive(Clone, Debug)]
pub struct Door {
    pub address: SocketAddr,
    /// The address that it comes from; none for whichever the kernel takes.
    pub source: Option<IpAddr>,
    /// The `Cookie` header; none for a visitor.
    pub cookies: Option<String>,
    /// How much the kernel takes for a reader that does not read; none for what it thinks best.
    pub receive_buffer_bytes: Option<u32>,
}

impl Door {
    /// Opens the member socket.
    pub async fn open(&self) -> Result<Socket, Box<Error>> {
        let stream = self.connect().await.map_err(|error| Box::new(error.into()))?;
        let mut request = format!("ws://{}/ws", self.address).into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        headers.insert("origin", format!("http://{}", self.address).parse().unwrap());
        if let Some(cookies) = &self.cookies {
            headers.insert("cookie", cookies.parse().unwrap());
        }
        let config = WebSocketConfig::default().read_buffer_size(READ_BUFFER_BYTES);
        let (socket, _) = client_async_with_config(request, stream, Some(config)).await.map_err(Box::new)?;
        Ok(socket)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if let Some(source) = self.source {
            socket.bind(SocketAddr::new(source, 0))?;
        }
        if let Some(bytes) = self.receive_buffer_bytes {
            socket.set_recv_buffer_size(bytes)?;
        }
        // Frames are small and must not wait for each other's acknowledgements.
        socket.set_nodelay(true)?;
        socket.connect(self.address).await
    }
}

/// One tab that shows one room.
pub struct Page {
    pub connection: Connection,
    pub timeline: Option<Timeline>,
    pub outbox: Outbox,
    door: Door,
    /// Draws from 0..1 for the back-off.
    chance: fn() -> f64,
    room: RoomSlug,
    socket: Wire,
    /// When the connection's timer rings.
    alarm: Option<Instant>,
    me: Option<Person>,
}

/// The page's side of the connection.
enum Wire {
    None,
    Opening,
    Open(Box<Socket>),
}

impl Page {
    /// A page that has just been loaded. It goes on only as long as [`Page::turn`] is called again and again.
    pub async fn new(door: Door, room: RoomSlug, tab: &str, chance: fn() -> f64) -> Self {
        let mut page = Self {
            connection: Connection::new(TabId::parse(tab).unwrap(), room.clone(), None),
            timeline: None,
            outbox: Outbox::default(),
            door,
            chance,
            room,
            socket: Wire::None,
            alarm: None,
            me: None,
        };
        page.step(Input::Start).await;
        page
    }

    /// Takes a typed line; it goes as soon as the connection lets it.
    pub async fn say(&mut self, id: &PostId, text: &str) {
        let me = self.me.as_ref().expect("a page lets nobody speak before it knows who it is").id.clone();
        self.outbox.push(self.room.clone(), id.clone(), me, PostBody::Message { text: text.to_owned() }, now());
        self.flush().await;
    }

    /// Loses the connection, as by a broken cable: the server is not told.
    pub async fn lose_connection(&mut self) {
        if let Wire::Open(socket) = std::mem::replace(&mut self.socket, Wire::None) {
            // It resets the connection instead of closing it in order.
            let _ = socket.get_ref().set_zero_linger();
        }
        self.step(Input::Closed { code: ABNORMAL_CLOSURE }).await;
    }

    /// Waits for the next thing that happens, and does what follows from it. Returns what the connection was told; nothing when
    /// only a line was sent again.
    pub async fn turn(&mut self) -> Option<Input> {
        let unanswered = self.outbox.wait_ms(now()).filter(|_| self.connection.status() == ConnectionStatus::Live);
        let flush_at = Instant::now() + unanswered.map_or(FAR_AWAY, |ms| Duration::from_millis(ms.max(1).into()));
        let alarm = self.alarm.unwrap_or_else(|| Instant::now() + FAR_AWAY);
        let input = tokio::select! {
            input = next_input(&mut self.socket, &self.door) => input,
            () = sleep_until(alarm) => Input::Tick,
            () = sleep_until(flush_at) => {
                self.flush().await;
                return None;
            }
        };
        if input == Input::Tick {
            self.alarm = None;
        }
        self.step(input.clone()).await;
        Some(input)
    }

    /// The newest event that the page shows.
    pub fn head(&self) -> Seq {
        self.timeline.as_ref().map_or(Seq::ZERO, Timeline::head)
    }

    async fn step(&mut self, input: Input) {
        for output in self.connection.step(input, now(), (self.chance)()) {
            self.act(&output).await;
        }
        self.flush().await;
    }

    async fn act(&mut self, output: &Output) {
        match output {
            Output::OpenSocket => self.socket = Wire::Opening,
            Output::CloseSocket => self.socket = Wire::None,
            Output::Send(command) => self.send(command).await,
            Output::Wait { ms } => self.alarm = Some(Instant::now() + Duration::from_millis(u64::from(*ms))),
            Output::Status(ConnectionStatus::Live) | Output::CaughtUp { .. } => {}
            Output::Status(_) => self.outbox.connection_lost(),
            Output::Deliver(event) => self.event(event),
        }
    }

    /// Sends a frame past the machine, if there is a connection.
    pub async fn send(&mut self, command: &Command) {
        if let Wire::Open(socket) = &mut self.socket {
            // A failure shows itself to the reading side.
            let _ = socket.send(Message::text(serde_json::to_string(command).unwrap())).await;
        }
    }

    /// Sends the line whose turn it is.
    async fn flush(&mut self) {
        if self.connection.status() != ConnectionStatus::Live {
            return;
        }
        let Some(line) = self.outbox.next_to_send(now()) else { return };
        let (id, body) = (line.post_id.clone(), line.body.clone());
        let command = Command::Post { room: self.room.clone(), id, body };
        for output in self.connection.step(Input::Send(command), now(), (self.chance)()) {
            self.act(&output).await;
        }
    }

    fn event(&mut self, event: &Event) {
        match event {
            Event::Welcome { me, .. } => self.me.clone_from(me),
            Event::Joined { backlog, .. } => self.joined(backlog),
            Event::Publication { event, .. } => self.published(event.clone(), Timeline::publish),
            Event::Ack { id, seq, at_ms, .. } => self.acked(id, *seq, *at_ms),
            Event::Nack { id, refusal, .. } => self.outbox.refused(id, *refusal, now()),
            _ => {}
        }
    }

    fn joined(&mut self, backlog: &Backlog) {
        match (&mut self.timeline, backlog.page()) {
            (Some(timeline), _) => timeline.join(backlog),
            (None, page) => self.timeline = Some(Timeline::new(page.expect("a first join is answered with a page"))),
        }
        self.outbox.arrived(backlog.events());
    }

    fn published(&mut self, event: LogEvent, add: fn(&mut Timeline, LogEvent) -> Published) {
        self.outbox.arrived(std::iter::once(&event));
        if let Some(timeline) = &mut self.timeline {
            add(timeline, event);
        }
    }

    fn acked(&mut self, id: &PostId, seq: Seq, at_ms: Timestamp) {
        let head = self.head();
        if let Some(me) = &self.me
            && let Some(event) = self.outbox.placed(id, seq, at_ms, me, head)
        {
            self.published(event, Timeline::place);
        }
    }
}

/// What a timeline shows behind one event, oldest first; panics when something is missing in between.
pub fn shown_after(timeline: &Timeline, after: Seq) -> Vec<LogEvent> {
    let shown = timeline.entries().filter_map(|entry| match entry {
        Entry::Item(HistoryItem { event, .. }) => (event.seq > after).then(|| event.clone()),
        Entry::Hole(hole) => panic!("a page misses what lies between {} and {}", hole.after, hole.before),
        Entry::Notice(_) => None,
    });
    shown.collect()
}

/// What the socket brings next; for ever nothing where none is wanted.
async fn next_input(wire: &mut Wire, door: &Door) -> Input {
    loop {
        match wire {
            Wire::None => std::future::pending().await,
            Wire::Opening => match door.open().await {
                Ok(socket) => {
                    *wire = Wire::Open(Box::new(socket));
                    return Input::Opened;
                }
                Err(_) => {
                    *wire = Wire::None;
                    return Input::Closed { code: ABNORMAL_CLOSURE };
                }
            },
            Wire::Open(socket) => match socket.next().await {
                // What a page cannot read, only a newer server says; it ignores it.
                Some(Ok(Message::Text(text))) => {
                    if let Ok(event) = serde_json::from_str(&text) {
                        return Input::Frame(Box::new(event));
                    }
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(frame))) => {
                    *wire = Wire::None;
                    return Input::Closed { code: frame.map_or(ABNORMAL_CLOSURE, |frame| frame.code.into()) };
                }
                Some(Err(_)) | None => {
                    *wire = Wire::None;
                    return Input::Closed { code: ABNORMAL_CLOSURE };
                }
            },
        }
    }
}

pub fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    Timestamp::from_unix_ms(since_1970.as_millis().try_into().expect("the clock is before the year 292 million"))
}
