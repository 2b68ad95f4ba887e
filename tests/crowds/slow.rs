//! Slow and hostile readers: some of a crowd stop reading while the room goes on. They cost bounded memory and trouble
//! nobody else; when they read on, they are told that they missed something, and catch up to the last line.
//!
//! The kernel takes for a reader that does not read, too. So the slow ones have small buffers there, and fill them first,
//! as a hostile one would: they ask for a backlog again and again, and do not read the answers.

mod verdict;

use std::sync::Arc;

use teahouse::model::connection::{ConnectionStatus, Input};
use teahouse::protocol::{CloseCode, Command, Event, LogEvent, PostId, RoomSlug, Seq};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, interval, sleep, timeout};

use crate::page::{Door, KernelBuffers, Page, shown_after};
use crate::people::{History, create_room, fill_holes, guest, visitor};
use crate::poster::Poster;
use crate::program::{Program, open_files_max};
use crate::reader::Reader;
use crate::report::Report;

const READERS: usize = 1_800;
const SLOW: usize = 200;
const LINES_PER_SECOND: u32 = 50;
/// The room that the slow ones ask for. Its backlog is 50 lines of this length.
const POND: &str = "pond";
const POND_LINE_BYTES: usize = 3_900;
/// In all 6 MB: more than the kernel takes for one socket, 4 MB by default at the sending end, whose limit grows as it likes.
const ASKED_FOR: usize = 30;
const WARM_UP: Duration = Duration::from_secs(3);
const WITHOUT_SLOW: Duration = Duration::from_secs(12);
/// The kernel's buffers fill meanwhile; not measured.
const FILLING: Duration = Duration::from_secs(6);
/// At 50 a second, the frames of a sendq as set below come in half of this time.
const WITH_SLOW: Duration = Duration::from_secs(24);
/// The slow ones come back one after the other, while the room goes on.
const COMING_BACK: Duration = Duration::from_secs(4);
const COMING_BACK_STEP: Duration = Duration::from_millis(15);
/// Nobody is waited for any longer.
const PATIENCE: Duration = Duration::from_secs(60);
/// Half of the frames and more of the time than by default: a reader that stands still is to be found by its sendq, in a
/// few seconds, and not by the clock.
const SETTINGS: [(&str, &str); 2] =
    [("TEAHOUSE_LIMITS_SENDQ_FRAMES", "512"), ("TEAHOUSE_LIMITS_WRITE_TIMEOUT_MS", "60000")];

/// What everybody does, until the next phase comes.
#[derive(Clone)]
enum Phase {
    Reading,
    Stopped,
    ReadingOn,
    Compare(Arc<Vec<LogEvent>>),
}

/// How a slow reader was told, and whether it has everything now.
#[derive(Default)]
struct Told {
    gaps: usize,
    closed_as_slow: usize,
    closed_otherwise: usize,
    /// The newest line that its connection brought.
    newest: Seq,
    /// Lines that its connection left out without a word.
    left_out: usize,
    is_complete: bool,
}

pub async fn run(report: &mut Report) {
    let needed = (READERS + SLOW + 200) as u64;
    if let Some(open) = open_files_max().filter(|open| *open < needed) {
        return report.skip("slow", &format!("a process may open {open} files here, and it needs {needed}: ulimit -n"));
    }
    let data = TempDir::new().unwrap();
    let program = Program::start(data.path(), "127.0.0.1:0".parse().unwrap(), &SETTINGS).await;
    let beginning = Instant::now();
    fill_pond(&program).await;
    let (phase, phases) = watch::channel(Phase::Reading);
    let history = History::new(program.address);
    let mut readers = JoinSet::new();
    let mut slow = JoinSet::new();
    for number in 0..READERS {
        let reader = Reader::enter(&visitor(program.address), &format!("reader-{number}")).await;
        readers.spawn(read(reader, beginning, phases.clone()));
    }
    for number in 0..SLOW {
        let door = Door { buffers: KernelBuffers::Small, ..visitor(program.address) };
        let page = enter(door, number).await;
        let pause = COMING_BACK_STEP * u32::try_from(number).expect("a few hundred");
        slow.spawn(read_slowly(page, pause, phases.clone()));
    }
    let poster = Poster::start(guest(program.address, "Poster").await, LINES_PER_SECOND, beginning).await;
    sleep(WARM_UP).await;
    let without = beginning.elapsed();
    sleep(WITHOUT_SLOW).await;
    let memory_before = program.resident_bytes();
    phase.send_replace(Phase::Stopped);
    sleep(FILLING).await;
    let with = beginning.elapsed();
    let memory_most = most_memory(&program, Instant::now() + WITH_SLOW).await;
    phase.send_replace(Phase::ReadingOn);
    sleep(COMING_BACK).await;
    let talk = poster.stop().await;
    let log = Arc::new(history.whole("lobby").await);
    phase.send_replace(Phase::Compare(Arc::clone(&log)));

    let arrivals = verdict::readers(report, &mut readers, &log).await;
    verdict::lateness(report, &arrivals, [(without, WITHOUT_SLOW), (with, WITH_SLOW)]);
    verdict::memory(report, memory_before, memory_most);
    verdict::slow(report, &mut slow).await;
    report.at_most("the poster's lines without an ack", talk.unanswered, 0);
}

