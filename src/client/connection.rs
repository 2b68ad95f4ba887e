//! Drives [`crate::model::connection`]: moves its outputs to the socket, the timer and the page, and their news back in.
//! Decides nothing.

use std::sync::Arc;

use futures::StreamExt;
use futures::channel::mpsc::{UnboundedSender, unbounded};
use gloo_timers::callback::Timeout;
use wasm_bindgen_futures::spawn_local;

use super::listener::Listener;
use super::socket::{News, Socket};
use super::{json, local_time, storage};
use crate::model::connection::{Connection, ConnectionStatus, Input, Output};
use crate::protocol::{Command, Cursor, Event, RoomSlug};

/// What the page is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConnectionUpdate {
    /// The connection's state changed.
    Status(ConnectionStatus),
    /// An event; publications come gapless and only once.
    Event(Box<Event>),
    /// After a time away the room is live again; comes after the `joined` that brought the events.
    CaughtUp {
        /// How many events came while away.
        new: u64,
    },
}

/// A hold on the running connection. Clone, Send and Sync, so that it fits into any signal. The connection ends with
/// [`ConnectionHandle::close`] or when the last handle is dropped.
#[derive(Clone, Debug)]
pub struct ConnectionHandle {
    items: Arc<LastHandle>,
}

/// Ends the connection when it is dropped: the driver's own senders keep the channel open.
#[derive(Debug)]
struct LastHandle(UnboundedSender<Item>);

impl Drop for LastHandle {
    fn drop(&mut self) {
        tell(&self.0, Input::Close);
    }
}

impl ConnectionHandle {
    /// Connects, and tells `on_update` everything from then on (never from inside this call). The first status is
    /// `Connecting`; only changes are reported.
    #[must_use]
    pub fn start(room: RoomSlug, cursor: Option<Cursor>, on_update: impl Fn(ConnectionUpdate) + 'static) -> Self {
        let (news, mut items) = unbounded();
        let handle = Self { items: Arc::new(LastHandle(news.clone())) };
        let mut driver = Driver {
            connection: Connection::new(storage::tab_id(), room, cursor),
            on_update,
            socket: None,
            generation: 0,
            timer: None,
            _listeners: listeners(&news),
            news,
        };
        spawn_local(async move {
            driver.step(Input::Start);
            while let Some(item) = items.next().await {
                match item {
                    Item::Input(Input::Close) => return driver.step(Input::Close),
                    Item::Input(input) => driver.step(input),
                    Item::Socket { generation, news } => driver.socket_news(generation, news),
                }
            }
        });
        handle
    }

    /// Sends a frame if the connection is live, else drops it (the outbox keeps posts).
    pub fn send(&self, command: Command) {
        self.input(Input::Send(command));
    }

    /// The reader wants the connection now: an attempt that is due later is made at once.
    pub fn hasten(&self) {
        self.input(Input::Attended);
    }

    /// Opens another room on the same connection.
    pub fn switch_room(&self, room: RoomSlug, cursor: Option<Cursor>) {
        self.input(Input::SwitchRoom { room, cursor });
    }

    /// The session cookie changed: connect anew.
    pub fn identity_changed(&self) {
        self.input(Input::IdentityChanged);
    }

    /// Ends the connection.
    pub fn close(&self) {
        self.input(Input::Close);
    }

    fn input(&self, input: Input) {
        tell(&self.items.0, input);
    }
}

/// What wakes the driver.
#[derive(Debug)]
enum Item {
    Input(Input),
    Socket { generation: u32, news: News },
}

/// Owns what the machine cannot: socket, timer, listeners.
struct Driver<F> {
    connection: Connection,
    on_update: F,
    socket: Option<Socket>,
    /// Number of the newest socket: news of an earlier one that were already queued are ignored.
    generation: u32,
    timer: Option<Timeout>,
    news: UnboundedSender<Item>,
    _listeners: Vec<Listener>,
}

impl<F: Fn(ConnectionUpdate)> Driver<F> {
    fn socket_news(&mut self, generation: u32, news: News) {
        if generation != self.generation || self.socket.is_none() {
            return;
        }
        match news {
            News::Opened => self.step(Input::Opened),
            News::Text(text) => {
                // Only a newer server says what this page cannot read; what it missed comes with the next join.
                if let Ok(event) = json::decode(&text) {
                    self.step(Input::Frame(Box::new(event)));
                }
            }
            News::Closed { code } => {
                self.socket = None;
                self.step(Input::Closed { code });
            }
        }
    }

    fn step(&mut self, input: Input) {
        for output in self.connection.step(input, local_time::device_now(), js_sys::Math::random()) {
            match output {
                Output::OpenSocket => self.open_socket(),
                Output::CloseSocket => self.socket = None,
                Output::Send(command) => {
                    let Ok(frame) = serde_json::to_string(&command) else {
                        unreachable!("commands have no part that JSON cannot hold");
                    };
                    self.socket.iter().for_each(|socket| socket.send(&frame));
                }
                Output::Wait { ms } => {
                    let news = self.news.clone();
                    self.timer = Some(Timeout::new(ms, move || tell(&news, Input::Tick)));
                }
                Output::Status(status) => (self.on_update)(ConnectionUpdate::Status(status)),
                Output::Deliver(event) => (self.on_update)(ConnectionUpdate::Event(event)),
                Output::CaughtUp { new } => (self.on_update)(ConnectionUpdate::CaughtUp { new }),
            }
        }
    }

    fn open_socket(&mut self) {
        self.generation += 1;
        let (generation, items) = (self.generation, self.news.clone());
        self.socket = Some(Socket::open(move |news| {
            let _ = items.unbounded_send(Item::Socket { generation, news });
        }));
    }
}

fn tell(items: &UnboundedSender<Item>, input: Input) {
    // It fails only after the end of the connection, which was asked for.
    let _ = items.unbounded_send(Item::Input(input));
}

/// What the browser knows about the network and the reader.
fn listeners(items: &UnboundedSender<Item>) -> Vec<Listener> {
    let Some(window) = web_sys::window() else {
        return Vec::new();
    };
    let on = |target: &web_sys::EventTarget, event, input: Input| {
        let items = items.clone();
        Listener::on(target, event, move |_| tell(&items, input.clone()))
    };
    // `visibilitychange` bubbles to the window. Hiding is reported too, and does no harm.
    [
        on(&window, "online", Input::Online),
        on(&window, "offline", Input::Offline),
        on(&window, "visibilitychange", Input::Attended),
        on(&window, "pageshow", Input::Attended),
        on(&window, "focus", Input::Attended),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_fits_into_any_signal() {
        fn fits<T: Clone + Send + Sync>() {}
        fits::<ConnectionHandle>();
    }
}
