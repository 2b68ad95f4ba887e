//! Somebody who says lines at a fixed rate, whatever comes back. The time to an ack counts from when the line was due, not
//! from when it was sent: a server that makes its sender wait does not look faster by it.

use std::collections::HashMap;
use std::thread::{self, JoinHandle};

use futures::{SinkExt, StreamExt};
use teahouse::protocol::{Command, Event, PostBody, PostId, RoomSlug};
use tokio::sync::oneshot;
use tokio::time::{Duration, Instant, sleep_until, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::page::{Door, Socket};
use crate::reader::greeting;

/// After its last line it waits so long for the acks that are missing.
const LAST_ACKS: Duration = Duration::from_secs(10);

/// One acknowledged line.
#[derive(Clone, Copy)]
pub struct Acked {
    pub due: Instant,
    pub after: Duration,
}

/// A guest who talks until told to stop, on a thread of its own: what a crowd in this process costs is not to be taken for
/// slowness of the server.
pub struct Poster {
    stop: oneshot::Sender<()>,
    talking: JoinHandle<Talk>,
}

/// What became of all lines of a poster.
#[derive(Default)]
pub struct Talk {
    pub acked: Vec<Acked>,
    /// Lines without an ack, or with a refusal.
    pub unanswered: usize,
}

impl Poster {
    /// Begins to talk in the lobby. Lines tell when they were due, counted from `beginning`.
    pub async fn start(door: Door, lines_per_second: u32, beginning: Instant) -> Self {
        let (stop, stopped) = oneshot::channel();
        let (is_in, came_in) = oneshot::channel();
        let period = Duration::from_secs(1) / lines_per_second;
        let talking = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let socket = come_in(&door).await;
                is_in.send(()).unwrap();
                talk(socket, period, beginning, stopped).await
            })
        });
        came_in.await.expect("the poster was let in");
        Self { stop, talking }
    }

    /// Ends the talk and waits for what is still to be acknowledged.
    pub async fn stop(self) -> Talk {
        // It fails when the talk has ended by itself, which shows in what comes back.
        let _ = self.stop.send(());
        tokio::task::spawn_blocking(|| self.talking.join().unwrap()).await.unwrap()
    }
}

async fn come_in(door: &Door) -> Socket {
    let mut socket = door.open().await.unwrap_or_else(|error| panic!("the poster was not let in: {error}"));
    for command in greeting("poster", None) {
        socket.send(command).await.unwrap();
    }
    while !matches!(next_event(&mut socket).await, Some(Event::Joined { .. })) {}
    socket
}

async fn talk(mut socket: Socket, period: Duration, beginning: Instant, mut stopped: oneshot::Receiver<()>) -> Talk {
    let mut talk = Talk::default();
    let mut waiting = HashMap::new();
    let mut due = Instant::now() + period;
    loop {
        tokio::select! {
            () = sleep_until(due) => {
                let id = PostId::parse(&format!("due-{}", waiting.len() + talk.acked.len())).unwrap();
                let text = format!("due {} after the beginning, and long enough for a line as people write them", (due - beginning).as_micros());
                let command = Command::Post { room: RoomSlug::lobby(), id: id.clone(), body: PostBody::Message { text, reply_to: None } };
                waiting.insert(id, due);
                let _ = socket.send(Message::text(serde_json::to_string(&command).unwrap())).await;
                due += period;
            }
            event = next_event(&mut socket) => match event {
                Some(event) => take_ack(&event, &mut waiting, &mut talk),
                None => break,
            },
            _ = &mut stopped => break,
        }
    }
    let rest = async {
        while !waiting.is_empty() {
            let Some(event) = next_event(&mut socket).await else { return };
            take_ack(&event, &mut waiting, &mut talk);
        }
    };
    let _ = timeout(LAST_ACKS, rest).await;
    talk.unanswered = waiting.len();
    talk
}

fn take_ack(event: &Event, waiting: &mut HashMap<PostId, Instant>, talk: &mut Talk) {
    if let Event::Ack { id, .. } = event
        && let Some(due) = waiting.remove(id)
    {
        talk.acked.push(Acked { due, after: due.elapsed() });
    }
}

/// The next event; none when the connection is over.
async fn next_event(socket: &mut Socket) -> Option<Event> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                if let Ok(event) = serde_json::from_str(&text) {
                    return Some(event);
                }
            }
            Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
            Some(Ok(_)) => {}
        }
    }
}
