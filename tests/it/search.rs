//! Finding messages: the page, the fragment for the dialog, and what both say when nothing can be found.

use reqwest::Response;

use crate::support::{Browser, TestServer};

async fn search(browser: &Browser, query: &str) -> String {
    let response = browser.get(&format!("/search?{query}")).await;
    assert_eq!(response.status(), 200);
    response.text().await.unwrap()
}

/// Where the hits lead, and what they say.
fn hits(page: &str) -> Vec<(String, String)> {
    let hits = page.split("<ol class=\"search__hits\">").nth(1).unwrap_or_default().split("</ol>").next().unwrap();
    let hit = |item: &str| {
        let href = item.split("href=\"").nth(1)?.split('"').next()?.to_owned();
        let text = item.split("search__text").nth(1)?.split_once('>')?.1.split("</span>").next()?;
        Some((href, text.replace("<!>", "")))
    };
    hits.split("<li>").filter_map(hit).collect()
}

fn texts(page: &str) -> Vec<String> {
    hits(page).into_iter().map(|(_, text)| text).collect()
}

/// Protects what people live by: a message of any room and any age is found by what it says, and its hit leads to it.
#[tokio::test]
async fn a_message_is_found_in_every_room_and_its_hit_leads_to_it() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/rooms", &[("title", "茶园"), ("room", "lobby")]).await;
    let mut member = server.member("Bo").await;
    member.say("lobby", "one", "我们去<茶馆>吧").await.unwrap();
    member.say("lobby", "two", "green tea, https://example.org").await.unwrap();
    let in_garden = alice.post("/r/%E8%8C%B6%E5%9B%AD/post", &[("text", "茶馆关门了"), ("post_id", "three")]).await;
    assert_eq!(in_garden.status(), 303);

    let reader = server.browser();
    let page = search(&reader, "q=%E8%8C%B6%E9%A6%86").await;
    let marked = "<mark>茶馆</mark>";
    let expected = [
        ("/r/%E8%8C%B6%E5%9B%AD/2#m2".to_owned(), format!("{marked}关门了")),
        ("/r/lobby/2#m2".to_owned(), format!("我们去&lt;{marked}&gt;吧")),
    ];
    assert_eq!(hits(&page), expected, "{page}");
    assert!(reader.get("/r/lobby/2").await.text().await.unwrap().contains("aria-current=\"true\""));
    for (query, found) in [
        ("q=%E8%8C%B6%E9%A6%86&room=lobby", 1),
        ("q=%E8%8C%B6%E9%A6%86+in:%E8%8C%B6%E5%9B%AD", 1),
        ("q=%E8%8C%B6%E9%A6%86+in:lobby+from:Bo", 1),
        ("q=%E8%8C%B6%E9%A6%86+in:%E5%A4%A7%E5%8E%85", 1),
        ("q=has:link", 1),
        ("q=%22green+te%22", 0),
        ("q=green+te", 1),
        ("q=tea+before:2001-01-01", 0),
    ] {
        assert_eq!(hits(&search(&reader, query).await).len(), found, "{query}");
    }
}

/// Protects whoever deletes or changes something: from then on it is found by what it says now, in the index or not.
#[tokio::test]
async fn a_changed_message_is_found_by_what_it_says_now_and_a_deleted_one_not_at_all() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/r/lobby/post", &[("text", "the first secret"), ("post_id", "a")]).await;
    let page = search(&alice, "q=secret").await;
    assert_eq!(texts(&page), ["the first <mark>secret</mark>"]);
    server.app().store.maintain().await.unwrap();
    alice.post("/r/lobby/post", &[("text", "the second secret"), ("post_id", "b")]).await;
    for seq in ["2", "3"] {
        alice.post("/r/lobby/edit", &[("change", "delete"), ("offered_for", seq), ("post_id", seq)]).await;
    }
    assert_eq!(texts(&search(&alice, "q=secret").await), [""; 0]);
    server.app().store.maintain().await.unwrap();
    assert_eq!(texts(&search(&alice, "q=secret").await), [""; 0]);
}

