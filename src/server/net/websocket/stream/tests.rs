use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::super::decoder::Close;
use super::super::error::ProtocolError;
use super::super::frame::{Opcode, encode};
use super::super::test_client::{ClientFrame, stream};
use super::*;

const LIMIT: usize = 1000;
/// Long enough for any machine; it only turns a hang into a failure.
const PATIENCE: Duration = Duration::from_secs(20);

/// A server's end with `bytes` of room for what the client has not read, and the client's end.
fn pair(bytes: usize) -> (WebSocket<DuplexStream>, DuplexStream) {
    let (server, client) = duplex(bytes);
    (WebSocket::new(server, BytesMut::new(), LIMIT, None), client)
}

fn text(text: &str) -> Incoming<'static> {
    Incoming::Text(text.to_owned().into())
}

/// Receives what must come without another byte from the client.
async fn receive(server: &mut WebSocket<DuplexStream>) -> Result<Incoming<'static>, ReceiveError> {
    timeout(PATIENCE, server.receive()).await.expect("something to receive is there")
}

/// Whether a call waits, without waiting for it.
async fn waits<T>(call: impl Future<Output = T>) -> bool {
    tokio::select! {
        biased;
        _ = call => false,
        () = std::future::ready(()) => true,
    }
}

#[tokio::test]
async fn messages_that_came_together_are_received_one_by_one() {
    let (mut server, mut client) = pair(4096);
    let frames = ["one", "two", "three"].map(|text| ClientFrame::new(Opcode::Text, text));
    client.write_all(&stream(&frames)).await.unwrap();
    for expected in ["one", "two", "three"] {
        assert_eq!(receive(&mut server).await.unwrap(), text(expected));
    }
    assert!(waits(server.receive()).await);
}

#[tokio::test]
async fn what_was_read_behind_the_request_is_received_first() {
    let (io, mut client) = duplex(4096);
    let [early, late] = ["early", "late"].map(|text| ClientFrame::new(Opcode::Text, text).bytes());
    client.write_all(&late).await.unwrap();
    let mut server = WebSocket::new(io, BytesMut::from(&early[..]), LIMIT, None);
    assert_eq!(receive(&mut server).await.unwrap(), text("early"));
    assert_eq!(receive(&mut server).await.unwrap(), text("late"));
}

#[tokio::test]
async fn a_connection_that_waits_owns_no_buffer() {
    let (mut server, mut client) = pair(64);
    for _ in 0..3 {
        for byte in stream(&[ClientFrame::new(Opcode::Text, "slow"), ClientFrame::new(Opcode::Ping, "")]) {
            client.write_all(&[byte]).await.unwrap();
            let _ = waits(server.receive()).await;
        }
        server.send(vec![encode(Opcode::Text, b"a"), encode(Opcode::Text, b"b")]).await.unwrap();
    }
    assert_eq!(server.inbox.kept_bytes(), 0);
    assert_eq!(server.write_buffer.capacity(), 0);
    let receive = size_of_val(&server.receive());
    assert!(receive <= 64, "the future of a receive has {receive} bytes");
}

#[tokio::test]
async fn a_receive_that_is_cancelled_loses_nothing() {
    let (mut server, mut client) = pair(4096);
    for byte in ClientFrame::new(Opcode::Text, "patience").bytes() {
        assert!(waits(server.receive()).await);
        client.write_all(&[byte]).await.unwrap();
    }
    assert_eq!(receive(&mut server).await.unwrap(), text("patience"));
}

#[tokio::test]
async fn frames_are_written_in_order_and_a_cancelled_send_tears_none() {
    let (mut server, mut client) = pair(10);
    let frames: Vec<Bytes> = (0..200_u8).map(|number| encode(Opcode::Binary, &[number; 7])).collect();
    let expected = frames.concat();
    for frames in frames.chunks(100) {
        assert!(waits(server.send(frames.to_vec())).await, "the client reads nothing yet");
    }
    let mut written = vec![0; expected.len()];
    let sent_and_read = async { tokio::join!(server.send(Vec::new()), client.read_exact(&mut written)) };
    let (sent, read) = timeout(PATIENCE, sent_and_read).await.expect("the client makes room");
    sent.unwrap();
    read.unwrap();
    assert_eq!(written, expected);
}

