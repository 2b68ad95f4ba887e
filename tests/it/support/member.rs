//! A client of the member socket that speaks in the protocol's own types.

use std::collections::VecDeque;

use futures::{SinkExt, StreamExt};
use serde_json::json;
use teahouse::protocol::limits::SUBPROTOCOL;
use teahouse::protocol::{
    Backlog, Command, Cursor, Epoch, Event, EventBody, LogEvent, Person, PostBody, PostId, Refusal, RoomSlug,
    RoomSummary, TabId,
};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::PATIENCE;

/// The answer to a join.
#[derive(Clone, Debug)]
pub struct Joined {
    pub summary: RoomSummary,
    pub people: Vec<Person>,
    pub epoch: Epoch,
    /// Of a page, its content events as they were posted.
    pub events: Vec<LogEvent>,
    pub has_older: bool,
    pub backlog: Backlog,
}

/// How the answer to a join continues what was held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Continuity {
    Fresh,
    Resumed,
    Gap,
    Reset,
}

impl Continuity {
    pub const fn of(backlog: &Backlog) -> Self {
        match backlog {
            Backlog::Fresh { .. } => Self::Fresh,
            Backlog::Resumed { .. } => Self::Resumed,
            Backlog::Gap { .. } => Self::Gap,
            Backlog::Reset { .. } => Self::Reset,
        }
    }
}

/// One open member socket.
pub struct Member {
    pub socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// Publications that came before the answer to a post: the two come in either order.
    early: VecDeque<Event>,
}

