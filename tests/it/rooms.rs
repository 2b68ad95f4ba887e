//! Further rooms: anyone with a nickname can make one, by a name in any language.

use teahouse::protocol::Event;

use crate::support::TestServer;

/// Protects creating and opening a room, and its address in any script.
#[tokio::test]
async fn a_new_room_has_an_address_made_of_its_name() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for (title, address) in [("Tea & Cake", "/r/tea-cake"), ("茶艺", "/r/%E8%8C%B6%E8%89%BA")] {
        let response = alice.post("/rooms", &[("title", title), ("room", "lobby")]).await;
        assert_eq!((response.status().as_u16(), &response.headers()["location"]), (303, &address.parse().unwrap()));
        let page = alice.get(address).await;
        assert_eq!(page.status(), 200);
        assert!(page.text().await.unwrap().contains(&title.replace('&', "&amp;")), "{title}");
    }
}

/// Protects the first event of a room, which says who opened it.
#[tokio::test]
async fn a_room_begins_with_its_creation() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await;
    let mut reader = server.browser().socket().await;
    reader.hello().await;
    let snapshot = serde_json::to_value(reader.join("garden").await).unwrap();
    assert_eq!(snapshot["events"][0]["kind"], "room_created");
    assert_eq!(snapshot["events"][0]["creator"]["nickname"], "Alice");
    assert_eq!(snapshot["summary"]["head"], 1);
}

/// Protects against rooms that cannot be told apart, and tells what is wrong with a name.
#[tokio::test]
async fn a_room_that_cannot_be_is_refused_with_the_reason() {
    let server = TestServer::start_with(|config| config.rooms.max_rooms = 2).await;
    let alice = server.browser();
    let post = async |title: &str| {
        let response = alice.post("/rooms", &[("title", title), ("room", "lobby")]).await;
        (response.status().as_u16(), response.text().await.unwrap())
    };
    assert_eq!(post("Garden").await.0, 403, "a visitor cannot create rooms");
    alice.choose_nickname("Alice").await;
    for (title, status) in [("", 400), ("???", 400), ("a\u{202e}b", 400), ("Lobby", 409), ("Lоbby", 409)] {
        let (got, page) = post(title).await;
        assert_eq!(got, status, "{title:?}");
        assert!(page.contains("</html>"), "the page comes back for {title:?}");
    }
    assert_eq!(post("Garden").await.0, 303);
    assert_eq!(post("One too many").await.0, 403);
}

/// Protects the room list of everybody who is online from going stale.
#[tokio::test]
async fn everybody_is_told_of_a_new_room_and_of_who_is_in_it() {
    let server =
        TestServer::start_with(|config| config.rooms.room_list_tick = std::time::Duration::from_millis(50)).await;
    let mut alice = server.member("Alice").await;
    let bob = server.browser();
    bob.choose_nickname("Bob").await;
    bob.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await;
    let garden = |event: &Event| match event {
        Event::Rooms { changed } => changed.iter().find(|room| room.slug.as_str() == "garden").cloned(),
        _ => None,
    };
    assert_eq!(alice.wait_for(garden).await.title, "Garden");
    let mut socket = bob.socket().await;
    socket.hello().await;
    socket.join("garden").await;
    let summary = alice.wait_for(|event| garden(event).filter(|room| room.online == 1)).await;
    assert_eq!(summary.people, ["Bob"]);
}

/// Protects those who come in from a list that was made for others before: it has every room that there is.
#[tokio::test]
async fn whoever_comes_in_is_told_of_a_room_that_is_a_moment_old() {
    let server =
        TestServer::start_with(|config| config.rooms.room_list_tick = std::time::Duration::from_secs(3_600)).await;
    let titles = async |server: &TestServer| {
        let Event::Welcome { rooms, .. } = server.browser().socket().await.hello().await else {
            panic!("a hello is answered by a welcome")
        };
        rooms.into_iter().map(|room| room.title).collect::<Vec<_>>()
    };
    assert_eq!(titles(&server).await, ["Lobby"]);
    let bob = server.browser();
    bob.choose_nickname("Bob").await;
    bob.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await;
    assert_eq!(titles(&server).await, ["Lobby", "Garden"]);
}

/// Protects rooms from hearing each other.
#[tokio::test]
async fn what_is_said_in_one_room_is_not_heard_in_another() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await;
    let mut in_garden = server.member_in("Gardener", "garden").await;
    let mut in_lobby = server.member("Lobbyist").await;
    in_garden.say("garden", "one", "roses").await.unwrap();
    in_lobby.say("lobby", "two", "hello").await.unwrap();
    assert_eq!(in_lobby.line().await.2, "hello", "the first thing heard in the lobby was said there");
    let refusal = in_lobby.say("garden", "three", "hi").await.unwrap_err();
    assert_eq!(refusal.code.name(), "not_joined");
}