#[tokio::test]
async fn every_ping_is_answered_while_there_is_room() {
    let (mut server, mut client) = pair(4096);
    let payloads = ["1", "2", "3"];
    client.write_all(&stream(&payloads.map(|payload| ClientFrame::new(Opcode::Ping, payload)))).await.unwrap();
    for payload in payloads {
        assert_eq!(receive(&mut server).await.unwrap(), Incoming::Ping(payload.as_bytes().into()));
    }
    assert!(waits(server.receive()).await);
    let mut pongs = [0; 9];
    timeout(PATIENCE, client.read_exact(&mut pongs)).await.expect("the pongs are written").unwrap();
    assert_eq!(pongs, *b"\x8a\x011\x8a\x012\x8a\x013");
}

#[tokio::test]
async fn a_client_that_pings_and_never_reads_costs_one_pong() {
    let (mut server, mut client) = pair(40);
    let full = encode(Opcode::Binary, &[0; 38]);
    server.send(vec![full.clone()]).await.unwrap();
    for number in 0..100_u8 {
        client.write_all(&ClientFrame::new(Opcode::Ping, [number]).bytes()).await.unwrap();
        assert_eq!(receive(&mut server).await.unwrap(), Incoming::Ping(vec![number].into()));
    }
    let mut written = vec![0; full.len() + 6];
    // The first was on its way when the second came; the last stands for all others.
    let sent_and_read = async { tokio::join!(server.send(Vec::new()), client.read_exact(&mut written)) };
    let (sent, read) = timeout(PATIENCE, sent_and_read).await.expect("the client makes room");
    sent.unwrap();
    read.unwrap();
    assert_eq!(written[full.len()..], *b"\x8a\x01\x00\x8a\x01\x63");
}

#[tokio::test]
async fn a_client_that_closes_is_answered_with_its_code_and_nothing_after() {
    let (mut server, mut client) = pair(4096);
    client.write_all(&ClientFrame::new(Opcode::Close, b"\x03\xe9bye").bytes()).await.unwrap();
    let close = Close { code: CloseStatus::GOING_AWAY, reason: "bye".to_owned() };
    assert_eq!(receive(&mut server).await.unwrap(), Incoming::Close(Some(close)));
    server.send(vec![encode(Opcode::Text, b"too late")]).await.unwrap();
    let mut answer = Vec::new();
    let (closed, read) = tokio::join!(server.close(CloseStatus::NORMAL, "unheard"), async {
        let read = client.read_to_end(&mut answer).await;
        drop(client);
        read
    });
    closed.unwrap();
    read.unwrap();
    assert_eq!(answer, b"\x88\x02\x03\xe9");
}

#[tokio::test]
async fn a_close_waits_until_the_client_has_closed_too() {
    let (server, mut client) = pair(4096);
    client.write_all(&ClientFrame::new(Opcode::Text, "unread").bytes()).await.unwrap();
    let mut close = Box::pin(server.close(CloseStatus::NORMAL, ""));
    assert!(waits(&mut close).await);
    drop(client);
    timeout(PATIENCE, close).await.expect("the client has closed").unwrap();
}

#[tokio::test]
async fn a_stream_that_ends_is_closed() {
    let (mut server, client) = pair(4096);
    drop(client);
    assert!(matches!(receive(&mut server).await, Err(ReceiveError::Closed)));
}

#[tokio::test]
async fn a_rule_that_is_broken_is_reported_after_what_came_before_it() {
    let (mut server, mut client) = pair(4096);
    let mut bytes = ClientFrame::new(Opcode::Text, "right").bytes();
    bytes.extend([0x81, 0x01]);
    client.write_all(&bytes).await.unwrap();
    assert_eq!(receive(&mut server).await.unwrap(), text("right"));
    assert!(matches!(receive(&mut server).await, Err(ReceiveError::Protocol(ProtocolError::Unmasked))));
}

/// Over real sockets: closing with unread data would reset the connection and take the reason with it.
#[tokio::test]
async fn the_reason_of_a_close_reaches_a_client_that_is_still_talking() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (io, _) = listener.accept().await.unwrap();
    let server = WebSocket::new(io, BytesMut::new(), LIMIT, None);
    client.write_all(&vec![0; 200_000]).await.unwrap();
    let mut answer = Vec::new();
    let (closed, read) = tokio::join!(timeout(PATIENCE, server.close(CloseStatus::TOO_LARGE, "too much")), async {
        let read = client.read_to_end(&mut answer).await;
        drop(client);
        read
    });
    closed.expect("it ends when the client does").unwrap();
    read.unwrap();
    assert_eq!(answer, b"\x88\x0a\x03\xf1too much");
}
