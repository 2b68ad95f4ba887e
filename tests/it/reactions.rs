//! Reactions over the sockets: the first change event, from the post to everybody who sees its message.

use serde_json::Value;
use teahouse::protocol::limits::REACTION_NAMES_MAX;
use teahouse::protocol::{Backlog, Command, Event, EventBody, HistoryPage, PostBody, PostId, Reaction, RoomSlug, Seq};

use crate::support::{Browser, Continuity, Member, TestServer};

async fn react(member: &mut Member, id: &str, target: u64, emoji: &str, on: bool) {
    let body = PostBody::Reaction { target: Seq::new(target), emoji: emoji.to_owned(), on };
    let id = PostId::parse(id).unwrap();
    member.send(&Command::Post { room: RoomSlug::lobby(), id, body }).await;
}

/// The next reaction that is published: who, what, and how many have it.
async fn reaction(member: &mut Member) -> (String, Reaction) {
    member
        .wait_for(|event| match event {
            Event::Publication { event, .. } => match (&event.by, &event.body) {
                (Some(by), EventBody::Reaction(reaction)) => Some((by.nickname.clone(), reaction.clone())),
                _ => None,
            },
            _ => None,
        })
        .await
}

async fn history(server: &TestServer, query: &str) -> Value {
    let path = format!("/api/v1/rooms/lobby/history?{query}");
    server.browser().get(&path).await.json().await.unwrap()
}

/// Protects the shape of every later change: posted like a message, on disk before its ack, told to everybody once, and
/// folded into the message for those who come later.
#[tokio::test]
async fn a_reaction_reaches_everybody_live_and_those_who_come_later_with_its_message() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let message = alice.say("lobby", "m", "tea?").await.unwrap();
    react(&mut bob, "r", message, "🍵", true).await;
    let placed = bob.answer("r").await.unwrap();
    let expected = Reaction { target: Seq::new(message), emoji: "🍵".to_owned(), on: true, count: 1 };
    assert_eq!(reaction(&mut alice).await, ("Bob".to_owned(), expected));

    let page = history(&server, "").await;
    assert_eq!(page["as_of"]["seq"], placed);
    let item = page["items"].as_array().unwrap().last().unwrap();
    assert_eq!(item["event"]["body"]["text"], "tea?");
    assert_eq!(item["reactions"][0]["emoji"], "🍵");
    assert_eq!(item["reactions"][0]["people"][0]["nickname"], "Bob");
    let mut carol = server.browser().socket().await;
    carol.hello().await;
    let joined = carol.join("lobby").await;
    let Backlog::Fresh { page } = joined.backlog else { panic!("{joined:?}") };
    assert_eq!(page.items.last().unwrap().reactions[0].count, 1);
}

/// Protects a count from retries, and from saying the same twice: what was set is set once.
#[tokio::test]
async fn a_reaction_counts_once_for_each_person_however_often_it_is_sent() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let message = alice.say("lobby", "m", "tea?").await.unwrap();
    react(&mut alice, "r", message, "🍵", true).await;
    let first = alice.answer("r").await.unwrap();
    react(&mut alice, "r", message, "🍵", true).await;
    assert_eq!(alice.answer("r").await.unwrap(), first, "a retry has the place of the first");
    react(&mut alice, "again", message, "🍵", true).await;
    alice.answer("again").await.unwrap();
    assert_eq!(history(&server, "").await["items"].as_array().unwrap().last().unwrap()["reactions"][0]["count"], 1);
    react(&mut alice, "back", message, "🍵", false).await;
    alice.answer("back").await.unwrap();
    assert_eq!(history(&server, "").await["items"].as_array().unwrap().last().unwrap()["reactions"], Value::Null);
}

