//! A page: the machines that the browser runs, and the little that `ui::state` does between them.

use std::collections::{HashMap, HashSet};

use teahouse::model::connection::{Connection, ConnectionStatus, Input, Output};
use teahouse::model::conversation::outbox::{KeptPost, Outbox, OutgoingPost};
use teahouse::model::conversation::timeline::{Entry, Published, Timeline};
use teahouse::protocol::{
    Command, Event, EventBody, HistoryPage, LogEvent, Person, PostBody, PostId, RoomSlug, Seq, TabId, Timestamp,
};

/// What a page wants of the world, in this order.
pub enum Wish {
    OpenSocket,
    CloseSocket,
    Send(String),
}

/// An ack as it was told to the page.
pub struct Acked {
    pub id: PostId,
    pub seq: Seq,
}

pub struct Client {
    pub me: Person,
    pub room: RoomSlug,
    pub connection: Connection,
    pub timeline: Timeline,
    pub outbox: Outbox,
    /// Browser storage: what a reload leaves.
    kept: HashMap<PostId, KeptPost>,
    /// Every line that was typed, in order.
    pub typed: Vec<PostId>,
    /// Reactions that the server refused for good.
    pub given_up: HashSet<PostId>,
    pub acks: Vec<Acked>,
    /// An old copy of the database was put back, and this page has not joined its room since.
    pub is_unaware: bool,
    link_alarm: Option<i64>,
    outbox_alarm: Option<i64>,
    wishes: Vec<Wish>,
}

impl Client {
    /// A page that was just loaded: the server drew `page` into its HTML.
    pub fn new(me: Person, room: RoomSlug, page: &HistoryPage) -> Self {
        let timeline = Timeline::new(page);
        let tab = TabId::parse(&format!("tab-{}", me.id)).unwrap();
        Self {
            connection: Connection::new(tab, room.clone(), Some(timeline.cursor().clone())),
            timeline,
            outbox: Outbox::default(),
            kept: HashMap::new(),
            typed: Vec::new(),
            acks: Vec::new(),
            given_up: HashSet::new(),
            is_unaware: false,
            link_alarm: None,
            outbox_alarm: None,
            wishes: Vec::new(),
            me,
            room,
        }
    }

    /// The page is loaded again: what it held is gone, except what storage keeps.
    pub fn reload(&mut self, page: &HistoryPage, now: i64) {
        let fresh = Self::new(self.me.clone(), self.room.clone(), page);
        let (kept, typed) = (std::mem::take(&mut self.kept), std::mem::take(&mut self.typed));
        let (acks, given_up) = (std::mem::take(&mut self.acks), std::mem::take(&mut self.given_up));
        *self = Self { kept, typed, acks, given_up, ..fresh };
        self.kept.values().for_each(|line| self.outbox.restore(self.room.clone(), line.clone()));
        self.wishes.push(Wish::CloseSocket);
        self.step(Input::Start, now);
    }

    /// Sets a reaction to the newest message in sight, or takes it back.
    pub fn react(&mut self, now: i64) {
        let newest = self.timeline.entries().filter_map(|entry| match entry {
            Entry::Item(item) if matches!(item.event.body, EventBody::Message(_)) => Some(item),
            _ => None,
        });
        let Some(item) = newest.last() else { return };
        let is_own = |person: &Person| person.id == self.me.id;
        let on = !item.reactions.iter().any(|summary| summary.people.iter().any(is_own));
        let body = PostBody::Reaction { target: item.event.seq, emoji: "🍵".to_owned(), on };
        self.post(body, now);
    }

    pub fn say(&mut self, text: String, now: i64) {
        self.post(PostBody::Message { text }, now);
    }

    fn post(&mut self, body: PostBody, now: i64) {
        let id = PostId::parse(&format!("{}-{}", self.me.id, self.typed.len())).unwrap();
        self.typed.push(id.clone());
        self.outbox.push(self.room.clone(), id.clone(), self.me.id.clone(), body, at(now));
        let line = self.outbox.post(&id).expect("it was pushed");
        self.kept.insert(id, KeptPost::from(line));
        self.flush(now);
    }

