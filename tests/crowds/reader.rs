//! Somebody who only reads, as cheaply as can be: a crowd of them must not measure itself. Reads from a publication no
//! more than its seq and when its line was due. Not here: the page's own machines (`page`), which the others use.

use futures::{SinkExt, StreamExt};
use teahouse::protocol::{Command, Cursor, RoomSlug, TabId};
use tokio::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

use crate::page::{Door, Socket};

/// A line that came, both times in microseconds.
#[derive(Clone, Copy)]
pub struct Arrival {
    /// When it was due to be sent, counted from the beginning of the scenario.
    pub due_us: u64,
    /// How much later it was here.
    pub late_us: u64,
}

/// A member socket that has joined the lobby.
pub struct Reader {
    socket: Socket,
    /// The newest event that came.
    pub seq: u64,
    /// Events that came out of order, or never.
    pub faults: u64,
    pub arrivals: Vec<Arrival>,
}

impl Reader {
    /// Connects and joins; what is said from now on will come.
    pub async fn enter(door: &Door, tab: &str) -> Self {
        Self::try_enter(door, tab).await.unwrap_or_else(|reason| panic!("a reader was not let in: {reason}"))
    }

    /// The same for somebody who may be refused.
    pub async fn try_enter(door: &Door, tab: &str) -> Result<Self, String> {
        let mut socket = door.open().await.map_err(|error| error.to_string())?;
        for command in greeting(tab, None) {
            socket.send(command).await.map_err(|error| error.to_string())?;
        }
        let mut reader = Self { socket, seq: 0, faults: 0, arrivals: Vec::new() };
        while reader.seq == 0 {
            let text = reader.text().await.ok_or("it was closed before it joined")?;
            if text.starts_with(r#"{"type":"joined""#) {
                reader.seq = number_after(&text, r#""head":"#).expect("a joined tells the head of its room");
            }
        }
        Ok(reader)
    }

    /// Takes the next frame. `false` when the connection is over.
    pub async fn turn(&mut self, beginning: Instant) -> bool {
        let Some(text) = self.text().await else { return false };
        if text.starts_with(r#"{"type":"publication""#)
            && let Some(seq) = number_after(&text, r#""seq":"#)
        {
            self.faults += u64::from(seq != self.seq + 1);
            self.seq = seq;
            if let Some(due_us) = number_after(&text, r#""text":"due "#) {
                let late = beginning.elapsed().saturating_sub(Duration::from_micros(due_us));
                self.arrivals.push(Arrival { due_us, late_us: late.as_micros().try_into().unwrap_or(u64::MAX) });
            }
        }
        true
    }

    async fn text(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.as_str().to_owned()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }
}

/// The two frames that bring somebody into the lobby.
pub fn greeting(tab: &str, cursor: Option<Cursor>) -> [Message; 2] {
    let hello = Command::Hello { protocol: 2, tab: TabId::parse(tab).unwrap() };
    let join = Command::Join { room: RoomSlug::lobby(), cursor };
    [hello, join].map(|command| Message::text(serde_json::to_string(&command).unwrap()))
}

/// The number that follows the first of these keys.
fn number_after(text: &str, key: &str) -> Option<u64> {
    let rest = &text[text.find(key)? + key.len()..];
    let digits = rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len());
    rest[..digits].parse().ok()
}
