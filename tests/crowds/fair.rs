//! One address against all: two hundred sockets that join over and over, sixteen forms that never end, and three hundred
//! connections that are only held, under the limits that everybody has who changes none. A newcomer of another address is
//! in all the same.

use std::net::SocketAddr;
use std::thread;

use futures::{SinkExt, StreamExt};
use teahouse::model::connection::ConnectionStatus;
use teahouse::protocol::PostId;
use teahouse::protocol::RoomSlug;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Duration, Instant, sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use crate::figures::{Milliseconds, percentile};
use crate::page::{Door, Page};
use crate::people::{guest, visitor};
use crate::program::{Program, open_files_max};
use crate::reader::{Reader, greeting};
use crate::report::Report;

const JOINERS: usize = 200;
const SLOW_FORMS: usize = 16;
const KEEP_ALIVES: usize = 300;
/// The room that is joined is full of long lines.
const LINES: usize = 60;
const LINE_CHARACTERS: usize = 2_000;
/// The attack goes on for so long before the first newcomer.
const GATHERING: Duration = Duration::from_secs(5);
const NEWCOMERS: usize = 100;
const BETWEEN_NEWCOMERS: Duration = Duration::from_millis(80);
/// Whoever was refused comes again after so long.
const AGAIN: Duration = Duration::from_millis(50);
/// A newcomer who is not in by then never will be.
const PATIENCE: Duration = Duration::from_secs(20);

const IN_WITHIN: Milliseconds = Milliseconds(500.0);

pub async fn run(report: &mut Report) {
    let needed = (JOINERS + SLOW_FORMS + KEEP_ALIVES + 200) as u64;
    if let Some(open) = open_files_max().filter(|open| *open < needed) {
        return report.skip("fair", &format!("a process may open {open} files here, and it needs {needed}: ulimit -n"));
    }
    let data = TempDir::new().unwrap();
    let mut program = Program::start(data.path(), "127.0.0.1:0".parse().unwrap(), &[]).await;
    fill_the_lobby(program.address).await;
    program.terminate();
    program.exit_code(PATIENCE).await;
    let program = Program::start_as_it_comes(data.path(), program.address).await;
    let newcomer = Door { source: Some([127, 0, 0, 2].into()), ..visitor(program.address) };
    let mut calm = newcomers(newcomer.clone(), NEWCOMERS / 5).await;
    report.figure("in, before the attack, p99", percentile(&mut calm, 0.99));

    let address = program.address;
    let mut attack = JoinSet::new();
    for number in 0..JOINERS {
        attack.spawn(join_over_and_over(visitor(address), number));
    }
    for _ in 0..SLOW_FORMS {
        attack.spawn(send_a_form_that_never_ends(address));
    }
    for _ in 0..KEEP_ALIVES {
        attack.spawn(hold_a_connection(address));
    }
    sleep(GATHERING).await;
    let mut attacked = newcomers(newcomer, NEWCOMERS).await;
    attack.shutdown().await;
    report.at_least("newcomers of another address that came in", attacked.len(), NEWCOMERS);
    report.figure("in, the median", percentile(&mut attacked, 0.5));
    report.at_most("in, p99", percentile(&mut attacked, 0.99), IN_WITHIN);
}

async fn fill_the_lobby(address: SocketAddr) {
    let door = guest(address, "Author").await;
    let mut page = Page::new(door, RoomSlug::lobby(), "author", rand::random::<f64>).await;
    while page.connection.status() != ConnectionStatus::Live {
        page.turn().await;
    }
    for line in 0..LINES {
        page.say(&PostId::parse(&format!("line-{line}")).unwrap(), &"x".repeat(LINE_CHARACTERS)).await;
    }
    while !page.has_said_all() {
        page.turn().await;
    }
}

/// How long each took from knocking to having joined, on a thread of its own: the attack in this process is not to be taken
/// for slowness of the server. Whoever does not come in is missing.
async fn newcomers(door: Door, count: usize) -> Vec<Duration> {
    let come_in = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut took = Vec::new();
            for number in 0..count {
                let knocked = Instant::now();
                match timeout(PATIENCE, Reader::try_enter(&door, &format!("newcomer-{number}"))).await {
                    Ok(Ok(_)) => took.push(knocked.elapsed()),
                    Ok(Err(reason)) => println!("          newcomer {number} was not let in: {reason}"),
                    Err(_) => println!("          newcomer {number} waited in vain"),
                }
                sleep(BETWEEN_NEWCOMERS).await;
            }
            took
        })
    };
    tokio::task::spawn_blocking(|| thread::spawn(come_in).join().unwrap()).await.unwrap()
}

/// Asks for the newest page as often as it is answered.
async fn join_over_and_over(door: Door, number: usize) {
    loop {
        if let Ok(mut socket) = door.open().await {
            let [hello, join] = greeting(&format!("joiner-{number}"), None);
            let _ = socket.send(hello).await;
            while socket.send(join.clone()).await.is_ok() {
                match socket.next().await {
                    Some(Ok(Message::Close(_)) | Err(_)) | None => break,
                    Some(Ok(_)) => {}
                }
            }
        }
        sleep(AGAIN).await;
    }
}

/// Asks for an upgrade, too, which once took a turn of those who come in.
async fn send_a_form_that_never_ends(address: SocketAddr) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            let head = format!(
                "POST /nickname HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100000\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes()).await;
            while stream.write_all(b"x").await.is_ok() {
                sleep(AGAIN * 4).await;
            }
        }
        sleep(AGAIN).await;
    }
}

/// Asks for something small, and keeps the connection.
async fn hold_a_connection(address: SocketAddr) {
    loop {
        if let Ok(mut stream) = TcpStream::connect(address).await {
            let request = format!("GET /healthz HTTP/1.1\r\nHost: {address}\r\n\r\n");
            let _ = stream.write_all(request.as_bytes()).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        }
        sleep(AGAIN).await;
    }
}
