//! SIGTERM in the middle of talk: what was acknowledged is in the database, what was not is said once after the restart,
//! everybody was told when to come back, and newcomers are sent away.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use teahouse::model::connection::{ConnectionStatus, Input};
use teahouse::protocol::{Event, PostId, RoomSlug};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Error;
use tokio_tungstenite::tungstenite::error::ProtocolError;

use crate::figures::Milliseconds;
use crate::page::{Door, Page};
use crate::people::{guest, visitor};
use crate::program::Program;
use crate::report::Report;

const POSTERS: usize = 20;
/// They talk for so long before the signal.
const TALK: Duration = Duration::from_secs(3);
const LINES_PER_SECOND: f64 = 200.0;
/// Containers are killed after ten.
const STOPPED_WITHIN: Duration = Duration::from_secs(8);
/// Nobody is waited for any longer.
const PATIENCE: Duration = Duration::from_secs(60);
const DATABASE_FILE: &str = "teahouse.sqlite3";

/// A line, and its place when it was acknowledged.
struct Typed {
    id: PostId,
    text: String,
    acked: Option<u64>,
}

/// What one poster lived through.
#[derive(Default)]
struct Talk {
    typed: Vec<Typed>,
    told_to_reconnect_in_ms: Option<u32>,
}

pub async fn run(report: &mut Report) {
    let data = TempDir::new().unwrap();
    let mut program = Program::start(data.path(), "127.0.0.1:0".parse().unwrap(), &[]).await;
    let (left, mut leaving) = mpsc::unbounded_channel();
    let mut posters = JoinSet::new();
    for number in 0..POSTERS {
        let door = guest(program.address, &format!("Poster {number}")).await;
        posters.spawn(speak(door, number, left.clone()));
    }
    sleep(TALK).await;
    let stopped = Instant::now();
    program.terminate();
    report.promise("a newcomer is sent away at once", is_sent_away(&visitor(program.address)).await);
    let code = program.exit_code(STOPPED_WITHIN).await;
    let talked = TALK + stopped.elapsed();
    report.at_most("from SIGTERM to the end", Milliseconds::from(stopped.elapsed()), STOPPED_WITHIN.into());
    report.promise("exit code 0", is_zero(code));
    report.promise("the write-ahead log is written back", is_checkpointed(data.path()));
    let stored = lines_in(data.path());

    let mut acked_before = HashMap::new();
    while acked_before.len() < POSTERS {
        let Ok(Some((number, acked))) = timeout(PATIENCE, leaving.recv()).await else { break };
        acked_before.insert(number, acked);
    }
    check_acked(report, talked, &acked_before, &stored);

    // The pages know only this address.
    let mut program = Program::start(data.path(), program.address, &[]).await;
    let mut talks = Vec::new();
    let _ = timeout(PATIENCE, async {
        while let Some(talk) = posters.join_next().await {
            talks.push(talk.unwrap());
        }
    })
    .await;
    program.terminate();
    let code = program.exit_code(STOPPED_WITHIN).await;
    report.promise("exit code 0 the second time", is_zero(code));
    check_typed(report, &talks, &lines_in(data.path()));
}

/// Says the next line when the last was acknowledged, until the connection goes; then comes back until all is said.
async fn speak(door: Door, number: usize, left: mpsc::UnboundedSender<(usize, Vec<(PostId, u64)>)>) -> Talk {
    let mut page = Page::new(door, RoomSlug::lobby(), &format!("tab-{number}"), rand::random::<f64>).await;
    let mut talk = Talk::default();
    while page.connection.status() != ConnectionStatus::Live {
        page.turn().await;
    }
    while page.connection.status() == ConnectionStatus::Live {
        if page.has_said_all() {
            let id = PostId::parse(&format!("s{number}-{}", talk.typed.len())).unwrap();
            let text = format!("line {} of poster {number}", talk.typed.len());
            page.say(&id, &text).await;
            talk.typed.push(Typed { id, text, acked: None });
        }
        let input = page.turn().await;
        talk.hear(input);
    }
    // The other side is gone only when the scenario has failed.
    let _ = left.send((number, talk.acked()));
    while page.connection.status() != ConnectionStatus::Live || !page.has_said_all() {
        let input = page.turn().await;
        talk.hear(input);
    }
    talk
}

