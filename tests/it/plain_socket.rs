//! The compatibility promise: a program written for the simplest WebSocket chat works unmodified.

use serde_json::json;
use teahouse::protocol::Event;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::support::{Program, TestServer};

/// Protects the whole exchange as the simplest tutorial has it: the sender's own line comes back, with its own time.
#[tokio::test]
async fn a_program_gets_its_own_line_back_as_it_wrote_it() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    program.send_text(&json!({"nickname": "Ann", "message": "你好", "time": "whenever"}).to_string()).await;
    let line = program.receive().await;
    assert_eq!(line["nickname"], "Ann");
    assert_eq!(line["message"], "你好");
    assert_eq!(line["time"], "whenever");
    assert_eq!(line["status"], 1);
    assert_eq!(line["room"], "lobby");
    let at = line["at"].as_str().unwrap();
    assert!(at.ends_with('Z') && at.contains('T'), "{at} is not RFC 3339 in UTC");
}

/// Protects terminals that print what comes: a time that could not be shown as it is gives way to the server's.
#[tokio::test]
async fn a_time_that_is_no_text_to_show_is_replaced_by_the_servers() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    for time in ["\u{1b}[2J", "12:00\u{7}", "\u{202E}00:21", "  ", "\u{200B}"] {
        program.send_text(&json!({"nickname": "Ann", "message": "hi", "time": time}).to_string()).await;
        let shown = program.receive().await["time"].as_str().unwrap().to_owned();
        let shape: String = shown.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
        assert_eq!(shape, "00-00 00:00:00", "{time:?}");
    }
}

/// Protects the time format of lines that come from web people.
#[tokio::test]
async fn a_line_from_the_web_has_the_servers_time() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    let mut alice = server.member("Alice").await;
    alice.say("lobby", "one", "hi").await.unwrap();
    let line = program.receive().await;
    let time = line["time"].as_str().unwrap();
    let shape: String = time.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    assert_eq!(shape, "00-00 00:00:00", "{time}");
}

/// Protects the leave notice, and the silence of somebody who never said a word.
#[tokio::test]
async fn leaving_is_told_with_status_zero_unless_nobody_ever_heard_them() {
    let server = TestServer::start().await;
    let mut stays = server.program().await;
    let silent = server.program().await;
    silent.close().await;
    let mut speaks = server.program().await;
    speaks.say("Ann", "hello").await;
    assert_eq!(stays.line().await, ("Ann".into(), "hello".into(), 1));
    speaks.close().await;
    assert_eq!(stays.line().await, ("Ann".into(), String::new(), 0));
}

/// Protects programs that change the nickname between two messages.
#[tokio::test]
async fn a_new_nickname_is_the_old_one_leaving() {
    let server = TestServer::start().await;
    let mut reader = server.program().await;
    let mut program = server.program().await;
    program.say("Ann", "one").await;
    assert_eq!(reader.line().await.0, "Ann");
    program.say("Anna", "two").await;
    let mut seen = vec![reader.line().await, reader.line().await];
    seen.sort_by_key(|line| line.2);
    assert_eq!(seen, [("Ann".into(), String::new(), 0), ("Anna".into(), "two".into(), 1)]);
}

