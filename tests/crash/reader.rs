//! Somebody who only reads, in all rooms at once, and comes back with a cursor: what it was shown must be on disk, in
//! that order.

use std::collections::BTreeMap;

use teahouse::protocol::{Backlog, Command, Epoch, Event, EventBody, HistoryPage, LogEvent, RoomSlug, Seq, TabId};
use tokio::sync::watch;

use crate::ledger::{LogPosition, ROOMS, SharedLedger};
use crate::support::Member;

pub struct Reader {
    serving: watch::Receiver<String>,
    ledger: SharedLedger,
    epoch: Option<Epoch>,
    heads: BTreeMap<RoomSlug, Seq>,
    /// The newest event that was shown of each room.
    newest: BTreeMap<RoomSlug, LogEvent>,
}

impl Reader {
    pub fn new(serving: watch::Receiver<String>, ledger: SharedLedger) -> Self {
        Self { serving, ledger, epoch: None, heads: BTreeMap::new(), newest: BTreeMap::new() }
    }

    /// Reads until nobody says any more where the server is.
    pub async fn follow(mut self) {
        loop {
            let url = self.serving.borrow_and_update().clone();
            self.visit(&url).await;
            if self.serving.changed().await.is_err() {
                return;
            }
        }
    }

    /// Reads until the connection is over.
    async fn visit(&mut self, url: &str) -> Option<()> {
        let socket = format!("{}/ws", url.replacen("http", "ws", 1));
        let mut member = Member::connect(&socket, Some(url), None).await.ok()?;
        member.try_send(&Command::Hello { protocol: 2, tab: TabId::parse("reader").unwrap() }).await?;
        for room in ROOMS.map(|room| RoomSlug::parse(room).unwrap()) {
            let cursor = self.newest.get(&room).zip(self.epoch.as_ref()).map(|(event, epoch)| event.cursor(epoch));
            member.try_send(&Command::Join { room, cursor }).await?;
        }
        loop {
            match member.try_event().await? {
                Event::Welcome { epoch, .. } => self.epoch = Some(epoch),
                Event::Joined { summary, backlog, .. } => {
                    let room = summary.slug;
                    if let Some(page) = backlog.page() {
                        self.begin_anew(&room, &backlog, page);
                    }
                    backlog.events().for_each(|event| self.show(&room, event.clone()));
                }
                Event::Publication { room, event } => self.show(&room, event),
                _ => {}
            }
        }
    }

    /// The events do not continue what was read before. That is right at the first visit, and when very much was missed.
    fn begin_anew(&mut self, room: &RoomSlug, backlog: &Backlog, page: &HistoryPage) {
        self.ledger.send_modify(|ledger| match backlog {
            Backlog::Reset { .. } => ledger.contradictions.push(format!("{room} is behind what was shown of it")),
            Backlog::Gap { .. } => ledger.gaps += 1,
            Backlog::Fresh { .. } | Backlog::Resumed { .. } => {}
        });
        self.heads.insert(room.clone(), page.covers.first.previous());
    }

    fn show(&mut self, room: &RoomSlug, event: LogEvent) {
        let head = self.heads.insert(room.clone(), event.seq).unwrap_or(Seq::ZERO);
        self.newest.insert(room.clone(), event.clone());
        self.ledger.send_modify(|ledger| {
            if event.seq != head.next() {
                ledger.contradictions.push(format!("{room} was shown {} after {head}", event.seq));
            }
            ledger.heads.insert(room.to_string(), event.seq.get());
            if let EventBody::Message(message) = event.body {
                ledger.show(LogPosition::new(room.as_str(), event.seq.get()), message.text);
            }
        });
    }
}
