//! Limits that are turned off: what the smallest value refuses, 0 allows. Each is tried by itself, so that a 0 which
//! somebody takes for "nothing is allowed", or for the default, fails here. Not here: what a limit does (`limits`).

use futures::FutureExt;
use futures::future::BoxFuture;
use teahouse::protocol::{Command, Event, PostBody, PostId, RoomSlug, Seq};
use teahouse::server::config::{Config, Setting, Zero};

use crate::support::{Member, TestServer};

/// Everything is tried once for each of these, more often than any row allows. No two look alike.
const LETTERS: &str = "abdefghkmnpq";
/// How often a rate allows something at once.
const BURST: u32 = 6;

/// A limit, with something that goes wrong only because of it.
struct Row {
    /// As `section.field`.
    name: &'static str,
    set: fn(&mut Config, u32),
    /// Small enough to refuse.
    small: u32,
    /// Whether everything was allowed.
    attempt: for<'a> fn(&'a TestServer) -> BoxFuture<'a, bool>,
}

/// A row for `section.field` and, for a rate, the setting of its burst.
macro_rules! row {
    ($section:ident . $field:ident, $small:expr, $attempt:ident) => {
        Row {
            name: concat!(stringify!($section), ".", stringify!($field)),
            set: |config, value| config.$section.$field = value.try_into().unwrap(),
            small: $small,
            attempt: |server| $attempt(server).boxed(),
        }
    };
    ($section:ident . $field:ident with $burst:ident, $attempt:ident) => {
        Row {
            set: |config, value| {
                config.$section.$field = value;
                config.$section.$burst = BURST;
            },
            ..row!($section.$field, 1, $attempt)
        }
    };
}

fn rows() -> Vec<Row> {
    vec![
        row!(rooms.max_rooms, 2, makes_rooms),
        row!(limits.message_graphemes, 5, says),
        row!(limits.message_bytes, 5, says),
        row!(limits.message_reactions, 1, reacts),
        row!(limits.nickname_graphemes, 5, takes_names),
        row!(limits.frame_bytes, 120, says_much),
        row!(limits.request_bytes, 20, takes_names),
        row!(limits.connections, 5, connects),
        row!(limits.connections_per_address, 5, connects),
        row!(limits.connects_per_minute with connects_burst, connects),
        row!(limits.requests_per_minute with requests_burst, reads),
        row!(limits.handshakes_per_minute with handshakes_burst, connects),
        row!(limits.sends_per_minute with sends_burst, says),
        row!(limits.sends_per_minute_per_address with sends_burst_per_address, says),
        row!(limits.send_bytes_per_minute with send_bytes_burst, says),
        row!(limits.send_bytes_per_minute_per_address with send_bytes_burst_per_address, says),
        row!(limits.marks_per_minute with marks_burst, marks),
        row!(limits.frames_per_minute with frames_burst, says),
        row!(limits.nicknames_per_minute with nicknames_burst, takes_names),
        row!(limits.new_rooms_per_hour with new_rooms_burst, makes_rooms),
        row!(limits.new_rooms_per_hour_per_person with new_rooms_burst_per_person, makes_rooms),
        row!(limits.new_rooms_per_day_per_network with new_rooms_burst_per_network, makes_rooms),
        row!(limits.reads_per_minute with reads_burst, reads),
        row!(limits.searches_per_minute with searches_burst, searches),
        row!(limits.searches_per_minute_per_address with searches_burst_per_address, searches),
        row!(limits.joined_rooms, 2, joins),
        row!(limits.refused_frames, 3, stammers),
    ]
}

/// Whose 0 shows only in what does not happen for a long time, in how much happens at once, or over TLS. The tests of the modules
/// that obey them try these.
const ELSEWHERE: &[&str] = &[
    "server.fan_out_queue",
    "server.fan_out_write_bytes",
    "rooms.presence_notices_per_second",
    "rooms.room_list_changes",
    "limits.edit_window",
    "limits.delete_window",
    "limits.tls_handshakes_per_minute",
    "limits.arrivals",
    "limits.arrival_timeout",
    "limits.sendq_bytes",
    "limits.sendq_frames",
    "limits.header_read_timeout",
    "limits.keep_alive_timeout",
    "limits.tls_handshake_timeout",
    "limits.request_timeout",
    "limits.idle_timeout",
    "limits.write_timeout",
    "limits.drain_timeout",
];

async fn says(server: &TestServer) -> bool {
    let mut alice = server.member("Alice").await;
    for letter in LETTERS.chars() {
        let text = letter.to_string().repeat(6);
        if !is_said(&mut alice, &text).await {
            return false;
        }
    }
    true
}

async fn says_much(server: &TestServer) -> bool {
    let mut alice = server.member("Alice").await;
    is_said(&mut alice, &"x".repeat(60)).await
}

