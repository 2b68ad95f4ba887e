//! The log's home: the one trait that everything above uses, and the duties of whoever implements it.
//! Not here: rules of who may do what (`posting`), sessions' cookies (`session`), fan-out (`hub`).
//!
//! The database is the only truth. What these methods promise is shown by the conformance suite in
//! `log/conformance.rs`, which every implementation passes.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

pub use error::{Health, StoreError, StoreFailure};

use crate::protocol::{
    Epoch, EventBody, EventPage, HistoryPage, LogEvent, MessageNo, Person, PostId, ReadMark, RoomSlug, Seq, Timestamp,
    UserId,
};

mod error;
mod guests;
mod lookups;
mod marks;
mod search;
pub mod sqlite;

pub use search::{FoundMessage, FoundMessages, MessageSearch, Search};

pub use guests::{CookieNote, Guest, NameConflict, NameTerms, NameWish, Naming, SessionUse, TokenHash, TokenStanding};
pub use lookups::Lookups;
pub use marks::{MarkChange, MarkTo, Marks};

#[cfg(test)]
mod conformance;

/// What every method answers with; boxed, so that the store can be chosen at start.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// An event to append, of whichever kind somebody may post.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Where.
    pub room: RoomSlug,
    /// Who posts it, under the nickname of this moment.
    pub by: Person,
    /// The author's own name for it.
    pub id: PostId,
    /// What is posted, already validated.
    pub body: EventBody,
    /// Most different reactions to one message; 0 = no limit.
    pub emojis_per_message_max: u32,
    /// How long a message may be changed.
    pub windows: ChangeWindows,
    /// The session in whose name it is posted; `None` for a program on the plain socket, which has none.
    pub session: Option<TokenHash>,
    /// The server's clock. Where the room's newest event is later by at most [`CLOCK_JITTER_MS`], the store takes its time.
    pub at: Timestamp,
}

/// How long a message may be changed by its author.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChangeWindows {
    /// An edit, after the message was posted; `None` = no limit.
    pub edit: Option<Duration>,
    /// A deletion, after the message was posted; `None` = no limit.
    pub delete: Option<Duration>,
    /// A restoration, after the deletion; zero = never.
    pub restore: Duration,
}

/// A clock steps back by so much when it is kept right (NTP slews, several processors), and people need not see that. One
/// that steps back further was wrong before, and what was written then must not set the time of everything after it.
pub const CLOCK_JITTER_MS: i64 = 5_000;

/// An event that is on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Its place and time.
    pub seq: Seq,
    /// Its time in the log.
    pub at: Timestamp,
    /// Whether this is the first time, or a retry of a post that was on disk already.
    pub outcome: AppendOutcome,
}

/// Whether an append wrote something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AppendOutcome {
    /// The event is new.
    Inserted,
    /// The same post of the same author was there already; nothing was written.
    AlreadyThere,
}

/// A room to open.
#[derive(Clone, Debug)]
pub struct NewRoom {
    /// The address.
    pub slug: RoomSlug,
    /// The name to show.
    pub title: String,
    /// Who opens it.
    pub creator: Option<Person>,
    /// The server's clock.
    pub at: Timestamp,
    /// Most rooms that there may be with this one; 0 = no limit.
    pub rooms_max: u32,
}

/// A room of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoomRecord {
    /// The address.
    pub slug: RoomSlug,
    /// The name to show.
    pub title: String,
    /// The newest event.
    pub head: Seq,
    /// The newest message, by its position among the messages; zero before the first one.
    pub message_no: MessageNo,
}

/// A room that was just opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedRoom {
    /// The room.
    pub room: RoomRecord,
    /// How many rooms there are with it, the lobby included.
    pub rooms: u32,
}

/// Which events to read, oldest first. Of the log as it is stored, the answer is a contiguous run; of history, content
/// events that are next to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventRange {
    /// The newest ones.
    Newest,
    /// The newest ones that are older than this.
    Before(Seq),
    /// The oldest ones that are newer than this.
    After(Seq),
    /// This one and the oldest ones that are newer.
    From(Seq),
}

