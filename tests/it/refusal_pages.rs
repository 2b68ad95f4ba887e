//! Whoever asks for a page and is refused sees a page that says why and what to do, in their language, whatever the reason
//! and whichever layer refuses. Programs get JSON.

use reqwest::header::{ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, HOST, ORIGIN};
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::disk;
use crate::support::process::Teahouse;
use crate::support::{Browser, TestServer};

/// A browser whose owner reads Chinese.
fn reader(method: Method, url: &str) -> RequestBuilder {
    let client = Client::builder().redirect(Policy::none()).build().unwrap();
    client.request(method, url).header(ACCEPT, "text/html,*/*;q=0.8").header(ACCEPT_LANGUAGE, "zh-CN,en;q=0.5")
}

/// What came in place of a page, after it was found to be one.
async fn page(request: RequestBuilder, status: u16, reason: &str) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), status, "{reason}");
    let kind = response.headers()[CONTENT_TYPE].to_str().unwrap().to_owned();
    let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
    let page = response.text().await.unwrap();
    assert!(kind.starts_with("text/html"), "{reason}: {kind} {page}");
    assert!(policy.contains("style-src 'self'") && policy.contains("default-src 'none'"), "{policy}");
    is_page_in_chinese(&page, reason);
    page
}

fn is_page_in_chinese(page: &str, reason: &str) {
    assert!(page.contains(r#"<html lang="zh-CN">"#), "not in the reader's language: {page}");
    assert!(page.contains(&format!(r#"<h1 class="nowhere__title">{reason}"#)), "{reason} is not told: {page}");
    assert!(page.contains(r#" class="button button--main">"#), "it leads nowhere: {page}");
}

async fn json(request: RequestBuilder, code: &str) {
    let response = request.header(ACCEPT, "*/*").send().await.unwrap();
    let refusal: serde_json::Value = response.json().await.unwrap();
    assert_eq!(refusal["code"], code);
}

/// Protects newcomers of a damaged database, and what was typed into a form there.
#[tokio::test]
async fn a_damaged_database_is_told_as_a_page_and_what_was_typed_comes_back() {
    let data = TempDir::new().unwrap();
    let teahouse = Teahouse::start(&mut disk::command(data.path())).await;
    let mut alice = teahouse.member("Alice").await;
    for number in 0..100 {
        alice.say("lobby", &format!("n{number}"), &format!("line {number} {}", "x".repeat(500))).await.unwrap();
    }
    teahouse.signal("TERM");
    teahouse.end().await;
    disk::damage_the_page_of(&disk::database(data.path()), "line 80 ");
    let teahouse = Teahouse::start(&mut disk::command(data.path())).await;

    let told = page(reader(Method::GET, &teahouse.url), 503, "服务器的数据库已损坏。").await;
    assert!(
        told.contains("需要恢复备份") && told.contains(r#"<a href="" class="button button--main">重试</a>"#),
        "{told}"
    );
    json(Client::new().get(&teahouse.url), "damaged").await;
    // Each is refused on a page of the lobby, which cannot be drawn.
    for (path, field, typed, shown) in [
        ("/nickname", "nickname", "<admin>", "&lt;admin&gt;"),
        ("/rooms", "title", "<&>", "&lt;&amp;&gt;"),
        ("/r/lobby/post", "text", "a <b>thought</b>", "a &lt;b&gt;thought&lt;/b&gt;"),
    ] {
        let form = [(field, typed), ("room", "lobby"), ("post_id", "one")];
        let post = reader(Method::POST, &[&teahouse.url, path].concat()).header(ORIGIN, &teahouse.url).form(&form);
        let told = page(post, 503, "服务器的数据库已损坏。").await;
        assert!(told.contains(shown) && told.contains("还没有发送"), "{path}: {told}");
    }
}

/// Protects the same promise in every layer in front of the routes.
#[tokio::test]
async fn every_layer_that_refuses_a_page_says_it_as_a_page_and_to_programs_as_json() {
    let server = TestServer::start_with(|config| {
        config.server.hosts = vec!["127.0.0.1".to_owned()];
        config.limits.request_bytes = 1_000;
    })
    .await;
    let unknown = |request: RequestBuilder| request.header(HOST, "elsewhere.example");
    let told = page(unknown(reader(Method::GET, &server.origin())), 421, "服务器不接受来自这个网址的请求。").await;
    assert!(told.contains("管理者给你的网址"), "{told}");
    json(unknown(Client::new().get(server.origin())), "host_refused").await;

    let foreign = |request: RequestBuilder| request.header(ORIGIN, "https://elsewhere.example").form(&[("a", "b")]);
    let (url, reason) = (server.url("/nickname"), "服务器不接受来自这个网址的请求。");
    page(foreign(reader(Method::POST, &url)), 403, reason).await;
    json(foreign(Client::new().post(&url)), "origin_refused").await;

    let large = "x".repeat(2_000);
    let too_large = |request: RequestBuilder| request.header(ORIGIN, server.origin()).form(&[("nickname", &large)]);
    page(too_large(reader(Method::POST, &url)), 413, "内容太大").await;
    json(too_large(Client::new().post(&url)), "frame_too_large").await;
    let no_form = |request: RequestBuilder| request.header(ORIGIN, server.origin()).body("no form");
    page(no_form(reader(Method::POST, &url)), 400, "服务器没有看懂请求").await;
    json(no_form(Client::new().post(&url)), "bad_request").await;
}

/// Protects people from the limits of their own network, by which the listener refuses before there is a route.
#[tokio::test]
async fn a_request_and_a_connection_too_many_are_told_as_pages() {
    let server = TestServer::start_with(|config| {
        config.limits.requests_per_minute = 1;
        config.limits.requests_burst = 1;
    })
    .await;
    server.browser().get("/").await;
    let told = page_of_listener(&server, "text/html", "429").await;
    is_page_in_chinese(&told, "太快了，歇一歇。");
    assert!(page_of_listener(&server, "*/*", "429").await.contains(r#"{"code":"too_fast""#));

    let server = TestServer::start_with(|config| config.limits.connections = 1).await;
    let _only = server.browser().socket().await;
    let told = page_of_listener(&server, "text/html", "503").await;
    is_page_in_chinese(&told, "连接太多，请关掉一些页面。");
    assert!(page_of_listener(&server, "*/*", "503").await.contains(r#"{"code":"too_many_connections""#));
}

/// A request as it goes over the socket, and the whole answer, whose length must be true.
async fn page_of_listener(server: &TestServer, accept: &str, status: &str) -> String {
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    let head =
        format!("GET / HTTP/1.1\r\nHost: {}\r\nAccept: {accept}\r\nAccept-Language: zh\r\n\r\n", server.address());
    socket.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with(&format!("HTTP/1.1 {status} ")) && head.contains("retry-after: "), "{head}");
    assert!(head.contains(&format!("content-length: {}", body.len())), "{head}");
    body.to_owned()
}

/// Protects whoever asks again for the page of a refused form, whose address takes posts only.
#[tokio::test]
async fn the_address_of_a_form_leads_on_to_its_room() {
    let server = TestServer::start().await;
    let browser: Browser = server.browser();
    for (path, room) in
        [("/nickname", "/"), ("/rooms", "/"), ("/sign-out", "/"), ("/language", "/"), ("/r/tea/post", "/r/tea")]
    {
        let response = browser.get(path).await;
        assert_eq!(
            (response.status().as_u16(), response.headers()["location"].to_str().unwrap()),
            (303, room),
            "{path}"
        );
    }
}
