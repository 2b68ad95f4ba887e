//! A reconnect storm: thousands of pages lose their connections in one moment, as when a proxy restarts, and come back by
//! their own machines: `model::connection`, with real chance and real time. A bystander whose connection holds goes on talking.

use std::collections::HashMap;
use std::sync::Arc;

use teahouse::model::connection::{ConnectionStatus, Input};
use teahouse::protocol::{EventBody, LogEvent, PostId, RoomSlug, Seq};
use tempfile::TempDir;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep, sleep_until, timeout};

use crate::figures::{Milliseconds, peak, percentile};
use crate::page::{Page, shown_after};
use crate::people::{History, fill_holes, guest, visitor};
use crate::poster::{Acked, Poster};
use crate::program::{Program, open_files_max};
use crate::report::Report;

const PAGES: usize = 5_000;
/// So many of them are guests, who type lines while they are away.
const GUESTS: usize = 20;
const LINES_OF_A_GUEST: usize = 3;
/// Before the storm the crowd comes in by so many at once.
const COMING_IN_AT_ONCE: usize = 100;
const BYSTANDERS_LINES_PER_SECOND: u32 = 10;
/// The bystander is listened to for so long before the storm, and at least so long from its beginning.
const CALM: Duration = Duration::from_secs(4);
const LISTENED_TO: Duration = Duration::from_secs(10);
/// Nobody is waited for any longer.
const PATIENCE: Duration = Duration::from_secs(60);
const WINDOW: Duration = Duration::from_millis(100);

const BACK_WITHIN: Milliseconds = Milliseconds(20_000.0);
const ACKED_WITHIN: Milliseconds = Milliseconds(250.0);
/// Full jitter spreads the first waits evenly over half a second, a fifth into each window. Without it, one holds all.
const WAITS_IN_ONE_WINDOW: usize = PAGES / 4;

/// What all pages do, until the next phase comes.
#[derive(Clone)]
enum Phase {
    Reading,
    Cut,
    Compare(Arc<Vec<LogEvent>>),
}

/// What a page tells while it is away.
enum Mark {
    Live,
    /// It lost its connection, or did not get one, and tries again after this long.
    Lost {
        wait: Duration,
    },
    Opened(Instant),
    /// It is live again, and what was typed is said.
    Back(Instant),
}

pub async fn run(report: &mut Report) {
    if let Some(open) = open_files_max().filter(|open| *open < PAGES as u64 + 200) {
        return report
            .skip("storm", &format!("a process may open {open} files here, and it needs {}: ulimit -n", PAGES + 200));
    }
    let data = TempDir::new().unwrap();
    let program = Program::start(data.path(), "127.0.0.1:0".parse().unwrap(), &[]).await;
    let beginning = Instant::now();
    let (phase, phases) = watch::channel(Phase::Reading);
    let (marks, mut marked) = mpsc::unbounded_channel();
    let history = History::new(program.address);
    let mut pages = come_in(&program, &phases, &marks).await;
    let came_in = wait_for(&mut marked, |mark| matches!(mark, Mark::Live)).await;
    report.figure("pages that came in", came_in.len());
    let poster = Poster::start(guest(program.address, "Bystander").await, BYSTANDERS_LINES_PER_SECOND, beginning).await;
    sleep(CALM).await;

    let cut = Instant::now();
    phase.send_replace(Phase::Cut);
    let storm = wait_for(&mut marked, |mark| matches!(mark, Mark::Back(_))).await;
    tell_storm(report, cut, &storm);
    sleep_until(cut + LISTENED_TO).await;
    let talk = poster.stop().await;
    tell_acks(report, cut, &talk.acked);
    report.at_most("the bystander's lines without an ack", talk.unanswered, 0);

    let log = Arc::new(history.whole("lobby").await);
    report.promise(
        "every line of the guests is in the database once, in the order of typing",
        guests_lines_are_whole(&log),
    );
    phase.send_replace(Phase::Compare(Arc::clone(&log)));
    let mut same = 0;
    let _ = timeout(PATIENCE, async {
        while let Some(compared) = pages.join_next().await {
            match compared {
                Ok(Ok(())) => same += 1,
                Ok(Err(difference)) => report.promise("a page", Err(difference)),
                Err(panicked) => report.promise("a page", Err(panicked.to_string())),
            }
        }
    })
    .await;
    report.figure("lines in the database", log.len());
    report.at_least("pages that show what the database holds", same, PAGES);
}

