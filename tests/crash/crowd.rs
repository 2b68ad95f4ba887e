//! People on real member sockets who talk without pause, over all crashes of the server: whoever has no answer to a line
//! sends it again under the same id when the server is back, as the page does. What they learn goes to the ledger.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use teahouse::protocol::{Command, Event, PostBody, PostId, RoomSlug, TabId};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

use crate::ledger::{Ledger, LogPosition, ROOMS, SharedLedger, line};
use crate::reader::Reader;
use crate::support::{Browser, Member, PATIENCE};

const NAMES: [&str; 12] = ["Ann", "Ben", "Cleo", "Dora", "Emil", "Fay", "Gus", "Hedy", "Ivan", "Jule", "Kurt", "Lena"];

/// Each begins a line this often, as long as few enough are unanswered: 480 lines a second in all.
const PACE: Duration = Duration::from_millis(25);
const UNANSWERED_MAX: usize = 4;

/// The people, the reader, and where they find the server.
pub struct Crowd {
    serving: watch::Sender<String>,
    leaving: CancellationToken,
    posters: JoinSet<()>,
    reader: JoinHandle<()>,
    ledger: SharedLedger,
}

impl Crowd {
    /// Everybody takes a name and starts to talk.
    pub async fn gather(url: &str) -> Self {
        let (serving, leaving) = (watch::Sender::new(url.to_owned()), CancellationToken::new());
        let ledger = Arc::new(watch::Sender::new(Ledger::default()));
        let mut browsers = Vec::new();
        for name in NAMES {
            let browser = Browser::new(url.to_owned());
            browser.choose_nickname(name).await;
            browsers.push(browser);
        }
        let made = browsers[0].post("/rooms", &[("title", ROOMS[1]), ("room", ROOMS[0])]).await;
        assert_eq!(made.status(), 303, "{}", made.text().await.unwrap());
        let reader = Reader::new(serving.subscribe(), Arc::clone(&ledger));
        let mut posters = JoinSet::new();
        for (number, browser) in browsers.iter().enumerate() {
            let poster = Poster {
                number,
                cookies: browser.cookies().unwrap(),
                serving: serving.subscribe(),
                leaving: leaving.clone(),
                ledger: Arc::clone(&ledger),
                lines: 0,
                unanswered: VecDeque::new(),
            };
            posters.spawn(poster.talk());
        }
        Self { serving, leaving, posters, reader: tokio::spawn(reader.follow()), ledger }
    }

    /// The server is back, here.
    pub fn move_to(&self, url: &str) {
        self.serving.send_replace(url.to_owned());
    }

    pub fn ledger(&self) -> watch::Ref<'_, Ledger> {
        self.ledger.borrow()
    }

    /// Waits until the ledger says so.
    pub async fn learns(&self, what: &str, is_so: impl FnMut(&Ledger) -> bool) {
        let mut ledger = self.ledger.subscribe();
        let learned = timeout(PATIENCE, ledger.wait_for(is_so)).await.map(|ledger| drop(ledger.unwrap()));
        assert!(learned.is_ok(), "{what} was expected and did not come about");
    }

    /// Nobody begins a line any more. Returns when every line has its answer, and the reader was shown them all.
    pub async fn finish(&mut self) {
        self.leaving.cancel();
        while let Some(spoke) = timeout(PATIENCE, self.posters.join_next()).await.expect("a line has no answer") {
            spoke.unwrap();
        }
        self.learns("that every acknowledged line is shown", Ledger::is_caught_up).await;
        self.reader.abort();
    }
}

struct Poster {
    number: usize,
    cookies: String,
    serving: watch::Receiver<String>,
    leaving: CancellationToken,
    ledger: SharedLedger,
    /// How many lines were begun.
    lines: usize,
    unanswered: VecDeque<String>,
}

impl Poster {
    async fn talk(mut self) {
        loop {
            let url = self.serving.borrow_and_update().clone();
            if self.visit(&url).await.is_some() || self.serving.changed().await.is_err() {
                return;
            }
        }
    }

    /// Talks until everything is said, or until the connection is over: then it is `None`.
    async fn visit(&mut self, url: &str) -> Option<()> {
        let mut member = self.join(url).await?;
        for line in &self.unanswered {
            member.try_send(&self.send(line)).await?;
        }
        let leaving = self.leaving.clone();
        let mut pace = interval(PACE);
        pace.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            let may_begin = self.unanswered.len() < UNANSWERED_MAX && !leaving.is_cancelled();
            tokio::select! {
                _ = pace.tick(), if may_begin => member.try_send(&self.begin_line()).await?,
                event = member.try_event() => self.hear(event?),
                () = leaving.cancelled(), if self.unanswered.is_empty() => return Some(()),
            }
        }
    }

    async fn join(&self, url: &str) -> Option<Member> {
        let socket = format!("{}/ws", url.replacen("http", "ws", 1));
        let mut member = Member::connect(&socket, Some(url), Some(&self.cookies)).await.ok()?;
        member.try_send(&Command::Hello { protocol: 2, tab: TabId::parse("tab").unwrap() }).await?;
        member.try_send(&Command::Join { room: self.room(), cursor: None }).await?;
        while !matches!(member.try_event().await?, Event::Joined { .. }) {}
        Some(member)
    }

    fn room(&self) -> RoomSlug {
        RoomSlug::parse(ROOMS[self.number % ROOMS.len()]).unwrap()
    }

    fn begin_line(&mut self) -> Command {
        let line = line(self.number, self.lines);
        self.lines += 1;
        let command = self.send(&line);
        self.ledger.send_modify(|ledger| {
            ledger.sent.insert(line.clone());
        });
        self.unanswered.push_back(line);
        command
    }

    fn send(&self, line: &str) -> Command {
        let (id, body) = (PostId::parse(line).unwrap(), PostBody::Message { text: line.to_owned(), reply_to: None });
        Command::Post { room: self.room(), id, body }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Ack { room, id, seq, .. } => {
                let line = id.to_string();
                self.unanswered.retain(|unanswered| *unanswered != line);
                let place = LogPosition::new(room.as_str(), seq.get());
                self.ledger.send_modify(|ledger| {
                    ledger.acked.insert(line, place);
                });
            }
            // The line waits for the next visit.
            Event::Nack { refusal, .. } if refusal.is_temporary() => {}
            Event::Nack { id, refusal, .. } => panic!("{id} was refused: {refusal}"),
            _ => {}
        }
    }
}