/// An event that was committed, on its way to the broker. Comes in commit order, so gapless per room; only the lobby's
/// creation, which happens while the store is opened, is not announced.
#[derive(Clone, Debug)]
pub struct Committed {
    /// The room.
    pub room: RoomSlug,
    /// The event, as everybody will read it.
    pub event: LogEvent,
    /// The event that it changes, for readers who hold no log: programs on the plain socket.
    pub target: Option<Box<LogEvent>>,
    /// How far its author has read the room with it, if they keep a mark. The room tells it to those who follow it by the
    /// event itself; it is for the author's other connections.
    pub author_mark: Option<Box<ReadMark>>,
}

/// Where committed events go: called on the writer's thread after the commit and after the acks were given,
/// in commit order. It may block for a moment; that slows the writer down, which is the back-pressure wanted.
pub type CommitSink = Box<dyn Fn(Committed) + Send + 'static>;

/// How often the content of a store was changed since it was opened, at least: as long as it is the same, what was read
/// after it was asked for is still so. Only good for comparing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoreVersion(pub u64);

/// What the log knows of somebody by what they posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authorship {
    /// As they were when they posted the newest of what was counted.
    pub person: Person,
    /// How many content events.
    pub count: u32,
    /// The time of the first of them.
    pub first_at: Timestamp,
}

/// The store.
///
/// A write is queued by the call itself, so the order of calls is the order of the log. Whoever drops the future takes
/// nothing back: the write still happens and is still announced. A refused write changes nothing.
/// Every method answers `Closed` after `close`, and every write does after a failure; reads may answer `Read`.
/// What goes wrong below is sorted into four, each with its duties: see `log/error.rs`.
pub trait Store: Lookups + Marks + Search {
    /// The identity of this history: made at creation, changed by every restore.
    fn epoch(&self) -> &Epoch;

    /// The present version. It is another one before the answer to a write that changed something is given.
    fn version(&self) -> StoreVersion;

    /// All rooms: the lobby, then those with the newest event first (by its time, then by address).
    fn rooms(&self) -> StoreFuture<'_, Vec<RoomRecord>>;

    /// One room, or `None`.
    fn room<'a>(&'a self, slug: &'a RoomSlug) -> StoreFuture<'a, Option<RoomRecord>>;

    /// Opens a room and writes its `room_created` event with seq 1. That there is no such room, none that looks like it
    /// (`server::ground::names`), and room for another is found out in the same transaction.
    /// Errors: `RoomExists`, `RoomLookAlike`, `TooManyRooms`, `Busy`, `DiskFull`, `Damaged`, `Closed`.
    fn create_room(&self, room: NewRoom) -> StoreFuture<'_, OpenedRoom>;

    /// The rooms of which [`Store::remove_empty_room`] would remove each.
    fn empty_rooms(&self, created_before: Timestamp) -> StoreFuture<'_, Vec<RoomSlug>>;

    /// Removes a room with its log, if it was created before this moment and nothing but its creation ever happened in it.
    /// The lobby stays. Answers whether it was removed.
    /// Errors: `Busy`, `Damaged`, `Closed`.
    fn remove_empty_room(&self, room: RoomSlug, created_before: Timestamp) -> StoreFuture<'_, bool>;

    /// Appends an event. When this returns `Ok`, the event is on disk: the commit's fsync has returned.
    /// The seq is taken in the transaction that inserts the row, so commits and seqs have the same order, and a
    /// failure leaves no hole. A retry (same author, id and room, and a body
    /// of the same content) answers with the first one's place and
    /// writes nothing. Errors: `RoomNotFound`, `IdConflict`, `TargetNotFound`, `TooManyReactions`, `NotYours`, `TooLate`,
    /// `MessageDeleted`, `NotDeleted`, `Busy`, `DiskFull`, `Damaged`, `Closed`.
    /// A deletion also takes the text out of every event of its message, in the same transaction: no read finds it from
    /// then on. A guest's own message marks its room as read up to itself ([`Marks`]). The session is checked in the same transaction: nothing is posted in the name of one that ended before.
    fn append(&self, draft: Draft) -> StoreFuture<'static, Appended>;

