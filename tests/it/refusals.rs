//! Bad input on the member socket: a clear answer, and the connection stays.

use futures::SinkExt;
use serde_json::json;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Member, TestServer};

/// Protects a line that cannot be said: its sender is told which one and why.
#[tokio::test]
async fn a_line_that_cannot_be_said_is_nacked_with_the_reason() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let long = "字".repeat(4_001);
    let heavy = "👨‍👩‍👧‍👦".repeat(700);
    let family = "👨‍👩‍👧‍👦".repeat(600);
    for (id, text, code) in [
        ("empty", "", "empty_message"),
        ("blank", " \n\t ", "empty_message"),
        ("long", long.as_str(), "message_too_long"),
        ("heavy", heavy.as_str(), "message_too_long"),
        ("unseen", "\0\u{1b}[31m", "empty_message"),
        ("reversed", "a\u{202e}b", "forbidden_character"),
        ("closed", "a\u{202d}b\u{202c}", "forbidden_character"),
    ] {
        assert_eq!(alice.say("lobby", id, text).await.unwrap_err().code.name(), code, "{id}");
    }
    alice.say("lobby", "family", &family).await.expect("600 families are 600 graphemes");
    alice.say("lobby", "lines", "two\nlines\tand a tab").await.unwrap();
    let refusal = alice.say("lobby", "lines", "another text").await.unwrap_err();
    assert_eq!(refusal.code.name(), "id_conflict");
    assert!(!refusal.is_temporary());
}

/// Protects a newer program on an older server: it learns which post was not understood, and why.
#[tokio::test]
async fn a_post_of_a_kind_that_members_cannot_post_is_nacked_by_its_id() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for (id, body) in [
        ("newer", json!({"kind": "poll", "question": "Oolong?", "text": 7})),
        ("forged", json!({"kind": "room_created"})),
    ] {
        alice.send_json(json!({"type": "post", "room": "lobby", "id": id, "body": body})).await;
        assert_eq!(alice.answer(id).await.unwrap_err().code.name(), "unknown_kind", "{id}");
    }
    alice.still_works().await;
}

/// Protects bots from guessing: each wrong frame has its code, and the connection lives on.
#[tokio::test]
async fn a_wrong_frame_is_refused_and_the_connection_stays() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for (frame, code) in [
        ("not json".to_owned(), "malformed_frame"),
        ("[1,2]".to_owned(), "malformed_frame"),
        (json!({"type": "dance"}).to_string(), "malformed_frame"),
        (json!({"type": "join", "room": "lobby", "x": 1}).to_string(), "malformed_frame"),
        (json!({"type": "join", "room": "No Such Room"}).to_string(), "malformed_frame"),
        ("[".repeat(5_000), "malformed_frame"),
        (json!({"type": "post", "room": "lobby", "id": "x", "body": {"text": "hi"}}).to_string(), "malformed_frame"),
        (json!({"type": "hello", "protocol": 2, "tab": "t"}).to_string(), "hello_expected"),
        (json!({"type": "join", "room": "nowhere"}).to_string(), "room_not_found"),
    ] {
        alice.send_text(&frame).await;
        assert_eq!(alice.refused().await.code.name(), code, "{}", &frame[..frame.len().min(60)]);
    }
    alice.socket.send(Message::binary(vec![0, 159, 146, 150])).await.unwrap();
    assert_eq!(alice.refused().await.code.name(), "binary_frame");
    alice.still_works().await;
}

/// Protects the order of a session.
#[tokio::test]
async fn everything_before_hello_is_refused() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut early = browser.socket().await;
    early.send_json(json!({"type": "join", "room": "lobby"})).await;
    assert_eq!(early.refused().await.code.name(), "hello_expected");
    let refusal = early.say("lobby", "one", "hi").await.unwrap_err();
    assert_eq!(refusal.code.name(), "hello_expected");
    early.hello().await;
    early.join("lobby").await;
}

