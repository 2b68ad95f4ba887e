//! `GET /api/v1/rooms` and `GET /api/v1/rooms/{room}/events`: reading for programs and for paging back.

use serde_json::Value;

use crate::support::TestServer;

async fn get(server: &TestServer, path: &str) -> (u16, Value) {
    let response = server.browser().get(path).await;
    (response.status().as_u16(), response.json().await.unwrap())
}

fn seqs(page: &Value) -> Vec<u64> {
    page["events"].as_array().unwrap().iter().map(|event| event["seq"].as_u64().unwrap()).collect()
}

async fn server_with_lines(count: u64) -> TestServer {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for number in 0..count {
        alice.say_nowait("lobby", &format!("n{number}"), &format!("line {number}")).await;
    }
    for number in 0..count {
        alice.answer(&format!("n{number}")).await.unwrap();
    }
    server
}

/// Protects paging: pages join without overlap or hole, and say where the ends are.
#[tokio::test]
async fn pages_of_history_join_to_the_whole_log() {
    let server = server_with_lines(260).await;
    let (mut collected, mut before) = (Vec::new(), None);
    loop {
        let query = before.map_or(String::new(), |seq: u64| format!("&before={seq}"));
        let (status, page) = get(&server, &format!("/api/v1/rooms/lobby/events?limit=100{query}")).await;
        assert_eq!(status, 200);
        assert_eq!(page["head"], 261);
        let mut seqs = seqs(&page);
        before = seqs.first().copied();
        seqs.append(&mut collected);
        collected = seqs;
        if page["has_older"] == false {
            break;
        }
    }
    assert_eq!(collected, (1..=261).collect::<Vec<_>>(), "the first event is the room's creation");
}

/// Protects the bound on one page, and the defaults.
#[tokio::test]
async fn a_page_never_holds_more_than_200_events() {
    let server = server_with_lines(210).await;
    assert_eq!(seqs(&get(&server, "/api/v1/rooms/lobby/events?limit=100000").await.1).len(), 200);
    assert_eq!(seqs(&get(&server, "/api/v1/rooms/lobby/events").await.1).len(), 50);
    let (_, page) = get(&server, "/api/v1/rooms/lobby/events?after=205&limit=3").await;
    assert_eq!(seqs(&page), [206, 207, 208]);
    assert_eq!((&page["has_older"], &page["has_newer"]), (&Value::Bool(true), &Value::Bool(true)));
}

/// Protects programs from guessing what went wrong.
#[tokio::test]
async fn a_bad_request_is_told_what_is_wrong() {
    let server = TestServer::start().await;
    for (path, status, code) in [
        ("/api/v1/rooms/nowhere/events", 404, "room_not_found"),
        ("/api/v1/rooms/No%20Room/events", 404, "room_not_found"),
        ("/api/v1/rooms/lobby/events?before=1&after=2", 400, "bad_request"),
        ("/api/v1/rooms/lobby/events?before=x", 400, "bad_request"),
        ("/api/v1/rooms/lobby/events?befor=1", 400, "bad_request"),
        ("/api/v1/rooms/lobby/events?limit=-1", 400, "bad_request"),
    ] {
        let (got, body) = get(&server, path).await;
        assert_eq!((got, body["code"].as_str()), (status, Some(code)), "{path}");
        assert!(body["explanation"].as_str().is_some_and(|words| words.len() > 10), "{path}");
    }
}

/// Protects the room list of programs.
#[tokio::test]
async fn rooms_are_listed_with_who_is_in_them() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    alice.wait_for_online("Alice").await;
    let (status, rooms) = get(&server, "/api/v1/rooms").await;
    assert_eq!(status, 200);
    assert_eq!(rooms[0]["slug"], "lobby");
    assert_eq!((&rooms[0]["online"], &rooms[0]["people"][0]), (&Value::from(1), &Value::from("Alice")));
}
