//! S7. Who may do what, as one table: every frame and every route, for everybody who could try. A new command does not
//! compile here before it has a row; a new route fails the test that reads the lists of routes.

use std::collections::BTreeSet;

use teahouse::protocol::{Command, ErrorCode, Event, PostBody, PostId, RoomSlug, Seq, TabId};

use crate::support::{Browser, Member, TestServer};

/// Who sends a frame.
#[derive(Clone, Copy, Debug)]
enum Sender {
    /// Has a nickname, and has not said hello.
    Ungreeted,
    /// Said hello, has no nickname, follows the lobby.
    Visitor,
    /// Said hello, has a nickname, follows nothing.
    Outsider,
    /// Said hello, has a nickname, follows the lobby.
    Insider,
}

/// What a frame leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Welcomed,
    Joined,
    Acked,
    /// All connections of the sender are told how far they have read.
    Marked,
    /// It is done, or ignored, without an answer.
    Silence,
    Refused(ErrorCode),
}

use Outcome::{Acked, Joined, Marked, Refused, Silence, Welcomed};
use Sender::{Insider, Outsider, Ungreeted, Visitor};

/// The table of the frames.
const fn right(sender: Sender, command: &Command) -> Outcome {
    match (command, sender) {
        (Command::Hello { .. }, Ungreeted) => Welcomed,
        (Command::Hello { .. }, _) | (_, Ungreeted) => Refused(ErrorCode::HelloExpected),
        // Reading is for everybody: all rooms are public.
        (Command::Join { .. }, _) => Joined,
        (Command::Post { .. }, Visitor) => Refused(ErrorCode::NicknameRequired),
        (Command::Post { .. }, Outsider) => Refused(ErrorCode::NotJoined),
        (Command::Post { .. }, Insider) => Acked,
        (Command::Read { .. } | Command::Unread { .. }, Visitor) => Refused(ErrorCode::NicknameRequired),
        // What one has read is one's own, whether one follows the room now or not.
        (Command::Read { .. } | Command::Unread { .. }, _) => Marked,
        (Command::Leave { .. } | Command::Typing { .. } | Command::Heartbeat, _) => Silence,
    }
}

fn commands() -> Vec<Command> {
    let room = RoomSlug::lobby();
    vec![
        Command::Hello { protocol: 2, tab: TabId::parse("tab").unwrap() },
        Command::Join { room: room.clone(), cursor: None },
        Command::Post {
            room: room.clone(),
            id: PostId::parse("line").unwrap(),
            body: PostBody::Message { text: "may I?".to_owned(), reply_to: None },
        },
        Command::Read { room: room.clone(), seq: Seq::new(1) },
        Command::Unread { room: room.clone(), seq: Seq::new(1) },
        Command::Typing { room: room.clone() },
        Command::Leave { room },
        Command::Heartbeat,
    ]
}

async fn enter(server: &TestServer, sender: Sender) -> Member {
    let browser = server.browser();
    if !matches!(sender, Visitor) {
        browser.choose_nickname("Ada").await;
    }
    let mut member = browser.socket().await;
    if !matches!(sender, Ungreeted) {
        member.hello().await;
    }
    if matches!(sender, Visitor | Insider) {
        member.join("lobby").await;
    }
    member
}

/// What a frame led to. A marker behind it, which the server answers in turn, tells silence from a slow answer.
async fn outcome(member: &mut Member, command: &Command) -> Outcome {
    member.send(command).await;
    if right(Insider, command) == Silence {
        member.send_text("no command").await;
    }
    loop {
        match member.event().await {
            Event::Welcome { .. } => return Welcomed,
            Event::Joined { .. } => return Joined,
            Event::Ack { .. } => return Acked,
            Event::Marks { .. } => return Marked,
            Event::Nack { refusal, .. } => return Refused(refusal.code),
            Event::Refused { refusal, .. } if refusal.code == ErrorCode::MalformedFrame => return Silence,
            Event::Refused { refusal, .. } => return Refused(refusal.code),
            _ => {}
        }
    }
}

/// Protects rooms and names from frames that come out of turn or from somebody who may not send them.
#[tokio::test]
async fn every_frame_does_for_everybody_what_the_table_says() {
    for sender in [Ungreeted, Visitor, Outsider, Insider] {
        for command in commands() {
            let server = TestServer::start().await;
            let mut member = enter(&server, sender).await;
            let led_to = outcome(&mut member, &command).await;
            assert_eq!(led_to, right(sender, &command), "{sender:?} sends {command:?}");
            let history: serde_json::Value =
                server.browser().get("/api/v1/rooms/lobby/events").await.json().await.unwrap();
            let said = history["events"].as_array().unwrap().iter().any(|event| event["body"]["text"] == "may I?");
            assert_eq!(said, led_to == Acked, "{sender:?} sends {command:?}: the log tells the same");
        }
    }
}

