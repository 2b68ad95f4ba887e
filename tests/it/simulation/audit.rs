//! What must hold at every moment, and what in the end. Each failure names what it breaks.

use std::collections::{HashMap, HashSet};

use teahouse::model::link::LinkStatus;
use teahouse::model::timeline::Entry;
use teahouse::protocol::event::Continuity;
use teahouse::protocol::{ClientMessageId, CloseCode, Event, EventBody, LogEvent, UserId};

use super::client::Client;
use super::store::Disk;
use super::world::World;

/// How often the troubles were met that the script is to bring about.
#[derive(Clone, Debug, Default)]
pub struct Met {
    /// A client was told that its room fell behind.
    pub gaps: usize,
    /// A publication came although one before it was missing.
    pub skips: usize,
    /// A join brought less than was missing.
    pub holes: usize,
    /// A join said that the history is another.
    pub resets: usize,
    /// A join said so because another event had taken the place of the one that was held.
    pub taken_places: usize,
    /// A line was sent again that was on disk already.
    pub repeats: usize,
    /// A page's older connection was closed by its newer one.
    pub replaced: usize,
    /// A reader fell behind too often.
    pub slow: usize,
}

impl Met {
    pub fn add(&mut self, other: &Self) {
        self.gaps += other.gaps;
        self.skips += other.skips;
        self.holes += other.holes;
        self.resets += other.resets;
        self.taken_places += other.taken_places;
        self.repeats += other.repeats;
        self.replaced += other.replaced;
        self.slow += other.slow;
    }

    /// Whether every trouble was met at all.
    pub fn is_complete(&self) -> bool {
        let times =
            [self.gaps, self.skips, self.holes, self.resets, self.taken_places, self.repeats, self.replaced, self.slow];
        times.iter().all(|times| *times > 0)
    }
}

/// What an observer wrote down.
#[derive(Default)]
pub struct Ledger {
    pub met: Met,
    /// Lines that had arrived and are gone with a restored backup: the operator's choice.
    forgiven: HashSet<ClientMessageId>,
    /// The first thing that a page heard and should not have.
    heard_wrong: Option<String>,
}

impl Ledger {
    /// Nobody hears of a room that they never joined.
    pub fn hears(&mut self, client: &Client, event: &Event) {
        match event {
            Event::Gap { .. } => self.met.gaps += 1,
            Event::Publication { event, .. } if event.seq > client.timeline.head().next() => self.met.skips += 1,
            Event::Joined { continuity: Continuity::Gap, .. } => self.met.holes += 1,
            Event::Joined { continuity: Continuity::Reset, snapshot } => {
                let held = client.timeline.cursor();
                let is_taken = snapshot.epoch == held.epoch && snapshot.summary.head >= held.seq;
                self.met.resets += 1;
                self.met.taken_places += usize::from(is_taken);
            }
            _ => {}
        }
        let room = match event {
            Event::Publication { room, .. } | Event::Gap { room, .. } | Event::Presence { room, .. } => room,
            Event::Joined { snapshot, .. } => &snapshot.summary.slug,
            _ => return,
        };
        if *room != client.room {
            self.heard_wrong = Some(format!("{} heard of {room}: {event:?}", client.me.nickname));
        }
    }

    /// The server closes a connection.
    pub fn closes(&mut self, code: CloseCode) {
        match code {
            CloseCode::Replaced => self.met.replaced += 1,
            CloseCode::Slow => self.met.slow += 1,
            _ => {}
        }
    }

    /// A backup was restored: what had arrived and is not on it is not promised any more.
    pub fn restored(&mut self, disk: &Disk, clients: &[Client]) {
        let kept: HashSet<_> = disk.logs.values().flat_map(|log| ids(log)).map(|(_, id)| id.clone()).collect();
        for client in clients {
            let gone = client.typed.iter().filter(|id| !kept.contains(*id) && !client.keeps(id));
            self.forgiven.extend(gone.cloned());
        }
    }
}