/// Protects a program that says much at once, under two names, and does not wait for anything: every line comes, in its
/// order, and both names are seen to leave.
#[tokio::test]
async fn whoever_says_many_lines_at_once_has_said_them_all_before_leaving() {
    let server = TestServer::start().await;
    let mut reader = server.program().await;
    let mut program = server.program().await;
    for number in 0..100 {
        program.say(if number == 0 { "Ann" } else { "Anna" }, &number.to_string()).await;
    }
    // A socket that is closed with something unread is reset, and takes along what the server has not read.
    while program.line().await.1 != "99" {}
    program.close().await;
    let (mut lines, mut leaves) = (Vec::new(), Vec::new());
    for _ in 0..102 {
        match reader.line().await {
            (name, _, 0) => leaves.push(name),
            (_, text, _) => lines.push(text),
        }
    }
    assert_eq!(lines, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
    assert_eq!(leaves, ["Ann", "Anna"]);
}

/// Protects members from missing programs in the roster, and programs from missing members' leaving.
#[tokio::test]
async fn programs_and_members_see_each_other_come_and_go() {
    let server = TestServer::start_with(|config| config.rooms.leave_grace = std::time::Duration::ZERO).await;
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    program.say("Script", "hi").await;
    alice.wait_for_online("Script").await;
    assert_eq!(program.line().await.0, "Script");
    alice.say("lobby", "one", "hi Script").await.unwrap();
    assert_eq!(program.line().await, ("Alice".into(), "hi Script".into(), 1));
    drop(alice);
    assert_eq!(program.line().await, ("Alice".into(), String::new(), 0));
}

/// Protects the order of the conversation: a program that speaks on coming in is seen to come before it speaks.
#[tokio::test]
async fn a_program_is_seen_to_come_before_its_first_line() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    program.say("Script", "hello").await;
    let first = alice
        .wait_for(|event| match event {
            Event::Presence { joined, .. } if joined.iter().any(|person| person.nickname == "Script") => Some("came"),
            Event::Publication { .. } => Some("spoke"),
            _ => None,
        })
        .await;
    assert_eq!(first, "came");
}

/// Protects `/plain/{room}`, and rooms from hearing each other.
#[tokio::test]
async fn a_program_can_talk_in_any_room() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    browser.post("/rooms", &[("title", "Tea two"), ("room", "lobby")]).await;
    let mut there = Program::connect(&server.socket_url("/plain/tea-two")).await;
    let mut lobby = server.program().await;
    there.say("Ann", "in the room").await;
    let line = there.receive().await;
    assert_eq!((line["message"].as_str(), line["room"].as_str()), (Some("in the room"), Some("tea-two")));
    lobby.say("Ben", "in the lobby").await;
    assert_eq!(lobby.line().await.1, "in the lobby");
}

