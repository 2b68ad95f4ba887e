//! Words behind a slash: what people post by a form is the text that they stand for, and a program is taken at its word.

use serde_json::Value;

use crate::support::TestServer;

/// What the newest message of the lobby says.
async fn newest(server: &TestServer) -> String {
    let page: Value = server.browser().get("/api/v1/rooms/lobby/history").await.json().await.unwrap();
    page["items"].as_array().unwrap().last().unwrap()["event"]["body"]["text"].as_str().unwrap().to_owned()
}

/// Protects whoever has no scripts: the words do what they do in the page.
#[tokio::test]
async fn a_form_posts_the_text_that_a_word_stands_for() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for (id, typed, posted) in [
        ("a", "/tableflip no tea", "no tea (╯°□°)╯︵ ┻━┻"),
        ("b", "/me waves", "*waves*"),
        ("c", "//me waves", "/me waves"),
        ("d", "/unknown waves", "/unknown waves"),
    ] {
        // The same form twice is one post.
        for _ in 0..2 {
            let answer = alice.post("/r/lobby/post", &[("text", typed), ("post_id", id)]).await;
            assert_eq!(answer.status(), 303, "{typed}");
        }
        assert_eq!(newest(&server).await, posted);
    }
    let events: Value = server.browser().get("/api/v1/rooms/lobby/events").await.json().await.unwrap();
    assert_eq!(events["head"], 5, "the room's creation and four messages");
}

/// Protects whoever is refused: what they typed comes back, and not what it would have become.
#[tokio::test]
async fn a_refused_word_comes_back_as_it_was_typed() {
    let server = TestServer::start_with(|config| config.limits.message_graphemes = 20).await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let answer = alice.post("/r/lobby/post", &[("text", "/shrug no"), ("post_id", "a")]).await;
    assert_eq!(answer.status(), 303, "{}", answer.text().await.unwrap());
    let answer = alice.post("/r/lobby/post", &[("text", "/shrug no idea, no"), ("post_id", "b")]).await;
    assert_eq!(answer.status(), 400);
    let page = answer.text().await.unwrap();
    assert!(page.contains(">/shrug no idea, no</textarea>"), "{page}");
}

/// Protects programs: what they post is what is read.
#[tokio::test]
async fn a_program_is_taken_at_its_word() {
    let server = TestServer::start().await;
    let mut program = server.program().await;
    program.say("clock", "/shrug no idea").await;
    assert_eq!(program.line().await.1, "/shrug no idea");
    let mut member = server.member("Alice").await;
    member.say("lobby", "a", "/me waves").await.unwrap();
    assert_eq!(newest(&server).await, "/me waves");
}