/// What holds at every moment.
pub fn always(world: &mut World) -> Result<(), String> {
    if let Some(wrong) = world.ledger.heard_wrong.take() {
        return Err(wrong);
    }
    let disk = world.disk.lock().unwrap();
    for client in &mut world.clients {
        for ack in client.acks.drain(..) {
            let log = disk.log(&client.room);
            let place = usize::try_from(ack.seq.get()).unwrap() - 1;
            let on_disk = log.get(place).and_then(id_of).map(|(_, id)| id);
            if on_disk != Some(&ack.id) {
                return Err(format!("an ack of {} at {} came before the line was on disk", ack.id, ack.seq));
            }
        }
        // Whoever shows another history is about to learn of it.
        if client.timeline.cursor().epoch == disk.epoch && !client.is_unaware {
            shows_the_log(client, disk.log(&client.room))?;
        }
    }
    Ok(())
}

/// Every event on a page is in the database, in its place; what is missing in between is marked as a hole.
fn shows_the_log(client: &Client, log: &[LogEvent]) -> Result<(), String> {
    let mut previous: Option<u64> = None;
    let mut hole = false;
    for entry in client.timeline.entries() {
        match entry {
            Entry::Event(event) => {
                let seq = event.seq.get();
                if log.get(usize::try_from(seq).unwrap() - 1) != Some(event) {
                    return Err(format!(
                        "{} shows an event that is not in the database: {event:?}",
                        client.me.nickname
                    ));
                }
                if previous.is_some_and(|previous| if hole { seq <= previous } else { seq != previous + 1 }) {
                    return Err(format!("{} shows {seq} after {previous:?} without a hole", client.me.nickname));
                }
                (previous, hole) = (Some(seq), false);
            }
            Entry::Hole(_) => hole = true,
            Entry::Notice(_) => {}
        }
    }
    Ok(())
}

/// What holds when all faults have ended.
pub fn finally(world: &World) -> Result<(), String> {
    let disk = world.disk.lock().unwrap();
    for (room, log) in &disk.logs {
        let gapless = log.iter().enumerate().all(|(index, event)| event.seq.get() == index as u64 + 1);
        if !gapless {
            return Err(format!("the seqs of {room} have a hole"));
        }
    }
    world.clients.iter().try_for_each(|client| is_at_rest(client, &disk, &world.ledger))
}

fn is_at_rest(client: &Client, disk: &Disk, ledger: &Ledger) -> Result<(), String> {
    let name = &client.me.nickname;
    let log = disk.log(&client.room);
    if client.link.status() != LinkStatus::Live {
        return Err(format!("{name} does not come back: {:?}", client.link.status()));
    }
    if client.timeline.cursor().epoch != disk.epoch {
        return Err(format!("{name} shows another history"));
    }
    if client.timeline.head() != log.last().map_or_else(Default::default, |event| event.seq) {
        return Err(format!("{name} is at {} and the log at {}", client.timeline.head(), log.len()));
    }
    if let Some(hole) = client.timeline.newest_hole() {
        return Err(format!("{name} has a hole that is not filled: {hole:?}"));
    }
    if let Some(line) = client.outbox.lines().first() {
        return Err(format!("{name} has a line that is never sent: {line:?}"));
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut order = Vec::new();
    for event in log {
        if let EventBody::Message(message) = &event.body
            && event.by.as_ref().is_some_and(|by| by.id == client.me.id)
        {
            *times.entry(&message.text).or_default() += 1;
            order.push(client.typed.iter().position(|id| event.id.as_ref() == Some(id)));
        }
    }
    if let Some((text, times)) = times.iter().find(|(_, times)| **times > 1) {
        return Err(format!("{text:?} was said {times} times"));
    }
    if !order.is_sorted() {
        return Err(format!("the lines of {name} are not in the order of typing: {order:?}"));
    }
    let said: HashSet<_> = ids(log).map(|(_, id)| id).collect();
    match client.typed.iter().find(|id| !said.contains(*id) && !ledger.forgiven.contains(*id)) {
        Some(lost) => Err(format!("{lost} was typed and is nowhere")),
        None => Ok(()),
    }
}

fn ids(log: &[LogEvent]) -> impl Iterator<Item = (&UserId, &ClientMessageId)> {
    log.iter().filter_map(id_of)
}

fn id_of(event: &LogEvent) -> Option<(&UserId, &ClientMessageId)> {
    Some((&event.by.as_ref()?.id, event.id.as_ref()?))
}
