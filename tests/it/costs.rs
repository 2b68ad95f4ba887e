//! What one client may cost everybody: whoever asks for much is told to wait before the work is done, and is named in the
//! log; everybody else goes on.

use teahouse::protocol::{Command, Origin, Person, RoomSlug, Timestamp, UserId};
use teahouse::server::config::Config;
use teahouse::server::log::NewRoom;
use tempfile::TempDir;

use crate::support::process::{Teahouse, command};
use crate::support::{Browser, Continuity, Program, TestServer};

const DOCUMENT_BYTES_MAX: usize = 128 * 1024;
const HISTORY_BYTES_MAX: usize = 128 * 1024;

fn slug(text: &str) -> RoomSlug {
    RoomSlug::parse(text).unwrap()
}

fn reads(burst: u32) -> impl FnOnce(&mut Config) {
    move |config| {
        config.limits.reads_per_minute = 1;
        config.limits.reads_burst = burst;
    }
}

/// Protects both cores and the line from somebody who joins over and over: a join costs what reading costs.
#[tokio::test]
async fn joining_over_and_over_is_refused_with_the_wait() {
    let server = TestServer::start_with(reads(5)).await;
    let mut visitor = server.browser().socket().await;
    visitor.hello().await;
    for _ in 0..5 {
        visitor.join("lobby").await;
    }
    visitor.send(&Command::Join { room: slug("lobby"), cursor: None }).await;
    let refusal = visitor.refused().await;
    assert_eq!(refusal.code.name(), "too_fast");
    assert!(refusal.retry_after_ms.unwrap() > 1_000, "{refusal:?}");
    let page = server.browser().get("/api/v1/rooms").await;
    assert_eq!(page.status(), 429, "reads and joins are paid from one budget");
}

/// Protects everybody from paying for what those who come back hold already.
#[tokio::test]
async fn a_rejoin_at_the_head_brings_no_page() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for number in 0..20 {
        alice.say("lobby", &format!("n{number}"), "a message").await.unwrap();
    }
    let snapshot = alice.join("lobby").await;
    assert!(snapshot.events.len() > 20);
    let cursor = snapshot.events.last().unwrap().cursor(&snapshot.epoch);
    let (continuity, snapshot) = alice.join_from("lobby", Some(cursor)).await;
    assert_eq!((continuity, snapshot.events.len()), (Continuity::Resumed, 0));
}

/// Protects the processors from refused forms, each of which draws a page; what was typed comes back all the same.
#[tokio::test]
async fn a_refused_form_is_paid_for_before_its_page_is_drawn() {
    let server = TestServer::start_with(reads(2)).await;
    let visitor = server.browser();
    let post = async || {
        let typed = [("text", "<typed> with care"), ("post_id", "n1")];
        let response = visitor.post("/r/lobby/post", &typed).await;
        let wait = response.headers().contains_key("retry-after");
        (response.status().as_u16(), wait, response.text().await.unwrap())
    };
    for _ in 0..2 {
        let (status, _, page) = post().await;
        assert!(status == 403 && page.contains("id=\"composer\""), "the page is drawn: {status}");
    }
    let (status, wait, page) = post().await;
    assert!(status == 429 && wait, "{status}");
    assert!(page.contains("&lt;typed&gt; with care</p>"), "what was typed is gone: {page}");
    assert!(page.len() < 2_000 && !page.contains("id=\"composer\""), "no page is drawn: {} bytes", page.len());
    let page = visitor.get("/").await;
    assert_eq!(page.status(), 429);
    assert!(page.text().await.unwrap().contains("too fast"), "people are told in words");
}

/// Protects the line and the processors from pages that are heavy by what people wrote.
#[tokio::test]
async fn a_page_weighs_at_most_128_kib_whatever_people_wrote() {
    let server = TestServer::start_with(|config| {
        config.rooms.max_rooms = 0;
        config.limits.connections_per_address = 0;
    })
    .await;
    let app = server.app();
    let host = Person { id: UserId::parse("host").unwrap(), nickname: "Host".to_owned(), origin: Origin::Web };
    for number in 0..300 {
        let name = format!("{}{number}", "茶".repeat(36));
        let creator = Some(host.clone());
        let room = NewRoom { slug: slug(&name), title: name, creator, at: Timestamp::default(), rooms_max: 0 };
        app.store.create_room(room).await.unwrap();
        let id = UserId::parse(&format!("person-{number}")).unwrap();
        let nickname = format!("{}{number}", "名".repeat(20));
        app.presence.enter(&RoomSlug::lobby(), &Person { id, nickname, origin: Origin::Web });
    }
    let mut alice = server.member("Alice").await;
    let last = format!("/r/{}", "茶".repeat(36) + "299");
    for (index, piece) in
        ["<", "\"", "\\", "&", "\n.", "http://a.b ", "\u{1f468}\u{200d}\u{1f469}"].into_iter().enumerate()
    {
        let text: String = std::iter::repeat_n(piece, 4_000 / piece.chars().count()).collect();
        for number in 0..30 {
            alice.say("lobby", &format!("{index}-{number}"), &text).await.unwrap();
        }
        for path in ["/", last.as_str()] {
            let page = server.browser().get(path).await.text().await.unwrap();
            assert!(page.len() <= DOCUMENT_BYTES_MAX, "{path} with {piece:?} is {} bytes", page.len());
            assert!(page.contains("aria-current=\"page\""), "the open room is in the list");
        }
        let refused = server.browser().post("/nickname", &[("nickname", &text), ("room", "lobby")]).await;
        let refused = refused.text().await.unwrap();
        assert!(refused.len() <= DOCUMENT_BYTES_MAX, "refused with {piece:?}: {} bytes", refused.len());
        let history = server.browser().get("/api/v1/rooms/lobby/events?limit=200").await.bytes().await.unwrap();
        assert!(history.len() <= HISTORY_BYTES_MAX, "history with {piece:?}: {} bytes", history.len());
    }
    let page = server.browser().get("/").await.text().await.unwrap();
    assert!(page.contains("?before="), "what does not fit is on the page before");
}

