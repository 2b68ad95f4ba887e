//! The log as the promises of `Store` describe it, in memory, with every moment between them in the script's hands: when a
//! queued line is committed, when its ack is given, when it is announced, when a read sees the log.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use teahouse::protocol::{
    Epoch, EventBody, EventPage, HistoryPage, LogEvent, PostId, ReadMark, RoomSlug, Seq, Timestamp, UserId,
};
use teahouse::server::log::{
    AppendOutcome, Appended, Authorship, Committed, Draft, EventRange, Guest, Health, MarkTo, NameConflict, NameWish,
    Naming, NewRoom, OpenedRoom, RoomRecord, SessionUse, Store, StoreError, StoreFuture, StoreVersion, TokenHash,
};
use tokio::sync::oneshot;

use super::history::record;
use super::unread::newest_message;

type Answer = oneshot::Sender<Result<Appended, StoreError>>;

/// What survives a crash.
#[derive(Clone)]
pub struct Disk {
    pub epoch: Epoch,
    pub logs: HashMap<RoomSlug, Vec<LogEvent>>,
    /// The unique constraint.
    pub(super) places: HashMap<(UserId, PostId), (RoomSlug, Seq)>,
    /// What deleted messages said.
    pub(super) deleted: HashMap<(RoomSlug, Seq), String>,
    /// How far people have read.
    pub(super) marks: HashMap<(UserId, RoomSlug), ReadMark>,
    /// The time of day. It goes on whatever is restored.
    pub(super) now_ms: i64,
}

impl Disk {
    pub fn new(rooms: &[RoomSlug]) -> Self {
        let created = || LogEvent {
            seq: Seq::new(1),
            at_ms: Timestamp::default(),
            by: None,
            id: None,
            body: EventBody::RoomCreated,
        };
        let logs = rooms.iter().map(|room| (room.clone(), vec![created()])).collect();
        Self {
            epoch: epoch(0),
            logs,
            places: HashMap::new(),
            deleted: HashMap::new(),
            marks: HashMap::new(),
            now_ms: 0,
        }
    }

    pub fn log(&self, room: &RoomSlug) -> &[LogEvent] {
        &self.logs[room]
    }

    /// A page as the store reads it.
    pub fn page(&self, room: &RoomSlug, range: EventRange, limit: usize) -> EventPage {
        let log = self.log(room);
        let place = |seq: Seq| usize::try_from(seq.get()).unwrap().min(log.len());
        let (from, to) = match range {
            EventRange::Newest => (log.len().saturating_sub(limit), log.len()),
            EventRange::Before(seq) => (place(seq.previous()).saturating_sub(limit), place(seq.previous())),
            EventRange::After(seq) => (place(seq), place(seq).saturating_add(limit).min(log.len())),
            EventRange::From(seq) => return self.page(room, EventRange::After(seq.previous()), limit),
        };
        let mut events = log[from..to].to_vec();
        self.quote(room, &mut events);
        EventPage {
            room: room.clone(),
            epoch: self.epoch.clone(),
            head: log.last().map_or(Seq::ZERO, |event| event.seq),
            events,
            has_older: from > 0,
            has_newer: to < log.len(),
        }
    }

    fn append(&mut self, draft: &Draft) -> Result<(Appended, Option<Committed>), StoreError> {
        let key = (draft.by.id.clone(), draft.id.clone());
        if let Some((room, seq)) = self.places.get(&key) {
            let event = &self.logs[room][usize::try_from(seq.get()).unwrap() - 1];
            return if *room == draft.room && event.body.is_same_post(&draft.body) {
                let outcome = AppendOutcome::AlreadyThere;
                Ok((Appended { seq: *seq, at: event.at_ms, outcome }, None))
            } else {
                Err(StoreError::IdConflict)
            };
        }
        self.check_target(draft)?;
        let body = self.changed(draft);
        let log = self.logs.get_mut(&draft.room).ok_or_else(|| StoreError::RoomNotFound(draft.room.clone()))?;
        let seq = log.last().map_or(Seq::ZERO, |event| event.seq).next();
        self.now_ms += 1;
        let at_ms = Timestamp::from_unix_ms(self.now_ms);
        let (by, id) = (Some(draft.by.clone()), Some(draft.id.clone()));
        let mut event = LogEvent { seq, at_ms, by, id, body };
        event.body.set_message_no(newest_message(log).next());
        log.push(event);
        if draft.session.is_some() {
            self.mark(&draft.by.id, &draft.room, MarkTo::Read(seq));
        }
        let event = self.counted(&draft.room);
        self.places.insert(key, (draft.room.clone(), seq));
        let appended = Appended { seq, at: at_ms, outcome: AppendOutcome::Inserted };
        Ok((appended, Some(Committed { room: draft.room.clone(), event, target: None, author_mark: None })))
    }
}

pub(super) fn epoch(generation: usize) -> Epoch {
    Epoch::parse(&format!("history-{generation}")).unwrap()
}

/// What a running server has between its disk and everybody else.
#[derive(Default)]
struct Pending {
    queued: VecDeque<(Draft, Answer)>,
    unanswered: VecDeque<(Result<Appended, StoreError>, Answer)>,
    unannounced: VecDeque<Committed>,
    reads: Vec<oneshot::Sender<()>>,
    /// Lines that were on disk already when they came.
    repeats: usize,
}

/// The store of one run of the server.
pub struct ScriptedStore {
    epoch: Epoch,
    guests: Vec<Guest>,
    disk: Arc<Mutex<Disk>>,
    pending: Mutex<Pending>,
}

impl ScriptedStore {
    pub fn open(disk: &Arc<Mutex<Disk>>, guests: Vec<Guest>) -> Self {
        let epoch = disk.lock().unwrap().epoch.clone();
        Self { epoch, guests, disk: Arc::clone(disk), pending: Mutex::default() }
    }

