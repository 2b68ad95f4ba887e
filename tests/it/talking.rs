//! The main job: people and programs in one room see the same lines in the same order.

use crate::support::{TestServer, is_publication};

/// Protects the promise that everybody reads one conversation, whichever socket they came by.
#[tokio::test]
async fn two_members_and_a_program_see_the_same_lines_in_the_same_order() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let mut program = server.program().await;

    for round in 0..10 {
        alice.say_nowait("lobby", &format!("a{round}"), &format!("alice {round}")).await;
        bob.say_nowait("lobby", &format!("b{round}"), &format!("bob {round}")).await;
        program.say("Script", &format!("script {round}")).await;
    }

    let (mut by_alice, mut by_bob, mut by_program) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..30 {
        let (seq, nickname, text) = alice.line().await;
        by_alice.push((nickname, text));
        let line = bob.line().await;
        assert_eq!(line.0, seq, "both members see the same place");
        by_bob.push((line.1, line.2));
        let (nickname, message, status) = program.line().await;
        assert_eq!(status, 1);
        by_program.push((nickname, message));
    }
    assert_eq!(by_alice, by_bob);
    assert_eq!(by_alice, by_program);
}

/// Protects "an acknowledged line is on disk": the place in the ack is the place that everybody reads later.
#[tokio::test]
async fn an_ack_names_the_place_that_history_shows() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let seq = alice.say("lobby", "one", "hello").await.unwrap();
    let page: serde_json::Value = server.browser().get("/api/v1/rooms/lobby/events").await.json().await.unwrap();
    let last = page["events"].as_array().unwrap().last().unwrap();
    assert_eq!((last["seq"].as_u64(), last["body"]["text"].as_str()), (Some(seq), Some("hello")));
    assert_eq!(last["id"], "one");
}

/// Protects a retry after a lost ack from saying the line twice.
#[tokio::test]
async fn a_line_sent_twice_under_one_id_is_said_once() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let first = alice.say("lobby", "same", "once").await.unwrap();
    let second = alice.say("lobby", "same", "once").await.unwrap();
    alice.say("lobby", "next", "after").await.unwrap();
    assert_eq!(first, second);
    assert_eq!(bob.line().await.2, "once");
    assert_eq!(bob.line().await.2, "after", "the retry was not published");
}

/// Protects the sender's order when several lines are under way at once.
#[tokio::test]
async fn lines_that_are_sent_without_waiting_keep_their_order() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for number in 0..100 {
        alice.say_nowait("lobby", &format!("n{number}"), &number.to_string()).await;
    }
    let mut seen = Vec::new();
    while seen.len() < 100 {
        seen.push(alice.wait_for(is_publication).await.2);
    }
    assert_eq!(seen, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
}

/// Protects the name that a line carries: it is the name of the moment at which it was said.
#[tokio::test]
async fn a_line_keeps_the_name_under_which_it_was_said() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Before").await;
    browser.post("/r/lobby/post", &[("text", "hi"), ("post_id", "x")]).await;
    browser.choose_nickname("After").await;
    let mut reader = server.member("Reader").await;
    let snapshot = reader.join("lobby").await;
    let said = serde_json::to_value(snapshot.events.last().unwrap()).unwrap();
    assert_eq!(said["by"]["nickname"], "Before");
}
