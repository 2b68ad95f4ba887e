//! The page without scripts: read, page back, choose a nickname, post; and what it hands to the browser.

use crate::support::{Browser, TestServer};

async fn say(browser: &Browser, id: &str, text: &str) -> reqwest::Response {
    browser.post("/r/lobby/post", &[("text", text), ("post_id", id)]).await
}

/// Protects the promise that the conversation is readable before any script runs.
#[tokio::test]
async fn the_last_lines_are_in_the_html_newest_last() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for number in 0..60 {
        assert_eq!(say(&alice, &format!("n{number}"), &format!("line-{number};")).await.status(), 303);
    }
    let page = server.browser().get("/").await.text().await.unwrap();
    let body = &page[page.find("<body").unwrap()..];
    assert!(!body.contains("line-9;") && body.contains("line-10;") && body.contains("line-59;"));
    assert!(body.find("line-10;").unwrap() < body.find("line-59;").unwrap());
    assert!(body.contains("?before=12"), "there is a link to the older page");
    let older = server.browser().get("/?before=12").await.text().await.unwrap();
    assert!(older.contains("line-9;") && !older.contains("line-10;"));
}

/// Protects post-redirect-get: reloading does not post again, and a form posted twice says the line once.
#[tokio::test]
async fn a_line_posted_by_form_is_said_once_and_leads_back_to_the_room() {
    let server = TestServer::start().await;
    let mut bob = server.member("Bob").await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for _ in 0..2 {
        let response = say(&alice, "same", "by form").await;
        assert_eq!((response.status().as_u16(), &response.headers()["location"]), (303, &"/".parse().unwrap()));
    }
    say(&alice, "next", "after").await;
    assert_eq!(bob.line().await.2, "by form");
    assert_eq!(bob.line().await.2, "after");
}

/// Protects what somebody typed: a refused line comes back in its field, with the reason and under the same id.
#[tokio::test]
async fn a_refused_line_comes_back_with_its_text_and_the_reason() {
    let server = TestServer::start_with(|config| config.limits.message_graphemes = 10).await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let response = say(&alice, "my-id", "far too long <for> this & room").await;
    assert_eq!(response.status(), 400);
    let page = response.text().await.unwrap();
    assert!(page.contains("far too long &lt;for&gt; this &amp; room</textarea>"), "the text is gone from its field");
    assert!(page.contains("value=\"my-id\""), "the line lost its id");
    assert!(page.contains("too long"), "the reason is not told");
}

/// Protects visitors from each other: the secret of an attempt to join is another one in every answer, since whoever knows
/// it can have the session that it leads to. So is the name of a line, for those who have a nickname.
#[tokio::test]
async fn every_page_names_what_its_form_sends_anew() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let value = |page: &str, name: &str| {
        let field = page.split("<input ").skip(1).find(|field| field.contains(&format!("name=\"{name}\"")))?;
        let form = field.split("form=\"").nth(1)?.split('"').next()?;
        assert!(page.contains(&format!("<form id=\"{form}\"")) || page.contains(&format!(" id=\"{form}\"")), "{form}");
        Some(field.split("value=\"").nth(1)?.split('"').next()?.to_owned())
    };
    for (browser, name, other) in [(&server.browser(), "attempt", "post_id"), (&alice, "post_id", "attempt")] {
        let mut values = std::collections::HashSet::new();
        for _ in 0..3 {
            let page = browser.get("/").await.text().await.unwrap();
            values.insert(value(&page, name).unwrap());
            assert_eq!(value(&page, other), None);
        }
        assert_eq!(values.len(), 3, "{name}");
        assert!(values.iter().all(|value| value.len() == 32), "{values:?}");
    }
}

/// Protects people without a nickname: their line is not lost either.
#[tokio::test]
async fn a_visitor_who_posts_is_asked_for_a_nickname() {
    let server = TestServer::start().await;
    let response = say(&server.browser(), "x", "hello").await;
    assert_eq!(response.status(), 403);
    assert!(response.text().await.unwrap().contains("name=\"nickname\""));
}

/// Protects people whose browser blocks cookies: that the form did nothing is told, and nobody else is told so.
#[tokio::test]
async fn without_scripts_a_nickname_whose_cookie_is_blocked_is_told_to_have_gone() {
    let server = TestServer::start().await;
    let form = [("nickname", "Alice"), ("room", "lobby")];
    let blocked = server.browser();
    let joined = blocked.post("/nickname", &form).await.headers()["location"].clone();
    let page = server.browser().get(joined.to_str().unwrap()).await.text().await.unwrap();
    assert!(page.contains("this browser blocks cookies"), "no word on the cookie");
    assert!(!server.browser().get("/").await.text().await.unwrap().contains("this browser blocks cookies"));

    let back = blocked.get(joined.to_str().unwrap()).await;
    assert_eq!((back.status().as_u16(), &back.headers()["location"]), (303, &"/".parse().unwrap()), "it came back");
}

/// Protects readers of Chinese, and the switch.
#[tokio::test]
async fn the_page_speaks_the_language_that_is_asked_for() {
    let server = TestServer::start().await;
    let chinese = reqwest::Client::new().get(server.url("/")).header("accept-language", "zh-CN,zh;q=0.9");
    let page = chinese.send().await.unwrap().text().await.unwrap();
    assert!(page.contains("<html lang=\"zh-CN\"") && page.contains("昵称"));
    let browser = server.browser();
    assert!(browser.get("/").await.text().await.unwrap().contains("<html lang=\"en\""));
    assert_eq!(browser.post("/language", &[("language", "zh-CN"), ("room", "lobby")]).await.status(), 303);
    assert!(browser.get("/").await.text().await.unwrap().contains("<html lang=\"zh-CN\""));
}

/// Protects people who mistype an address, and programs that do.
#[tokio::test]
async fn an_address_where_nothing_is_says_so_to_people_and_to_programs() {
    let server = TestServer::start().await;
    for path in ["/r/nowhere", "/r/No%20Such", "/nothing/here"] {
        let response = server.browser().get(path).await;
        assert_eq!(response.status(), 404, "{path}");
        assert!(response.text().await.unwrap().contains("href=\"/\""), "{path} has no way back");
    }
    let program = reqwest::get(server.url("/nothing")).await.unwrap();
    assert_eq!(program.status(), 404);
    assert_eq!(program.json::<serde_json::Value>().await.unwrap()["code"], "not_found");
}

/// Protects the HTML budget: a full page of ordinary lines stays readable on a slow link. The bytes are not compressed.
#[tokio::test]
async fn a_page_of_ordinary_lines_is_not_bloated() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for number in 0..50 {
        say(&alice, &format!("n{number}"), "An ordinary line of an ordinary conversation.").await;
    }
    let page = server.browser().get("/").await.text().await.unwrap();
    assert!(page.len() < 80_000, "{} bytes", page.len());
}
