//! Edits, deletions and restorations over the sockets: from the post to everybody who sees the message, now or later.

use serde_json::Value;
use teahouse::protocol::{
    Backlog, Command, Deleted, Edited, Event, EventBody, PostBody, PostId, Restored, RoomSlug, Seq,
};

use crate::support::{Continuity, Member, TestServer};

const SECRET: &str = "my password is swordfish";

async fn post(member: &mut Member, id: &str, body: PostBody) {
    let id = PostId::parse(id).unwrap();
    member.send(&Command::Post { room: RoomSlug::lobby(), id, body }).await;
}

/// Posts a change, and waits until it is on disk.
async fn change(member: &mut Member, id: &str, body: PostBody) -> Result<u64, String> {
    post(member, id, body).await;
    member.answer(id).await.map_err(|refusal| refusal.code.name().to_owned())
}

fn edited(target: u64, text: &str) -> PostBody {
    PostBody::Edited { target: Seq::new(target), text: text.to_owned() }
}

const fn deleted(target: u64) -> PostBody {
    PostBody::Deleted { target: Seq::new(target) }
}

const fn restored(target: u64) -> PostBody {
    PostBody::Restored { target: Seq::new(target) }
}

/// The next change that is published.
async fn published(member: &mut Member) -> EventBody {
    member
        .wait_for(|event| match event {
            Event::Publication { event, .. } if event.body.target().is_some() => Some(event.body.clone()),
            _ => None,
        })
        .await
}

async fn json(server: &TestServer, path: &str) -> Value {
    server.browser().get(&format!("/api/v1/rooms/lobby/{path}")).await.json().await.unwrap()
}

/// The newest content event of the lobby.
async fn newest_item(server: &TestServer) -> Value {
    json(server, "history").await["items"].as_array().unwrap().last().unwrap().clone()
}

/// Protects whoever mends what they said: everybody who is here sees it at once, everybody who comes later sees only that,
/// and both are told that it was edited.
#[tokio::test]
async fn an_edit_reaches_everybody_live_and_those_who_come_later_with_its_message() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let target = alice.say("lobby", "m", "the kettle is of").await.unwrap();
    let placed = change(&mut alice, "e", edited(target, "  the kettle is off\n")).await.unwrap();
    let text = "  the kettle is off".to_owned();
    assert_eq!(published(&mut bob).await, EventBody::Edited(Edited { target: Seq::new(target), text: text.clone() }));

    let item = newest_item(&server).await;
    assert_eq!((&item["event"]["seq"], &item["event"]["body"]["text"]), (&target.into(), &text.as_str().into()));
    let log = json(&server, &format!("events?after={}", placed - 1)).await;
    assert_eq!(item["edited_ms"], log["events"][0]["at_ms"]);
    let page = server.browser().get("/").await.text().await.unwrap();
    assert!(page.contains("the kettle is off") && !page.contains("the kettle is of<"), "{page}");
    assert!(page.contains("message__edited"), "nobody is told that it was edited");
    let mut carol = server.browser().socket().await;
    carol.hello().await;
    let joined = carol.join("lobby").await;
    let Backlog::Fresh { page } = joined.backlog else { panic!("{joined:?}") };
    assert_eq!(page.items.last().unwrap().event.body.text(), text);
}

/// Protects whoever said what they should not have: from the ack of the deletion on, nobody can fetch it by any door.
#[tokio::test]
async fn the_text_of_a_deleted_message_cannot_be_fetched_by_any_door() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    alice.say("lobby", "before", "tea?").await.unwrap();
    bob.line().await;
    let cursor = bob.join("lobby").await.backlog.newest().unwrap();
    let target = alice.say("lobby", "m", SECRET).await.unwrap();
    change(&mut alice, "e", edited(target, &format!("{SECRET}!"))).await.unwrap();
    // Whatever is kept for those who come in is filled with it.
    bob.join_from("lobby", Some(cursor.clone())).await;
    server.member("Carol").await;
    assert!(server.browser().get("/").await.text().await.unwrap().contains(SECRET));

    change(&mut alice, "d", deleted(target)).await.unwrap();
    for path in ["/", "/api/v1/rooms/lobby/history", "/api/v1/rooms/lobby/events", "/api/v1/rooms/lobby/events?after=1"]
    {
        let answer = server.browser().get(path).await.text().await.unwrap();
        assert!(!answer.contains(SECRET), "{path}: {answer}");
    }
    assert!(server.browser().get("/").await.text().await.unwrap().contains("This message was deleted."));
    let (continuity, missed) = bob.join_from("lobby", Some(cursor)).await;
    assert_eq!((continuity, missed.events.len()), (Continuity::Resumed, 3));
    assert!(missed.events.iter().all(|event| event.body.text().is_empty()), "{missed:?}");
    let mut newcomer = server.browser().socket().await;
    newcomer.hello().await;
    let joined = format!("{:?}", newcomer.join("lobby").await);
    assert!(!joined.contains(SECRET), "{joined}");
    assert_eq!(alice.say("lobby", "m", SECRET).await, Ok(target), "a retry is still known again");
}

