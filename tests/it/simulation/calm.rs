//! The world without faults, in which everything must come right.

use teahouse::model::connection::Input as ConnectionInput;
use teahouse::model::conversation::{Update, Wanted};
use teahouse::server::log::EventRange;

use super::audit;
use super::client::Fetch;
use super::network::{Downward, ServerEnd, Weather};
use super::world::{CLIENTS, World};

/// Far more than any wait of a client or of the server.
const SETTLING_MS: i64 = 600_000;

impl World {
    /// Readers ask for what is missing, and every page of history that was asked for arrives.
    pub(super) fn fill_holes(&mut self) {
        for client in 0..CLIENTS {
            self.clients[client].ask_for_hole(self.now_ms);
        }
        self.read_pages();
        for client in 0..CLIENTS {
            for Fetch { request, page } in std::mem::take(&mut self.clients[client].fetches) {
                self.clients[client].tell(Update::Page(request, page.map(Box::new)), self.now_ms);
            }
            self.grant(client);
        }
    }

    /// The server reads the pages that it is asked for. Until one arrives, much can change.
    pub(super) fn read_pages(&mut self) {
        let disk = self.disk.lock().unwrap();
        for Fetch { request, page } in self.clients.iter_mut().flat_map(|client| &mut client.fetches) {
            let range = match request.wanted {
                Wanted::Older(held) | Wanted::Again(held) => EventRange::Before(held.next()),
                Wanted::Newer(held) => EventRange::After(held.previous()),
                Wanted::Newest => EventRange::Newest,
            };
            page.get_or_insert_with(|| disk.history(&request.room, range, 100));
        }
    }

    /// Nothing breaks any more, and everybody does what they do, until everything is right.
    pub(super) fn come_right(&mut self) -> Result<(), String> {
        (0..CLIENTS).for_each(|client| self.feed(client, ConnectionInput::Online));
        let end = self.now_ms + SETTLING_MS;
        loop {
            for _ in 0..8 {
                self.calm();
            }
            self.check_members();
            audit::always(self)?;
            match audit::finally(self) {
                Err(wrong) if self.now_ms > end => return Err(wrong),
                Err(_) => self.pass(1_000),
                Ok(()) => return Ok(()),
            }
        }
    }

    /// Everything takes one step, and every end of a connection learns of the other.
    fn calm(&mut self) {
        for wire in &mut self.wires {
            if !wire.is_held {
                wire.server = ServerEnd::Gone;
            } else if matches!(wire.server, ServerEnd::Gone) && wire.down.is_empty() {
                wire.down.push_back(Downward::Close(1006));
            }
        }
        self.wires.retain(|wire| !wire.is_over());
        self.bustle(&mut Weather::fair());
        self.fill_holes();
    }

    /// Everything that can happen by itself happens once.
    pub(super) fn bustle(&mut self, weather: &mut Weather) {
        let wires = self.wires.len();
        (0..wires).for_each(|wire| self.upward(wire, weather.fate()));
        (0..wires).for_each(|wire| self.write(wire));
        (0..wires).for_each(|wire| self.downward(wire, weather.fate()));
        (0..64).for_each(|which| self.store.let_read(which));
        self.poll_members();
        self.store.commit(usize::MAX);
        (0..64).for_each(|_| self.answer());
        (0..64).for_each(|_| self.announce());
    }
}
