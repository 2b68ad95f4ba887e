//! The address of a message: the page around it, without scripts.

use crate::support::{Browser, Member, TestServer};

/// Says so many lines, of which the one with the number n has the seq n + 1.
async fn say_lines(alice: &mut Member, count: u64) {
    for number in 1..=count {
        alice.say("lobby", &format!("n{number}"), &format!("line-{number};")).await.unwrap();
    }
}

async fn get(browser: &Browser, path: &str) -> (u16, String) {
    let response = browser.get(path).await;
    (response.status().as_u16(), response.text().await.unwrap())
}

/// Where the next link with this beginning leads.
fn link<'a>(page: &'a str, beginning: &str) -> &'a str {
    let mut links = page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    links.find(|link| link.starts_with(beginning)).unwrap_or_else(|| panic!("no link to {beginning}: {page}"))
}

/// The body of a page, which shows these lines.
fn lines(page: &str) -> Vec<u64> {
    let body = page.split("<body").nth(1).unwrap().split("<script type=\"application/json\"").next().unwrap();
    let lines = body.split("line-").skip(1).map(|rest| rest.split(';').next().unwrap().parse().unwrap());
    lines.collect()
}

/// Protects whoever follows an old link: the message is shown with what was said before and after it, marked, and the reader
/// can go on from there in both directions.
#[tokio::test]
async fn the_page_around_a_message_marks_it_and_leads_both_ways() {
    let server = TestServer::start().await;
    say_lines(&mut server.member("Alice").await, 120).await;
    let reader = server.browser();
    let (status, page) = get(&reader, "/r/lobby/61").await;
    assert_eq!(status, 200);
    assert_eq!(lines(&page), (35..=84).collect::<Vec<_>>());
    assert_eq!(page.matches("aria-current=\"true\"").count(), 1);
    let marked = page.split("aria-current=\"true\"").nth(1).unwrap();
    assert_eq!(lines(&["<body", marked].concat())[0], 60, "the message of seq 61 is line 60");

    let older = get(&reader, &link(&page, "/r/lobby?before=").replace("&amp;", "&")).await.1;
    assert_eq!(lines(&older).last(), Some(&34));
    let newer = get(&reader, link(&page, "/r/lobby?after=")).await.1;
    assert_eq!(lines(&newer), (85..=120).collect::<Vec<_>>());
    assert!(!newer.contains("aria-current=\"true\""));
    let newest = get(&reader, "/").await.1;
    assert!(!newest.contains("?after="), "there is nothing newer");
}

/// Protects the ends of the log: the page is full there too.
#[tokio::test]
async fn the_first_and_the_last_message_have_pages_of_their_own() {
    let server = TestServer::start().await;
    say_lines(&mut server.member("Alice").await, 70).await;
    let reader = server.browser();
    let (status, opening) = get(&reader, "/r/lobby/1").await;
    assert!(status == 200 && lines(&opening)[0] == 1, "the opening of the room is a place too");
    let (_, first) = get(&reader, "/r/lobby/2").await;
    assert_eq!(lines(&first), (1..=25).collect::<Vec<_>>());
    let (_, last) = get(&reader, "/r/lobby/71").await;
    assert_eq!(lines(&last), (21..=70).collect::<Vec<_>>());
    assert!(last.contains("aria-current=\"true\"") && !last.contains("?after="));
}

/// Protects readers from links that lie: what is no message is told in words, beside what the room does hold.
#[tokio::test]
async fn an_address_without_a_message_shows_the_newest_page_and_says_so() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    say_lines(&mut alice, 3).await;
    let reader = server.browser();
    for path in ["/r/lobby/0", "/r/lobby/5", "/r/lobby/18446744073709551615"] {
        let (status, page) = get(&reader, path).await;
        assert_eq!(status, 404, "{path}");
        assert!(page.contains("There is no such message in this room.") && lines(&page) == [1, 2, 3], "{path}: {page}");
    }
    for path in ["/r/nowhere/2", "/r/lobby/second", "/r/lobby/2/more"] {
        let (status, page) = get(&reader, path).await;
        assert!(status == 404 && page.contains("There is nothing at this address"), "{path}: {page}");
    }
}

/// Protects authors: the address of a deleted message says that it is deleted, and nothing else.
#[tokio::test]
async fn the_address_of_a_deleted_message_says_so() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/r/lobby/post", &[("text", "a secret"), ("post_id", "one")]).await;
    alice.post("/r/lobby/edit", &[("change", "delete"), ("offered_for", "2"), ("post_id", "two")]).await;
    let (status, page) = get(&server.browser(), "/r/lobby/2").await;
    assert_eq!(status, 200);
    assert!(page.contains("This message was deleted.") && !page.contains("a secret"), "{page}");
    assert!(page.contains("aria-current=\"true\""));
}

/// Protects the message that the address names from being left out of a page that would be too heavy.
#[tokio::test]
async fn a_message_among_very_long_ones_is_on_its_page() {
    let server = TestServer::start_with(|config| {
        (config.limits.send_bytes_per_minute, config.limits.send_bytes_per_minute_per_address) = (0, 0);
        (config.limits.sends_per_minute, config.limits.sends_per_minute_per_address) = (0, 0);
    })
    .await;
    let mut alice = server.member("Alice").await;
    for number in 1..=60 {
        let text = format!("line-{number}; {}", "<\" ".repeat(1_200));
        alice.say("lobby", &format!("n{number}"), &text).await.unwrap();
    }
    let (status, page) = get(&server.browser(), "/r/lobby/31").await;
    assert_eq!(status, 200);
    assert!(lines(&page).contains(&30) && page.contains("aria-current=\"true\""), "{:?}", lines(&page));
    assert!(page.contains("?after="), "the next page is linked");
}
