//! A restart among deaf members: a thousand are connected, some of them ignore `reconnect`, some do not even read. Whoever
//! obeys is live again soon after the new process is ready, and every line that was typed is in the database once.

use std::collections::HashMap;

use teahouse::model::connection::ConnectionStatus;
use teahouse::protocol::{PostId, RoomSlug};
use tempfile::TempDir;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep, timeout, timeout_at};

use crate::drain::lines_in;
use crate::figures::{Milliseconds, percentile};
use crate::page::Page;
use crate::people::{guest, visitor};
use crate::program::{Program, open_files_max};
use crate::reader::Reader;
use crate::report::Report;

const MEMBERS: usize = 1_000;
/// They read on, and do not leave when they are told to.
const IGNORING: usize = 25;
/// They do not even read.
const DEAF: usize = 25;
const OBEDIENT: usize = MEMBERS - IGNORING - DEAF;
/// So many of the obedient talk all the time.
const POSTERS: usize = 20;
/// Those who talk think for so long between two lines.
const THOUGHT: Duration = Duration::from_millis(200);
/// The talk before the stop, and after the restart.
const TALK: Duration = Duration::from_secs(2);
/// Nobody is waited for any longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// Containers are killed after ten.
const STOPPED_WITHIN: Duration = Duration::from_secs(5);
const LIVE_WITHIN: Milliseconds = Milliseconds(2_000.0);

/// A line, by the id under which it was said.
type Typed = Vec<(PostId, String)>;

pub async fn run(report: &mut Report) {
    let needed = MEMBERS as u64 + 200;
    if let Some(open) = open_files_max().filter(|open| *open < needed) {
        return report
            .skip("restart", &format!("a process may open {open} files here, and it needs {needed}: ulimit -n"));
    }
    let data = TempDir::new().unwrap();
    let mut program = Program::start(data.path(), "127.0.0.1:0".parse().unwrap(), &[]).await;
    let address = program.address;
    let beginning = Instant::now();
    let (lives, mut live) = mpsc::unbounded_channel();
    let (end, ended) = watch::channel(false);
    let mut pages = JoinSet::new();
    for number in 0..OBEDIENT {
        let speaks = number < POSTERS;
        let door = if speaks { guest(address, &format!("Poster {number}")).await } else { visitor(address) };
        let page = Page::new(door, RoomSlug::lobby(), &format!("tab-{number}"), rand::random::<f64>).await;
        pages.spawn(obey(page, number, lives.clone(), ended.clone()));
    }
    report.figure("members that obey", collect(&mut live, OBEDIENT, beginning).await.len());
    let mut ignoring = JoinSet::new();
    for number in 0..IGNORING {
        let mut reader = Reader::enter(&visitor(address), &format!("ignoring-{number}")).await;
        ignoring.spawn(async move { while reader.turn(Instant::now()).await {} });
    }
    let mut deaf = Vec::new();
    for number in 0..DEAF {
        deaf.push(Reader::enter(&visitor(address), &format!("deaf-{number}")).await);
    }
    sleep(TALK).await;

    let stopped = Instant::now();
    program.terminate();
    let code = program.exit_code(PATIENCE).await;
    report.at_most("from SIGTERM to the end", Milliseconds::from(stopped.elapsed()), STOPPED_WITHIN.into());
    report.promise("exit code 0", if code == Some(0) { Ok(()) } else { Err(format!("{code:?}")) });
    let mut program = Program::start(data.path(), address, &[]).await;
    let ready = Instant::now();
    report.figure("from SIGTERM to ready", Milliseconds::from(ready - stopped));
    let mut back = collect(&mut live, OBEDIENT, stopped).await;
    report.at_least("members that obeyed and are live again", back.len(), OBEDIENT);
    let mut after_ready: Vec<_> = back.values().map(|at| at.saturating_duration_since(ready)).collect();
    report.figure("live after the new process was ready, the median", percentile(&mut after_ready, 0.5));
    report.at_most("live after the new process was ready, the last", percentile(&mut after_ready, 1.0), LIVE_WITHIN);
    let mut away: Vec<_> = back.drain().map(|(_, at)| at - stopped).collect();
    report.figure("live after SIGTERM, the median", percentile(&mut away, 0.5));

    sleep(TALK).await;
    end.send_replace(true);
    let mut typed = Typed::new();
    let _ = timeout(PATIENCE, async {
        while let Some(page) = pages.join_next().await {
            typed.extend(page.unwrap());
        }
    })
    .await;
    drop(deaf);
    program.terminate();
    program.exit_code(PATIENCE).await;
    let stored = lines_in(data.path());
    let is_there_once = |id: &PostId, text: &str| matches!(stored.get(id.as_str()).map(Vec::as_slice), Some([(_, kept)]) if kept == text);
    let lost = typed.iter().filter(|(id, text)| !is_there_once(id, text)).count();
    report.figure("lines typed", typed.len());
    report.at_least("lines typed by each poster, in the mean", typed.len() / POSTERS, 10);
    report.at_most("lines that are not in the database exactly once", lost, 0);
    report.at_most("lines in the database that nobody typed", stored.len().saturating_sub(typed.len()), 0);
}

/// Reads, and talks if it is a poster, until the end; then until all is said.
async fn obey(
    mut page: Page,
    number: usize,
    lives: mpsc::UnboundedSender<(usize, Instant)>,
    mut ended: watch::Receiver<bool>,
) -> Typed {
    let speaks = number < POSTERS;
    let mut typed = Typed::new();
    let mut was_live = false;
    let mut thought = Instant::now();
    while !(*ended.borrow() && page.has_said_all()) {
        let is_live = page.connection.status() == ConnectionStatus::Live;
        if is_live && !was_live {
            // The other side is gone only when the scenario has failed.
            let _ = lives.send((number, Instant::now()));
        }
        was_live = is_live;
        // People type on while the server is away.
        if speaks && typed_all(&page) && thought <= Instant::now() && !*ended.borrow() && (is_live || !typed.is_empty())
        {
            let id = PostId::parse(&format!("r{number}-{}", typed.len())).unwrap();
            let text = format!("line {} of poster {number}", typed.len());
            page.say(&id, &text).await;
            typed.push((id, text));
            thought = Instant::now() + THOUGHT;
        }
        tokio::select! {
            _ = page.turn() => {}
            () = sleep(THOUGHT), if speaks => {}
            _ = ended.changed() => {}
        }
    }
    typed
}

/// A person has a few lines on their way at most.
fn typed_all(page: &Page) -> bool {
    page.conversation.outbox().posts().len() < 5
}

/// When each member was live first after this moment, until all are.
async fn collect(
    live: &mut mpsc::UnboundedReceiver<(usize, Instant)>,
    count: usize,
    after: Instant,
) -> HashMap<usize, Instant> {
    let until = Instant::now() + PATIENCE;
    let mut members = HashMap::new();
    while members.len() < count {
        let Ok(Some((number, at))) = timeout_at(until, live.recv()).await else { break };
        if at >= after {
            members.entry(number).or_insert(at);
        }
    }
    members
}
