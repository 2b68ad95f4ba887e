//! The log in one SQLite file: the store of a single node, and the only module that knows SQLite.
//!
//! One thread writes and commits in groups (`writer`), a few others read snapshots (`readers`). Nothing is kept in
//! memory beside the queue: what a method answers was read from the file. Several processes cannot share a data folder;
//! several nodes would need a store of another kind.

use std::sync::Arc;

use tokio::sync::watch;

use super::{
    Appended, Authorship, CommitSink, Draft, EventRange, Guest, Health, MarkChange, Marks, NameConflict, NameWish,
    Naming, NewRoom, OpenedRoom, RoomRecord, SessionUse, Store, StoreError, StoreFailure, StoreFuture, StoreVersion,
    TokenHash,
};
use crate::protocol::{Epoch, EventPage, HistoryPage, ReadMark, RoomSlug, Seq, Timestamp, UserId};
use crate::server::config::StoreConfig;

mod authors;
pub mod backup;
mod checkpoints;
mod condition;
mod database_files;
mod deleted_texts;
mod guests;
mod lineage;
mod lookups;
mod marks;
mod migrations;
mod open;
mod operations;
mod projections;
mod queries;
mod readers;
mod rooms;
mod rows;
mod search;
mod space;
mod trouble;
mod writer;

#[cfg(test)]
mod tests;

pub use open::{OpenError, refuse_no_folder};

use condition::Condition;
use deleted_texts::ForgetDeleted;
use guests::RemoveGuest;
use readers::Readers;
use rooms::RemoveEmptyRoom;
use writer::{Committer, Writer};

/// The store. Dropped without `close`, it still writes what was queued, in the background.
pub struct SqliteStore {
    epoch: Epoch,
    instance: String,
    writer: Writer,
    readers: Readers,
    condition: Arc<Condition>,
}

impl SqliteStore {
    /// Opens the database of `config.data`, creating folder, file, schema, epoch and lobby where they are missing. The
    /// lobby bears `lobby_title` from now on. Committed events go to `sink`, the lobby's creation excepted.
    ///
    /// # Errors
    /// [`OpenError`], each of which says what to do.
    pub fn open(config: &StoreConfig, lobby_title: &str, now: Timestamp, sink: CommitSink) -> Result<Self, OpenError> {
        let lobby =
            NewRoom { slug: RoomSlug::lobby(), title: lobby_title.to_owned(), creator: None, at: now, rooms_max: 0 };
        Self::start(open::open(&config.data, config.readers, &lobby)?, config, sink)
    }

    /// Gives an open database its threads.
    fn start(database: open::Database, config: &StoreConfig, sink: CommitSink) -> Result<Self, OpenError> {
        let open::Database { lock, writer, log, files, readers, epoch, instance } = database;
        let condition = Arc::<Condition>::default();
        let committer = Committer::new(writer, log, files, lock, sink, Arc::clone(&condition), config);
        let committer = committer.map_err(|source| OpenError::sqlite(&config.data, source))?;
        let writer = Writer::start(committer, config).map_err(OpenError::NoThread)?;
        let readers = Readers::start(readers, Arc::clone(&condition)).map_err(OpenError::NoThread)?;
        Ok(Self { epoch, instance, writer, readers, condition })
    }

    /// Becomes `Some` when the store ended by itself: nothing is acknowledged any more, and the process should stop with an
    /// error. The channel closes when the store was closed in good order.
    pub fn failure(&self) -> watch::Receiver<Option<StoreFailure>> {
        self.writer.failure()
    }
}

impl Marks for SqliteStore {
    fn marks<'a>(&'a self, person: &'a UserId) -> StoreFuture<'a, Vec<ReadMark>> {
        let person = person.clone();
        Box::pin(self.readers.read(move |snapshot| projections::marks::of_person(snapshot, &person)))
    }

    fn mark(&self, change: MarkChange) -> StoreFuture<'_, Option<ReadMark>> {
        Box::pin(self.writer.write(change))
    }
}

impl Store for SqliteStore {
    fn epoch(&self) -> &Epoch {
        &self.epoch
    }

    fn version(&self) -> StoreVersion {
        self.condition.version()
    }

