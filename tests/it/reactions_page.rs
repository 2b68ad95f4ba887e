//! Reactions by the forms of the page, without scripts: who may, where they lead back to, and what the page shows of them.

use reqwest::Response;
use serde_json::Value;

use crate::support::{Browser, TestServer};

/// The first message of the lobby; before it comes the opening of the room.
const TARGET: &str = "2";

/// A server, and somebody who has said something there.
async fn with_a_message() -> (TestServer, Browser) {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    say(&alice, "first").await;
    (server, alice)
}

async fn say(browser: &Browser, id: &str) {
    let response = browser.post("/r/lobby/post", &[("text", "tea?"), ("post_id", id)]).await;
    assert_eq!(response.status(), 303);
}

/// Presses a button of the page with this id.
async fn press(browser: &Browser, page: &str, button: &str) -> Response {
    let fields = [("reaction", button), ("offered_for", ""), ("post_id", page)];
    browser.post("/r/lobby/react", &fields).await
}

fn led_to(response: &Response) -> (u16, &str) {
    (response.status().as_u16(), response.headers()["location"].to_str().unwrap())
}

/// The newest event of the lobby, and the reactions to the message as `emoji count`.
async fn reactions(server: &TestServer) -> (u64, Vec<String>) {
    let page: Value = reqwest::get(server.url("/api/v1/rooms/lobby/history")).await.unwrap().json().await.unwrap();
    let item = page["items"].as_array().unwrap().iter().find(|item| item["event"]["seq"] == 2).unwrap();
    let reactions = item["reactions"].as_array().cloned().unwrap_or_default();
    let shown =
        reactions.iter().map(|reaction| format!("{} {}", reaction["emoji"].as_str().unwrap(), reaction["count"]));
    (page["as_of"]["seq"].as_u64().unwrap(), shown.collect())
}

async fn html(browser: &Browser, path: &str) -> String {
    browser.get(path).await.text().await.unwrap()
}

