//! A page: the two machines that the browser runs, and storage, timers and requests as the script moves them.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use teahouse::model::connection::{Connection, Input, Output};
use teahouse::model::conversation::outbox::{KeptPost, Outbox};
use teahouse::model::conversation::timeline::{Timeline, TimelineEntry};
use teahouse::model::conversation::{Conversation, Effect, PageRequest, PostAnswer, TimerId, Update};
use teahouse::protocol::{
    Event, EventBody, HistoryItem, HistoryPage, Limits, Person, PostBody, PostId, ReadMark, RoomSlug, RoomSnapshot,
    RoomSummary, Seq, TabId, Timestamp,
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

/// A page of history that was asked for.
pub struct Fetch {
    pub request: PageRequest,
    /// What the server has read, on its way to the page.
    pub page: Option<HistoryPage>,
}

pub struct Client {
    pub me: Person,
    pub room: RoomSlug,
    pub connection: Connection,
    pub conversation: Conversation,
    /// Browser storage: what a reload leaves.
    kept: HashMap<PostId, KeptPost>,
    /// Every post that was typed, in order.
    pub typed: Vec<PostId>,
    /// Changes that the server refused for good.
    pub given_up: HashSet<PostId>,
    pub acks: Vec<Acked>,
    pub fetches: Vec<Fetch>,
    /// An old copy of the database was put back, and this page has not joined its room since.
    pub is_unaware: bool,
    /// Whether somebody looks at it.
    pub is_visible: bool,
    connection_alarm: Option<i64>,
    alarms: [Option<i64>; TimerId::COUNT],
    wishes: Vec<Wish>,
}

/// How a message stands.
enum Stands {
    Shown,
    Deleted,
}

/// The timers of a conversation.
const TIMERS: [TimerId; TimerId::COUNT] =
    [TimerId::Outbox, TimerId::Typing, TimerId::Refresh, TimerId::CaughtUp, TimerId::Mark];

impl Client {
    /// A page that was just loaded: the server drew `page` into its HTML.
    pub fn new(me: Person, room: RoomSlug, page: HistoryPage, marks: Vec<ReadMark>) -> Self {
        let (title, head) = (room.to_string(), page.as_of.seq);
        let message_no = page.items.iter().rev().find_map(|item| item.event.body.message_no()).unwrap_or_default();
        let summary = RoomSummary { slug: room.clone(), title, head, message_no, online: 0, people: Vec::new() };
        let snapshot = RoomSnapshot { summary, page, people: Vec::new() };
        let conversation = Conversation::new(Some(me.clone()), &snapshot, Vec::new(), Limits::default(), marks);
        let tab = TabId::parse(&format!("tab-{}", me.id)).unwrap();
        Self {
            connection: Connection::new(tab, room.clone(), Some(conversation.timeline().cursor().clone())),
            conversation,
            kept: HashMap::new(),
            typed: Vec::new(),
            acks: Vec::new(),
            fetches: Vec::new(),
            given_up: HashSet::new(),
            is_unaware: false,
            is_visible: true,
            connection_alarm: None,
            alarms: [None; TimerId::COUNT],
            wishes: Vec::new(),
            me,
            room,
        }
    }

    /// The page is loaded again: what it held is gone, except what storage keeps.
    pub fn reload(&mut self, page: HistoryPage, marks: Vec<ReadMark>, now: i64) {
        let fresh = Self::new(self.me.clone(), self.room.clone(), page, marks);
        let (kept, typed) = (std::mem::take(&mut self.kept), std::mem::take(&mut self.typed));
        let (acks, given_up) = (std::mem::take(&mut self.acks), std::mem::take(&mut self.given_up));
        *self = Self { kept, typed, acks, given_up, ..fresh };
        let kept = self.kept.values().map(|post| (self.room.clone(), post.clone())).collect();
        self.tell(Update::Restored(kept), now);
        self.wishes.push(Wish::CloseSocket);
        self.step(Input::Start, now);
    }

    pub fn timeline(&self) -> &Timeline {
        self.conversation.timeline()
    }

    pub fn outbox(&self) -> &Outbox {
        self.conversation.outbox()
    }

    /// Posts something: of eight posts, four change a message instead of adding one, and one replies to one, where there is one.
    pub fn say(&mut self, now: i64) {
        let number = self.typed.len();
        let change = match number % 8 {
            2 => self.reaction(),
            4 => self
                .own_message(Stands::Shown)
                .map(|target| PostBody::Edited { target, text: format!("{} {number}, edited", self.me.nickname) }),
            6 => self.own_message(Stands::Shown).map(|target| PostBody::Deleted { target }),
            // Others stay deleted.
            7 if number % 16 == 7 => self.own_message(Stands::Deleted).map(|target| PostBody::Restored { target }),
            _ => None,
        };
        let reply_to = (number % 8 == 3).then(|| self.messages().nth(number % 3).map(|item| item.event.seq)).flatten();
        let message = || PostBody::Message { text: format!("{} {number}", self.me.nickname), reply_to };
        let body = change.unwrap_or_else(message);
        self.post(body, now);
    }

    /// Sets a reaction to the newest message in sight, or takes it back.
    fn reaction(&self) -> Option<PostBody> {
        let item = self.messages().filter(|item| !item.event.body.text().is_empty()).last()?;
        let is_own = |person: &Person| person.id == self.me.id;
        let on = !item.reactions.iter().any(|summary| summary.people.iter().any(is_own));
        Some(PostBody::Reaction { target: item.event.seq, emoji: "🍵".to_owned(), on })
    }

    /// The newest own message in sight of those that stand like this.
    fn own_message(&self, stands: Stands) -> Option<Seq> {
        let is_own = |item: &&Arc<HistoryItem>| {
            item.event.by.as_ref().is_some_and(|by| by.id == self.me.id)
                && item.event.body.text().is_empty() == matches!(stands, Stands::Deleted)
        };
        self.messages().filter(is_own).last().map(|item| item.event.seq)
    }

    fn messages(&self) -> impl Iterator<Item = &Arc<HistoryItem>> {
        self.timeline().entries().filter_map(|entry| match entry {
            TimelineEntry::Item(item) if matches!(item.event.body, EventBody::Message(_)) => Some(item),
            _ => None,
        })
    }

    fn post(&mut self, body: PostBody, now: i64) {
        let id = PostId::parse(&format!("{}-{}", self.me.id, self.typed.len())).unwrap();
        self.typed.push(id.clone());
        self.tell(Update::Post(id, body), now);
    }

    /// Whoever looked looks away, and the other way round.
    pub fn look(&mut self, now: i64) {
        self.is_visible = !self.is_visible;
        self.tell(Update::Visible(self.is_visible), now);
    }

    /// The reader asks for what is missing, if something is.
    pub fn ask_for_hole(&mut self, now: i64) {
        if let Some(hole) = self.timeline().newest_hole() {
            self.tell(Update::FillHole(hole), now);
        }
    }

    /// Feeds the connection, and does what its driver does with what comes out.
    pub fn step(&mut self, input: Input, now: i64) {
        // The page's chance is of no use to a script: half of every wait.
        for output in self.connection.step(input, at(now), 0.5) {
            match output {
                Output::OpenSocket => self.wishes.push(Wish::OpenSocket),
                Output::CloseSocket => self.wishes.push(Wish::CloseSocket),
                Output::Send(command) => self.wishes.push(Wish::Send(serde_json::to_string(&command).unwrap())),
                Output::Wait { ms } => self.connection_alarm = Some(now + i64::from(ms)),
                Output::Status(status) => self.tell(Update::Status(status), now),
                Output::Deliver(event) => {
                    let refused_reply = self.note(&event);
                    self.tell(Update::Event(event), now);
                    if let Some(id) = refused_reply {
                        self.tell(Update::Discard(id), now);
                    }
                }
                Output::CaughtUp { .. } => self.tell(Update::CaughtUp, now),
            }
        }
    }

    /// Tells the conversation what happened, and does what it wants done.
    pub fn tell(&mut self, update: Update, now: i64) {
        for effect in self.conversation.step(update, at(now)) {
            match effect {
                Effect::Send(command) => self.step(Input::Send(command), now),
                Effect::Hasten => self.step(Input::Attended, now),
                // What blocks sockets here blocks requests too.
                Effect::PostByRequest(post) => {
                    self.tell(Update::Posted(post.room, post.post_id, PostAnswer::NoAnswer), now)
                }
                Effect::Fetch(request) => self.fetches.push(Fetch { request, page: None }),
                Effect::SetTimer(timer, wait_ms) => {
                    self.alarms[timer as usize] = wait_ms.map(|ms| now + i64::from(ms));
                }
                Effect::Keep(id) => {
                    let post = self.conversation.outbox().post(&id).map(KeptPost::from);
                    self.kept.extend(post.map(|post| (id, post)));
                }
                Effect::Forget(_, id) => _ = self.kept.remove(&id),
                Effect::Follow(..) | Effect::Reconnect | Effect::RoomOpened | Effect::Reload => {
                    panic!("nobody changes room or name here, and nothing is posted by request: {effect:?}")
                }
                Effect::Show(_)
                | Effect::Announce { .. }
                | Effect::Explain(..)
                | Effect::WithdrawExplanation
                | Effect::TakeBackText(..)
                | Effect::ShowNewest => {}
            }
        }
    }

    /// What an observer writes down of an event.
    /// Returns the reply that was refused, because what it replied to is gone with a backup: its author discards it.
    fn note(&mut self, event: &Event) -> Option<PostId> {
        match event {
            Event::Joined { .. } => self.is_unaware = false,
            Event::Ack { id, seq, .. } => self.acks.push(Acked { id: id.clone(), seq: *seq }),
            Event::Nack { id, refusal, .. } if !refusal.is_temporary() => {
                let post = self.outbox().post(id);
                // Nobody is asked about a change.
                let is_change = post.is_some_and(|post| post.text().is_none());
                let is_reply = post.is_some_and(|post| post.reply_to().is_some());
                if is_change || is_reply {
                    self.given_up.insert(id.clone());
                }
                return is_reply.then(|| id.clone());
            }
            _ => {}
        }
        None
    }

    /// Rings what is due.
    pub fn tick(&mut self, now: i64) {
        if self.connection_alarm.is_some_and(|alarm| alarm <= now) {
            self.connection_alarm = None;
            self.step(Input::Tick, now);
        }
        for timer in TIMERS {
            if self.alarms[timer as usize].is_some_and(|alarm| alarm <= now) {
                self.alarms[timer as usize] = None;
                self.tell(Update::Rang(timer), now);
            }
        }
    }

    /// Whether this post would survive a reload: it did not arrive as far as the page knows.
    pub fn keeps(&self, id: &PostId) -> bool {
        self.kept.contains_key(id)
    }

    /// When something rings next.
    pub fn alarm(&self) -> Option<i64> {
        self.alarms.into_iter().flatten().chain(self.connection_alarm).min()
    }

    pub fn take_wishes(&mut self) -> Vec<Wish> {
        std::mem::take(&mut self.wishes)
    }
}

fn at(now: i64) -> Timestamp {
    Timestamp::from_unix_ms(now)
}