/// Protects a client of another version from a conversation that neither side understands.
#[tokio::test]
async fn another_protocol_version_is_closed_for_good() {
    let server = TestServer::start().await;
    let mut future = server.browser().socket().await;
    future.send_json(json!({"type": "hello", "protocol": 99, "tab": "t"})).await;
    let close = future.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4101, "unsupported_protocol"));
}

/// Protects a page that was open over an upgrade of the server: it learns that it must be reloaded. A browser tells no page
/// why a handshake was refused, so it is not.
#[tokio::test]
async fn a_page_of_another_version_is_told_so_over_the_socket_that_it_asked_for() {
    let server = TestServer::start().await;
    for version in ["teahouse.v1", "teahouse.v99"] {
        let mut request = server.socket_url("/ws").into_client_request().unwrap();
        request.headers_mut().insert("sec-websocket-protocol", version.parse().unwrap());
        let (socket, response) = connect_async(request).await.unwrap();
        assert_eq!(response.headers()["sec-websocket-protocol"], version);
        let close = Member::over(socket).closed().await;
        assert_eq!((u16::from(close.code), close.reason.as_str()), (4101, "unsupported_protocol"), "{version}");
    }
}

/// Protects memory: nothing larger than the limit is even collected.
#[tokio::test]
async fn a_frame_over_the_limit_closes_with_1009() {
    let server = TestServer::start().await;
    for bytes in [65_537, 1_000_000] {
        let mut alice = server.member(&format!("Alice {bytes}")).await;
        // The server may close before all of it is written, so the write itself may fail.
        let _ = alice.socket.send(Message::text("x".repeat(bytes))).await;
        let close = alice.closed().await;
        assert_eq!((u16::from(close.code), close.reason.as_str()), (1009, "frame_too_large"), "{bytes} bytes");
    }
    server.member("Next").await.still_works().await;
}

/// Protects everybody else's text from bytes that are none.
#[tokio::test]
async fn text_that_is_not_utf8_closes_with_1007() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let frame = Frame::message(vec![0xff, 0xfe], OpCode::Data(Data::Text), true);
    alice.socket.send(Message::Frame(frame)).await.unwrap();
    assert_eq!(u16::from(alice.closed().await.code), 1007);
}

/// Protects the processor from frames that say nothing: each fragment of a message costs what a frame costs.
#[tokio::test]
async fn a_flood_of_empty_fragments_is_refused_and_then_closed() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
    let server = TestServer::start_with(|config| {
        config.limits.frames_per_minute = 60;
        config.limits.frames_burst = 5;
        config.limits.refused_frames = 10;
    })
    .await;
    let fragment = |opcode| Message::Frame(Frame::message(Vec::new(), OpCode::Data(opcode), false));
    let mut alice = server.member("Alice").await;
    alice.socket.send(fragment(Data::Text)).await.unwrap();
    for _ in 0..30 {
        alice.socket.feed(fragment(Data::Continue)).await.unwrap();
    }
    alice.socket.flush().await.unwrap();
    let close = alice.closed().await;
    assert_eq!((u16::from(close.code), close.reason.as_str()), (4002, "too_fast"));
    let mut program = server.program().await;
    program.socket.send(fragment(Data::Text)).await.unwrap();
    for _ in 0..30 {
        program.socket.feed(fragment(Data::Continue)).await.unwrap();
    }
    program.socket.flush().await.unwrap();
    assert_eq!(u16::from(program.closed().await.code), 4002);
}

/// Protects against fragments without end: they count together.
#[tokio::test]
async fn fragments_are_counted_together() {
    use tokio_tungstenite::tungstenite::protocol::frame::Frame;
    use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let fragment = |opcode| Message::Frame(Frame::message(vec![b'x'; 8_000], OpCode::Data(opcode), false));
    let _ = alice.socket.send(fragment(Data::Text)).await;
    for _ in 0..10 {
        if alice.socket.send(fragment(Data::Continue)).await.is_err() {
            break;
        }
    }
    assert_eq!(u16::from(alice.closed().await.code), 1009);
}
