//! What the fan-out writes, byte by byte: the same lines in the same order over TCP and TLS, whether the socket takes them
//! at once or not, and compressed for whoever can read that.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt, StreamExt};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::{Value, json};
use teahouse::server::config::Config;
use teahouse::server::net::websocket::{Deflater, inflate};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

use crate::support::{PATIENCE, Program, TestServer};

/// More than the operating system keeps for a reader that stands still.
const LINES: usize = 1_500;
const LINE_BYTES: usize = 8_000;

fn without_limits(config: &mut Config) {
    config.limits.sendq_bytes = 0;
    config.limits.sendq_frames = 0;
    config.limits.message_graphemes = 0;
    // The ear is deaf for as long as this machine needs for all lines.
    config.limits.write_timeout = Duration::ZERO;
}

/// The next line that comes, as `(number, bytes)`.
async fn hear<S: AsyncRead + AsyncWrite + Unpin>(socket: &mut WebSocketStream<S>) -> (usize, usize) {
    let text = loop {
        match timeout(PATIENCE, socket.next()).await.expect("a line comes").unwrap().unwrap() {
            Message::Text(text) => break text,
            Message::Ping(_) => {}
            other => panic!("a line was expected and this came: {other:?}"),
        }
    };
    let line: Value = serde_json::from_str(&text).unwrap();
    let said = line["message"].as_str().unwrap();
    (said.split(' ').next().unwrap().parse().unwrap(), said.len())
}

/// Says many long lines to somebody who begins to read only when all of them are said.
async fn speak_to_a_deaf_ear<S>(mut speaker: WebSocketStream<S>, mut ear: WebSocketStream<S>)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let line = |number: usize| format!("{number} {}", "x".repeat(LINE_BYTES));
    for number in 0..LINES {
        let said = json!({"nickname": "Speaker", "message": line(number), "time": "11-22 20:46:05"});
        speaker.send(Message::text(said.to_string())).await.unwrap();
        assert_eq!(hear(&mut speaker).await.0, number, "the speaker hears itself");
    }
    for number in 0..LINES {
        assert_eq!(hear(&mut ear).await, (number, line(number).len()));
    }
}

/// Protects order and completeness where a write does not fit the socket: the rest is parked and goes on later.
#[tokio::test]
async fn what_a_socket_does_not_take_at_once_comes_later_and_in_order() {
    let server = TestServer::start_with(without_limits).await;
    let connect = async || {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        client_async(server.socket_url("/"), stream).await.unwrap().0
    };
    speak_to_a_deaf_ear(connect().await, connect().await).await;
}