/// Makes the room whose backlog is large.
async fn fill_pond(program: &Program) {
    let digger = guest(program.address, "Digger").await;
    create_room(&digger, POND).await;
    let room = RoomSlug::parse(POND).unwrap();
    let mut page = Page::new(digger, room, "digger", || 0.0).await;
    for number in 0..50 {
        while page.connection.status() != ConnectionStatus::Live || !page.has_said_all() {
            page.turn().await;
        }
        let id = PostId::parse(&format!("pond-{number}")).unwrap();
        page.say(&id, &"~".repeat(POND_LINE_BYTES)).await;
    }
    while !page.has_said_all() {
        page.turn().await;
    }
}

async fn read(mut reader: Reader, beginning: Instant, mut phases: watch::Receiver<Phase>) -> Reader {
    loop {
        tokio::select! {
            changed = phases.changed() => {
                let Phase::Compare(log) = phases.borrow_and_update().clone() else { continue };
                let head = log.last().map_or(0, |event| event.seq.get());
                while changed.is_ok() && reader.seq < head && reader.turn(beginning).await {}
                return reader;
            }
            open = reader.turn(beginning) => if !open { return reader },
        }
    }
}

async fn enter(door: Door, number: usize) -> Page {
    let mut page = Page::new(door, RoomSlug::lobby(), &format!("slow-{number}"), rand::random::<f64>).await;
    while page.connection.status() != ConnectionStatus::Live {
        page.turn().await;
    }
    page
}

async fn read_slowly(mut page: Page, pause: Duration, mut phases: watch::Receiver<Phase>) -> Told {
    while matches!(*phases.borrow(), Phase::Reading) {
        tokio::select! {
            changed = phases.changed() => if changed.is_err() { return Told::default() },
            _ = page.turn() => {}
        }
    }
    let mut told = Told { newest: page.head(), ..Told::default() };
    for _ in 0..ASKED_FOR {
        page.send(&Command::Join { room: RoomSlug::parse(POND).unwrap(), cursor: None }).await;
    }
    while !matches!(*phases.borrow(), Phase::ReadingOn | Phase::Compare(_)) {
        if phases.changed().await.is_err() {
            return told;
        }
    }
    sleep(pause).await;
    let _ = timeout(PATIENCE, catch_up(&mut page, &mut told, &mut phases)).await;
    told
}

/// Reads on until the page holds everything.
async fn catch_up(page: &mut Page, told: &mut Told, phases: &mut watch::Receiver<Phase>) {
    loop {
        let log = if let Phase::Compare(log) = &*phases.borrow() { Some(Arc::clone(log)) } else { None };
        if let Some(log) = log.filter(|log| has_arrived(page, log)) {
            told.is_complete = shows(page, &log);
            return;
        }
        tokio::select! {
            _ = phases.changed() => {}
            input = page.turn() => told.hear(input),
        }
        fill_holes(page).await;
    }
}

impl Told {
    fn hear(&mut self, input: Option<Input>) {
        match input {
            Some(Input::Closed { code }) if code == CloseCode::Slow.number() => self.closed_as_slow += 1,
            Some(Input::Closed { .. }) => self.closed_otherwise += 1,
            Some(Input::Frame(event)) => self.read(&event),
            _ => {}
        }
    }

    fn read(&mut self, event: &Event) {
        match event {
            Event::Gap { .. } => self.gaps += 1,
            Event::Publication { room, event } if *room == RoomSlug::lobby() => {
                // Whoever was told reads on behind what is missing.
                if !self.is_told() && event.seq > self.newest.next() {
                    self.left_out += 1;
                }
                self.newest = self.newest.max(event.seq);
            }
            _ => {}
        }
    }

    /// Whether the server said that lines are missing: by a gap, or by closing.
    const fn is_told(&self) -> bool {
        self.gaps + self.closed_as_slow + self.closed_otherwise > 0
    }
}

fn has_arrived(page: &Page, log: &[LogEvent]) -> bool {
    page.connection.status() == ConnectionStatus::Live && log.last().is_none_or(|event| page.head() >= event.seq)
}

fn shows(page: &Page, log: &[LogEvent]) -> bool {
    log.ends_with(&shown_after(page.conversation.timeline(), Seq::ZERO))
}

async fn most_memory(program: &Program, until: Instant) -> Option<u64> {
    let mut most = None;
    let mut ticks = interval(Duration::from_millis(250));
    while Instant::now() < until {
        most = most.max(program.resident_bytes());
        ticks.tick().await;
    }
    most
}