/// Protects whoever is not among the first people of a crowd: every page that they get names them in what is theirs, and no page
/// of others does.
#[tokio::test]
async fn whoever_reacts_in_a_crowd_finds_their_reaction_on_every_page() {
    fn names(page: &HistoryPage) -> Vec<&str> {
        let people = &page.items.last().unwrap().reactions[0].people;
        people.iter().map(|person| person.nickname.as_str()).skip(REACTION_NAMES_MAX).collect()
    }
    let read = async |browser: &Browser| -> HistoryPage {
        browser.get("/api/v1/rooms/lobby/history").await.json().await.unwrap()
    };
    let drawn = async |browser: &Browser, path: &str| browser.get(path).await.text().await.unwrap();
    let own = "aria-pressed=\"true\"";

    let server = TestServer::start().await;
    let message = server.member("Alice").await.say("lobby", "m", "tea?").await.unwrap();
    for number in 0..REACTION_NAMES_MAX {
        let mut fan = server.member(&format!("Fan {number}")).await;
        react(&mut fan, "r", message, "🍵", true).await;
        fan.answer("r").await.unwrap();
    }
    let browser = server.browser();
    browser.choose_nickname("Late").await;
    let mut late = browser.member_in("lobby").await;
    react(&mut late, "r", message, "🍵", true).await;
    late.answer("r").await.unwrap();

    let stranger = server.browser();
    stranger.choose_nickname("Stranger").await;
    for (reader, expected) in [(&browser, vec!["Late"]), (&stranger, vec![]), (&server.browser(), vec![])] {
        assert_eq!(names(&read(reader).await), expected);
        for path in ["/", "/?before=99"] {
            assert_eq!(drawn(reader, path).await.contains(own), !expected.is_empty(), "{path} of {expected:?}");
        }
        let mut member = reader.socket().await;
        member.hello_as("another-tab").await;
        let joined = member.join("lobby").await;
        assert_eq!(names(joined.backlog.page().unwrap()), expected, "by the socket");
    }
    react(&mut late, "back", message, "🍵", false).await;
    late.answer("back").await.unwrap();
    assert!(names(&read(&browser).await).is_empty() && !drawn(&browser, "/").await.contains(own));
}

/// Protects the log from changes of nothing, and tells the author what was wrong.
#[tokio::test]
async fn what_cannot_be_reacted_to_or_with_is_refused_by_name() {
    let server = TestServer::start_with(|config| config.limits.message_reactions = 1).await;
    let mut alice = server.member("Alice").await;
    let message = alice.say("lobby", "m", "tea?").await.unwrap();
    for (id, target, emoji, code) in [
        ("a", 1, "🍵", "message_not_found"),
        ("b", 99, "🍵", "message_not_found"),
        ("c", message, "tea", "reaction_invalid"),
        ("d", message, "🍵🍵", "reaction_invalid"),
    ] {
        react(&mut alice, id, target, emoji, true).await;
        assert_eq!(alice.answer(id).await.unwrap_err().code.name(), code, "{emoji} to {target}");
    }
    react(&mut alice, "e", message, "🍵", true).await;
    alice.answer("e").await.unwrap();
    react(&mut alice, "f", message, "🎉", true).await;
    assert_eq!(alice.answer("f").await.unwrap_err().code.name(), "too_many_reactions");
    assert_eq!(history(&server, "").await["as_of"]["seq"], 3, "the creation, the message and one reaction");
}

/// Protects whoever was away: changes are missed events like all others.
#[tokio::test]
async fn whoever_comes_back_gets_the_reactions_that_were_missed() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = (server.member("Alice").await, server.member("Bob").await);
    let message = alice.say("lobby", "m", "tea?").await.unwrap();
    bob.line().await;
    let joined = bob.join("lobby").await;
    let cursor = joined.backlog.newest().unwrap();
    react(&mut alice, "r", message, "🍵", true).await;
    alice.answer("r").await.unwrap();
    let (continuity, missed) = bob.join_from("lobby", Some(cursor)).await;
    assert_eq!((continuity, missed.events.len()), (Continuity::Resumed, 1));
    assert!(matches!(&missed.events[0].body, EventBody::Reaction(reaction) if reaction.on));
    let at_the_change = missed.backlog.newest();
    assert_eq!(bob.join_from("lobby", at_the_change).await.0, Continuity::Resumed, "a change can be stood at");
}

/// Protects the simplest program: it reads of a reaction in words, and of one that is taken back nothing.
#[tokio::test]
async fn a_program_reads_a_reaction_as_text() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut program = server.program().await;
    let message = alice.say("lobby", "m", "shall we have\ntea?").await.unwrap();
    program.line().await;
    react(&mut alice, "r", message, "🍵", true).await;
    react(&mut alice, "back", message, "🍵", false).await;
    alice.answer("back").await.unwrap();
    alice.say("lobby", "n", "after").await.unwrap();
    let (nickname, message, _) = program.line().await;
    assert_eq!((nickname.as_str(), message.as_str()), ("Alice", "🍵 → Alice: shall we have"));
    assert_eq!(program.line().await.1, "after");
}