/// Protects whoever pressed the wrong button: what was deleted comes back for everybody, also for those who never saw it.
#[tokio::test]
async fn a_restored_message_brings_its_text_to_those_who_came_while_it_was_deleted() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let target = alice.say("lobby", "m", "tea!").await.unwrap();
    change(&mut alice, "d", deleted(target)).await.unwrap();
    let mut bob = server.member("Bob").await;
    change(&mut alice, "r", restored(target)).await.unwrap();
    let expected = Restored { target: Seq::new(target), text: "tea!".to_owned() };
    assert_eq!(published(&mut bob).await, EventBody::Restored(expected));
    let item = newest_item(&server).await;
    assert_eq!((&item["event"]["body"]["text"], &item["edited_ms"]), (&"tea!".into(), &Value::Null));
}

/// Protects people from each other and from late changes, and tells the author what was wrong.
#[tokio::test]
async fn what_may_not_be_changed_is_refused_by_name() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let target = alice.say("lobby", "m", "tea?").await.unwrap();
    for (id, body, code) in [
        ("a", edited(target, "mine"), "not_yours"),
        ("b", deleted(target), "not_yours"),
        ("c", restored(target), "not_yours"),
        ("d", edited(1, "x"), "message_not_found"),
        ("e", deleted(99), "message_not_found"),
        ("f", edited(target, " \n"), "empty_message"),
        ("g", edited(target, &"x".repeat(4_001)), "message_too_long"),
    ] {
        assert_eq!(change(&mut bob, id, body).await.unwrap_err(), code, "{id}");
    }
    assert_eq!(change(&mut alice, "h", restored(target)).await.unwrap_err(), "not_deleted");
    change(&mut alice, "i", deleted(target)).await.unwrap();
    assert_eq!(change(&mut alice, "j", edited(target, "x")).await.unwrap_err(), "message_deleted");
    let reaction = PostBody::Reaction { target: Seq::new(target), emoji: "🍵".to_owned(), on: true };
    assert_eq!(change(&mut bob, "k", reaction).await.unwrap_err(), "message_deleted");
    assert_eq!(json(&server, "history").await["as_of"]["seq"], 3, "the creation, the message and one deletion");
}

/// Protects hosts who want what was said to stay said.
#[tokio::test]
async fn a_change_after_the_window_of_its_setting_is_refused() {
    let server = TestServer::start_with(|config| {
        config.limits.edit_window = std::time::Duration::from_millis(1);
        config.limits.delete_window = std::time::Duration::from_millis(1);
        config.rooms.restore_window = std::time::Duration::ZERO;
    })
    .await;
    let mut alice = server.member("Alice").await;
    let target = alice.say("lobby", "m", "tea?").await.unwrap();
    // The clock is what the log says: it has gone on when a later message has a later time.
    let mut number = 0;
    let posted = |log: &Value, seq: u64| log["events"][usize::try_from(seq).unwrap() - 1]["at_ms"].as_i64().unwrap();
    loop {
        number += 1;
        let later = alice.say("lobby", &format!("later-{number}"), "x").await.unwrap();
        let log = json(&server, "events?after=0&limit=200").await;
        if posted(&log, later) > posted(&log, target) + 1 {
            break;
        }
    }
    assert_eq!(change(&mut alice, "e", edited(target, "late")).await.unwrap_err(), "too_late");
    assert_eq!(change(&mut alice, "d", deleted(target)).await.unwrap_err(), "too_late");
}

/// Protects whoever was away: what was changed meanwhile is a missed event like all others.
#[tokio::test]
async fn whoever_comes_back_gets_the_changes_that_were_missed() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let target = alice.say("lobby", "m", "tea?").await.unwrap();
    let other = alice.say("lobby", "n", "or not").await.unwrap();
    bob.line().await;
    bob.line().await;
    let cursor = bob.join("lobby").await.backlog.newest().unwrap();
    change(&mut alice, "e", edited(target, "tea!")).await.unwrap();
    change(&mut alice, "d", deleted(other)).await.unwrap();
    let (continuity, missed) = bob.join_from("lobby", Some(cursor)).await;
    let bodies: Vec<_> = missed.events.iter().map(|event| event.body.clone()).collect();
    let edit = EventBody::Edited(Edited { target: Seq::new(target), text: "tea!".to_owned() });
    let deletion = EventBody::Deleted(Deleted { target: Seq::new(other) });
    assert_eq!((continuity, bodies), (Continuity::Resumed, vec![edit, deletion]));
}

/// Protects the simplest program: an edit is a message in words, and of a deletion it is told nothing that was deleted.
#[tokio::test]
async fn a_program_reads_an_edit_as_text_and_of_a_deletion_nothing() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    let target = alice.say("lobby", "m", "tea?").await.unwrap();
    program.line().await;
    change(&mut alice, "e", edited(target, "tea!")).await.unwrap();
    let (nickname, text, _) = program.line().await;
    assert_eq!((nickname.as_str(), text.as_str()), ("Alice", "✏️ tea!"));
    let reaction = PostBody::Reaction { target: Seq::new(target), emoji: "🍵".to_owned(), on: true };
    change(&mut alice, "reaction", reaction).await.unwrap();
    assert_eq!(program.line().await.1, "🍵 → Alice: tea!", "what is quoted is what it says now");
    change(&mut alice, "d", deleted(target)).await.unwrap();
    change(&mut alice, "r", restored(target)).await.unwrap();
    alice.say("lobby", "n", "after").await.unwrap();
    assert_eq!(program.line().await.1, "after");
}
