//! The page without a browser: the two machines that the browser runs, over a real socket and real requests. Decides nothing
//! by itself. The program in `tests/crowds` uses it too.

#[path = "page/door.rs"]
mod door;

use std::collections::VecDeque;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures::{SinkExt, StreamExt};
use teahouse::model::connection::{Connection, Input, Output};
use teahouse::model::conversation::timeline::{Timeline, TimelineEntry};
use teahouse::model::conversation::{Conversation, Effect, TimerId, Update};
use teahouse::protocol::{
    Command, Covers, Cursor, Epoch, HistoryPage, Limits, LogEvent, MessageNo, PostBody, PostId, RoomSlug, RoomSnapshot,
    RoomSummary, Seq, TabId, Timestamp,
};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;

pub use door::{Door, KernelBuffers, Socket};
use door::{fetch, post_by_request};

/// What a browser tells its page when a connection is over without a close frame (RFC 6455 §7.1.5).
const ABNORMAL_CLOSURE: u16 = 1006;
/// A timer that is not set: longer than any test.
const FAR_AWAY: Duration = Duration::from_secs(3_600);

/// One tab that shows one room.
pub struct Page {
    pub connection: Connection,
    pub conversation: Conversation,
    door: Door,
    /// Draws from 0..1 for the back-off.
    chance: fn() -> f64,
    socket: Wire,
    /// When the connection's timer rings.
    alarm: Option<Instant>,
    /// When the timers of the conversation ring.
    timers: [Option<Instant>; TimerId::COUNT],
    requests: JoinSet<Update>,
    /// What is still to be done of what the conversation wants.
    effects: VecDeque<Effect>,
}

/// The page's side of the connection.
enum Wire {
    None,
    Opening,
    Open(Box<Socket>),
}

impl Page {
    /// A page that has just been loaded, and shows nothing yet. It goes on only as long as [`Page::turn`] is called again
    /// and again.
    pub async fn new(door: Door, room: RoomSlug, tab: &str, chance: fn() -> f64) -> Self {
        let mut page = Self {
            connection: Connection::new(TabId::parse(tab).unwrap(), room.clone(), None),
            conversation: nothing_of(room),
            door,
            chance,
            socket: Wire::None,
            alarm: None,
            timers: [None; TimerId::COUNT],
            requests: JoinSet::new(),
            effects: VecDeque::new(),
        };
        page.step(Input::Start).await;
        page
    }

    /// Takes a typed message; it goes as soon as the connection lets it.
    pub async fn say(&mut self, id: &PostId, text: &str) {
        assert!(self.conversation.me().is_some(), "a page lets nobody post before it knows who it is");
        self.tell(Update::Post(id.clone(), PostBody::Message { text: text.to_owned(), reply_to: None })).await;
    }

    /// Loses the connection, as by a broken cable: the server is not told.
    pub async fn lose_connection(&mut self) {
        if let Wire::Open(socket) = std::mem::replace(&mut self.socket, Wire::None) {
            // It resets the connection instead of closing it in order.
            let _ = socket.get_ref().set_zero_linger();
        }
        self.step(Input::Closed { code: ABNORMAL_CLOSURE }).await;
    }

    /// Waits for the next thing that happens, and does what follows from it. Returns what the connection was told; nothing
    /// when something else happened.
    pub async fn turn(&mut self) -> Option<Input> {
        let far_away = Instant::now() + FAR_AWAY;
        let (alarm, first) = (self.alarm.unwrap_or(far_away), self.first_timer());
        let input = tokio::select! {
            input = next_input(&mut self.socket, &self.door) => input,
            () = sleep_until(alarm) => Input::Tick,
            () = sleep_until(first.map_or(far_away, |(at, _)| at)) => {
                let (_, timer) = first.expect("nobody waits an hour");
                self.timers[timer as usize] = None;
                self.tell(Update::Rang(timer)).await;
                return None;
            }
            Some(answer) = self.requests.join_next() => {
                self.tell(answer.unwrap()).await;
                return None;
            }
        };
        if input == Input::Tick {
            self.alarm = None;
        }
        self.step(input.clone()).await;
        Some(input)
    }

    fn first_timer(&self) -> Option<(Instant, TimerId)> {
        let timers = [TimerId::Outbox, TimerId::Typing, TimerId::Refresh, TimerId::CaughtUp];
        timers.into_iter().filter_map(|timer| Some((self.timers[timer as usize]?, timer))).min_by_key(|(at, _)| *at)
    }