/// Protects readers of long logs: older hits are a link away, without a gap and without one twice.
#[tokio::test]
async fn fifty_hits_are_shown_and_the_older_ones_are_a_link_away() {
    let server = TestServer::start_with(|config| {
        (config.limits.sends_per_minute, config.limits.sends_per_minute_per_address) = (0, 0);
    })
    .await;
    let mut member = server.member("Alice").await;
    for number in 0..120 {
        member.say("lobby", &format!("n{number}"), &format!("tea {number}")).await.unwrap();
        if number == 60 {
            server.app().store.maintain().await.unwrap();
        }
    }
    let reader = server.browser();
    let (mut found, mut address) = (Vec::new(), "q=tea".to_owned());
    for count in [50, 50, 20] {
        let page = search(&reader, &address).await;
        let shown = texts(&page);
        assert_eq!(shown.len(), count);
        found.extend(shown);
        let older =
            page.split("href=\"/search?").nth(1).map(|rest| rest.split('"').next().unwrap().replace("&amp;", "&"));
        assert_eq!(older.is_some(), count == 50);
        address = older.unwrap_or_default();
    }
    let expected: Vec<_> = (0..120).rev().map(|number| format!("<mark>tea</mark> {number}")).collect();
    assert_eq!(found, expected);
}

/// Protects people from a search that says nothing: whatever was typed stays in the field, beside words that say what to do.
#[tokio::test]
async fn a_query_that_cannot_be_answered_is_answered_in_words() {
    let server = TestServer::start().await;
    let reader = server.browser();
    let long = format!("q={}", "a".repeat(400));
    for (query, words) in [
        ("", "Type what you look for."),
        ("q=+", "Type what you look for."),
        ("q=%3F%21", "Add a word, a name or a room"),
        ("q=tea+before:soon", "“soon” is no day. Write it like 2026-11-01."),
        ("q=is:pinned", "Messages cannot be looked for by “is:pinned”."),
        ("q=tea+from:", "Something is missing behind “from:”"),
        ("q=tea+in:nowhere", "There is no room “nowhere”."),
        (&long, "This is too long"),
        ("q=tea", "No message is like that."),
        ("q=tea&older=nonsense", "No message is like that."),
        ("q=tea&room=%20", "Type what you look for."),
    ] {
        let page = search(&reader, query).await;
        assert!(page.contains(words) && page.contains("from:Ann"), "{query}: {page}");
    }
    let typed = search(&reader, "q=%22%3Cb%3E+is:pinned").await;
    assert!(typed.contains("value=\"&quot;&lt;b&gt; is:pinned\""), "{typed}");
}

/// Protects the pattern of all panels: the same as a page and as a fragment, in the reader's language.
#[tokio::test]
async fn the_search_is_a_page_of_its_own_and_a_fragment_for_the_dialog() {
    let server = TestServer::start().await;
    let reader = server.browser();
    let whole = search(&reader, "q=tea").await;
    assert!(whole.starts_with("<!DOCTYPE html>") && whole.contains("<title>Search"), "{whole}");
    let fragment = search(&reader, "q=tea&fragment").await;
    assert!(fragment.starts_with("<div") && fragment.contains("id=\"panel-title\""), "{fragment}");
    let home = reader.get("/").await.text().await.unwrap();
    assert!(home.contains("href=\"/search\""), "the page of a room links the search");
}

/// Protects the server: searches are paid for, and the page says when the next one may come and keeps what was typed.
#[tokio::test]
async fn too_many_searches_are_refused_in_words_with_the_time_to_wait() {
    let server = TestServer::start_with(|config| {
        (config.limits.searches_per_minute, config.limits.searches_burst) = (1, 2);
    })
    .await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    for _ in 0..2 {
        search(&alice, "q=tea").await;
    }
    search(&alice, "q=is:free").await;
    for path in ["/search?q=oolong", "/search?q=oolong&fragment"] {
        let refused: Response = alice.get(path).await;
        assert_eq!(refused.status(), 429);
        assert!(refused.headers().contains_key("retry-after"));
        let page = refused.text().await.unwrap();
        assert!(page.contains("That was too fast.") && page.contains("value=\"oolong\""), "{page}");
    }
    search(&server.browser(), "q=tea").await;
}
