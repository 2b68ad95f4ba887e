//! What people have read, over real sockets: every connection of a person knows the same, whoever of them read.

use std::collections::BTreeMap;
use std::time::Duration;

use teahouse::protocol::{Command, ErrorCode, Event, MessageNo, ReadMark, RoomSlug, Seq};

use crate::support::{Browser, Member, TestServer};

fn read(seq: u64) -> Command {
    Command::Read { room: RoomSlug::lobby(), seq: Seq::new(seq) }
}

fn unread(seq: u64) -> Command {
    Command::Unread { room: RoomSlug::lobby(), seq: Seq::new(seq) }
}

/// The next marks that a connection is told, as `(seq, message number, lowered)` by room.
async fn marks(member: &mut Member) -> BTreeMap<String, (u64, u64, u32)> {
    let told = member.wait_for(|event| match event {
        Event::Marks { marks } => Some(marks.clone()),
        _ => None,
    });
    let short = |mark: ReadMark| (mark.room.to_string(), (mark.seq.get(), mark.message_no.get(), mark.lowered));
    told.await.into_iter().map(short).collect()
}

async fn lobby_mark(member: &mut Member) -> (u64, u64, u32) {
    marks(member).await["lobby"]
}

/// One more connection of somebody, which follows nothing.
async fn another_tab(browser: &Browser, tab: &str) -> Member {
    let mut member = browser.socket().await;
    member.hello_as(tab).await;
    member
}

async fn newcomer(server: &TestServer, nickname: &str) -> Browser {
    let browser = server.browser();
    browser.choose_nickname(nickname).await;
    browser
}

#[tokio::test]
async fn what_one_tab_reads_every_tab_of_the_person_knows_and_nobody_else() {
    let server = TestServer::start().await;
    let mut bob = server.member("Bob").await;
    for id in ["a", "b"] {
        bob.say("lobby", id, "tea").await.unwrap();
    }
    let alice = newcomer(&server, "Alice").await;
    let (mut one, mut two) = (another_tab(&alice, "one").await, another_tab(&alice, "two").await);
    one.send(&read(2)).await;
    assert_eq!(lobby_mark(&mut one).await, (2, 1, 0));
    assert_eq!(lobby_mark(&mut two).await, (2, 1, 0));
    two.send(&read(99)).await;
    assert_eq!((lobby_mark(&mut one).await, lobby_mark(&mut two).await), ((3, 2, 0), (3, 2, 0)));
    two.send(&unread(3)).await;
    assert_eq!((lobby_mark(&mut one).await, lobby_mark(&mut two).await), ((2, 1, 1), (2, 1, 1)));
    // Bob has read what he said, and is told of nothing but that.
    bob.send(&read(1)).await;
    assert_eq!(lobby_mark(&mut bob).await, (3, 2, 0));
}

#[tokio::test]
async fn a_greeting_brings_all_marks_and_the_number_of_the_newest_message_of_each_room() {
    let server = TestServer::start_with(|config| config.rooms.room_list_tick = Duration::ZERO).await;
    let alice = newcomer(&server, "Alice").await;
    assert_eq!(alice.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await.status(), 303);
    let mut bob = server.member("Bob").await;
    bob.say("lobby", "a", "tea").await.unwrap();
    let mut first = alice.member_in("garden").await;
    first.say("garden", "b", "roses").await.unwrap();
    first.send(&read(1)).await;
    assert_eq!(lobby_mark(&mut first).await, (1, 0, 0));
    drop(first);
    let mut later = alice.socket().await;
    let Event::Welcome { rooms, .. } = later.hello_as("later").await else { unreachable!("hello waits for it") };
    let numbers: BTreeMap<_, _> = rooms.iter().map(|room| (room.slug.to_string(), room.message_no.get())).collect();
    assert_eq!(numbers, BTreeMap::from([("lobby".to_owned(), 1), ("garden".to_owned(), 1)]));
    let expected = [("garden".to_owned(), (2, 1, 0)), ("lobby".to_owned(), (1, 0, 0))];
    assert_eq!(marks(&mut later).await, BTreeMap::from(expected));
}