    fn rooms(&self) -> StoreFuture<'_, Vec<RoomRecord>> {
        Box::pin(self.readers.read(queries::rooms))
    }

    fn room<'a>(&'a self, slug: &'a RoomSlug) -> StoreFuture<'a, Option<RoomRecord>> {
        let slug = slug.clone();
        Box::pin(self.readers.read(move |snapshot| queries::room(snapshot, &slug)))
    }

    fn create_room(&self, room: NewRoom) -> StoreFuture<'_, OpenedRoom> {
        Box::pin(self.writer.write(room))
    }

    fn empty_rooms(&self, created_before: Timestamp) -> StoreFuture<'_, Vec<RoomSlug>> {
        Box::pin(self.readers.read(move |snapshot| queries::empty_rooms(snapshot, created_before)))
    }

    fn remove_empty_room(&self, room: RoomSlug, created_before: Timestamp) -> StoreFuture<'_, bool> {
        Box::pin(self.writer.write(RemoveEmptyRoom { room, created_before }))
    }

    fn append(&self, draft: Draft) -> StoreFuture<'static, Appended> {
        Box::pin(self.writer.write(draft))
    }

    fn forget_deleted(&self, at: Timestamp) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.write(ForgetDeleted { at }))
    }

    fn events<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, EventPage> {
        Box::pin(async move {
            let (epoch, slug) = (self.epoch.clone(), room.clone());
            let page = self.readers.read(move |snapshot| queries::events(snapshot, epoch, slug, range, limit)).await?;
            page.ok_or_else(|| StoreError::RoomNotFound(room.clone()))
        })
    }

    fn history<'a>(&'a self, room: &'a RoomSlug, range: EventRange, limit: u32) -> StoreFuture<'a, HistoryPage> {
        Box::pin(async move {
            let (epoch, slug) = (self.epoch.clone(), room.clone());
            let page = self.readers.read(move |snapshot| queries::history(snapshot, epoch, slug, range, limit)).await?;
            page.ok_or_else(|| StoreError::RoomNotFound(room.clone()))
        })
    }

    fn reactions_of(
        &self,
        room: RoomSlug,
        person: UserId,
        among: Vec<(Seq, String)>,
    ) -> StoreFuture<'_, Vec<(Seq, String)>> {
        Box::pin(self.readers.read(move |snapshot| projections::reactions_of(snapshot, &room, &person, among)))
    }

    fn authorship<'a>(&'a self, user: &'a UserId, counted_max: u32) -> StoreFuture<'a, Option<Authorship>> {
        let user = user.clone();
        Box::pin(self.readers.read(move |snapshot| authors::authorship(snapshot, &user, counted_max)))
    }

    fn instance(&self) -> &str {
        &self.instance
    }

    fn guest_by_token<'a>(&'a self, token_hash: &'a TokenHash, at: Timestamp) -> StoreFuture<'a, Option<Guest>> {
        let token_hash = *token_hash;
        Box::pin(self.readers.read(move |snapshot| guests::by_token(snapshot, &token_hash, at)))
    }

    fn guest<'a>(&'a self, user: &'a UserId) -> StoreFuture<'a, Option<Guest>> {
        let user = user.clone();
        Box::pin(self.readers.read(move |snapshot| guests::by_id(snapshot, &user)))
    }

    fn name_conflict(&self, wish: NameWish) -> StoreFuture<'_, Option<NameConflict>> {
        Box::pin(self.readers.read(move |snapshot| guests::conflict(snapshot, &wish)))
    }

    fn put_guest(&self, naming: Naming) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.write(naming))
    }

    fn touch_guest(&self, session: SessionUse) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.write(session))
    }

    fn remove_guest<'a>(&'a self, id: &'a UserId, at: Timestamp, rests_until: Timestamp) -> StoreFuture<'a, ()> {
        Box::pin(self.writer.write(RemoveGuest { id: id.clone(), at, rests_until }))
    }

    fn check(&self) -> StoreFuture<'_, Health> {
        Box::pin(async {
            if let Some(failure) = self.writer.failure().borrow().clone() {
                return Err(StoreError::Closed(failure.to_string()));
            }
            self.readers.read(queries::check).await?;
            self.condition.health()
        })
    }

    fn maintain(&self) -> StoreFuture<'_, ()> {
        Box::pin(self.writer.maintain())
    }

    fn close(&self) -> StoreFuture<'_, ()> {
        Box::pin(async {
            self.readers.close().await;
            self.writer.close().await
        })
    }
}
