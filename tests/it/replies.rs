//! Replies over the sockets and the form: from the post to everybody who sees what is quoted, now or later.

use serde_json::Value;
use teahouse::protocol::{Backlog, Command, Event, EventBody, LogEvent, PostBody, PostId, RoomSlug, Seq};

use crate::support::{Continuity, Member, TestServer};

const SECRET: &str = "my password is swordfish";

async fn post(member: &mut Member, id: &str, body: PostBody) -> Result<u64, String> {
    let id = PostId::parse(id).unwrap();
    member.send(&Command::Post { room: RoomSlug::lobby(), id: id.clone(), body }).await;
    member.answer(id.as_str()).await.map_err(|refusal| refusal.code.name().to_owned())
}

fn reply(to: u64, text: &str) -> PostBody {
    PostBody::Message { text: text.to_owned(), reply_to: Some(Seq::new(to)) }
}

fn edited(target: u64, text: &str) -> PostBody {
    PostBody::Edited { target: Seq::new(target), text: text.to_owned() }
}

const fn deleted(target: u64) -> PostBody {
    PostBody::Deleted { target: Seq::new(target) }
}

/// The next reply that is published.
async fn published(member: &mut Member) -> LogEvent {
    member
        .wait_for(|event| match event {
            Event::Publication { event, .. } if event.body.reply_to().is_some() => Some(event.clone()),
            _ => None,
        })
        .await
}

async fn json(server: &TestServer, path: &str) -> Value {
    server.browser().get(&format!("/api/v1/rooms/lobby/{path}")).await.json().await.unwrap()
}

/// The body of the newest content event as a page of history tells it.
async fn newest_body(server: &TestServer) -> Value {
    json(server, "history").await["items"].as_array().unwrap().last().unwrap()["event"]["body"].clone()
}

/// Protects whoever answers in a busy room: everybody who is here sees what is answered, and so does everybody who comes later,
/// whichever door they take.
#[tokio::test]
async fn a_reply_comes_with_what_it_quotes_live_on_the_page_and_in_history() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let target = alice.say("lobby", "m", "the kettle is on").await.unwrap();
    let seq = post(&mut bob, "r", reply(target, "thank you")).await.unwrap();
    let live = published(&mut alice).await;
    let quote = live.body.quote().unwrap();
    assert_eq!((quote.nickname.as_str(), quote.text.as_str()), ("Alice", "the kettle is on"));

    let body = newest_body(&server).await;
    assert_eq!(body["reply_to"], target);
    assert_eq!(body["quote"]["text"], "the kettle is on");
    let log = json(&server, &format!("events?after={}", seq - 1)).await;
    assert_eq!(log["events"][0]["body"], body);
    let page = server.browser().get("/").await.text().await.unwrap();
    assert!(page.contains("message__quote") && page.contains(&format!("#m{target}\"")), "{page}");
    let mut carol = server.browser().socket().await;
    carol.hello().await;
    let Backlog::Fresh { page } = carol.join("lobby").await.backlog else { panic!("nothing was held") };
    assert_eq!(page.items.last().unwrap().event.body.quote(), live.body.quote());
}

/// Protects whoever mends or takes back what they said: no quote goes on saying it.
#[tokio::test]
async fn what_is_quoted_is_what_the_message_says_now_and_nothing_that_was_deleted() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let target = alice.say("lobby", "m", SECRET).await.unwrap();
    bob.line().await;
    let cursor = bob.join("lobby").await.backlog.newest().unwrap();
    post(&mut bob, "r", reply(target, "oh")).await.unwrap();
    post(&mut alice, "e", edited(target, "tea?")).await.unwrap();
    assert_eq!(newest_body(&server).await["quote"]["text"], "tea?");
    let (continuity, missed) = bob.join_from("lobby", Some(cursor)).await;
    assert_eq!(continuity, Continuity::Resumed);
    assert_eq!(missed.events[0].body.quote().unwrap().text, "tea?");

    post(&mut alice, "f", edited(target, SECRET)).await.unwrap();
    post(&mut alice, "d", deleted(target)).await.unwrap();
    for path in ["/", "/api/v1/rooms/lobby/history", "/api/v1/rooms/lobby/events"] {
        let answer = server.browser().get(path).await.text().await.unwrap();
        assert!(!answer.contains(SECRET), "{path}: {answer}");
    }
    let late = post(&mut bob, "s", reply(target, "what was it?")).await.unwrap();
    let body = newest_body(&server).await;
    assert_eq!((&body["reply_to"], &body["quote"]["text"]), (&target.into(), &"".into()), "{late}");
}

/// Protects a program that replies to what is not there: it is told so, and nothing is posted.
#[tokio::test]
async fn a_reply_to_what_is_no_message_of_the_room_is_refused() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    for (id, target) in [("a", 0), ("b", 1), ("c", 2), ("d", u64::MAX)] {
        assert_eq!(post(&mut alice, id, reply(target, "what?")).await.unwrap_err(), "message_not_found", "{target}");
    }
    assert_eq!(json(&server, "history").await["as_of"]["seq"], 1);
}

/// Protects the simplest program: a reply is text that mail has taught everybody to read.
#[tokio::test]
async fn a_program_reads_a_reply_under_a_line_that_quotes() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    let target = alice.say("lobby", "m", "tea?\nor coffee").await.unwrap();
    program.line().await;
    post(&mut alice, "r", reply(target, "tea")).await.unwrap();
    assert_eq!(program.line().await.1, "> Alice: tea?\ntea");
}

/// Protects readers without scripts: they reply by a page of its own, which shows to what, and a refused reply stays one.
#[tokio::test]
async fn without_scripts_one_replies_by_a_page_that_says_to_what() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let target = alice.say("lobby", "m", "tea?").await.unwrap();
    let bob = server.browser();
    bob.choose_nickname("Bob").await;
    let button = [("reaction", &*format!("{target}>")), ("offered_for", ""), ("post_id", "p1")];
    let led = bob.post("/r/lobby/react", &button).await;
    assert_eq!(led.headers()["location"], format!("/r/lobby?reply={target}#m{target}"));
    let page = bob.get(&format!("/r/lobby?reply={target}")).await.text().await.unwrap();
    let field = format!(r#"name="reply_to" value="{target}""#);
    assert!(page.contains(&field) && page.contains("reply-notice"), "{page}");
    let target = target.to_string();
    let refused = bob.post("/r/lobby/post", &[("text", " "), ("post_id", "p2"), ("reply_to", &target)]).await;
    assert!(refused.text().await.unwrap().contains(&field), "a refused reply replies to nothing any more");
    bob.post("/r/lobby/post", &[("text", "yes"), ("post_id", "p3"), ("reply_to", &target)]).await;
    let event = published(&mut alice).await;
    assert_eq!((event.body.text(), event.body.reply_to().unwrap().to_string()), ("yes", target));
    assert!(matches!(event.body, EventBody::Message(_)));
}
