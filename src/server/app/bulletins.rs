//! What a bulletin does on this node, and the repair of what bulletins did not bring. Not here: how bulletins travel
//! (`delivery::broker`), the tasks that run this (`housekeeping`).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::task::spawn_blocking;

use super::App;
use crate::protocol::limits::PAGE_EVENTS_MAX;
use crate::protocol::{CloseCode, Event, EventBody, LogEvent, Person, ReadMark, RoomSlug, UserId};
use crate::server::delivery::broker::{Bulletin, PresenceChange, RoomsChange};
use crate::server::delivery::frame::member_frame;
use crate::server::ground::clock;
use crate::server::log::{Committed, EventRange, StoreError};

impl App {
    /// Takes a bulletin. May block for [`Bulletin::Committed`], and for nothing else.
    pub fn receive(&self, bulletin: Bulletin) {
        match bulletin {
            Bulletin::Committed(committed) => self.receive_event(committed),
            Bulletin::Presence { room, person, change } => self.receive_presence(&room, &person, change),
            Bulletin::Identity { user, code } => self.receive_identity(&user, code),
            Bulletin::Marked { person, mark } => self.tell_mark(&person, mark),
            Bulletin::Rooms(change) => self.receive_rooms(change),
        }
    }

    fn receive_event(&self, committed: Committed) {
        let mut committed = committed;
        if let (Some(by), EventBody::Message(_)) = (&committed.event.by, &committed.event.body) {
            self.presence.posted(&committed.room, &by.id);
            self.room_list.mark_stale(&committed.room, Instant::now());
            // Whoever has one connection is told by the event itself.
            if let Some(mark) = committed.author_mark.take().filter(|_| self.hub.has_several_connections(&by.id)) {
                self.tell_mark(&by.id, *mark);
            }
        }
        if let Some(room) = self.hub.publish_blocking(committed) {
            self.repairs.request(room);
        }
    }

    fn tell_mark(&self, person: &UserId, mark: ReadMark) {
        self.hub.tell_person(person, &member_frame(&Event::Marks { marks: vec![mark] }));
    }

    fn receive_presence(&self, room: &RoomSlug, person: &Person, change: PresenceChange) {
        match change {
            PresenceChange::Entered => self.presence.enter(room, person),
            PresenceChange::Left => self.presence.exit(room, person, Instant::now()),
            PresenceChange::Typing => self.presence.typing(room, person, Instant::now()),
        }
    }

    fn receive_identity(&self, user: &UserId, code: CloseCode) {
        // First, so that a connection which the hub does not know yet looks at its session again.
        self.identity_changes.fetch_add(1, Ordering::AcqRel);
        self.hub.close_user(user, code);
    }

    fn receive_rooms(&self, change: RoomsChange) {
        let room = match change {
            RoomsChange::Created(record) => {
                self.hub.open_room(&record);
                record.slug
            }
            RoomsChange::Removed(slug) => {
                // Whoever follows it comes back, and is answered that there is no such room.
                self.hub.close_room(&slug);
                self.recent_pages.forget(&slug);
                slug
            }
        };
        self.room_list.mark_changed(&room, Instant::now());
    }

    /// Sends the presence changes of all rooms.
    pub fn tick_presence(&self) {
        let now = Instant::now();
        for room in self.presence.tick(&self.hub, now, clock::now()) {
            self.room_list.mark_stale(&room, now);
        }
    }

    /// Sends the presence changes of one room without waiting for the tick.
    pub fn flush_presence(&self, room: &RoomSlug) {
        let now = Instant::now();
        if self.presence.flush(&self.hub, room, now, clock::now()) {
            self.room_list.mark_stale(room, now);
        }
    }

    /// Compares the heads of the rooms that this node knows with the log, and asks for the repair of what is lacking.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn compare_heads(&self) -> Result<(), StoreError> {
        for record in self.store.rooms().await? {
            if self.hub.note_head(&record.slug, record.head).is_some() {
                self.repairs.request(record.slug);
            }
        }
        Ok(())
    }

    /// Publishes the events of a room that are lacking here, as the log has them.
    ///
    /// # Errors
    /// Those of the store. The rest is still lacking then.
    pub async fn repair(self: &Arc<Self>, room: &RoomSlug) -> Result<(), StoreError> {
        let mut before = None;
        // A log that does not have what was announced has gone back, and this process with it, soon.
        while let Some(missing) = self.hub.missing(room).filter(|missing| before < Some(*missing)) {
            before = Some(missing);
            let page = self.store.events(room, EventRange::From(missing), PAGE_EVENTS_MAX).await?;
            tracing::debug!(%room, from = missing.get(), events = page.events.len(), "reading what no bulletin brought");
            for event in page.events {
                let committed = self.committed(room, event).await?;
                let app = Arc::clone(self);
                // The permit of the hub may take a while.
                let _ = spawn_blocking(move || app.receive_event(committed)).await;
            }
        }
        Ok(())
    }

    async fn committed(&self, room: &RoomSlug, event: LogEvent) -> Result<Committed, StoreError> {
        let target = match event.body.target() {
            Some(seq) => self.store.history(room, EventRange::From(seq), 1).await?.items.into_iter().next(),
            None => None,
        };
        let target = target.map(|item| Box::new(item.event));
        Ok(Committed { room: room.clone(), event, target, author_mark: None })
    }
}