/// Protects the connection of a program that sends nonsense: it is told what is wrong, and stays.
#[tokio::test]
async fn what_is_not_a_message_is_refused_and_the_connection_stays() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    for (sent, code) in [
        ("[]", "malformed_frame"),
        (r#"{"nickname":7,"message":"x","time":""}"#, "malformed_frame"),
        (r#"{"nickname":"Ann"}"#, "malformed_frame"),
        (r#"{"nickname":"Ann","message":"   "}"#, "empty_message"),
        (r#"{"nickname":"Ann","message":"a\u202eb"}"#, "forbidden_character"),
        (r#"{"nickname":"","message":"x"}"#, "nickname_empty"),
        (r#"{"nickname":"admin","message":"x"}"#, "nickname_reserved"),
        (r#"{"nickname":"a\u202eb","message":"x"}"#, "nickname_forbidden_character"),
        (r#"{"nickname":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","message":"x"}"#, "nickname_too_long"),
    ] {
        program.send_text(sent).await;
        assert_eq!(program.refused().await, code, "{sent}");
    }
    let long = json!({"nickname": "Ann", "message": "x".repeat(4_001), "time": ""}).to_string();
    program.send_text(&long).await;
    assert_eq!(program.refused().await, "message_too_long");
    program.send_binary(b"\x00\x01").await;
    assert_eq!(program.refused().await, "binary_frame");
    program.send_text(r#"{"nickname":"Ann","message":"still here","extra":true}"#).await;
    assert_eq!(program.line().await.1, "still here");
}

/// Protects the one who writes a program from guessing which of its fields is wrong.
#[tokio::test]
async fn a_refusal_names_the_field_that_is_wrong() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    for (sent, words) in [
        (r#"{"message":"x"}"#, "\"nickname\" is missing"),
        (r#"{"nickname":"Ann"}"#, "\"message\" is missing"),
        (r#"{"nickname":7,"message":"x"}"#, "\"nickname\" must be text and is a number"),
        (r#"{"nickname":"Ann","message":null}"#, "\"message\" must be text and is null"),
        (r#"{"nickname":"Ann","message":["x"]}"#, "\"message\" must be text and is a list"),
        (r#"["Ann","x"]"#, "no JSON object"),
        (r#"{"nickname":"Ann","#, "begins like JSON and is none"),
    ] {
        program.send_text(sent).await;
        let refusal = program.receive().await;
        let error = refusal["error"].as_str().unwrap();
        assert!(error.starts_with("malformed_frame: ") && error.contains(words), "{sent}: {error}");
    }
}

/// Protects programs of other tutorials: a time that is a number or nothing at all is no reason to refuse a line.
#[tokio::test]
async fn a_time_may_be_anything() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    for (time, shown) in
        [("1764000009000", Some("1764000009000")), ("12.5", Some("12.5")), ("null", None), ("{}", None)]
    {
        program.send_text(&format!(r#"{{"nickname":"Ann","message":"x","time":{time}}}"#)).await;
        let line = program.receive().await;
        let heard = line["time"].as_str().unwrap();
        assert!(shown.map_or(heard.len() == 14, |shown| heard == shown), "{time}: {line}");
    }
}

/// Protects programs that say who they are first: bare text or a JSON string is the nickname, and lines may then leave it
/// out. What comes later as bare text is not said under that name by mistake.
#[tokio::test]
async fn bare_text_on_joining_is_the_nickname() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for (introduction, nickname) in [("Ann", "Ann"), ("\"小雨\"", "小雨"), ("42", "42")] {
        let mut program = server.program().await;
        program.send_text(introduction).await;
        alice.wait_for_online(nickname).await;
        program.send_text(r#"{"message":"hello"}"#).await;
        // The one before is perhaps seen to leave.
        while program.line().await != (nickname.into(), "hello".into(), 1) {}
        program.send_text(introduction).await;
        program.send_text("something else").await;
        assert_eq!(program.refused().await, "malformed_frame");
        program.say("Renamed", "by an object").await;
        while program.line().await.0 != "Renamed" {}
        program.close().await;
    }
    let mut program = server.program().await;
    program.send_text("alice").await;
    assert_eq!(program.refused().await, "nickname_taken");
}

/// Protects `new WebSocket(url, "json")`: a browser closes a socket whose subprotocol was not agreed on.
#[tokio::test]
async fn the_first_subprotocol_that_is_offered_is_agreed_on() {
    let server = TestServer::start().await;
    for path in ["/", "/plain/lobby"] {
        for (offered, agreed) in [("json", "json"), ("chat.v2, json", "chat.v2")] {
            let mut request = server.socket_url(path).into_client_request().unwrap();
            request.headers_mut().insert("sec-websocket-protocol", offered.parse().unwrap());
            let (_socket, response) = connect_async(request).await.unwrap();
            assert_eq!(response.headers()["sec-websocket-protocol"], agreed, "{path}");
        }
    }
}

/// Protects clients and proxies that offer more than a WebSocket, in any case of letters.
#[tokio::test]
async fn a_socket_at_the_root_is_one_of_several_offers() {
    let server = TestServer::start().await;
    for upgrade in ["websocket, foo", "h2c, WebSocket"] {
        let request = reqwest::Client::new().get(server.url("/")).header("upgrade", upgrade);
        let request = request.header("connection", "Upgrade").header("sec-websocket-version", "13");
        let response = request.header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==").send().await.unwrap();
        assert_eq!(response.status(), 101, "{upgrade}");
    }
}

/// Protects a guest's name from programs, and everybody from look-alikes.
#[tokio::test]
async fn a_program_cannot_take_the_name_of_a_guest_or_of_another_program() {
    let server = TestServer::start().await;
    let _alice = server.member("Alice").await;
    let mut first = server.program().await;
    let mut second = server.program().await;
    first.say("alice", "x").await;
    assert_eq!(first.refused().await, "nickname_taken");
    first.say("Αlice", "x").await;
    assert_eq!(first.refused().await, "nickname_look_alike");
    first.say("Ben", "mine").await;
    assert_eq!(first.line().await.0, "Ben");
    assert_eq!(second.line().await.0, "Ben");
    second.say("BEN", "no, mine").await;
    assert_eq!(second.refused().await, "nickname_taken");
}