/// A route, how it is asked, and what is answered to somebody without a nickname and to somebody with one.
struct Row {
    route: &'static str,
    ask: Ask,
    nobody: u16,
    guest: u16,
}

enum Ask {
    Get(&'static str),
    Post(&'static str, &'static [(&'static str, &'static str)]),
}

use Ask::{Get, Post};

const fn row(route: &'static str, ask: Ask, nobody: u16, guest: u16) -> Row {
    Row { route, ask, nobody, guest }
}

/// The table of the routes. 303: the form was taken. 400: a socket was not asked for as one. A server function sends a
/// form back to its page, whatever came of it: what came of it is told in `origins`.
const ROUTES: &[Row] = &[
    row("/healthz", Get("/healthz"), 200, 200),
    row("/ws", Get("/ws"), 426, 426),
    row("/plain/{room}", Get("/plain/lobby"), 426, 426),
    row("/api/v1/openapi.json", Get("/api/v1/openapi.json"), 200, 200),
    row("/api/v1/rooms", Get("/api/v1/rooms"), 200, 200),
    row("/api/v1/rooms/{room}/events", Get("/api/v1/rooms/lobby/events"), 200, 200),
    row("/api/v1/rooms/{room}/history", Get("/api/v1/rooms/lobby/history"), 200, 200),
    row("/", Get("/"), 200, 200),
    row("/r/{room}", Get("/r/lobby"), 200, 200),
    row("/r/{room}/{seq}", Get("/r/lobby/99"), 404, 404),
    row("/p/{user}", Get("/p/nobody-known"), 404, 404),
    row("/help/formatting", Get("/help/formatting"), 200, 200),
    row("/help/shortcuts", Get("/help/shortcuts"), 200, 200),
    row("/r/{room}/day", Get("/r/lobby/day"), 200, 200),
    row("/r/{room}/{seq}/details", Get("/r/lobby/1/details"), 404, 404),
    row("/search", Get("/search?q=tea"), 200, 200),
    row("/r/{room}/post", Post("/r/lobby/post", &[("text", "hi"), ("post_id", "x")]), 403, 303),
    row("/r/{room}/read", Post("/r/lobby/read", &[("seq", "1")]), 403, 303),
    row(
        "/r/{room}/edit",
        Post("/r/lobby/edit", &[("change", "edit"), ("offered_for", "2"), ("post_id", "x")]),
        403,
        303,
    ),
    row(
        "/r/{room}/react",
        Post("/r/lobby/react", &[("reaction", "1"), ("offered_for", ""), ("post_id", "x")]),
        403,
        303,
    ),
    row("/nickname", Post("/nickname", &[("nickname", "Bo"), ("room", "lobby")]), 303, 303),
    row("/sign-out", Post("/sign-out", &[("room", "lobby")]), 303, 303),
    row("/rooms", Post("/rooms", &[("title", "Garden"), ("room", "lobby")]), 403, 303),
    row("/language", Post("/language", &[("language", "en"), ("room", "lobby")]), 303, 303),
    row("/appearance", Post("/appearance", &[("theme", "dark"), ("text_size", "large")]), 303, 303),
    row("/appearance.css", Get("/appearance.css"), 200, 200),
    row("/api/fn/{*name}", Post("/api/fn/create_room", &[("title", "Garden")]), 403, 303),
];

/// Every route of the table.
pub fn routes() -> BTreeSet<&'static str> {
    ROUTES.iter().map(|row| row.route).collect()
}

async fn ask(browser: &Browser, ask: &Ask) -> u16 {
    let response = match ask {
        Get(path) => browser.get(path).await,
        Post(path, fields) => browser.post(path, fields).await,
    };
    response.status().as_u16()
}

/// Protects everything that changes something from somebody who has not said who they are.
#[tokio::test]
async fn every_route_answers_everybody_as_the_table_says() {
    let mut violations = Vec::new();
    for row in ROUTES {
        let nobody = ask(&TestServer::start().await.browser(), &row.ask).await;
        let server = TestServer::start().await;
        let guest = server.browser();
        guest.choose_nickname("Ada").await;
        let guest = ask(&guest, &row.ask).await;
        if (nobody, guest) != (row.nobody, row.guest) {
            violations.push(format!("{}: {nobody} to nobody, {guest} to a guest", row.route));
        }
    }
    assert!(violations.is_empty(), "not as the table says:\n{}", violations.join("\n"));
}

/// Protects the table from being forgotten: it has every route that the two lists of routes have.
#[test]
fn every_route_is_in_the_table() {
    let lists = [include_str!("../../src/server/edge/http.rs"), include_str!("../../src/boot/pages.rs")];
    let routes = lists.iter().flat_map(|list| list.split(".route(\"").skip(1));
    let routes: BTreeSet<&str> = routes.filter_map(|rest| rest.split('"').next()).collect();
    assert_eq!(routes, self::routes());
}
