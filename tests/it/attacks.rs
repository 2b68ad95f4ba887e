//! Whoever hosts a server is told of attacks: each kind is shown through the door that it comes by, and the log names it
//! with the address, and with the setting that decides. What honest clients do is not named.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use futures::SinkExt;
use serde_json::json;
use teahouse::protocol::limits::SUBPROTOCOL;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Request;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::PATIENCE;
use crate::support::process::{self, Teahouse};

/// A client that reads nothing takes no more than a few kilobytes into its own buffer.
const SMALL_BUFFER: u32 = 4_096;

const GARBAGE: &str = r#"{"message": "a secret""#;

/// A server that loses its patience soon.
struct Target {
    teahouse: Teahouse,
    address: SocketAddr,
    _data: TempDir,
}

impl Target {
    async fn start() -> Self {
        let data = TempDir::new().unwrap();
        let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_teahouse")), data.path());
        process::without_rates(&mut command);
        command.envs([
            ("TEAHOUSE_LIMITS_CONNECTIONS_PER_ADDRESS", "2"),
            ("TEAHOUSE_LIMITS_HEADER_READ_TIMEOUT_MS", "300"),
            ("TEAHOUSE_LIMITS_REQUEST_TIMEOUT_MS", "2000"),
            ("TEAHOUSE_LIMITS_WRITE_TIMEOUT_MS", "300"),
            ("TEAHOUSE_LIMITS_REFUSED_FRAMES", "3"),
            ("TEAHOUSE_SERVER_HOSTS", "chat.example.org"),
        ]);
        let teahouse = Teahouse::start(&mut command).await;
        let address = teahouse.url.trim_start_matches("http://").parse().unwrap();
        Self { teahouse, address, _data: data }
    }

    /// Each attack comes from an address of its own, since the log names each kind once a minute for each address.
    async fn connect(&self, last: u8) -> TcpStream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(SMALL_BUFFER).unwrap();
        socket.bind(SocketAddr::from((source(last), 0))).unwrap();
        socket.connect(self.address).await.unwrap()
    }

    fn handshake(&self, path: &str) -> Request {
        let mut request = format!("ws://{}{path}", self.address).into_client_request().unwrap();
        if path == "/ws" {
            request.headers_mut().insert("sec-websocket-protocol", SUBPROTOCOL.parse().unwrap());
        }
        request
    }

    async fn socket(&self, last: u8, path: &str) -> WebSocketStream<TcpStream> {
        client_async(self.handshake(path), self.connect(last).await).await.unwrap().0
    }

    /// Sends these bytes, and keeps the connection.
    async fn send(&self, last: u8, head: &str) -> TcpStream {
        let mut stream = self.connect(last).await;
        stream.write_all(head.replace("HOST", &self.address.to_string()).as_bytes()).await.unwrap();
        stream
    }

    /// Waits until the log names an attack of this kind from this address.
    async fn is_told(&mut self, kind: &str, last: u8) -> String {
        let line = self.teahouse.says(&format!("kind=\"{kind}\"")).await.expect("the server ended");
        assert!(line.contains(&format!("address={}", source(last))), "{kind} of another address: {line}");
        line
    }
}

fn source(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 1, last)
}

/// Goes on until the server has had enough.
async fn send_all(mut socket: WebSocketStream<TcpStream>, frames: impl IntoIterator<Item = String>) {
    for frame in frames {
        if socket.send(Message::text(frame)).await.is_err() {
            break;
        }
    }
    // The connection stays open, and nothing is read.
    std::future::pending().await
}

