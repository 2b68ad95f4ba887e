//! How pages look: kept by a cookie, made so by a sheet of its own, while the pages stay the same for everybody.

use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, REFERER, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, Response};

use crate::support::TestServer;

/// Posts the form as a page of the server does.
async fn choose(server: &TestServer, form: &[(&str, &str)], from: &str) -> Response {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    let post = client.post(server.url("/appearance")).header(ORIGIN, server.origin()).header(REFERER, server.url(from));
    post.form(form).send().await.unwrap()
}

async fn text(server: &TestServer, path: &str, cookie: &str) -> String {
    Client::new().get(server.url(path)).header(COOKIE, cookie).send().await.unwrap().text().await.unwrap()
}

/// Protects whoever needs large text or dark pages: they choose once, come back to where they were, and every page obeys.
#[tokio::test]
async fn what_was_chosen_is_kept_and_in_the_sheet_of_every_page() {
    let server = TestServer::start().await;
    let answer = choose(&server, &[("theme", "dark"), ("text_size", "large")], "/r/lobby?before=7").await;
    assert_eq!((answer.status().as_u16(), &answer.headers()[LOCATION]), (303, &"/r/lobby?before=7".parse().unwrap()));
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap().to_owned();
    assert!(cookie.starts_with("teahouse_appearance=dark.large; ") && !cookie.contains("HttpOnly"), "{cookie}");
    let cookie = cookie.split(';').next().unwrap();

    let sheet = Client::new().get(server.url("/appearance.css")).header(COOKIE, cookie).send().await.unwrap();
    assert_eq!(sheet.headers()[CONTENT_TYPE], "text/css; charset=utf-8");
    assert_eq!(sheet.headers()["cache-control"], "private, no-store", "it is another one for others");
    let sheet = sheet.text().await.unwrap();
    assert!(sheet.contains("color-scheme:dark") && sheet.contains("font-size:118.75%"), "{sheet}");
    assert_eq!(text(&server, "/appearance.css", "").await, "");

    let form = text(&server, "/appearance", cookie).await;
    assert_eq!(form.matches(" checked").count(), 2, "{form}");
    assert!(form.contains("value=\"dark\" checked") && form.contains("value=\"large\" checked"), "{form}");
    for page in ["/appearance", "/help/shortcuts", "/nowhere"] {
        let page = Client::new().get(server.url(page)).header("accept", "text/html").send().await.unwrap();
        let page = page.text().await.unwrap();
        assert!(page.contains("href=\"/appearance.css\""), "{page}");
    }
}

/// Protects the pages that are kept for all: how they look is in none of them.
#[tokio::test]
async fn a_page_is_the_same_however_it_looks() {
    let server = TestServer::start().await;
    let without_end = |page: String| page.split_once("</div></body>").map(|_| page.len());
    let (plain, dark) = (text(&server, "/", "").await, text(&server, "/", "teahouse_appearance=dark.large").await);
    assert_eq!(without_end(plain.clone()), without_end(dark));
    assert!(
        plain.contains("<noscript><link rel=\"stylesheet\" href=\"/appearance.css\""),
        "for those without scripts: {plain}"
    );
}

/// Protects the form from what no page of ours sends: nothing is broken by it, and it leads nowhere else.
#[tokio::test]
async fn a_choice_that_nobody_offers_is_as_pages_come() {
    let server = TestServer::start().await;
    let answer = choose(&server, &[("theme", "purple"), ("text_size", "huge")], "//elsewhere.example/").await;
    assert_eq!((answer.status().as_u16(), &answer.headers()[LOCATION]), (303, &"/appearance".parse().unwrap()));
    let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.contains("Max-Age=0"), "it is forgotten: {cookie}");
    assert_eq!(choose(&server, &[("theme", "dark")], "/").await.status(), 400);
}
