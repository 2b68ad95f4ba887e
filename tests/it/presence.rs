//! Who is shown as here.

use std::time::Duration;

use futures::{StreamExt, stream};
use teahouse::model::conversation::roster::Roster;
use teahouse::protocol::{Command, Event, Person, RoomSlug, RoomSummary};

use crate::support::{Member, TestServer};

/// Protects the roster and its counts.
#[tokio::test]
async fn a_joiner_sees_who_is_here_and_is_seen() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    alice.wait_for_online("Alice").await;
    let mut bob = server.member("Bob").await;
    alice.wait_for_online("Bob").await;
    let snapshot = bob.join("lobby").await;
    let names: Vec<_> = snapshot.people.iter().map(|person| person.nickname.as_str()).collect();
    assert_eq!((names, snapshot.summary.online), (vec!["Alice", "Bob"], 2));
}

/// Protects a reload from flickering: within the grace nobody is told that somebody left.
#[tokio::test]
async fn a_reload_is_not_seen_and_a_closed_tab_is() {
    let server = TestServer::start_with(|config| config.rooms.leave_grace = Duration::from_millis(1_500)).await;
    let mut bob = server.member("Bob").await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut before = browser.socket().await;
    before.hello().await;
    before.join("lobby").await;
    bob.wait_for_online("Alice").await;

    let changes = |event: &Event| match event {
        Event::Presence { joined, left, .. } => {
            let names = |people: &[Person]| people.iter().map(|person| person.nickname.clone()).collect::<Vec<_>>();
            Some((names(joined), names(left)))
        }
        _ => None,
    };

    drop(before);
    let mut after = browser.socket().await;
    after.hello().await;
    after.join("lobby").await;
    // Carol comes later than Alice would have been told as gone, had her grace been forgotten.
    let mut carol = server.member("Carol").await;
    assert_eq!(bob.wait_for(changes).await, (vec!["Carol".to_owned()], vec![]), "the reload was seen");

    drop(after);
    assert_eq!(bob.wait_for(changes).await, (vec![], vec!["Alice".to_owned()]));
    carol.still_works().await;
}

/// Protects the count from counting tabs.
#[tokio::test]
async fn a_second_tab_is_not_a_second_person() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let mut first = browser.socket().await;
    first.hello_as("one").await;
    first.join("lobby").await;
    let mut second = browser.socket().await;
    second.hello_as("two").await;
    assert_eq!(second.join("lobby").await.summary.online, 1);
}

/// Protects visitors: they read live, and are neither counted nor able to speak.
#[tokio::test]
async fn a_visitor_reads_live_and_is_not_counted() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut visitor = server.browser().socket().await;
    let welcome = visitor.hello().await;
    assert!(matches!(welcome, Event::Welcome { me: None, .. }), "{welcome:?}");
    assert_eq!(visitor.join("lobby").await.summary.online, 1);
    alice.say("lobby", "one", "hi").await.unwrap();
    assert_eq!(visitor.line().await.2, "hi");
    let refusal = visitor.say("lobby", "two", "hello").await.unwrap_err();
    assert_eq!(refusal.code.name(), "nickname_required");
}

/// Protects the typing line: it is told, and it ends with the line that was typed.
#[tokio::test]
async fn writing_is_told_and_ends_with_the_line() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    alice.send(&Command::Typing { room: RoomSlug::lobby() }).await;
    let writers = |event: &Event| match event {
        Event::Typing { people, .. } => Some(people.iter().map(|person| person.nickname.clone()).collect()),
        _ => None,
    };
    let names: Vec<String> = bob.wait_for(writers).await;
    assert_eq!(names, ["Alice"]);
    alice.say("lobby", "one", "done").await.unwrap();
    let names: Vec<String> = bob.wait_for(writers).await;
    assert!(names.is_empty(), "{names:?}");
}

/// Protects against N² names: a crowd that writes is a few names and a number in each notice, and a crowd that is here is
/// a few names and a number in the room list.
#[tokio::test]
async fn a_crowd_that_writes_is_five_names_and_a_number() {
    let server = TestServer::start_with(|config| config.limits.connections_per_address = 0).await;
    let mut watcher = server.member("Watcher").await;
    let mut crowd = Vec::new();
    for number in 0..12 {
        crowd.push(server.member(&format!("Guest {number}")).await);
    }
    for guest in &mut crowd {
        guest.send(&Command::Typing { room: RoomSlug::lobby() }).await;
    }
    let mut writing = 0;
    while writing < 12 {
        let names = watcher.wait_for(|event| match event {
            Event::Typing { people, writing, .. } => Some((people.len(), *writing)),
            _ => None,
        });
        let (named, count) = names.await;
        assert_eq!(named, 5.min(count as usize), "{count} people write");
        writing = count;
    }
    let rooms: Vec<RoomSummary> = server.browser().get("/api/v1/rooms").await.json().await.unwrap();
    assert_eq!((rooms[0].online, rooms[0].people.len()), (13, 5));
}

/// Protects against N² notices: many who come at once are one change for each reader.
#[tokio::test]
async fn a_crowd_that_comes_at_once_is_few_frames() {
    let server = TestServer::start_with(|config| {
        config.rooms.presence_tick = Duration::from_secs(1);
        config.limits.connections_per_address = 0;
    })
    .await;
    let mut watcher = server.member("Watcher").await;
    let mut crowd = Vec::new();
    for number in 0..40 {
        crowd.push(server.member(&format!("Guest {number}")).await);
    }
    let (mut frames, mut seen) = (0, 0);
    while seen < 40 {
        seen += watcher
            .wait_for(|event| match event {
                Event::Presence { joined, .. } => {
                    Some(joined.iter().filter(|person| person.nickname.starts_with("Guest")).count())
                }
                _ => None,
            })
            .await;
        frames += 1;
    }
    assert!(frames <= 20, "{frames} presence frames for 40 people");
}

/// Protects the roster of a crowd that leaves: changes name a few of a crowd, and whoever remains is named again.
#[tokio::test]
async fn whoever_remains_of_a_crowd_is_named_again() {
    let server = TestServer::start_with(|config| {
        config.rooms.leave_grace = Duration::ZERO;
        config.limits.connections_per_address = 0;
    })
    .await;
    let names: Vec<String> = (1..=210).map(|number| format!("Guest {number:03}")).collect();
    let mut crowd: Vec<Member> = stream::iter(&names).map(|name| server.member(name)).buffered(20).collect().await;
    let watcher = server.browser();
    watcher.choose_nickname("Watcher").await;
    let mut watcher = watcher.socket().await;
    watcher.hello().await;
    let joined = watcher.join("lobby").await;
    let mut roster = Roster::new(&joined.people, joined.summary.online);
    follow_until(&mut watcher, &mut roster, 211).await;
    assert_eq!((roster.people().len(), roster.unnamed()), (200, 11), "the last ones by name are not named");

    let remaining = crowd.split_off(205);
    drop(crowd);
    follow_until(&mut watcher, &mut roster, 6).await;
    let names: Vec<_> = roster.people().iter().map(|person| person.nickname.as_str()).collect();
    assert_eq!(names, ["Guest 206", "Guest 207", "Guest 208", "Guest 209", "Guest 210", "Watcher"]);
    drop(remaining);
}

/// Keeps a roster as a page does, until so many are here.
async fn follow_until(member: &mut Member, roster: &mut Roster, online: u32) {
    while roster.online() != online {
        if let Event::Presence { joined, left, online, people, .. } = member.event().await {
            match people {
                Some(people) => roster.replace(&people, online),
                None => roster.change(&joined, &left, online),
            }
        }
    }
}
