//! Protects: nobody holds the server by being slow, large or many, and a drain loses no answer. Real sockets, port 0.

mod connection_slots;
mod rates;
mod tls;

use std::net::SocketAddr;

use axum::http::{StatusCode, header};
use axum::response::IntoResponse as _;
use axum::routing::{any, get};
use axum::{Extension, extract::Request};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::{Notify, mpsc};

use super::*;
use crate::server::config::{Config, Scheme};
use crate::server::limits::ClientLimits;

/// Far above anything that these tests wait for, far below the default timeouts of the server.
const SOON: Duration = Duration::from_secs(5);

struct Running {
    addr: SocketAddr,
    drain: CancellationToken,
    tracker: TaskTracker,
}

fn options() -> ListenerOptions {
    options_with(|_| {})
}

fn options_with(change: impl FnOnce(&mut Config)) -> ListenerOptions {
    let mut config = Config::default();
    change(&mut config);
    ListenerOptions::new(&config, Arc::new(ClientLimits::new(&config.limits)), None)
}

async fn start(options: ListenerOptions, router: Router) -> Running {
    let listener = bind("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let running = Running {
        addr: listener.local_addr().expect("bound"),
        drain: CancellationToken::new(),
        tracker: TaskTracker::new(),
    };
    tokio::spawn(serve(listener, router, options, running.drain.clone(), running.tracker.clone()));
    running
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

/// `/slow` tells when a request is in hand, and answers one for each permission to finish.
fn slow() -> (Router, mpsc::Receiver<()>, Arc<Notify>) {
    let (arrived, arrivals) = mpsc::channel(1);
    let finish = Arc::new(Notify::new());
    let gate = Arc::clone(&finish);
    let slow = get(|| async move {
        arrived.send(()).await.expect("awaited");
        gate.notified().await;
        "finished"
    });
    (hello().route("/slow", slow), arrivals, finish)
}

async fn connect(running: &Running) -> TcpStream {
    TcpStream::connect(running.addr).await.expect("accepted")
}

/// Sends these bytes and reads until the server closes.
async fn exchange(running: &Running, request: &[u8]) -> String {
    let mut stream = connect(running).await;
    stream.write_all(request).await.expect("sent");
    read_to_close(&mut stream).await
}

async fn read_to_close(stream: &mut (impl tokio::io::AsyncRead + Unpin)) -> String {
    let mut bytes = Vec::new();
    let read = tokio::time::timeout(SOON, stream.read_to_end(&mut bytes)).await;
    read.expect("the server closes soon").expect("and does so in order");
    String::from_utf8(bytes).expect("text")
}

/// Reads until what was read ends with `end`.
async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut bytes = Vec::new();
    while !bytes.ends_with(end.as_bytes()) {
        let byte = tokio::time::timeout(SOON, stream.read_u8()).await.expect("soon").expect("a byte");
        bytes.push(byte);
    }
    String::from_utf8(bytes).expect("text")
}

const KEEP: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
const SLOW: &[u8] = b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n";
const CLOSE: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn every_request_carries_its_peer_and_its_scheme() {
    let tell = |Extension(PeerAddress(peer)): Extension<PeerAddress>, Extension(scheme): Extension<Scheme>| async move {
        format!("{} {peer}", scheme.name())
    };
    let running = start(options(), Router::new().route("/", get(tell))).await;
    let mut stream = connect(&running).await;
    let own = stream.local_addr().expect("connected");
    stream.write_all(CLOSE).await.expect("sent");
    assert!(read_to_close(&mut stream).await.ends_with(&format!("http {own}")));
}

#[tokio::test]
async fn a_head_that_never_ends_is_closed_after_the_timeout() {
    let options = ListenerOptions { header_read_timeout: Duration::from_millis(50), ..options() };
    let running = start(options, hello()).await;
    let answer = exchange(&running, b"GET / HTTP/1.1\r\nhost: x\r\nx-slow: ").await;
    assert!(!answer.contains("200 OK"), "{answer}");
    assert_eq!(exchange(&running, b"").await, "", "nor may a client just sit there");
}

#[tokio::test]
async fn a_client_that_asks_and_never_reads_is_closed_after_the_timeout() {
    let large = get(|| async { vec![0_u8; 64 * 1_024 * 1_024] });
    let options = ListenerOptions { write_timeout: Duration::from_millis(50), ..options() };
    let running = start(options, Router::new().route("/", large)).await;
    let mut stream = connect(&running).await;
    stream.write_all(KEEP).await.expect("sent");
    stream.read_u8().await.expect("the answer has begun");
    running.tracker.close();
    tokio::time::timeout(SOON, running.tracker.wait()).await.expect("the connection is given up");
    drop(stream);
}