#[tokio::test]
async fn what_one_posts_by_one_tab_or_by_a_form_is_read_in_all() {
    let server = TestServer::start().await;
    let alice = newcomer(&server, "Alice").await;
    let (mut one, mut two) = (alice.member_in("lobby").await, another_tab(&alice, "two").await);
    one.say("lobby", "a", "tea").await.unwrap();
    assert_eq!(lobby_mark(&mut two).await, (2, 1, 0));
    let form = [("text", "cake"), ("post_id", "b")];
    assert_eq!(alice.post("/r/lobby/post", &form).await.status(), 303);
    assert_eq!(lobby_mark(&mut two).await, (3, 2, 0));
}

/// Whoever is in another room learns how much was said here, and not by one frame for each message.
#[tokio::test]
async fn the_room_list_tells_everybody_how_much_was_said_once_in_a_tick() {
    let server = TestServer::start_with(|config| config.rooms.room_list_tick = Duration::from_millis(300)).await;
    let alice = newcomer(&server, "Alice").await;
    assert_eq!(alice.post("/rooms", &[("title", "Garden"), ("room", "lobby")]).await.status(), 303);
    let mut away = alice.member_in("garden").await;
    let mut bob = server.member("Bob").await;
    const SAID: u64 = 40;
    for number in 0..SAID {
        bob.say("lobby", &format!("m-{number}"), "tea").await.unwrap();
    }
    let mut frames = 0;
    loop {
        let told = away.wait_for(|event| match event {
            Event::Rooms { changed } => changed.iter().find(|room| room.slug == RoomSlug::lobby()).cloned(),
            Event::Publication { .. } => panic!("who follows another room is sent no message: {event:?}"),
            _ => None,
        });
        let lobby = told.await;
        frames += 1;
        if lobby.message_no == MessageNo::new(SAID) {
            break;
        }
    }
    assert!(frames < SAID / 2, "{frames} frames for {SAID} messages");
}

#[tokio::test]
async fn a_visitor_has_no_marks_and_a_room_that_is_not_there_is_refused() {
    let server = TestServer::start().await;
    let mut visitor = server.browser().socket().await;
    visitor.hello().await;
    visitor.send(&read(1)).await;
    assert_eq!(visitor.refused().await.code, ErrorCode::NicknameRequired);
    let mut alice = server.member("Alice").await;
    alice.send(&Command::Read { room: RoomSlug::parse("attic").unwrap(), seq: Seq::new(1) }).await;
    // It names no room, so that it is not taken for the answer to a join.
    let refused = alice.wait_for(|event| match event {
        Event::Refused { room, refusal } => Some((room.clone(), refusal.code)),
        _ => None,
    });
    assert_eq!(refused.await, (None, ErrorCode::RoomNotFound));
    alice.still_works().await;
}

/// Protects whoever comes next under this name: nothing of before is theirs.
#[tokio::test]
async fn signing_out_takes_the_marks_along() {
    let server = TestServer::start().await;
    let alice = newcomer(&server, "Alice").await;
    let mut one = another_tab(&alice, "one").await;
    one.send(&read(1)).await;
    lobby_mark(&mut one).await;
    let guest = server.guest(&alice).await.unwrap();
    assert_eq!(server.app().store.marks(&guest.id).await.unwrap().len(), 1);
    assert_eq!(alice.post("/sign-out", &[("room", "lobby")]).await.status(), 303);
    assert_eq!(server.app().store.marks(&guest.id).await.unwrap(), []);
}

/// Without scripts: the page counts, and its form marks.
#[tokio::test]
async fn a_page_without_scripts_shows_what_is_unread_and_marks_it_as_read() {
    let server = TestServer::start().await;
    let alice = newcomer(&server, "Alice").await;
    let form = [("text", "tea"), ("post_id", "a")];
    assert_eq!(alice.post("/r/lobby/post", &form).await.status(), 303);
    let page = async || alice.get("/").await.text().await.unwrap();
    assert!(!page().await.contains("rooms__unread") && !page().await.contains("read-form"), "one's own is read");
    let mut bob = server.member("Bob").await;
    bob.say("lobby", "b", "cake").await.unwrap();
    let shown = page().await;
    assert!(shown.contains("1 unread message") && shown.contains("read-form"), "{shown}");
    assert!(
        !server.browser().get("/").await.text().await.unwrap().contains("rooms__unread"),
        "visitors have read nothing"
    );
    assert_eq!(alice.post("/r/lobby/read", &[("seq", "3")]).await.status(), 303);
    assert!(!page().await.contains("rooms__unread"));
}