#[tokio::test]
async fn the_log_names_whoever_breaks_the_rules_of_http() {
    let mut target = Target::start().await;
    let upgrade = "Host: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    // Browsers open connections ahead of what they ask for, and people open the address of a socket.
    let mut silent = target.connect(1).await;
    timeout(PATIENCE, silent.read_to_end(&mut Vec::new())).await.unwrap().unwrap();
    let mut person = target.send(1, "GET /ws HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n").await;
    person.read_to_end(&mut Vec::new()).await.unwrap();

    let _held = [target.socket(2, "/").await, target.socket(2, "/").await];
    let _refused = target.connect(2).await;
    let line = target.is_told("too many connections", 2).await;
    assert!(line.contains("setting=\"limits.connections_per_address\""), "{line}");

    let mut foreign = target.handshake("/");
    foreign.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    assert!(client_async(foreign, target.connect(3).await).await.is_err());
    target.is_told("foreign origin", 3).await;

    // A program that took over a cookie is no page of another site.
    let mut with_cookie = target.handshake("/ws");
    with_cookie.headers_mut().insert("cookie", "teahouse=x".parse().unwrap());
    assert!(client_async(with_cookie, target.connect(3).await).await.is_err());
    target.is_told("cookie without origin", 3).await;

    let _kept = target.send(4, "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").await;
    let line = target.is_told("unknown host", 4).await;
    assert!(line.contains("setting=\"server.hosts\""), "{line}");

    let _kept = target.send(5, "GET / HTTP/1.1\r\nHost: HOST\r\nx-slow: ").await;
    target.is_told("slow request", 5).await;
    let form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nnickname=";
    let _kept = target.send(6, &format!("POST /nickname HTTP/1.1\r\nHost: HOST\r\n{form}")).await;
    target.is_told("slow request", 6).await;

    for (last, path) in [(7, "/"), (8, "/ws"), (9, "/plain/lobby")] {
        let _kept = target.send(last, &format!("GET {path} HTTP/1.1\r\n{upgrade}")).await;
        target.is_told("bad handshake", last).await;
    }

    target.teahouse.signal("TERM");
    let (_, said) = target.teahouse.end().await;
    assert!(!said.contains(&format!("address={}", source(1))), "honest clients are named: {said}");
}

#[tokio::test]
async fn the_log_names_whoever_breaks_the_rules_of_websocket() {
    let mut target = Target::start().await;
    for (last, path) in [(1, "/"), (2, "/ws")] {
        let mut socket = target.socket(last, path).await;
        // A client's frames are masked.
        socket.get_mut().write_all(&[0x81, 0x01, b'x']).await.unwrap();
        target.is_told("broken frames", last).await;
    }
    for (last, path) in [(3, "/"), (4, "/ws")] {
        let large = json!({"nickname": "Large", "message": "x".repeat(70_000)}).to_string();
        let _kept = tokio::spawn(send_all(target.socket(last, path).await, [large]));
        target.is_told("broken frames", last).await;
    }
    for (last, path) in [(5, "/"), (6, "/ws")] {
        let _kept = tokio::spawn(send_all(target.socket(last, path).await, vec![GARBAGE.to_owned(); 3]));
        let line = target.is_told("refused frames", last).await;
        assert!(line.contains("setting=\"limits.refused_frames\""), "{line}");
    }
    target.teahouse.signal("TERM");
    let (_, said) = target.teahouse.end().await;
    assert!(!said.contains("secret"), "what was sent is in the log: {said}");
}

#[tokio::test]
async fn the_log_names_whoever_does_not_read_what_it_asked_for() {
    let mut target = Target::start().await;
    let line = json!({"nickname": "Loud", "message": "x".repeat(4_000)}).to_string();
    let _kept = tokio::spawn(send_all(target.socket(1, "/").await, vec![line; 3_000]));
    target.is_told("slow reader", 1).await;

    let hello = json!({"type": "hello", "protocol": 2, "tab": "deaf"}).to_string();
    let join = json!({"type": "join", "room": "lobby"}).to_string();
    let frames = std::iter::once(hello).chain(vec![join; 1_000]);
    let _kept = tokio::spawn(send_all(target.socket(2, "/ws").await, frames));
    target.is_told("slow reader", 2).await;

    let read = "GET /api/v1/rooms/lobby/events HTTP/1.1\r\nHost: HOST\r\n\r\n";
    let mut reader = target.connect(3).await;
    let requests = read.replace("HOST", &target.address.to_string()).repeat(300);
    let _kept = tokio::spawn(async move {
        let _ = reader.write_all(requests.as_bytes()).await;
        std::future::pending::<()>().await
    });
    target.is_told("slow reader", 3).await;
}
