//! Jumping to a day: to its first message, or to words that say that there is none.

use std::sync::Arc;

use reqwest::header::{ACCEPT_LANGUAGE, LOCATION};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};
use teahouse::model::calendar;
use teahouse::protocol::{EventBody, Message, Origin, Person, PostId, RoomSlug, Timestamp, UserId};
use teahouse::server::app::App;
use teahouse::server::ground::clock;
use teahouse::server::log::{ChangeWindows, Draft};

use crate::support::TestServer;

const DAY_MS: i64 = 86_400_000;

async fn get(server: &TestServer, path: &str) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    client.get(server.url(path)).header(ACCEPT_LANGUAGE, "en").send().await.unwrap()
}

/// Posts in the lobby at this time, as a server would have at that time.
async fn post(app: &Arc<App>, id: &str, at_ms: i64) -> u64 {
    let by = Person { id: UserId::parse("u-old").unwrap(), nickname: "Old".to_owned(), origin: Origin::Web };
    let body = EventBody::Message(Message { text: id.to_owned(), ..Message::default() });
    let windows = ChangeWindows { edit: None, delete: None, restore: std::time::Duration::ZERO };
    let draft = Draft {
        room: RoomSlug::lobby(),
        by,
        id: PostId::parse(id).unwrap(),
        body,
        emojis_per_message_max: 0,
        windows,
        session: None,
        at: Timestamp::from_unix_ms(at_ms),
    };
    app.store.append(draft).await.unwrap().seq.get()
}

/// The day that lies so many days after today, and its midnight in UTC.
fn day_after(days: i64) -> (String, i64) {
    let at = Timestamp::from_unix_ms(clock::now().unix_ms() + days * DAY_MS);
    let day = calendar::date(at, 0);
    (day.to_string(), day.begins(0).unix_ms())
}

fn location(answer: &Response) -> &str {
    assert_eq!(answer.status(), 303);
    answer.headers()[LOCATION].to_str().unwrap()
}

/// Protects whoever looks for a day: they come to its first message, by their own midnight where they tell their zone.
#[tokio::test]
async fn a_day_leads_to_its_first_message() {
    let server = TestServer::start().await;
    // The lobby was opened today, and a log whose times step back by days was written by a wrong clock: so the days ahead.
    let (day, midnight) = day_after(2);
    post(server.app(), "evening", midnight - 3_600_000).await;
    let first = post(server.app(), "morning", midnight).await;
    post(server.app(), "later", midnight + 5).await;
    let answer = get(&server, &format!("/r/lobby/day?day={day}&zone=0")).await;
    assert_eq!(location(&answer), format!("/r/lobby/{first}#m{first}"));
    let page = get(&server, location(&answer)).await.text().await.unwrap();
    assert!(page.contains(&format!("id=\"m{first}\"")), "the page has the message: {page}");
    // An hour east of UTC, the evening before belongs to this day.
    let answer = get(&server, &format!("/r/lobby/day?day={day}&zone=60")).await;
    assert_eq!(location(&answer), format!("/r/lobby/{0}#m{0}", first - 1));
}

/// Protects whoever picks a day on which nothing was said, or types no day at all: they are told so, and can go on.
#[tokio::test]
async fn a_day_without_messages_is_said_to_have_none() {
    let server = TestServer::start().await;
    let (_, midnight) = day_after(2);
    let next = post(server.app(), "later", midnight + 1).await;
    let words_for = async |query: &str, status: u16| {
        let answer = get(&server, &format!("/r/lobby/day{query}")).await;
        assert_eq!(answer.status(), status, "{query}");
        answer.text().await.unwrap()
    };
    let empty = words_for(&format!("?day={}&zone=0", day_after(1).0), 404).await;
    assert!(empty.contains("Nobody posted on ") && empty.contains(&format!("#m{next}\"")), "{empty}");
    let future = words_for(&format!("?day={}&zone=0", day_after(3).0), 404).await;
    assert!(future.contains(" or later."), "{future}");
    for query in ["?day=tomorrow", "?day=2026-02-30", "?day="] {
        assert!(words_for(query, 400).await.contains("no day"), "{query}");
    }
    for query in ["", "?zone=east", "?day=2026-11-22&day=2026-11-23"] {
        let form = words_for(query, 200).await;
        assert!(form.contains("type=\"date\"") && !form.contains("role=\"alert\""), "{form}");
    }
    assert!(words_for("?fragment", 200).await.starts_with("<div"));
    assert_eq!(get(&server, "/r/attic/day").await.status(), 404);
    assert_eq!(get(&server, "/r/attic/day?day=2026-11-22").await.status(), 404);
    // No zone is so far away.
    assert_eq!(get(&server, "/r/lobby/day?day=2000-01-01&zone=2147483647").await.status(), 404);
}