/// Protects the generic path: what lies between server and client may be more than a TCP stream.
#[tokio::test]
async fn the_same_is_true_over_tls() {
    let folder = TempDir::new().unwrap();
    let issued = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let [certificate, key] = ["certificate.pem", "key.pem"].map(|name| folder.path().join(name));
    std::fs::write(&certificate, issued.cert.pem()).unwrap();
    std::fs::write(&key, issued.signing_key.serialize_pem()).unwrap();
    let server = TestServer::start_with(|config| {
        without_limits(config);
        config.server.tls_cert = Some(certificate);
        config.server.tls_key = Some(key);
    })
    .await;
    let mut roots = RootCertStore::empty();
    roots.add(issued.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let client = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let connector = TlsConnector::from(Arc::new(client.with_root_certificates(roots).with_no_client_auth()));
    let connect = async || {
        let stream = TcpStream::connect(server.address()).await.unwrap();
        let stream = connector.connect(ServerName::try_from("localhost").unwrap(), stream).await.unwrap();
        client_async("wss://localhost/", stream).await.unwrap().0
    };
    speak_to_a_deaf_ear(connect().await, connect().await).await;
}

/// A plain socket on which frames are seen as they are.
struct RawSocket(TcpStream);

impl RawSocket {
    async fn open(server: &TestServer, extensions: &str) -> Self {
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request = format!(
            "GET / HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{extensions}\r\n",
            server.address()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.unwrap());
        }
        assert!(head.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&head));
        Self(stream)
    }

    /// The next frame that is no ping: its first byte and its payload.
    async fn frame(&mut self) -> (u8, Vec<u8>) {
        loop {
            match timeout(PATIENCE, self.any_frame()).await.expect("a frame comes") {
                (PING, _) => {}
                frame => return frame,
            }
        }
    }

    async fn any_frame(&mut self) -> (u8, Vec<u8>) {
        let (first, short) = (self.0.read_u8().await.unwrap(), self.0.read_u8().await.unwrap());
        let length = if short == 126 { usize::from(self.0.read_u16().await.unwrap()) } else { usize::from(short) };
        let mut payload = vec![0; length];
        self.0.read_exact(&mut payload).await.unwrap();
        (first, payload)
    }

    /// Sends a compressed text, under a mask that changes nothing.
    async fn send_compressed(&mut self, text: &str) {
        let deflated = Deflater::new(0).deflate(text.as_bytes()).to_vec();
        let mut frame = vec![COMPRESSED_TEXT];
        match u8::try_from(deflated.len()) {
            Ok(short) if short < 126 => frame.push(MASKED | short),
            _ => {
                frame.push(MASKED | 126);
                frame.extend(u16::try_from(deflated.len()).unwrap().to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(deflated);
        self.0.write_all(&frame).await.unwrap();
    }
}

const DEFLATE: &str = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n";
const TEXT: u8 = 0x81;
const COMPRESSED_TEXT: u8 = 0xc1;
const MASKED: u8 = 0x80;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;

/// RFC 7692. Protects both kinds of readers: whoever agreed on compression gets long lines small, nobody else notices.
#[tokio::test]
async fn a_long_line_is_compressed_for_those_who_can_read_that() {
    let server = TestServer::start().await;
    let mut able = RawSocket::open(&server, DEFLATE).await;
    let mut small_window =
        RawSocket::open(&server, "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=9\r\n").await;
    let mut unable = RawSocket::open(&server, "").await;
    let mut speaker = Program::connect(&server.socket_url("/")).await;
    let long = "a long line about tea, ".repeat(100) + "and that is all";
    speaker.say("Speaker", &long).await;
    let (first, plain) = unable.frame().await;
    assert_eq!(first, TEXT);
    assert!(plain.windows(long.len()).any(|window| window == long.as_bytes()));
    assert_eq!(small_window.frame().await, (TEXT, plain.clone()), "a match could reach out of its window");
    let (first, deflated) = able.frame().await;
    assert_eq!(first, COMPRESSED_TEXT);
    assert!(deflated.len() < plain.len() / 4, "{} of {} bytes", deflated.len(), plain.len());
    assert_eq!(inflate(&deflated, plain.len()).unwrap(), plain);

    speaker.say("Speaker", "a short line").await;
    assert_eq!(unable.frame().await, able.frame().await, "a short line is the same for all");
}

/// RFC 7692. Protects memory from bombs: what a client sends compressed counts as what it inflates to.
#[tokio::test]
async fn a_client_may_compress_what_it_says_but_not_beyond_the_limit() {
    let server = TestServer::start_with(|config| config.limits.frame_bytes = 10_000).await;
    let mut able = RawSocket::open(&server, DEFLATE).await;
    let message = "said in few bytes ".repeat(100);
    let said = json!({"nickname": "Able", "message": message.trim(), "time": "11-22 20:46:05"}).to_string();
    able.send_compressed(&said).await;
    let (first, deflated) = able.frame().await;
    let line: Value = serde_json::from_slice(&inflate(&deflated, 100_000).unwrap()).unwrap();
    assert_eq!((first, line["message"].as_str()), (COMPRESSED_TEXT, Some(message.trim())));

    able.send_compressed(&"x".repeat(1_000_000)).await;
    let (first, reason) = able.frame().await;
    assert_eq!((first, &reason[..2]), (CLOSE, 1009_u16.to_be_bytes().as_slice()));
}