/// Starts all pages, a few at a time.
async fn come_in(
    program: &Program,
    phases: &watch::Receiver<Phase>,
    marks: &mpsc::UnboundedSender<Mark>,
) -> JoinSet<Result<(), String>> {
    let turns = Arc::new(Semaphore::new(COMING_IN_AT_ONCE));
    let mut pages = JoinSet::new();
    for number in 0..PAGES {
        let door = if number < GUESTS {
            guest(program.address, &format!("Guest {number}")).await
        } else {
            visitor(program.address)
        };
        let page = Page::new(door, RoomSlug::lobby(), &format!("tab-{number}"), rand::random::<f64>).await;
        let speaks = (number < GUESTS).then_some(number);
        let turns = Arc::clone(&turns);
        pages.spawn(one_page(page, speaks, turns, phases.clone(), marks.clone()));
    }
    pages
}

async fn one_page(
    mut page: Page,
    speaks: Option<usize>,
    turns: Arc<Semaphore>,
    mut phases: watch::Receiver<Phase>,
    marks: mpsc::UnboundedSender<Mark>,
) -> Result<(), String> {
    let turn = turns.acquire().await.unwrap();
    while page.connection.status() != ConnectionStatus::Live {
        page.turn().await;
    }
    drop(turn);
    // The other side is gone only when the scenario has failed.
    let mark = |mark| drop(marks.send(mark));
    mark(Mark::Live);
    read_until(&mut page, &mut phases, |phase| matches!(phase, Phase::Cut)).await;
    page.lose_connection().await;
    mark(lost(&page));
    if let Some(guest) = speaks {
        for line in 0..LINES_OF_A_GUEST {
            page.say(&line_id(guest, line), &line_text(guest, line)).await;
        }
    }
    while page.connection.status() != ConnectionStatus::Live || !page.has_said_all() {
        match page.turn().await {
            Some(Input::Opened) => mark(Mark::Opened(Instant::now())),
            Some(Input::Closed { .. }) => mark(lost(&page)),
            _ => {}
        }
    }
    mark(Mark::Back(Instant::now()));
    let Phase::Compare(log) = read_until(&mut page, &mut phases, |phase| matches!(phase, Phase::Compare(_))).await
    else {
        return Err("the scenario ended early".to_owned());
    };
    compare(&mut page, &log).await
}

/// Reads on until this phase has come.
async fn read_until(page: &mut Page, phases: &mut watch::Receiver<Phase>, is_it: impl Fn(&Phase) -> bool) -> Phase {
    loop {
        if is_it(&phases.borrow()) {
            return phases.borrow().clone();
        }
        tokio::select! {
            changed = phases.changed() => if changed.is_err() { return Phase::Reading },
            _ = page.turn() => {}
        }
    }
}

/// How long the page waits for its next attempt, as its badge shows.
fn lost(page: &Page) -> Mark {
    let ConnectionStatus::Reconnecting { at, .. } = page.connection.status() else {
        return Mark::Lost { wait: Duration::ZERO };
    };
    let wait_ms = at.unix_ms() - crate::page::now().unix_ms();
    Mark::Lost { wait: Duration::from_millis(wait_ms.try_into().unwrap_or(0)) }
}