#[tokio::test]
async fn a_head_larger_than_the_limit_is_answered_with_431() {
    let running = start(ListenerOptions { request_head_bytes: 2_000, ..options() }, hello()).await;
    let large = format!("GET / HTTP/1.1\r\nhost: x\r\nx-large: {}\r\nconnection: close\r\n\r\n", "a".repeat(2_000));
    assert!(exchange(&running, large.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\nhost: x\r\n{}connection: close\r\n\r\n", "a: b\r\n".repeat(150));
    assert!(exchange(&running, many.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    assert!(exchange(&running, CLOSE).await.starts_with("HTTP/1.1 200 "), "a normal head passes");
}

#[tokio::test]
async fn http_2_with_prior_knowledge_is_refused() {
    let running = start(options(), hello()).await;
    let answer = exchange(&running, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
}

#[tokio::test]
async fn an_upgraded_socket_still_counts_and_can_be_taken_back() {
    let upgrade = any(|request: Request| async {
        tokio::spawn(async {
            let upgraded = hyper::upgrade::on(request).await.expect("upgraded");
            let parts = upgraded.downcast::<TokioIo<AcceptedSocket>>().expect("our socket");
            let mut socket = parts.io.into_inner();
            assert!(socket.plain().is_some());
            socket.write_all(b"upgraded").await.expect("sent");
            socket.read_u8().await
        });
        let headers = [(header::CONNECTION, "upgrade"), (header::UPGRADE, "test")];
        (StatusCode::SWITCHING_PROTOCOLS, headers).into_response()
    });
    let running = start(options_with(|config| config.limits.connections = 1), Router::new().route("/", upgrade)).await;
    let mut first = connect(&running).await;
    first.write_all(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: test\r\n\r\n").await.expect("sent");
    assert!(read_until(&mut first, "upgraded").await.starts_with("HTTP/1.1 101 "));
    assert!(exchange(&running, CLOSE).await.starts_with("HTTP/1.1 503 "));
}

#[tokio::test]
async fn a_panic_closes_the_connection_that_it_happened_on_and_no_other() {
    async fn panics() {
        panic!("on purpose");
    }
    let running = start(options(), hello().route("/panic", get(panics))).await;
    let mut other = connect(&running).await;
    other.write_all(KEEP).await.expect("sent");
    read_until(&mut other, "hello").await;

    assert_eq!(exchange(&running, b"GET /panic HTTP/1.1\r\nhost: x\r\n\r\n").await, "");

    other.write_all(CLOSE).await.expect("still open");
    assert!(read_to_close(&mut other).await.ends_with("hello"));
    assert!(exchange(&running, CLOSE).await.ends_with("hello"));
}

#[tokio::test]
async fn a_drain_finishes_the_request_in_hand_and_closes_idle_connections() {
    let (router, mut arrivals, finish) = slow();
    let running = start(options(), router).await;
    let mut idle = connect(&running).await;
    idle.write_all(KEEP).await.expect("sent");
    read_until(&mut idle, "hello").await;
    let mut busy = connect(&running).await;
    busy.write_all(SLOW).await.expect("sent");
    arrivals.recv().await.expect("the request is in hand");

    running.drain.cancel();
    assert_eq!(read_to_close(&mut idle).await, "");
    finish.notify_one();
    assert!(read_to_close(&mut busy).await.ends_with("finished"));
    running.tracker.close();
    tokio::time::timeout(SOON, running.tracker.wait()).await.expect("no connection is left");
    assert!(TcpStream::connect(running.addr).await.is_err(), "nothing listens any more");
}

/// The queue of a listener as the standard library makes it holds 128; whoever comes later is not answered at all.
#[tokio::test]
async fn hundreds_may_knock_before_the_first_is_let_in() {
    let listener = bind("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let addr = listener.local_addr().expect("bound");
    let mut waiting = Vec::new();
    for _ in 0..500 {
        let knock = tokio::time::timeout(SOON, TcpStream::connect(addr)).await;
        waiting.push(knock.expect("the queue has a place").expect("somebody listens"));
    }
}

#[tokio::test]
async fn a_taken_port_is_named_together_with_a_way_out() {
    let listener = bind("127.0.0.1:0".parse().expect("an address")).await.expect("a free port");
    let addr = listener.local_addr().expect("bound");
    let text = bind(addr).await.expect_err("taken").to_string();
    assert!(text.contains(&addr.to_string()) && text.contains("--addr"), "{text}");
    let foreign = bind("192.0.2.1:8080".parse().expect("an address")).await.expect_err("not ours").to_string();
    assert!(foreign.contains("192.0.2.1:8080") && foreign.contains("0.0.0.0:8080"), "{foreign}");
}

#[test]
fn accept_errors_that_last_are_waited_for_ever_longer_up_to_a_second() {
    let mut pause = Pause::default();
    let waits: Vec<_> = (0..9).map(|_| pause.next().as_millis()).collect();
    assert_eq!(waits, [10, 20, 40, 80, 160, 320, 640, 1_000, 1_000]);
    assert!(concerns_one_connection(&io::ErrorKind::ConnectionAborted.into()));
    assert!(!concerns_one_connection(&io::Error::from_raw_os_error(24)), "too many open files");
}