    /// Whether everything that was typed is said and shown.
    pub fn has_said_all(&self) -> bool {
        self.conversation.outbox().posts().is_empty()
    }

    /// The newest event that the page shows.
    pub fn head(&self) -> Seq {
        self.conversation.timeline().head()
    }

    async fn step(&mut self, input: Input) {
        self.feed(input).await;
        self.carry_out().await;
    }

    /// Tells the conversation what happened, and does what follows from it.
    pub async fn tell(&mut self, update: Update) {
        self.effects.extend(self.conversation.step(update, now()));
        self.carry_out().await;
    }

    async fn feed(&mut self, input: Input) {
        for output in self.connection.step(input, now(), (self.chance)()) {
            let update = match output {
                Output::OpenSocket => {
                    self.socket = Wire::Opening;
                    continue;
                }
                Output::CloseSocket => {
                    self.socket = Wire::None;
                    continue;
                }
                Output::Send(command) => {
                    self.send(&command).await;
                    continue;
                }
                Output::Wait { ms } => {
                    self.alarm = Some(Instant::now() + Duration::from_millis(ms.into()));
                    continue;
                }
                Output::Status(status) => Update::Status(status),
                Output::Deliver(event) => Update::Event(event),
                Output::CaughtUp { .. } => Update::CaughtUp,
            };
            self.effects.extend(self.conversation.step(update, now()));
        }
    }

    /// Does what the conversation wants done, and what follows from that.
    async fn carry_out(&mut self) {
        while let Some(effect) = self.effects.pop_front() {
            match effect {
                Effect::Send(command) => self.feed(Input::Send(command)).await,
                Effect::Follow(room, cursor) => self.feed(Input::SwitchRoom { room, cursor }).await,
                Effect::Hasten => self.feed(Input::Attended).await,
                Effect::Reconnect => self.feed(Input::IdentityChanged).await,
                Effect::Fetch(request) => _ = self.requests.spawn(fetch(self.door.clone(), request)),
                Effect::PostByRequest(post) => _ = self.requests.spawn(post_by_request(self.door.clone(), *post)),
                Effect::SetTimer(timer, wait_ms) => {
                    let rings = wait_ms.map(|ms| Instant::now() + Duration::from_millis(ms.into()));
                    self.timers[timer as usize] = rings;
                }
                // Nobody looks at this page, and nothing of it is kept.
                Effect::Show(_)
                | Effect::Keep(_)
                | Effect::Forget(..)
                | Effect::Announce { .. }
                | Effect::Explain(..)
                | Effect::WithdrawExplanation
                | Effect::TakeBackText(..)
                | Effect::ShowNewest
                | Effect::RoomOpened
                | Effect::Reload => {}
            }
        }
    }

    /// Sends a frame past the machine, if there is a connection.
    pub async fn send(&mut self, command: &Command) {
        if let Wire::Open(socket) = &mut self.socket {
            // A failure shows itself to the reading side.
            let _ = socket.send(Message::text(serde_json::to_string(command).unwrap())).await;
        }
    }
}

/// A page without events: the first join brings all.
fn nothing_of(room: RoomSlug) -> Conversation {
    let as_of = Cursor::start(Epoch::parse("none").unwrap());
    let covers = Covers { first: as_of.seq.next(), last: as_of.seq };
    let page = HistoryPage { room: room.clone(), as_of, covers, items: Vec::new(), has_older: false, has_newer: false };
    let (title, head) = (room.to_string(), Seq::ZERO);
    let summary = RoomSummary { slug: room, title, head, message_no: MessageNo::ZERO, online: 0, people: Vec::new() };
    Conversation::new(
        None,
        &RoomSnapshot { summary, page, people: Vec::new() },
        Vec::new(),
        Limits::default(),
        Vec::new(),
    )
}

/// What a timeline shows behind one event, oldest first; panics when something is missing in between.
pub fn shown_after(timeline: &Timeline, after: Seq) -> Vec<LogEvent> {
    let shown = timeline.entries().filter_map(|entry| match entry {
        TimelineEntry::Item(item) => (item.event.seq > after).then(|| item.event.clone()),
        TimelineEntry::Hole(hole) => panic!("a page misses what lies between {} and {}", hole.after, hole.before),
        TimelineEntry::Notice(_) => None,
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