    /// Forgets the texts of deleted messages that cannot be restored any more. Errors: `Busy`, `Damaged`, `Closed`.
    fn forget_deleted(&self, at: Timestamp) -> StoreFuture<'_, ()>;

    /// At most `limit` events of a room (the caller sets a sane one), read in one snapshot together with the head.
    /// When there are none, `has_older` and `has_newer` tell of the two sides of the place that was asked for.
    /// Errors: `RoomNotFound`.
    fn events<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, EventPage>;

    /// At most `limit` content events of a room, with everything folded in that changed them until now; read in one snapshot
    /// together with the head. A page accounts for every event between two of its items, and on the open side of its range
    /// for all of them up to the end of the log.
    /// Errors: `RoomNotFound`.
    fn history<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, HistoryPage>;

    /// Which of these reactions, by message and emoji, a person has in a room; none in a room that is not there.
    fn reactions_of(
        &self,
        room: RoomSlug,
        person: UserId,
        among: Vec<(Seq, String)>,
    ) -> StoreFuture<'_, Vec<(Seq, String)>>;

    /// What somebody posted in all rooms, changes to what was posted left out; `None` for nothing. So many events are read
    /// at most: when there are more, those that were read are any of them.
    fn authorship<'a>(&'a self, user: &'a UserId, counted_max: u32) -> StoreFuture<'a, Option<Authorship>>;

    /// The identity of this installation, for the name of its cookie: drawn when the database is made, and kept by it
    /// from then on. 1–16 lower-case hex digits.
    fn instance(&self) -> &str;

    /// The guest that a token opens, or `None`. A replaced token opens until the new one is used, and not after the
    /// moment that was named with the replacement.
    fn guest_by_token<'a>(&'a self, token_hash: &'a TokenHash, at: Timestamp) -> StoreFuture<'a, Option<Guest>>;

    /// One guest, or `None`.
    fn guest<'a>(&'a self, user: &'a UserId) -> StoreFuture<'a, Option<Guest>>;

    /// Whether somebody else owns a name, or it rests. Both forms of [`NameKey`](super::ground::names::NameKey) count.
    fn name_conflict(&self, wish: NameWish) -> StoreFuture<'_, Option<NameConflict>>;

    /// Writes a guest: a new id makes a new one, a known id changes its name and token, in one transaction with the look
    /// for others who have the name. A name whose owner is out of time is free: that guest is removed. The name before
    /// rests if its owner has spoken; who gave it back may take it again.
    /// Errors: `Nickname`, `TokenTaken` (nothing changed), `Busy`, `DiskFull`, `Damaged`, `Closed`.
    fn put_guest(&self, naming: Naming) -> StoreFuture<'_, ()>;

    /// Notes that a session is in use; its times never go back. Unknown ids are fine. Errors: `Busy`,
    /// `Damaged`, `Closed`.
    fn touch_guest(&self, session: SessionUse) -> StoreFuture<'_, ()>;

    /// Ends a session. Its nickname is free, or rests until then if its owner has spoken. Unknown ids are fine.
    /// Errors: `Busy`, `Damaged`, `Closed`.
    fn remove_guest<'a>(&'a self, id: &'a UserId, at: Timestamp, rests_until: Timestamp) -> StoreFuture<'a, ()>;

    /// Proves that the store can be read and did not fail. For health checks. Errors: `Read`, `Damaged` from the first time
    /// that damage was met, `Closed`.
    fn check(&self) -> StoreFuture<'_, Health>;

    /// Looks after what the store stands on: its files, the space that is left, what a plain copy of the database would
    /// lack. To be called about once a second. Errors: `Busy` when there is too much to do, in which case the store does
    /// this by itself; `Closed`.
    fn maintain(&self) -> StoreFuture<'_, ()>;

    /// Finishes the reads that run, writes and announces what was accepted, checkpoints, and closes. The sink must go on
    /// taking events meanwhile. Errors: `Closed` with the reason if the store had failed; closing twice is fine.
    fn close(&self) -> StoreFuture<'_, ()>;
}
