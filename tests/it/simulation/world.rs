//! The pages, the wires, the server and its disk, and the script that moves them one step at a time. In the end all
//! faults end, and everything must come right.

use std::net::Ipv4Addr;
use std::ops::ControlFlow;
use std::slice::Iter;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::FutureExt;
use teahouse::model::link::Input as LinkInput;
use teahouse::protocol::{ClientMessageId, CloseCode, Event, Origin, Person, RoomSlug, UserId};
use teahouse::server::app::{App, Caller};
use teahouse::server::clock;
use teahouse::server::config::{Config, Scheme};
use teahouse::server::connection::member::{Input, Member};
use teahouse::server::hub::sendq::Outgoing;
use teahouse::server::store::{EventRange, Guest, NewMessage, Store};

use super::audit::{self, Met};
use super::client::{Client, Wish};
use super::network::{Downward, Fate, ServerEnd, Wire, take};
use super::store::{Disk, ScriptedStore};

const CLIENTS: usize = 3;
/// Frames that the network takes of a sender whose receiver does not read.
const WINDOW_FRAMES: usize = 3;
/// Small, so that readers fall behind.
const SENDQ_FRAMES: usize = 12;
/// Lines of a burst: two make more than one join brings.
const BURST_LINES: usize = 110;
/// Far more than any wait of a client or of the server.
const SETTLING_MS: i64 = 600_000;

pub struct World {
    now_ms: i64,
    /// What the server's clock said at the start of the script.
    started: Instant,
    pub clients: Vec<Client>,
    wires: Vec<Wire>,
    pub disk: Arc<Mutex<Disk>>,
    backup: Disk,
    restores: usize,
    app: Arc<App>,
    store: Arc<ScriptedStore>,
    bursts: usize,
    pub ledger: audit::Ledger,
}

/// The numbers of a script, taken one after the other.
struct Script<'a>(Iter<'a, u16>);

impl Script<'_> {
    /// The next number below `below`; none when the script is over.
    fn next(&mut self, below: usize) -> Option<usize> {
        self.0.next().map(|number| usize::from(*number) % below)
    }

    fn fate(&mut self) -> Option<Fate> {
        Some(match self.next(20)? {
            0 => Fate::IsLost,
            1 => Fate::ArrivesTwice,
            2 => Fate::IsOvertaken,
            _ => Fate::Arrives,
        })
    }
}