    /// One commit of at most so many lines.
    pub fn commit(&self, most: usize) {
        let mut pending = self.pending();
        for _ in 0..most.min(pending.queued.len()) {
            let (message, answer) = pending.queued.pop_front().expect("counted");
            match self.disk.lock().unwrap().append(&message) {
                Ok((appended, committed)) => {
                    pending.repeats += usize::from(appended.outcome == AppendOutcome::AlreadyThere);
                    pending.unannounced.extend(committed);
                    pending.unanswered.push_back((Ok(appended), answer));
                }
                Err(error) => pending.unanswered.push_back((Err(error), answer)),
            }
        }
    }

    /// Gives the oldest answer. Whoever waited for it may be gone.
    pub fn answer(&self) {
        if let Some((outcome, answer)) = self.pending().unanswered.pop_front() {
            let _ = answer.send(outcome);
        }
    }

    /// The next event for the fan-out.
    pub fn announce(&self) -> Option<Committed> {
        self.pending().unannounced.pop_front()
    }

    /// Lets one of the reads that wait see the log as it is now.
    pub fn let_read(&self, which: usize) {
        let mut pending = self.pending();
        if !pending.reads.is_empty() {
            let which = which % pending.reads.len();
            let _ = pending.reads.swap_remove(which).send(());
        }
    }

    /// How many lines were on disk already when they came.
    pub fn repeats(&self) -> usize {
        self.pending().repeats
    }

    fn pending(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap()
    }

    /// A read that sees the log when the script says so.
    pub(super) fn read<'a, T: Send + 'a>(
        &'a self,
        look: impl FnOnce(&mut Disk) -> Result<T, StoreError> + Send + 'a,
    ) -> StoreFuture<'a, T> {
        let (gate, opened) = oneshot::channel();
        self.pending().reads.push(gate);
        Box::pin(async move {
            opened.await.map_err(|_| StoreError::Read("the server is gone".to_owned()))?;
            look(&mut self.disk.lock().unwrap())
        })
    }
}

impl Store for ScriptedStore {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn rooms(&self) -> StoreFuture<'_, Vec<RoomRecord>> {
        self.read(|disk| Ok(disk.logs.keys().filter_map(|slug| record(disk, slug)).collect()))
    }

    fn room<'a>(&'a self, slug: &'a RoomSlug) -> StoreFuture<'a, Option<RoomRecord>> {
        self.read(|disk| Ok(record(disk, slug)))
    }

    fn append(&self, draft: Draft) -> StoreFuture<'static, Appended> {
        let (answer, answered) = oneshot::channel();
        self.pending().queued.push_back((draft, answer));
        Box::pin(async { answered.await.map_err(|_| StoreError::Closed("the server is gone".to_owned()))? })
    }

    fn events<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, EventPage> {
        self.read(move |disk| Ok(disk.page(room, range, usize::try_from(limit).unwrap())))
    }

    fn version(&self) -> StoreVersion {
        unreachable!("nobody asks for a page")
    }

    fn history<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, HistoryPage> {
        self.read(move |disk| Ok(disk.history(room, range, usize::try_from(limit).unwrap())))
    }

    fn reactions_of(&self, _: RoomSlug, _: UserId, _: Vec<(Seq, String)>) -> StoreFuture<'_, Vec<(Seq, String)>> {
        unreachable!("no reaction is crowded")
    }

    fn instance(&self) -> &str {
        "simulation"
    }

    fn guest_by_token<'a>(&'a self, token_hash: &'a TokenHash, _: Timestamp) -> StoreFuture<'a, Option<Guest>> {
        let guest = self.guests.iter().find(|guest| guest.token_hash == *token_hash).cloned();
        self.read(move |_| Ok(guest))
    }

    fn guest<'a>(&'a self, _: &'a UserId) -> StoreFuture<'a, Option<Guest>> {
        unreachable!("every token opens its session")
    }

    fn authorship<'a>(&'a self, _: &'a UserId, _: u32) -> StoreFuture<'a, Option<Authorship>> {
        unreachable!("nobody asks who somebody is")
    }

    fn forget_deleted(&self, _: Timestamp) -> StoreFuture<'_, ()> {
        unreachable!("nobody keeps house")
    }

    fn empty_rooms(&self, _: Timestamp) -> StoreFuture<'_, Vec<RoomSlug>> {
        unreachable!("nobody keeps house")
    }

    fn remove_empty_room(&self, _: RoomSlug, _: Timestamp) -> StoreFuture<'_, bool> {
        unreachable!("nobody keeps house")
    }

    fn create_room(&self, _: NewRoom) -> StoreFuture<'_, OpenedRoom> {
        unreachable!("the rooms are there from the start")
    }

    fn name_conflict(&self, _: NameWish) -> StoreFuture<'_, Option<NameConflict>> {
        unreachable!("nobody chooses a nickname")
    }

    fn put_guest(&self, _: Naming) -> StoreFuture<'_, ()> {
        unreachable!("nobody chooses a nickname")
    }

    fn touch_guest(&self, _: SessionUse) -> StoreFuture<'_, ()> {
        unreachable!("the sessions are fresh")
    }

    fn remove_guest<'a>(&'a self, _: &'a UserId, _: Timestamp, _: Timestamp) -> StoreFuture<'a, ()> {
        unreachable!("nobody signs out")
    }

    fn check(&self) -> StoreFuture<'_, Health> {
        unreachable!("nobody asks for the health")
    }

    fn maintain(&self) -> StoreFuture<'_, ()> {
        unreachable!("there is no housekeeping in the simulation")
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        unreachable!("the server only ever crashes")
    }
}
