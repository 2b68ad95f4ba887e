//! The pages, the wires, the server and its disk, and the script that moves them one step at a time. In the end all
//! faults end, and everything must come right.

use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::FutureExt;
use teahouse::model::connection::Input as ConnectionInput;
use teahouse::protocol::{CloseCode, Event, RoomSlug, UserId};
use teahouse::server::app::{App, Caller};
use teahouse::server::config::{Config, Scheme};
use teahouse::server::delivery::broker::local::LocalBroker;
use teahouse::server::delivery::sendq::{Outgoing, Sendq, SendqLimits, WhenFull};
use teahouse::server::edge::connection::member::Member;
use teahouse::server::ground::clock;
use teahouse::server::limits::Address;
use teahouse::server::log::{EventRange, Guest, Store, TokenStanding};

use super::audit::{self, Met};
use super::client::{Client, Wish};
use super::network::{Downward, Fate, ServerEnd, Weather, Wire, take, texts};
use super::script::Script;
use super::store::{Disk, ScriptedStore};

pub(super) const CLIENTS: usize = 3;
/// Frames that the network takes of a sender whose receiver does not read.
const WINDOW_FRAMES: usize = 3;
/// Small, so that readers fall behind.
const SENDQ_FRAMES: usize = 12;

pub struct World {
    pub(super) now_ms: i64,
    /// What the server's clock said at the start of the script.
    started: Instant,
    pub(super) clients: Vec<Client>,
    pub(super) wires: Vec<Wire>,
    pub(super) disk: Arc<Mutex<Disk>>,
    pub(super) backup: Disk,
    pub(super) restores: usize,
    pub(super) app: Arc<App>,
    pub(super) store: Arc<ScriptedStore>,
    pub(super) bursts: usize,
    pub(super) ledger: audit::Ledger,
}

impl World {
    /// Plays a script and everything that must follow from it.
    pub fn play(script: &[u16]) -> Result<Met, String> {
        let mut world = Self::new();
        let mut script = Script::new(script);
        while world.act(&mut script).is_some() {
            world.wires.retain(|wire| !wire.is_over());
            audit::always(&mut world)?;
        }
        world.come_right()?;
        world.ledger.met.repeats += world.store.repeats();
        Ok(world.ledger.met)
    }