impl World {
    /// Plays a script and everything that must follow from it.
    pub fn play(script: &[u16]) -> Result<Met, String> {
        let mut world = Self::new();
        let mut script = Script(script.iter());
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
                let page = disk.page(&room, EventRange::Newest, 50);
                Client::new(guest(number).person(), room, &page)
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
            world.feed(client, LinkInput::Start);
        }
        // Faults are of interest to those who are in a conversation.
        (0..8).for_each(|_| world.bustle());
        world
    }

    fn now(&self) -> Instant {
        self.started + Duration::from_millis(u64::try_from(self.now_ms).expect("time goes forward"))
    }

    /// One step of the script.
    fn act(&mut self, script: &mut Script<'_>) -> Option<()> {
        match script.next(100)? {
            0..=9 => {
                let client = script.next(CLIENTS)?;
                self.say(client);
            }
            10..=19 => {
                let ms = [50, 500, 3_000, 30_000][script.next(4)?];
                self.pass(ms);
            }
            20..=35 => {
                let (wire, fate) = (script.next(8)?, script.fate()?);
                self.upward(wire, fate);
            }
            36..=51 => {
                let (wire, fate) = (script.next(8)?, script.fate()?);
                self.downward(wire, fate);
            }
            52..=57 => {
                let wire = script.next(8)?;
                self.write(wire);
            }
            58 => (0..4).for_each(|_| self.bustle()),
            59..=62 => self.bustle(),
            63..=69 => {
                let which = script.next(8)?;
                self.store.let_read(which);
                self.poll_members();
            }
            70..=75 => {
                let most = script.next(4)?;
                self.store.commit(most + 1);
            }
            76..=80 => self.answer(),
            81..=86 => self.announce(),
            87..=90 => {
                let (wire, how) = (script.next(8)?, script.next(3)?);
                self.cut(wire, how);
            }
            91 | 92 => self.check_members(),
            93 => self.crash(),
            94 => {
                let client = script.next(CLIENTS)?;
                self.reload(client);
            }
            95 => {
                let (client, input) = (script.next(CLIENTS)?, script.next(3)?);
                let input = [LinkInput::Offline, LinkInput::Online, LinkInput::Visible][input].clone();
                self.feed(client, input);
            }
            96 => self.burst(),
            97 => self.fill_holes(),
            98 => match script.next(4)? {
                0 => self.restore(),
                1 => self.backup = self.disk.lock().unwrap().clone(),
                _ => {}
            },
            _ => self.drain(),
        }
        Some(())
    }

    fn say(&mut self, client: usize) {
        // Nobody types two lines within a millisecond.
        self.now_ms += 1;
        let speaker = &mut self.clients[client];
        let text = format!("{} {}", speaker.me.nickname, speaker.typed.len());
        speaker.say(text, self.now_ms);
        self.grant(client);
    }

    fn feed(&mut self, client: usize, input: LinkInput) {
        self.clients[client].step(input, self.now_ms);
        self.grant(client);
    }

    /// Does what a page wants.
    fn grant(&mut self, client: usize) {
        for wish in self.clients[client].take_wishes() {
            match wish {
                Wish::OpenSocket => self.wires.push(Wire::new(client)),
                Wish::CloseSocket => self.held(client).for_each(|wire| wire.is_held = false),
                Wish::Send(frame) => self.held(client).for_each(|wire| wire.up.push_back(frame.clone())),
            }
        }
    }

    fn held(&mut self, client: usize) -> impl Iterator<Item = &mut Wire> {
        self.wires.iter_mut().filter(move |wire| wire.client == client && wire.is_held)
    }

    /// Time goes by, and rings on its way what is due.
    fn pass(&mut self, ms: i64) {
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
    fn upward(&mut self, wire: usize, fate: Fate) {
        let now = self.now();
        let Some(wire) = nth(&mut self.wires, wire) else { return };
        if matches!(wire.server, ServerEnd::Knocking) {
            let guest = Some(guest(wire.client));
            let caller = Caller { guest, address: Ipv4Addr::LOCALHOST.into(), scheme: Scheme::Http };
            wire.server = ServerEnd::Open(Box::new(Member::new(Arc::clone(&self.app), caller, now)));
            if wire.is_held {
                let client = wire.client;
                self.feed(client, LinkInput::Opened);
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
    fn downward(&mut self, wire: usize, fate: Fate) {
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
                    self.feed(client, LinkInput::Frame(Box::new(event)));
                }
                Downward::Close(code) => {
                    self.held(client).for_each(|wire| wire.is_held = false);
                    self.feed(client, LinkInput::Closed { code });
                }
            }
        }
    }

    /// The server writes what waits for a connection, as far as the network takes it.
    fn write(&mut self, wire: usize) {
        let now = self.now();
        let Some(wire) = nth(&mut self.wires, wire).filter(|wire| wire.down.len() < WINDOW_FRAMES) else { return };
        let Some(member) = wire.member() else { return };
        match member.sendq().try_next() {
            Some(Outgoing::Frames(frames)) => {
                wire.down.extend(frames.iter().map(|frame| Downward::Frame(frame.to_string())));
            }
            Some(Outgoing::Behind) => {
                let flow = member.fall_behind(now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
            Some(Outgoing::Close(code)) => end_if_broken(wire, ControlFlow::Break(code), &mut self.ledger),
            None => {}
        }
    }

    /// The connections' tasks run as far as they can.
    fn poll_members(&mut self) {
        let now = self.now();
        for wire in &mut self.wires {
            while let Some(input) = wire.member().and_then(|member| member.answer().now_or_never()) {
                let flow = wire.member().expect("it has just answered").take(input, now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }

    fn answer(&mut self) {
        self.store.answer();
        self.poll_members();
    }

    fn announce(&mut self) {
        if let Some(committed) = self.store.announce() {
            self.app.hub.publish(&committed);
        }
    }

    /// A connection breaks, and one end of it learns of it, or the other, or both.
    fn cut(&mut self, wire: usize, how: usize) {
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
            self.feed(client, LinkInput::Closed { code: 1006 });
        }
    }

    fn check_members(&mut self) {
        let now = self.now();
        for wire in &mut self.wires {
            if let Some(member) = wire.member() {
                let flow = member.check(now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }

    /// The server is killed and started again: what was not committed is gone, and every socket with it.
    fn crash(&mut self) {
        self.ledger.met.repeats += self.store.repeats();
        let wires = std::mem::take(&mut self.wires);
        let held: Vec<_> = wires.iter().filter(|wire| wire.is_held).map(|wire| wire.client).collect();
        drop(wires);
        (self.app, self.store) = start_server(&self.disk);
        for client in held {
            self.feed(client, LinkInput::Closed { code: 1006 });
        }
    }

    fn reload(&mut self, client: usize) {
        let page = self.disk.lock().unwrap().page(&self.clients[client].room, EventRange::Newest, 50);
        self.clients[client].reload(&page, self.now_ms);
        self.grant(client);
    }

    /// Somebody says very much at once.
    fn burst(&mut self) {
        self.bursts += 1;
        for number in 0..BURST_LINES {
            let id = format!("burst-{}-{number}", self.bursts);
            let sender =
                Person { id: UserId::parse("crowd").unwrap(), nickname: "Crowd".to_owned(), origin: Origin::Plain };
            drop(self.store.append(NewMessage {
                room: RoomSlug::lobby(),
                sender,
                client_message_id: ClientMessageId::parse(&id).unwrap(),
                text: id,
                sender_time: None,
                session: None,
                at: clock::now(),
            }));
        }
        self.store.commit(usize::MAX);
        while let Some(committed) = self.store.announce() {
            self.app.hub.publish(&committed);
        }
    }

    /// A page of history for every page that shows a hole.
    fn fill_holes(&mut self) {
        for client in &mut self.clients {
            if let Some(hole) = client.timeline.newest_hole() {
                let page = self.disk.lock().unwrap().page(&client.room, EventRange::After(hole.after), 200);
                client.timeline.add_page(&page);
            }
        }
    }

    /// The operator puts the last backup back, under a new epoch.
    fn restore(&mut self) {
        self.restores += 1;
        self.disk.lock().unwrap().restore(&self.backup, self.restores);
        self.ledger.restored(&self.disk.lock().unwrap(), &self.clients);
        self.crash();
    }

    /// The members are told that the server is going to stop.
    fn drain(&mut self) {
        let now = self.now();
        for wire in &mut self.wires {
            if let Some(member) = wire.member() {
                let flow = member.take(Input::Drain { in_ms: 700 }, now);
                end_if_broken(wire, flow, &mut self.ledger);
            }
        }
    }

    /// Nothing breaks any more, and everybody does what they do, until everything is right.
    fn come_right(&mut self) -> Result<(), String> {
        (0..CLIENTS).for_each(|client| self.feed(client, LinkInput::Online));
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
        self.bustle();
        self.fill_holes();
    }

    /// Everything that can happen without a fault happens once.
    fn bustle(&mut self) {
        let wires = self.wires.len();
        (0..wires).for_each(|wire| self.upward(wire, Fate::Arrives));
        (0..wires).for_each(|wire| self.write(wire));
        (0..wires).for_each(|wire| self.downward(wire, Fate::Arrives));
        (0..64).for_each(|which| self.store.let_read(which));
        self.poll_members();
        self.store.commit(usize::MAX);
        (0..64).for_each(|_| self.answer());
        (0..64).for_each(|_| self.announce());
    }
}

/// What the database knows of somebody.
fn guest(number: usize) -> Guest {
    let nickname = ["Alice", "Bob", "Carol"][number].to_owned();
    Guest {
        id: UserId::parse(&format!("guest-{number}")).unwrap(),
        nickname_folded: nickname.to_lowercase(),
        nickname,
        token_hash: [u8::try_from(number).unwrap(); 32],
        last_seen: clock::now(),
    }
}

fn start_server(disk: &Arc<Mutex<Disk>>) -> (Arc<App>, Arc<ScriptedStore>) {
    let mut config = Config::default();
    config.limits.sendq_frames = SENDQ_FRAMES;
    config.limits.sends_per_minute = 0;
    config.limits.frames_per_minute = 0;
    let store = Arc::new(ScriptedStore::open(disk, (0..CLIENTS).map(guest).collect()));
    (Arc::new(App::new(config, Arc::clone(&store) as Arc<dyn Store>)), store)
}

/// The wire that a script means by a number.
fn nth(wires: &mut [Wire], number: usize) -> Option<&mut Wire> {
    let count = wires.len();
    (count > 0).then(|| &mut wires[number % count])
}

/// The server closes its end, after everything that it has written.
fn end_if_broken(wire: &mut Wire, flow: ControlFlow<CloseCode>, ledger: &mut audit::Ledger) {
    if let ControlFlow::Break(code) = flow {
        ledger.closes(code);
        wire.server = ServerEnd::Gone;
        wire.down.push_back(Downward::Close(code.number()));
    }
}