    /// Feeds the connection, and does what the driver and the page do with what comes out.
    pub fn step(&mut self, input: Input, now: i64) {
        // The page's chance is of no use to a script: half of every wait.
        for output in self.connection.step(input, at(now), 0.5) {
            match output {
                Output::OpenSocket => self.wishes.push(Wish::OpenSocket),
                Output::CloseSocket => self.wishes.push(Wish::CloseSocket),
                Output::Send(command) => self.wishes.push(Wish::Send(serde_json::to_string(&command).unwrap())),
                Output::Wait { ms } => self.link_alarm = Some(now + i64::from(ms)),
                Output::Status(ConnectionStatus::Live) => self.flush(now),
                Output::Status(_) => self.outbox.connection_lost(),
                Output::Deliver(event) => self.event(*event, now),
                Output::CaughtUp { .. } => {}
            }
        }
    }

    /// Rings what is due.
    pub fn tick(&mut self, now: i64) {
        if self.link_alarm.is_some_and(|alarm| alarm <= now) {
            self.link_alarm = None;
            self.step(Input::Tick, now);
        }
        if self.outbox_alarm.is_some_and(|alarm| alarm <= now) {
            self.outbox_alarm = None;
            self.flush(now);
        }
    }

    /// Whether this line would survive a reload: it did not arrive as far as the page knows.
    pub fn keeps(&self, id: &PostId) -> bool {
        self.kept.contains_key(id)
    }

    /// When something rings next.
    pub fn alarm(&self) -> Option<i64> {
        self.link_alarm.into_iter().chain(self.outbox_alarm).min()
    }

    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }

    fn event(&mut self, event: Event, now: i64) {
        match event {
            Event::Joined { backlog, .. } => {
                self.timeline.join(&backlog);
                self.is_unaware = false;
                self.settle(|outbox| outbox.arrived(backlog.events()), now);
            }
            Event::Publication { event, .. } => self.published(event, Timeline::publish, now),
            Event::Ack { id, seq, at_ms, .. } => {
                self.kept.remove(&id);
                self.acks.push(Acked { id: id.clone(), seq });
                let head = self.timeline.head();
                match self.outbox.placed(&id, seq, at_ms, &self.me, head) {
                    Some(event) => self.published(event, Timeline::place, now),
                    None => self.flush(now),
                }
            }
            Event::Nack { id, refusal, .. } => {
                self.outbox.refused(&id, refusal, at(now));
                // Nobody is asked about a reaction.
                let is_reaction = |line: &OutgoingPost| line.text().is_none();
                if !refusal.is_temporary() && self.outbox.post(&id).is_some_and(is_reaction) {
                    self.outbox.discard(&id);
                    self.kept.remove(&id);
                    self.given_up.insert(id);
                }
                self.flush(now);
            }
            _ => {}
        }
    }

    fn published(&mut self, event: LogEvent, add: fn(&mut Timeline, LogEvent) -> Published, now: i64) {
        let events = [event.clone()];
        add(&mut self.timeline, event);
        self.settle(|outbox| outbox.arrived(events.iter()), now);
    }

    fn settle(&mut self, arrived: impl FnOnce(&mut Outbox) -> Vec<PostId>, now: i64) {
        for id in arrived(&mut self.outbox) {
            self.kept.remove(&id);
        }
        self.flush(now);
    }

    fn flush(&mut self, now: i64) {
        if self.connection.status() != ConnectionStatus::Live {
            return;
        }
        if let Some(line) = self.outbox.next_to_send(at(now)) {
            let (room, id) = (line.room.clone(), line.post_id.clone());
            let body = line.body.clone();
            self.step(Input::Send(Command::Post { room, id, body }), now);
        }
        self.outbox_alarm = self.outbox.wait_ms(at(now)).map(|ms| now + i64::from(ms.max(50)));
    }
}

fn at(now: i64) -> Timestamp {
    Timestamp::from_unix_ms(now)
}