impl Talk {
    fn hear(&mut self, input: Option<Input>) {
        let Some(Input::Frame(event)) = input else { return };
        match *event {
            Event::Ack { id, seq, .. } => {
                if let Some(line) = self.typed.iter_mut().rev().find(|line| line.id == id) {
                    line.acked = Some(seq.get());
                }
            }
            Event::Reconnect { in_ms } => self.told_to_reconnect_in_ms = Some(in_ms),
            _ => {}
        }
    }

    fn acked(&self) -> Vec<(PostId, u64)> {
        self.typed.iter().filter_map(|line| Some((line.id.clone(), line.acked?))).collect()
    }
}

/// Tries to come in until it is refused as it should be, or otherwise.
async fn is_sent_away(door: &Door) -> Result<(), String> {
    loop {
        match door.open().await.map_err(|error| *error) {
            // The signal has not arrived yet.
            Ok(_) => sleep(Duration::from_millis(5)).await,
            Err(Error::Http(response))
                if response.status() == 503 && response.headers().contains_key("retry-after") =>
            {
                return Ok(());
            }
            Err(Error::Http(response)) => return Err(format!("{}, {:?}", response.status(), response.headers())),
            // Nobody listens any more.
            Err(Error::Io(error)) if error.kind() == ErrorKind::ConnectionRefused => return Ok(()),
            // It was in the queue when the listener was closed.
            Err(Error::Io(error)) if error.kind() == ErrorKind::ConnectionReset => {}
            // Its request had not been read when the connections without one were closed.
            Err(Error::Protocol(ProtocolError::HandshakeIncomplete)) => {}
            Err(error) => return Err(error.to_string()),
        }
    }
}

fn is_zero(code: Option<i32>) -> Result<(), String> {
    if code == Some(0) { Ok(()) } else { Err(format!("{code:?}")) }
}

fn is_checkpointed(data: &Path) -> Result<(), String> {
    match std::fs::metadata(data.join(format!("{DATABASE_FILE}-wal"))) {
        Ok(file) if file.len() > 0 => Err(format!("{} bytes are left in it", file.len())),
        _ => Ok(()),
    }
}

/// Every line of the database by its id: its places and its texts.
pub fn lines_in(data: &Path) -> HashMap<String, Vec<(u64, String)>> {
    let database = Connection::open_with_flags(data.join(DATABASE_FILE), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    let mut lines: HashMap<String, Vec<(u64, String)>> = HashMap::new();
    let mut select = database
        .prepare("select post_id, seq, json_extract(body, '$.text') from event where post_id is not null order by seq")
        .unwrap();
    let mut rows = select.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let place = (row.get::<_, i64>(1).unwrap().unsigned_abs(), row.get(2).unwrap());
        lines.entry(row.get(0).unwrap()).or_default().push(place);
    }
    lines
}

fn check_acked(
    report: &mut Report,
    talked: Duration,
    acked: &HashMap<usize, Vec<(PostId, u64)>>,
    stored: &HashMap<String, Vec<(u64, String)>>,
) {
    let acked: Vec<_> = acked.values().flatten().collect();
    let lost = acked.iter().filter(|(id, seq)| {
        let places = stored.get(id.as_str());
        !places.is_some_and(|places| places.iter().any(|(place, _)| place == seq))
    });
    report.at_least("acked lines per second", (acked.len() as f64 / talked.as_secs_f64()).round(), LINES_PER_SECOND);
    report.figure("lines acked before the end", acked.len());
    report.at_most("acked lines that are not in the database at their place", lost.count(), 0);
}

fn check_typed(report: &mut Report, talks: &[Talk], stored: &HashMap<String, Vec<(u64, String)>>) {
    let mut faults = Vec::new();
    for line in talks.iter().flat_map(|talk| &talk.typed) {
        match stored.get(line.id.as_str()).map(Vec::as_slice) {
            Some([(place, text)]) if *text == line.text && line.acked.is_none_or(|acked| acked == *place) => {}
            other => faults.push(format!("{:?} is stored as {other:?}", line.text)),
        }
    }
    let told = talks.iter().filter(|talk| talk.told_to_reconnect_in_ms.is_some()).count();
    report.at_least("posters that came back and said everything", talks.len(), POSTERS);
    report.at_least("posters that were told when to reconnect", told, POSTERS);
    let typed: usize = talks.iter().map(|talk| talk.typed.len()).sum();
    report.figure("lines typed", typed);
    report.at_most("lines in the database that nobody typed", stored.len().saturating_sub(typed), 0);
    let found = faults.first().map_or(Ok(()), |first| Err(format!("{} are not: {first}", faults.len())));
    report.promise(format!("each of {typed} lines is in the database once"), found);
}
