//! What must hold at every moment, and what in the end. Each failure names what it breaks.

use std::collections::{HashMap, HashSet};

use teahouse::model::connection::ConnectionStatus;
use teahouse::model::conversation::timeline::TimelineEntry;
use teahouse::protocol::{
    Backlog, CloseCode, Event, EventBody, HistoryItem, LogEvent, PostId, ReactionSummary, UserId,
};

use super::client::Client;
use super::store::Disk;
use super::unread;
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
    forgiven: HashSet<PostId>,
    /// The first thing that a page heard and should not have.
    heard_wrong: Option<String>,
}

impl Ledger {
    /// Nobody hears of a room that they never joined.
    pub fn hears(&mut self, client: &Client, event: &Event) {
        match event {
            Event::Gap { .. } => self.met.gaps += 1,
            Event::Publication { event, .. } if event.seq > client.timeline().head().next() => self.met.skips += 1,
            Event::Joined { backlog: Backlog::Gap { .. }, .. } => self.met.holes += 1,
            Event::Joined { backlog: Backlog::Reset { page }, .. } => {
                let held = client.timeline().cursor();
                let is_taken = page.as_of.epoch == held.epoch && page.as_of.seq >= held.seq;
                self.met.resets += 1;
                self.met.taken_places += usize::from(is_taken);
            }
            _ => {}
        }
        let room = match event {
            Event::Publication { room, .. } | Event::Gap { room, .. } | Event::Presence { room, .. } => room,
            Event::Joined { summary, .. } => &summary.slug,
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
        if client.timeline().cursor().epoch == disk.epoch && !client.is_unaware {
            shows_the_log(client, disk.log(&client.room))?;
            unread::counts_right(client, disk.log(&client.room))?;
        }
    }
    Ok(())
}

/// Every event on a page is in the database, in its place; what is missing in between is marked as a hole.
fn shows_the_log(client: &Client, log: &[LogEvent]) -> Result<(), String> {
    let mut previous: Option<u64> = None;
    let mut hole = false;
    for entry in client.timeline().entries() {
        match entry {
            TimelineEntry::Item(item) => {
                let event = &item.event;
                let seq = event.seq.get();
                if !log.get(usize::try_from(seq).unwrap() - 1).is_some_and(|stored| is_same(stored, event)) {
                    return Err(format!(
                        "{} shows an event that is not in the database: {event:?}",
                        client.me.nickname
                    ));
                }
                let place = |seq: u64| usize::try_from(seq).unwrap();
                let is_change = |event: &LogEvent| event.body.target().is_some();
                let follows =
                    |previous: u64| seq > previous && log[place(previous)..place(seq) - 1].iter().all(is_change);
                if previous.is_some_and(|previous| if hole { seq <= previous } else { !follows(previous) }) {
                    return Err(format!("{} shows {seq} after {previous:?} without a hole", client.me.nickname));
                }
                (previous, hole) = (Some(seq), false);
            }
            TimelineEntry::Hole(_) => hole = true,
            TimelineEntry::Notice(_) => {}
        }
    }
    Ok(())
}

/// Whether an event is shown in its place. What a message says may be what it said before a change that the page does not
/// know yet.
fn is_same(stored: &LogEvent, shown: &LogEvent) -> bool {
    let name = |event: &LogEvent| (event.seq, event.at_ms, event.by.clone(), event.id.clone());
    let is_message = |event: &LogEvent| matches!(event.body, EventBody::Message(_));
    name(stored) == name(shown)
        && is_message(stored) == is_message(shown)
        && (is_message(stored) || stored.body == shown.body)
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
    if client.connection.status() != ConnectionStatus::Live {
        return Err(format!("{name} does not come back: {:?}", client.connection.status()));
    }
    if client.timeline().cursor().epoch != disk.epoch {
        return Err(format!("{name} shows another history"));
    }
    if client.timeline().head() != log.last().map_or_else(Default::default, |event| event.seq) {
        return Err(format!("{name} is at {} and the log at {}", client.timeline().head(), log.len()));
    }
    if let Some(hole) = client.timeline().newest_hole() {
        return Err(format!("{name} has a hole that is not filled: {hole:?}"));
    }
    if let Some(outdated) = client.timeline().outdated() {
        return Err(format!("{name} does not know how {outdated} stands"));
    }
    unread::is_read(client, disk)?;
    stands_as_in_the_log(client, &disk.items(&client.room))?;
    if let Some(line) = client.outbox().posts().first() {
        return Err(format!("{name} has a line that is never sent: {line:?}"));
    }
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut order = Vec::new();
    for event in log {
        if let EventBody::Message(message) = &event.body
            && event.by.as_ref().is_some_and(|by| by.id == client.me.id)
        {
            // Deleted messages are all alike.
            *times.entry(&message.text).or_default() += usize::from(!message.is_deleted());
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
    match client
        .typed
        .iter()
        .find(|id| !said.contains(*id) && !ledger.forgiven.contains(*id) && !client.given_up.contains(*id))
    {
        Some(lost) => Err(format!("{lost} was typed and is nowhere")),
        None => Ok(()),
    }
}

/// Every item that is held is as the whole log leaves it: no change was missed, none applied twice.
fn stands_as_in_the_log(client: &Client, items: &[HistoryItem]) -> Result<(), String> {
    for entry in client.timeline().entries() {
        let TimelineEntry::Item(shown) = entry else { continue };
        let stands = items.iter().find(|item| item.event.seq == shown.event.seq).expect("it is in the database");
        let is_equal = shown.event == stands.event
            && shown.edited_ms == stands.edited_ms
            && sorted(&shown.reactions) == sorted(&stands.reactions);
        if !is_equal {
            let name = &client.me.nickname;
            return Err(format!("{name} shows {shown:?}, which stands as {stands:?}"));
        }
    }
    Ok(())
}

fn sorted(reactions: &[ReactionSummary]) -> Vec<(&str, u32, Vec<&UserId>)> {
    fn people(summary: &ReactionSummary) -> Vec<&UserId> {
        let mut people: Vec<_> = summary.people.iter().map(|person| &person.id).collect();
        people.sort_by_key(|id| id.as_str());
        people
    }
    let mut sorted: Vec<_> = reactions.iter().map(|one| (one.emoji.as_str(), one.count, people(one))).collect();
    sorted.sort_by_key(|(emoji, ..)| *emoji);
    sorted
}

fn ids(log: &[LogEvent]) -> impl Iterator<Item = (&UserId, &PostId)> {
    log.iter().filter_map(id_of)
}

fn id_of(event: &LogEvent) -> Option<(&UserId, &PostId)> {
    Some((&event.by.as_ref()?.id, event.id.as_ref()?))
}
