//! What breaks: connections, the server, a page, the operator's disk; and crowds that are no fault but feel like one.

use std::time::Duration;

use teahouse::model::connection::Input as ConnectionInput;
use teahouse::protocol::{EventBody, Message, Origin, Person, PostId, RoomSlug, UserId};
use teahouse::server::edge::connection::member::Input;
use teahouse::server::ground::clock;
use teahouse::server::log::{ChangeWindows, Draft, EventRange, Store};

use super::client::Client;
use super::network::ServerEnd;
use super::store::{Disk, epoch};
use super::world::{World, end_if_broken, nth, start_server};

/// Lines of a burst: two make more than one join brings.
const BURST_LINES: usize = 110;

impl Disk {
    /// An older backup comes back: what came after it is gone, and so is the history that clients know.
    pub fn restore(&mut self, backup: &Self, generation: usize) {
        *self = Self { epoch: epoch(generation), now_ms: self.now_ms, ..backup.clone() };
    }

    /// The same by hand: an old file is copied over the database, which says nothing of it.
    pub fn put_back(&mut self, copy: &Self) {
        *self = Self { now_ms: self.now_ms, ..copy.clone() };
    }
}

impl World {
    /// A connection breaks, and one end of it learns of it, or the other, or both.
    pub(super) fn cut(&mut self, wire: usize, how: usize) {
        let Some(wire) = nth(&mut self.wires, wire) else { return };
        wire.up.clear();
        wire.down.clear();
        let client = wire.client;
        let was_held = wire.is_held;
        if how != 1 {
            wire.server = ServerEnd::Gone;
        }
        if how != 0 {
            wire.is_held = false;
        }
        if how != 0 && was_held {
            self.feed(client, ConnectionInput::Closed { code: 1006 });
        }
    }

    /// The server is killed and started again: what was not committed is gone, and every socket with it.
    pub(super) fn crash(&mut self) {
        self.ledger.met.repeats += self.store.repeats();
        let wires = std::mem::take(&mut self.wires);
        let held: Vec<_> = wires.iter().filter(|wire| wire.is_held).map(|wire| wire.client).collect();
        drop(wires);
        (self.app, self.store) = start_server(&self.disk);
        for client in held {
            self.feed(client, ConnectionInput::Closed { code: 1006 });
        }
    }

    pub(super) fn reload(&mut self, client: usize) {
        let (page, marks) = {
            let (disk, Client { room, me, .. }) = (self.disk.lock().unwrap(), &self.clients[client]);
            (disk.history(room, EventRange::Newest, 50), disk.marks_of(&me.id))
        };
        self.clients[client].reload(page, marks, self.now_ms);
        self.grant(client);
    }

    /// Somebody says very much at once.
    pub(super) fn burst(&mut self) {
        self.bursts += 1;
        for number in 0..BURST_LINES {
            let id = format!("burst-{}-{number}", self.bursts);
            let by =
                Person { id: UserId::parse("crowd").unwrap(), nickname: "Crowd".to_owned(), origin: Origin::Plain };
            drop(self.store.append(Draft {
                room: RoomSlug::lobby(),
                by,
                id: PostId::parse(&id).unwrap(),
                body: EventBody::Message(Message { text: id, ..Message::default() }),
                emojis_per_message_max: 0,
                windows: ChangeWindows { edit: None, delete: None, restore: Duration::ZERO },
                session: None,
                at: clock::now(),
            }));
        }
        self.store.commit(usize::MAX);
        while let Some(committed) = self.store.announce() {
            self.app.hub.publish(committed);
            self.app.hub.send_queued();
        }
    }

    /// The operator puts the last backup back, under a new epoch.
    pub(super) fn restore(&mut self) {
        self.restores += 1;
        self.disk.lock().unwrap().restore(&self.backup, self.restores);
        self.ledger.restored(&self.disk.lock().unwrap(), &self.clients);
        self.crash();
    }

    /// The operator copies the last backup over the database by hand, which keeps its epoch.
    pub(super) fn put_back(&mut self) {
        self.disk.lock().unwrap().put_back(&self.backup);
        self.ledger.restored(&self.disk.lock().unwrap(), &self.clients);
        self.clients.iter_mut().for_each(|client| client.is_unaware = true);
        self.crash();
    }

    /// The members are told that the server is going to stop.
    pub(super) fn drain(&mut self) {
        let now = self.now();
        for wire in &mut self.wires {
            if let Some(member) = wire.member() {
                let flow = member.take(Input::Drain { in_ms: 700 }, now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }
}