    fn new() -> Self {
        let tea = RoomSlug::parse("tea").unwrap();
        let disk = Disk::new(&[RoomSlug::lobby(), tea.clone()]);
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                // Two talk with each other, one alone.
                let room = if number < 2 { RoomSlug::lobby() } else { tea.clone() };
                let page = disk.history(&room, EventRange::Newest, 50);
                Client::new(guest(number).person(), room, page, Vec::new())
            })
            .collect();
        let (backup, disk) = (disk.clone(), Arc::new(Mutex::new(disk)));
        let (app, store) = start_server(&disk);
        let mut world = Self {
            now_ms: 1_000_000,
            started: Instant::now(),
            clients,
            wires: Vec::new(),
            disk,
            backup,
            restores: 0,
            app,
            store,
            bursts: 0,
            ledger: audit::Ledger::default(),
        };
        for client in 0..CLIENTS {
            world.feed(client, ConnectionInput::Start);
        }
        // Faults are of interest to those who are in a conversation.
        (0..8).for_each(|_| world.bustle(&mut Weather::fair()));
        world
    }

    pub(super) fn now(&self) -> Instant {
        self.started + Duration::from_millis(u64::try_from(self.now_ms).expect("time goes forward"))
    }

    pub(super) fn say(&mut self, client: usize) {
        // Nobody types two lines within a millisecond.
        self.now_ms += 1;
        self.clients[client].say(self.now_ms);
        self.grant(client);
    }

    pub(super) fn feed(&mut self, client: usize, input: ConnectionInput) {
        self.clients[client].step(input, self.now_ms);
        self.grant(client);
    }

    /// Does what a page wants.
    pub(super) fn grant(&mut self, client: usize) {
        for wish in self.clients[client].take_wishes() {
            match wish {
                Wish::OpenSocket => self.wires.push(Wire::new(client)),
                Wish::CloseSocket => self.held(client).for_each(|wire| wire.is_held = false),
                Wish::Send(frame) => self.held(client).for_each(|wire| wire.up.push_back(frame.clone())),
            }
        }
    }

    pub(super) fn held(&mut self, client: usize) -> impl Iterator<Item = &mut Wire> {
        self.wires.iter_mut().filter(move |wire| wire.client == client && wire.is_held)
    }

    /// Time goes by, and rings on its way what is due.
    pub(super) fn pass(&mut self, ms: i64) {
        let end = self.now_ms + ms;
        while let Some(alarm) = self.clients.iter().filter_map(Client::alarm).min().filter(|alarm| *alarm <= end) {
            self.now_ms = self.now_ms.max(alarm);
            for client in 0..CLIENTS {
                self.clients[client].tick(self.now_ms);
                self.grant(client);
            }
        }
        self.now_ms = end;
    }

    /// Something arrives at the server: the handshake first, then frames, as long as they are wanted.
    pub(super) fn upward(&mut self, wire: usize, fate: Fate) {
        let now = self.now();
        let Some(wire) = nth(&mut self.wires, wire) else { return };
        if matches!(wire.server, ServerEnd::Knocking) {
            let guest = Some(guest(wire.client));
            let (address, as_of) = (Address::of(Ipv4Addr::LOCALHOST.into()), self.app.identity_version());
            let caller = Caller { guest, address, scheme: Scheme::Http, as_of };
            let sendq = Sendq::new(SendqLimits { bytes: 0, frames: SENDQ_FRAMES }, WhenFull::FallBehind);
            wire.server = ServerEnd::Open(Box::new(Member::new(Arc::clone(&self.app), Arc::new(sendq), caller, now)));
            if wire.is_held {
                let client = wire.client;
                self.feed(client, ConnectionInput::Opened);
            }
            return;
        }
        if !wire.member().is_some_and(|member| member.is_ready()) {
            return;
        }
        for frame in take(&mut wire.up, fate) {
            if let Some(member) = wire.member() {
                let flow = member.receive(&frame, now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }

    /// Something arrives at a page.
    pub(super) fn downward(&mut self, wire: usize, fate: Fate) {
        let Some(wire) = nth(&mut self.wires, wire) else { return };
        let (client, arrived) = (wire.client, take(&mut wire.down, fate));
        if !wire.is_held {
            return;
        }
        for arrived in arrived {
            match arrived {
                Downward::Frame(frame) => {
                    let event: Event = serde_json::from_str(&frame).expect("the server speaks the protocol");
                    self.ledger.hears(&self.clients[client], &event);
                    self.feed(client, ConnectionInput::Frame(Box::new(event)));
                }
                Downward::Close(code) => {
                    self.held(client).for_each(|wire| wire.is_held = false);
                    self.feed(client, ConnectionInput::Closed { code });
                }
            }
        }
    }

    /// The server writes what waits for a connection, as far as the network takes it.
    pub(super) fn write(&mut self, wire: usize) {
        let now = self.now();
        let Some(wire) = nth(&mut self.wires, wire).filter(|wire| wire.down.len() < WINDOW_FRAMES) else { return };
        let Some(member) = wire.member() else { return };
        match member.sendq().try_next() {
            Some(Outgoing::Frames(frames)) => {
                wire.down.extend(frames.iter().flat_map(|frame| texts(frame)).map(Downward::Frame));
            }
            Some(Outgoing::Signal(signal)) => {
                let flow = member.signal(signal, now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
            None => {}
        }
    }

    /// The connections' tasks run as far as they can.
    pub(super) fn poll_members(&mut self) {
        let now = self.now();
        for wire in &mut self.wires {
            while let Some(input) = wire.member().and_then(|member| member.answer().now_or_never()) {
                let flow = wire.member().expect("it has just answered").take(input, now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }

    pub(super) fn answer(&mut self) {
        self.store.answer();
        self.poll_members();
    }

    pub(super) fn announce(&mut self) {
        if let Some(committed) = self.store.announce() {
            self.app.hub.publish(committed);
            self.app.hub.send_queued();
        }
    }

    pub(super) fn check_members(&mut self) {
        let now = self.now();
        for wire in &mut self.wires {
            if let Some(member) = wire.member() {
                let flow = member.check(now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }
}

/// What the database knows of somebody.
fn guest(number: usize) -> Guest {
    let nickname = ["Alice", "Bob", "Carol"][number].to_owned();
    Guest {
        id: UserId::parse(&format!("guest-{number}")).unwrap(),
        nickname,
        token_hash: [u8::try_from(number).unwrap(); 32],
        token: TokenStanding::Proven,
        cookie_set_at: clock::now(),
        last_seen: clock::now(),
    }
}

pub(super) fn start_server(disk: &Arc<Mutex<Disk>>) -> (Arc<App>, Arc<ScriptedStore>) {
    let mut config = Config::without_rates();
    // A turn to come in waits for a clock, and here there is none.
    config.limits.arrivals = 0;
    // Chance must come from the script alone.
    config.server.fan_out_threads = 2;
    let store = Arc::new(ScriptedStore::open(disk, (0..CLIENTS).map(guest).collect()));
    (App::new(config, Arc::clone(&store) as Arc<dyn Store>, Arc::new(LocalBroker::default())), store)
}

/// The wire that a script means by a number.
pub(super) fn nth(wires: &mut [Wire], number: usize) -> Option<&mut Wire> {
    let count = wires.len();
    (count > 0).then(|| &mut wires[number % count])
}

/// The server closes its end, after everything that it has written.
pub(super) fn end_if_broken(wire: &mut Wire, flow: ControlFlow<CloseCode>, ledger: &mut audit::Ledger) {
    if let ControlFlow::Break(code) = flow {
        ledger.closes(code);
        wire.server = ServerEnd::Gone;
        wire.down.push_back(Downward::Close(code.number()));
    }
}