/// Waits for the last line, and fetches what was too much for one `joined`.
async fn compare(page: &mut Page, log: &[LogEvent]) -> Result<(), String> {
    let head = log.last().map_or(Seq::ZERO, |event| event.seq);
    while page.head() < head {
        page.turn().await;
    }
    fill_holes(page).await;
    let shown = shown_after(page.conversation.timeline(), Seq::ZERO);
    if log.ends_with(&shown) { Ok(()) } else { Err(format!("it shows {} events that are not the log", shown.len())) }
}

/// Collects marks until so many pages set one of this kind, or nothing comes any more.
async fn wait_for(marked: &mut mpsc::UnboundedReceiver<Mark>, is_it: impl Fn(&Mark) -> bool) -> Vec<Mark> {
    let mut marks = Vec::new();
    let mut count = 0;
    let until = Instant::now() + PATIENCE;
    while count < PAGES {
        let Ok(Some(mark)) = tokio::time::timeout_at(until, marked.recv()).await else { break };
        count += usize::from(is_it(&mark));
        marks.push(mark);
    }
    marks
}

fn tell_storm(report: &mut Report, cut: Instant, storm: &[Mark]) {
    let moments = |pick: fn(&Mark) -> Option<Instant>| storm.iter().filter_map(pick).collect::<Vec<_>>();
    let waits = storm.iter().filter_map(|mark| if let Mark::Lost { wait } = mark { Some(*wait) } else { None });
    // Counted from one moment for all: a crowd that is cut one after the other is not spread by jitter.
    let mut attempts: Vec<_> = waits.map(|wait| cut + wait).collect();
    let mut opened = moments(|mark| if let Mark::Opened(at) = mark { Some(*at) } else { None });
    let back = moments(|mark| if let Mark::Back(at) = mark { Some(*at) } else { None });
    let mut away: Vec<_> = back.iter().map(|at| *at - cut).collect();
    report.figure("connections lost, or not got", attempts.len());
    report.figure("handshakes in the fullest 100 ms", peak(&mut opened, WINDOW));
    report.figure("back, the median page", percentile(&mut away, 0.5));
    report.at_most("waits that end in the fullest 100 ms", peak(&mut attempts, WINDOW), WAITS_IN_ONE_WINDOW);
    report.at_least("pages that came back", back.len(), PAGES);
    report.at_most("back, the last page", percentile(&mut away, 1.0), BACK_WITHIN);
}

fn tell_acks(report: &mut Report, cut: Instant, acked: &[Acked]) {
    let (calm, storm): (Vec<Acked>, Vec<Acked>) = acked.iter().partition(|acked| acked.due < cut);
    let times = |acked: Vec<Acked>| acked.iter().map(|acked| acked.after).collect::<Vec<_>>();
    let (mut calm, mut storm) = (times(calm), times(storm));
    report.figure("the bystander's ack p99 in the calm before", percentile(&mut calm, 0.99));
    report.figure("the bystander's slowest ack in the storm", percentile(&mut storm, 1.0));
    report.figure("the bystander's lines in the storm", storm.len());
    report.at_most("the bystander's ack p99 in the storm", percentile(&mut storm, 0.99), ACKED_WITHIN);
}

fn line_id(guest: usize, line: usize) -> PostId {
    PostId::parse(&format!("guest-{guest}-{line}")).unwrap()
}

fn line_text(guest: usize, line: usize) -> String {
    format!("line {line} of guest {guest}")
}

fn guests_lines_are_whole(log: &[LogEvent]) -> Result<(), String> {
    let mut said: HashMap<&str, Vec<&str>> = HashMap::new();
    for event in log {
        if let (Some(by), EventBody::Message(line)) = (&event.by, &event.body) {
            said.entry(&by.nickname).or_default().push(&line.text);
        }
    }
    for guest in 0..GUESTS {
        let typed: Vec<_> = (0..LINES_OF_A_GUEST).map(|line| line_text(guest, line)).collect();
        let said = said.remove(&*format!("Guest {guest}")).unwrap_or_default();
        if said != typed {
            return Err(format!("guest {guest} typed {typed:?}, and the database holds {said:?}"));
        }
    }
    Ok(())
}
