//! How many rooms people may make, and who hears of it when there is no place for more. Not here: what a new room is (`rooms`).

use std::path::Path;

use tempfile::TempDir;

use crate::support::process::{self, Teahouse};
use crate::support::{Browser, TestServer};

/// Posts the form for a new room as a browser behind a trusted proxy does, from this address.
async fn create_from(server: &TestServer, browser: &Browser, address: &str, title: &str) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let request = client.post(server.url("/rooms")).header("origin", server.origin()).header("accept", "text/html");
    let request = request.header("cookie", browser.cookies().unwrap()).header("x-forwarded-for", address);
    request.form(&[("title", title), ("room", "lobby")]).send().await.unwrap()
}

/// Protects the places of everybody's rooms from one person, wherever that person comes from.
#[tokio::test]
async fn one_person_creates_so_many_rooms_and_no_more_from_whichever_address() {
    let server = TestServer::start_with(|config| {
        config.limits.new_rooms_per_hour_per_person = 1;
        config.limits.new_rooms_burst_per_person = 2;
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let create = async |number: u32| {
        let address = format!("198.51.{number}.1");
        create_from(&server, &alice, &address, &format!("Garden {number}")).await.status().as_u16()
    };
    assert_eq!([create(1).await, create(2).await, create(3).await], [303, 303, 429]);
}

/// Protects the places of everybody's rooms from many people of one network, who take turns.
#[tokio::test]
async fn one_network_creates_so_many_rooms_in_a_day_whoever_asks_and_from_whichever_address() {
    let server = TestServer::start_with(|config| {
        config.limits.new_rooms_per_day_per_network = 40;
        config.limits.new_rooms_burst_per_network = 3;
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    for (network, elsewhere) in [("198.51.100.", "198.51.101.1"), ("2001:db8:7:1::", "2001:db8:8:1::1")] {
        let (start, letter) = (&network[..3], if network.contains(':') { "six" } else { "four" });
        for number in 1..=3 {
            let person = server.browser();
            person.choose_nickname(&format!("Person {letter} {number}")).await;
            let address = format!("{network}{number}");
            for _ in 0..4 {
                let taken = create_from(&server, &person, &address, "Lobby").await;
                assert_eq!(taken.status(), 409, "a name that is taken costs nothing");
            }
            let made = create_from(&server, &person, &address, &format!("Garden {letter} {number}")).await;
            assert_eq!(made.status(), 303, "{address}");
        }
        let newcomer = server.browser();
        newcomer.choose_nickname(&format!("Newcomer {letter}")).await;
        let refused = create_from(&server, &newcomer, &format!("{network}77"), &format!("Attic {letter}")).await;
        assert_eq!(refused.status(), 429, "{start}");
        let wait: u32 = refused.headers()["retry-after"].to_str().unwrap().parse().unwrap();
        assert!((2_100..=2_160).contains(&wait), "a day has 40 times 36 minutes: {wait}");
        let page = refused.text().await.unwrap();
        assert!(page.contains("Try again in 36 minutes.") && page.contains(&format!("Attic {letter}")), "{page}");
        let made = create_from(&server, &newcomer, elsewhere, &format!("Attic {letter}")).await;
        assert_eq!(made.status(), 303, "another network is not asked");
    }
}

/// Protects whoever looks for a free name from using up the rooms that they may create.
#[tokio::test]
async fn a_room_that_was_not_made_is_not_paid_for() {
    let server = TestServer::start_with(|config| {
        config.limits.new_rooms_per_hour_per_person = 1;
        config.limits.new_rooms_burst_per_person = 2;
    })
    .await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let create =
        async |title: &str| alice.post("/rooms", &[("title", title), ("room", "lobby")]).await.status().as_u16();
    for _ in 0..5 {
        assert_eq!(create("Lobby").await, 409);
    }
    assert_eq!([create("One").await, create("Two").await, create("Three").await], [303, 303, 429]);
}

/// Protects hosts from hearing only by the first person who is refused that there is no place for rooms any more.
#[tokio::test]
async fn the_log_warns_of_each_room_from_four_fifths_of_them_on() {
    let data = TempDir::new().unwrap();
    let mut command = process::command(Path::new(env!("CARGO_BIN_EXE_teahouse")), data.path());
    command.env("TEAHOUSE_ROOMS_MAX_ROOMS", "5");
    process::without_rates(&mut command);
    let mut teahouse = Teahouse::start(&mut command).await;
    let alice = Browser::new(teahouse.url.clone());
    alice.choose_nickname("Alice").await;
    let create =
        async |title: &str| alice.post("/rooms", &[("title", title), ("room", "lobby")]).await.status().as_u16();
    for (title, status) in [("Garden", 303), ("Attic", 303), ("Cellar", 303), ("Kitchen", 303), ("Roof", 403)] {
        assert_eq!(create(title).await, status, "{title}");
    }
    for rooms in ["4 of 5 rooms", "5 of 5 rooms"] {
        let line = teahouse.says("rooms are there").await.expect("the server ended");
        assert!(line.contains(rooms) && line.contains("rooms.max_rooms") && line.contains("WARN"), "{line}");
    }
    teahouse.signal("TERM");
    assert_eq!(teahouse.says("rooms are there").await, None, "a room that was refused is none");
}