/// Protects the store from requests that nobody needs to be anybody for: a session is looked up, and its cookie renewed,
/// only where somebody asks who is calling.
#[tokio::test]
async fn a_session_is_looked_up_only_where_somebody_asks_who_is_calling() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    // Under the name of earlier versions it is renewed by whoever looks at it.
    let (_, token) =
        alice.cookies().unwrap().split_once('=').map(|(name, token)| (name.to_owned(), token.to_owned())).unwrap();
    let is_renewed = async |path: &str| {
        let request = reqwest::Client::new().get(server.url(path)).header("cookie", format!("teahouse={token}"));
        request.send().await.unwrap().headers().contains_key("set-cookie")
    };
    for path in
        ["/healthz", "/favicon.svg", "/api/v1/rooms", "/api/v1/rooms/lobby/events", "/nowhere", "/plain/lobby", "/ws"]
    {
        assert!(!is_renewed(path).await, "{path} asks who is calling");
    }
    for path in ["/", "/r/lobby"] {
        assert!(is_renewed(path).await, "{path} is drawn for whoever is calling");
    }
}

/// Protects the disk: many names of one address share what it may write, and another address is not asked.
#[tokio::test]
async fn many_names_of_one_address_share_what_it_may_say() {
    let server = TestServer::start_with(|config| {
        config.limits.sends_per_minute_per_address = 1;
        config.limits.sends_burst_per_address = 3;
        config.limits.send_bytes_per_minute_per_address = 600;
        config.limits.send_bytes_burst_per_address = 10_000;
        config.limits.network_factor = 2;
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let program = async |address: &str| {
        let url = server.socket_url("/");
        let mut request = tokio_tungstenite::tungstenite::client::IntoClientRequest::into_client_request(url).unwrap();
        request.headers_mut().insert("x-forwarded-for", address.parse().unwrap());
        Program::from_socket(tokio_tungstenite::connect_async(request).await.unwrap().0)
    };
    // What became of a message: others' may still be on their way to whoever has just come.
    let say = async |program: &mut Program, nickname: &str, message: &str| {
        program.say(nickname, message).await;
        loop {
            let answer = program.receive().await;
            match answer["error"].as_str() {
                Some(error) => return error.split(':').next().unwrap().to_owned(),
                None if answer["nickname"] == nickname && answer["status"] == 1 => return "heard".to_owned(),
                None => {}
            }
        }
    };
    let mut talking = Vec::new();
    for name in ["one", "two", "three"] {
        let mut one = program("192.0.2.1").await;
        assert_eq!(say(&mut one, name, "hello").await, "heard");
        talking.push(one);
    }
    let mut one_more = program("192.0.2.1").await;
    assert_eq!(say(&mut one_more, "one more", "hello").await, "too_fast");
    let mut other = program("198.51.100.1").await;
    let long = "x".repeat(3_900);
    assert_eq!(say(&mut other, "other", &long).await, "heard", "another address has its own budget");
    assert_eq!(say(&mut other, "other", &long).await, "heard");
    assert_eq!(say(&mut other, "other", &long).await, "too_fast", "bytes are counted beside messages");
}

/// Protects whoever hosts a server: the log names an attack once, with its kind and address, and nothing that was typed.
#[tokio::test]
async fn the_log_names_an_attack_once_and_nothing_of_what_was_typed() {
    let data = TempDir::new().unwrap();
    let mut limited = command(env!("CARGO_BIN_EXE_teahouse").as_ref(), data.path());
    limited.env("TEAHOUSE_LIMITS_SENDS_PER_MINUTE", "1").env("TEAHOUSE_LIMITS_SENDS_BURST", "1");
    let teahouse = Teahouse::start(&mut limited).await;
    let alice = Browser::new(teahouse.url.clone());
    alice.choose_nickname("Alice").await;
    for number in 0..10 {
        let typed = [("text", "a secret"), ("post_id", &format!("n{number}"))];
        let status = alice.post("/r/lobby/post", &typed).await.status();
        assert_eq!(status, if number == 0 { 303 } else { 429 });
    }
    teahouse.signal("TERM");
    let (_, said) = teahouse.end().await;
    let named: Vec<_> = said.lines().filter(|line| line.contains("127.0.0.1") && line.contains("refused")).collect();
    assert_eq!(named.len(), 1, "{said}");
    for part in ["WARN", "post", "limits.sends_per_minute"] {
        assert!(named[0].contains(part), "{part} is missing in {}", named[0]);
    }
    assert!(!said.contains("secret") && !said.contains("Alice"), "{said}");
}