async fn reacts(server: &TestServer) -> bool {
    let mut alice = server.member("Alice").await;
    let target = Seq::new(alice.say("lobby", "message", "tea").await.unwrap());
    for emoji in ["🍵", "❤️"] {
        let body = PostBody::Reaction { target, emoji: emoji.to_owned(), on: true };
        let id = PostId::parse(&target.get().to_string().repeat(emoji.len())).unwrap();
        alice.send(&Command::Post { room: RoomSlug::lobby(), id, body }).await;
        if !is_acked(&mut alice).await {
            return false;
        }
    }
    true
}

async fn is_said(alice: &mut Member, text: &str) -> bool {
    alice.say_nowait("lobby", text, text).await;
    is_acked(alice).await
}

async fn is_acked(alice: &mut Member) -> bool {
    loop {
        match alice.try_event().await {
            Some(Event::Ack { .. }) => return true,
            Some(Event::Nack { .. } | Event::Refused { .. }) | None => return false,
            Some(_) => {}
        }
    }
}

/// Says again and again how far the lobby is read.
async fn marks(server: &TestServer) -> bool {
    let mut alice = server.member("Alice").await;
    for _ in LETTERS.chars() {
        alice.send(&Command::Read { room: RoomSlug::lobby(), seq: Seq::new(1) }).await;
        let is_marked = |event: &Event| match event {
            Event::Marks { .. } => Some(true),
            Event::Refused { .. } => Some(false),
            _ => None,
        };
        if !alice.wait_for(is_marked).await {
            return false;
        }
    }
    true
}

async fn takes_names(server: &TestServer) -> bool {
    for letter in LETTERS.chars() {
        let name = letter.to_string().repeat(6);
        if server.browser().post("/nickname", &[("nickname", &name), ("room", "lobby")]).await.status() != 303 {
            return false;
        }
    }
    true
}

async fn makes_rooms(server: &TestServer) -> bool {
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for letter in LETTERS.chars() {
        let title = letter.to_string().repeat(6);
        if alice.post("/rooms", &[("title", &title), ("room", "lobby")]).await.status() != 303 {
            return false;
        }
    }
    true
}

async fn connects(server: &TestServer) -> bool {
    let mut open = Vec::new();
    for _ in LETTERS.chars() {
        match Member::connect(&server.socket_url("/ws"), None, None).await {
            Ok(member) => open.push(member),
            Err(_) => return false,
        }
    }
    true
}

async fn reads(server: &TestServer) -> bool {
    let browser = server.browser();
    for _ in LETTERS.chars() {
        if browser.get("/api/v1/rooms").await.status() != 200 {
            return false;
        }
    }
    true
}

async fn searches(server: &TestServer) -> bool {
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    for _ in LETTERS.chars() {
        if browser.get("/search?q=tea").await.status() != 200 {
            return false;
        }
    }
    true
}

async fn joins(server: &TestServer) -> bool {
    makes_rooms(server).await;
    let mut reader = server.browser().socket().await;
    reader.hello().await;
    for letter in LETTERS.chars() {
        let room = letter.to_string().repeat(6);
        reader.send_json(serde_json::json!({"type": "join", "room": room})).await;
        let is_in = |event: &Event| match event {
            Event::Joined { .. } => Some(true),
            Event::Refused { .. } => Some(false),
            _ => None,
        };
        if !reader.wait_for(is_in).await {
            return false;
        }
    }
    true
}

/// Says what no command is, again and again.
async fn stammers(server: &TestServer) -> bool {
    let mut alice = server.member("Alice").await;
    for _ in LETTERS.chars() {
        alice.send_text("?").await;
    }
    alice.try_say("lobby", "one", "I mean").await.is_some()
}

/// Whether somebody may do all of it, with this limit at this value and all others out of the way.
async fn is_allowed(row: &Row, value: u32) -> bool {
    let server = TestServer::start_with(|config| {
        for other in rows().iter() {
            (other.set)(config, 0);
        }
        config.limits.network_factor = 0;
        (row.set)(config, value);
    })
    .await;
    (row.attempt)(&server).await
}

/// Protects hosts who turn a limit off.
#[tokio::test]
async fn zero_allows_what_the_limit_refuses() {
    for row in rows() {
        assert!(!is_allowed(&row, row.small).await, "{} = {} refuses nothing", row.name, row.small);
        assert!(is_allowed(&row, 0).await, "{} = 0 refuses", row.name);
    }
}

/// Protects this list from being forgotten by whoever adds a limit.
#[test]
fn every_limit_that_zero_turns_off_is_tried() {
    let rows = rows();
    let tried: Vec<&str> = rows.iter().map(|row| row.name).chain(ELSEWHERE.iter().copied()).collect();
    let can_be_turned_off = |setting: &&Setting| setting.zero == Zero::Means("no limit");
    let named = |setting: &Setting| format!("{}.{}", setting.section, setting.field);
    let missing: Vec<String> =
        Setting::all().filter(can_be_turned_off).map(named).filter(|name| !tried.contains(&name.as_str())).collect();
    assert!(missing.is_empty(), "no row and no test elsewhere for {missing:?}");
}
