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
    let joined = reader.join("garden").await;
    let created = serde_json::to_value(&joined.events[0]).unwrap();
    assert_eq!(created["body"]["kind"], "room_created");
    assert_eq!(created["by"]["nickname"], "Alice");
    assert_eq!(joined.summary.head.get(), 1);
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
    for (title, status) in [("", 400), ("???", 400), ("a\u{202e}b", 400), ("Lobby", 409), ("Lоbby", 409), ("大厅", 409)]
    {
        let (got, page) = post(title).await;
        assert_eq!(got, status, "{title:?}");
        assert!(page.contains("</html>"), "the page comes back for {title:?}");
    }
    assert_eq!(post("Garden").await.0, 303);
    assert_eq!(post("One too many").await.0, 403);
}

/// Protects the maximum from many who create rooms at the same moment.
#[tokio::test]
async fn there_are_never_more_rooms_than_the_maximum_however_many_are_created_at_once() {
    let server = TestServer::start_with(|config| config.rooms.max_rooms = 6).await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let create = |number: u32| {
        let alice = alice.clone();
        async move { alice.post("/rooms", &[("title", &format!("Garden {number}")), ("room", "lobby")]).await.status() }
    };
    let made = futures::future::join_all((0..30).map(create)).await;
    assert_eq!(made.iter().filter(|status| **status == 303).count(), 5, "{made:?}");
    let rooms: serde_json::Value = alice.get("/api/v1/rooms").await.json().await.unwrap();
    assert_eq!(rooms.as_array().unwrap().len(), 6);
}

/// Protects against rooms that cannot be told apart and are created at the same moment.
#[tokio::test]
async fn of_rooms_that_look_the_same_and_are_created_at_once_one_comes_to_be() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let titles = ["cocoa", "\u{441}ocoa", "c\u{43e}coa", "co\u{441}oa", "coc\u{43e}a", "coco\u{430}"];
    let create = |title: &'static str| {
        let alice = alice.clone();
        async move { alice.post("/rooms", &[("title", title), ("room", "lobby")]).await.status() }
    };
    let made = futures::future::join_all(titles.map(create)).await;
    assert_eq!(made.iter().filter(|status| **status == 303).count(), 1, "{made:?}");
}

/// Protects the list from rooms that nobody ever used; what somebody is in or said something in stays, and the lobby.
#[tokio::test]
async fn a_room_that_nobody_used_is_removed_and_everybody_is_told() {
    let server = TestServer::start_with(|config| {
        config.rooms.empty_room_ttl = std::time::Duration::from_millis(1_500);
        config.rooms.room_list_tick = std::time::Duration::from_millis(50);
    })
    .await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let mut bob = server.member("Bob").await;
    for title in ["Empty", "Used", "Followed"] {
        assert_eq!(alice.post("/rooms", &[("title", title), ("room", "lobby")]).await.status(), 303);
    }
    let mut follower = server.browser().socket().await;
    follower.hello().await;
    follower.join("followed").await;
    let said = alice.post("/r/used/post", &[("text", "hello"), ("post_id", "n1")]).await;
    assert_eq!(said.status(), 303);
    bob.wait_for(|event| match event {
        Event::Rooms { changed } => {
            changed.iter().any(|room| room.slug.as_str() == "empty" && room.head.get() == 0).then_some(())
        }
        _ => None,
    })
    .await;
    assert_eq!(alice.get("/r/empty").await.status(), 404);
    for room in ["/r/used", "/r/followed", "/"] {
        assert_eq!(alice.get(room).await.status(), 200, "{room}");
    }
    assert_eq!(alice.post("/rooms", &[("title", "Empty"), ("room", "lobby")]).await.status(), 303, "the name is free");
    follower.join("followed").await;
    drop(follower);
    bob.wait_for(|event| match event {
        Event::Rooms { changed } => {
            changed.iter().any(|room| room.slug.as_str() == "followed" && room.head.get() == 0).then_some(())
        }
        _ => None,
    })
    .await;
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

/// Protects people whose keyboards write letters and marks apart: the address is that of the composed name.
#[tokio::test]
async fn a_rooms_address_does_not_depend_on_how_its_letters_are_typed() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    for (title, address) in [("e\u{301}cole", "/r/%C3%A9cole"), ("I\u{307}stanbul", "/r/istanbul")] {
        let response = browser.post("/rooms", &[("title", title), ("room", "lobby")]).await;
        assert_eq!(response.status(), 303, "{title}");
        assert_eq!(response.headers()["location"].to_str().unwrap(), address);
    }
}