impl Member {
    /// A member over a socket that is open.
    pub fn over(socket: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Self {
        Self { socket, early: VecDeque::new() }
    }

    /// Opens a member socket; the error is what the server answered instead.
    pub async fn connect(url: &str, origin: Option<&str>, cookies: Option<&str>) -> Result<Self, Box<Error>> {
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().unwrap());
        }
        if let Some(cookies) = cookies {
            headers.insert("cookie", cookies.parse().unwrap());
        }
        let (socket, _) = connect_async(request).await.map_err(Box::new)?;
        Ok(Self::over(socket))
    }

    /// Opens a member socket for the cookie that its handshake sets.
    pub async fn handshake(url: &str, origin: &str, cookies: &str) -> String {
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        headers.insert("origin", origin.parse().unwrap());
        headers.insert("cookie", cookies.parse().unwrap());
        let (_, response) = connect_async(request).await.unwrap();
        response.headers()["set-cookie"].to_str().unwrap().to_owned()
    }

    pub async fn send(&mut self, command: &Command) {
        self.send_text(&serde_json::to_string(command).unwrap()).await;
    }

    pub async fn send_text(&mut self, text: &str) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next frame, whatever it is.
    pub async fn frame(&mut self) -> Message {
        tokio::time::timeout(PATIENCE, self.socket.next())
            .await
            .expect("a frame was expected and none came")
            .expect("a frame was expected and the socket is over")
            .unwrap()
    }

    /// The next event.
    pub async fn event(&mut self) -> Event {
        match self.early.pop_front() {
            Some(event) => event,
            None => self.received().await,
        }
    }

    async fn received(&mut self) -> Event {
        loop {
            match self.frame().await {
                Message::Text(text) => return serde_json::from_str(&text).unwrap(),
                Message::Ping(_) | Message::Pong(_) => {}
                other => panic!("an event was expected and this came: {other:?}"),
            }
        }
    }

    /// Skips events until one fits.
    pub async fn wait_for<T>(&mut self, fits: impl Fn(&Event) -> Option<T>) -> T {
        loop {
            if let Some(found) = fits(&self.event().await) {
                return found;
            }
        }
    }

    /// Waits until the server closes and returns the close frame.
    pub async fn closed(&mut self) -> CloseFrame {
        loop {
            if let Message::Close(frame) = self.frame().await {
                return frame.expect("the server says why it closes");
            }
        }
    }

    pub async fn hello(&mut self) -> Event {
        self.hello_as("tab").await
    }

    pub async fn hello_as(&mut self, tab: &str) -> Event {
        self.send(&Command::Hello { protocol: 2, tab: TabId::parse(tab).unwrap() }).await;
        self.wait_for(|event| matches!(event, Event::Welcome { .. }).then(|| event.clone())).await
    }

    /// Joins a room afresh.
    pub async fn join(&mut self, room: &str) -> Joined {
        self.join_from(room, None).await.1
    }

    pub async fn join_from(&mut self, room: &str, cursor: Option<Cursor>) -> (Continuity, Joined) {
        self.send(&Command::Join { room: slug(room), cursor }).await;
        self.joined().await
    }

    /// Waits for the answer to a join.
    pub async fn joined(&mut self) -> (Continuity, Joined) {
        self.wait_for(|event| match event {
            Event::Joined { summary, people, backlog } => {
                let joined = Joined {
                    summary: summary.clone(),
                    people: people.clone(),
                    epoch: backlog.epoch().clone(),
                    events: backlog.events().cloned().collect(),
                    has_older: backlog.page().is_none_or(|page| page.has_older),
                    backlog: backlog.clone(),
                };
                Some((Continuity::of(backlog), joined))
            }
            _ => None,
        })
        .await
    }

    /// Sends a line without waiting for the answer.
    pub async fn say_nowait(&mut self, room: &str, id: &str, text: &str) {
        self.send(&message(room, id, text)).await;
    }

    /// Sends a line and waits for its ack or nack.
    pub async fn say(&mut self, room: &str, id: &str, text: &str) -> Result<u64, Refusal> {
        self.say_nowait(room, id, text).await;
        self.answer(id).await
    }

    /// Sends a line to a server that may be going away: `None` when the socket is over before the answer.
    pub async fn try_say(&mut self, room: &str, id: &str, text: &str) -> Option<Result<u64, Refusal>> {
        self.try_send(&message(room, id, text)).await?;
        loop {
            if let Some(answer) = answer_to(id, &self.try_event().await?) {
                return Some(answer);
            }
        }
    }

    /// Sends a command to a server that may be going away: `None` when the socket is over.
    pub async fn try_send(&mut self, command: &Command) -> Option<()> {
        self.socket.send(Message::text(serde_json::to_string(command).unwrap())).await.ok()
    }

    /// The next event of a server that may be going away: `None` when the socket is over. Cancel-safe.
    pub async fn try_event(&mut self) -> Option<Event> {
        loop {
            match self.socket.next().await?.ok()? {
                Message::Text(text) => return Some(serde_json::from_str(&text).unwrap()),
                Message::Ping(_) | Message::Pong(_) => {}
                _ => return None,
            }
        }
    }

    /// Waits for the ack or nack of a line. What is published before it comes next.
    pub async fn answer(&mut self, id: &str) -> Result<u64, Refusal> {
        loop {
            let event = self.received().await;
            match answer_to(id, &event) {
                Some(answer) => return answer,
                None if matches!(event, Event::Publication { .. }) => self.early.push_back(event),
                None => {}
            }
        }
    }

    /// The next line that is published, as `(seq, nickname, text)`.
    pub async fn line(&mut self) -> (u64, String, String) {
        self.wait_for(is_publication).await
    }

    /// Waits until the room is told that this person came.
    pub async fn wait_for_online(&mut self, nickname: &str) {
        self.wait_for(|event| match event {
            Event::Presence { joined, .. } => joined.iter().any(|person| person.nickname == nickname).then_some(()),
            Event::Joined { people, .. } => people.iter().any(|person| person.nickname == nickname).then_some(()),
            _ => None,
        })
        .await;
    }

    /// Waits for the refusal of a frame.
    pub async fn refused(&mut self) -> Refusal {
        self.wait_for(|event| match event {
            Event::Refused { refusal, .. } => Some(*refusal),
            _ => None,
        })
        .await
    }

    /// Sends something that is not in the protocol's types.
    pub async fn send_json(&mut self, value: serde_json::Value) {
        self.send_text(&value.to_string()).await;
    }

    /// Proves that the connection still works: joins the lobby again.
    pub async fn still_works(&mut self) {
        self.send_json(json!({"type": "join", "room": "lobby"})).await;
        self.wait_for(|event| matches!(event, Event::Joined { .. }).then_some(())).await;
    }
}

/// The command that posts a message.
fn message(room: &str, id: &str, text: &str) -> Command {
    let body = PostBody::Message { text: text.to_owned(), reply_to: None };
    Command::Post { room: slug(room), id: PostId::parse(id).unwrap(), body }
}

/// A published line as `(seq, nickname, text)`.
pub fn is_publication(event: &Event) -> Option<(u64, String, String)> {
    match event {
        Event::Publication { event: LogEvent { seq, by: Some(by), body: EventBody::Message(message), .. }, .. } => {
            Some((seq.get(), by.nickname.clone(), message.text.clone()))
        }
        _ => None,
    }
}

/// What an event says to the line with this id.
fn answer_to(id: &str, event: &Event) -> Option<Result<u64, Refusal>> {
    match event {
        Event::Ack { id: acked, seq, .. } if acked.as_str() == id => Some(Ok(seq.get())),
        Event::Nack { id: refused, refusal, .. } if refused.as_str() == id => Some(Err(*refusal)),
        _ => None,
    }
}

fn slug(room: &str) -> RoomSlug {
    RoomSlug::parse(room).unwrap()
}