/// Protects people without scripts: they react, see it in the page, and take it back, each time back at the message.
#[tokio::test]
async fn without_scripts_a_reaction_is_set_shown_and_taken_back_by_buttons() {
    let (server, alice) = with_a_message().await;
    let bob = server.browser();
    bob.choose_nickname("Bob").await;
    for (browser, page) in [(&alice, "a1"), (&bob, "b1")] {
        assert_eq!(led_to(&press(browser, page, "2+🍵").await), (303, "/r/lobby#m2"));
    }
    assert_eq!(reactions(&server).await.1, ["🍵 2"]);

    let page = html(&bob, "/").await;
    assert!(page.contains(r#"id="m2""#), "the message has no anchor");
    assert!(page.contains(r#"value="2-🍵" aria-pressed="true""#), "Bob's own is not marked, or cannot be taken back");
    assert!(html(&server.browser(), "/").await.contains(r#"value="2+🍵" aria-pressed="false""#));
    assert!(page.contains("2 people: \u{2068}Alice\u{2069} and \u{2068}Bob\u{2069}"), "nobody is told who it was");

    assert_eq!(led_to(&press(&bob, "b2", "2-🍵").await), (303, "/r/lobby#m2"));
    assert_eq!(reactions(&server).await.1, ["🍵 1"]);
}

/// Protects the log from double clicks: a page's button is one post, however often it is pressed.
#[tokio::test]
async fn a_button_pressed_twice_on_one_page_is_one_event() {
    let (server, alice) = with_a_message().await;
    let (head, _) = reactions(&server).await;
    for button in ["2+🍵", "2+🍵", "2+👍", "2+🍵"] {
        assert_eq!(press(&alice, "the-same-page", button).await.status(), 303);
    }
    assert_eq!(reactions(&server).await, (head + 2, vec!["🍵 1".to_owned(), "👍 1".to_owned()]));
}

/// Protects people without scripts, who get the emojis by another page.
#[tokio::test]
async fn without_scripts_emojis_are_offered_for_one_message_by_a_page_of_its_own() {
    let (server, alice) = with_a_message().await;
    assert_eq!(led_to(&press(&alice, "a1", TARGET).await), (303, "/r/lobby?react=2#m2"));
    let page = html(&alice, "/r/lobby?react=2").await;
    assert!(page.contains(r#"name="offered_for" id="offered-for" value="2""#), "the page forgot the message");
    assert!(page.contains(r#"value="+🍵""#), "nothing is offered");
    let offered = |page: &str| {
        let tag = page.split('<').find(|tag| tag.contains(r#"class="offer""#)).unwrap();
        tag.to_owned()
    };
    assert!(!offered(&page).contains("popover"), "without scripts nothing would open it");
    assert!(offered(&html(&alice, "/").await).contains("popover"), "it stands in everybody's way");

    let fields = [("reaction", "+🍵"), ("offered_for", TARGET), ("post_id", "a2")];
    assert_eq!(led_to(&alice.post("/r/lobby/react", &fields).await), (303, "/r/lobby#m2"));
    assert_eq!(reactions(&server).await.1, ["🍵 1"]);
}

/// Protects whoever reads back: the way leads to the page that they were on.
#[tokio::test]
async fn a_reaction_on_an_older_page_leads_back_to_it() {
    let (_server, alice) = with_a_message().await;
    for number in 0..55 {
        say(&alice, &format!("n{number}")).await;
    }
    assert!(html(&alice, "/").await.contains(r#"action="/r/lobby/react""#));
    let page = html(&alice, "/?before=6").await;
    assert!(page.contains(r#"action="/r/lobby/react?before=6""#), "the form does not know its page");
    let fields = [("reaction", "2+🍵"), ("offered_for", ""), ("post_id", "a1")];
    assert_eq!(led_to(&alice.post("/r/lobby/react?before=6", &fields).await), (303, "/r/lobby?before=6#m2"));
    let offer = [("reaction", "2"), ("offered_for", ""), ("post_id", "a1")];
    let response = alice.post("/r/lobby/react?before=6", &offer).await;
    assert_eq!(led_to(&response), (303, "/r/lobby?react=2&before=6#m2"));
    assert!(html(&alice, "/?before=6").await.contains(r#"value="2-🍵""#), "it is not there");
}

/// Protects whoever reads back from losing their place to a refusal.
#[tokio::test]
async fn a_refused_reaction_on_an_older_page_shows_that_page_again() {
    let (server, alice) = with_a_message().await;
    for number in 0..55 {
        say(&alice, &format!("n{number}")).await;
    }
    let fields = [("reaction", "2+tea"), ("offered_for", ""), ("post_id", "a1")];
    for (browser, words) in [(alice, "A reaction is one emoji."), (server.browser(), "Choose a nickname first.")] {
        let response = browser.post("/r/lobby/react?before=6", &fields).await;
        assert!(response.status().is_client_error());
        let page = response.text().await.unwrap();
        assert!(page.contains(words), "nobody is told why");
        assert!(page.contains(r#"id="m2""#) && !page.contains(r#"id="m57""#), "another page is shown");
        assert!(page.contains(r#"action="/r/lobby/react?before=6""#), "the next try is for another page");
    }
}

/// Protects people without a nickname, as sending does.
#[tokio::test]
async fn a_visitor_who_reacts_is_asked_for_a_nickname() {
    let (server, _) = with_a_message().await;
    for button in [TARGET, "2+🍵"] {
        let response = press(&server.browser(), "v1", button).await;
        assert_eq!(response.status(), 403);
        let page = response.text().await.unwrap();
        assert!(page.contains("Choose a nickname first.") && page.contains("name=\"nickname\""), "{button}");
    }
    assert_eq!(reactions(&server).await.1, [""; 0]);
}

/// Protects the log and the page: what is no reaction is refused with the reason, and nothing of it gets onto the page.
#[tokio::test]
async fn what_is_no_reaction_is_refused_in_words() {
    let (server, alice) = with_a_message().await;
    let before = reactions(&server).await;
    for (number, (button, words)) in [
        ("99+🍵", "This message is not there any more."),
        ("1+🍵", "This message is not there any more."),
        ("2+tea", "A reaction is one emoji."),
        ("2+<b>tea</b>", "A reaction is one emoji."),
    ]
    .into_iter()
    .enumerate()
    {
        let response = press(&alice, &format!("a{number}"), button).await;
        assert!(response.status().is_client_error(), "{button}: {}", response.status());
        let page = response.text().await.unwrap();
        assert!(page.contains(words) && !page.contains("<b>tea"), "{button}");
    }
    for nonsense in ["", "🍵", "+🍵", "2🍵", "-1+🍵"] {
        assert_eq!(press(&alice, "a9", nonsense).await.status(), 400, "{nonsense:?}");
    }
    let fields = [("reaction", "2+🍵"), ("offered_for", ""), ("post_id", "evil")];
    assert_eq!(alice.post_from("http://evil.example", "/r/lobby/react", &fields).await.status(), 403);
    assert_eq!(alice.post("/r/nowhere/react", &fields).await.status(), 404);
    assert_eq!(reactions(&server).await, before);
}
