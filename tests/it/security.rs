//! What every answer and the process itself owe to their users, whatever is asked.

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use futures::{SinkExt, StreamExt};
use reqwest::header::HeaderMap;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;

use crate::support::TestServer;

async fn headers(server: &TestServer, path: &str) -> HeaderMap {
    server.browser().get(path).await.headers().clone()
}

/// S26, S27. Protects every class of answer: pages, JSON, refusals, health.
#[tokio::test]
async fn every_answer_is_kept_by_nobody_and_read_as_what_it_is() {
    let server = TestServer::start().await;
    for path in ["/", "/r/lobby", "/r/nowhere", "/api/v1/rooms", "/api/v1/rooms/x/events", "/healthz", "/nothing"] {
        let headers = headers(&server, path).await;
        for (name, value) in [
            ("cache-control", "private, no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers.get(name).map(|value| value.as_bytes()), Some(value.as_bytes()), "{name} of {path}");
        }
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("frame-ancestors 'none'") && policy.contains("default-src"), "{path}: {policy}");
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"), "{path}: {policy}");
    }
}

/// The texts of the scripts in a page. What is data does not run.
fn scripts(page: &str) -> Vec<&str> {
    let elements = page.split("<script").skip(1).filter(|element| !element.starts_with(" type=\"application/json\""));
    elements.map(|element| element.split_once('>').unwrap().1.split_once("</script>").unwrap().0).collect()
}

/// S25. Protects the page from scripts that are not its own: the policy names each one that is in the document by its hash,
/// and nothing else in it runs. Both are the same in every answer, whoever asks in whichever language.
#[tokio::test]
async fn only_the_scripts_that_the_policy_names_run_in_a_page() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/language", &[("language", "zh-CN"), ("room", "lobby")]).await;
    let mut policies = Vec::new();
    for browser in [server.browser(), server.browser(), alice] {
        let response = browser.get("/").await;
        let policy = response.headers()["content-security-policy"].to_str().unwrap().to_owned();
        let page = response.text().await.unwrap();
        let hashes = scripts(&page).into_iter().map(|script| BASE64.encode(Sha256::digest(script)));
        let named: String = hashes.map(|hash| format!(" 'sha256-{hash}'")).collect();
        assert!(named.contains("sha256-"), "the page has scripts");
        assert!(policy.contains(&format!("script-src 'self'{named} 'wasm-unsafe-eval';")), "{policy} for{named}");
        assert!(!["<script src", " onclick", " onload", "javascript:"].iter().any(|way| page.contains(way)));
        policies.push(policy);
    }
    policies.dedup();
    assert_eq!(policies.len(), 1, "{policies:?}");
}

/// Protects the page from what people send: only the built files are served as scripts, so that `'self'` in the policy
/// names nothing else.
#[tokio::test]
async fn nothing_that_people_send_is_served_as_a_script() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    alice.post("/r/lobby/post", &[("text", "alert(1)"), ("post_id", "x")]).await;
    alice.post("/rooms", &[("title", "alert(1)"), ("room", "lobby")]).await;
    for path in ["/", "/api/v1/rooms", "/api/v1/rooms/lobby/events", "/r/lobby?before=2", "/alert(1)"] {
        let headers = headers(&server, path).await;
        let kind = headers["content-type"].to_str().unwrap();
        assert!(kind.starts_with("text/html") || kind == "application/json", "{path}: {kind}");
        assert_eq!(headers["x-content-type-options"], "nosniff", "{path}");
    }
}

/// S2. Protects people who came by HTTPS from ever coming by HTTP again.
#[tokio::test]
async fn behind_https_browsers_are_told_to_stay_there() {
    let server =
        TestServer::start_with(|config| config.server.public_origin = Some("https://tea.example".into())).await;
    let value = headers(&server, "/").await["strict-transport-security"].to_str().unwrap().to_owned();
    assert!(value.starts_with("max-age=31536000"), "{value}");
    assert!(headers(&TestServer::start().await, "/").await.get("strict-transport-security").is_none());
}

/// S3. Protects sessions from whoever reads the database: the token is not in it.
#[tokio::test]
async fn the_database_holds_no_token() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let token = alice.cookies().unwrap().split('=').nth(1).unwrap().to_owned();
    assert_eq!(token.len(), 64);
    let data = server.drain().await;
    let mut found_nickname = false;
    for file in std::fs::read_dir(data.path()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        found_nickname |= bytes.windows(5).any(|window| window == b"Alice");
        assert!(!bytes.windows(64).any(|window| window == token.as_bytes()), "the token is in the database");
    }
    assert!(found_nickname, "the search looked at the right files");
}

/// S23. Protects readers from markup: whatever is typed is text in the HTML.
#[tokio::test]
async fn what_people_type_is_never_markup() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("<i>Al</i>").await;
    let attack = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'&lt;";
    alice.post("/r/lobby/post", &[("text", attack), ("post_id", "x")]).await;
    alice.post("/rooms", &[("title", "<b>Room</b>"), ("room", "lobby")]).await;
    let page = alice.get("/r/lobby").await.text().await.unwrap();
    for markup in ["<script>alert", "<img src=x", "<i>Al", "<b>Room"] {
        assert!(!page.contains(markup), "{markup} is in the page");
    }
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"), "the text itself is shown");
    let refused = alice.post("/r/lobby/post", &[("text", &format!("{attack}\u{202e}")), ("post_id", "y")]).await;
    let page = refused.text().await.unwrap();
    assert!(!page.contains("<script>alert"), "a refused line comes back as text too");
}

/// S24. Protects readers from links that run something.
#[tokio::test]
async fn only_safe_addresses_become_links() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let text =
        "https://tea.example/a javascript:alert(1) data:text/html,x mailto:tea@tea.example JaVaScRiPt:x vbscript:x";
    alice.post("/r/lobby/post", &[("text", text), ("post_id", "x")]).await;
    let page = alice.get("/").await.text().await.unwrap();
    let links: Vec<&str> = page
        .split("href=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        // What names a scheme: all other addresses lead to this server.
        .filter(|href| href.contains(':'))
        .collect();
    assert_eq!(links, ["https://tea.example/a", "mailto:tea@tea.example"]);
    let link = page.split("<a ").find(|tag| tag.contains("tea.example/a")).unwrap();
    assert!(link.contains("noopener") && link.contains("noreferrer") && link.contains("nofollow"), "{link}");
}

/// S35. Protects everybody from one connection that meets a bug: the others go on.
#[tokio::test]
async fn one_broken_connection_breaks_no_other() {
    let server = TestServer::start().await;
    let mut bystanders = Vec::new();
    for number in 0..20 {
        bystanders.push(server.member(&format!("Guest {number}")).await);
    }
    // A peer that upgrades and then sends bytes that are no frames.
    let address = server.origin().replacen("http://", "", 1);
    let mut raw = TcpStream::connect(&address).await.unwrap();
    let upgrade = format!(
        "GET / HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    );
    raw.write_all(upgrade.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    raw.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 101");
    raw.write_all(&[0xff; 4_096]).await.unwrap();
    let mut rest = Vec::new();
    let _ = raw.read_to_end(&mut rest).await;
    for bystander in &mut bystanders {
        bystander.still_works().await;
    }
}

/// What a server answers at first to bytes.
async fn raw_answer(server: &TestServer, request: String) -> String {
    let mut raw = TcpStream::connect(server.origin().replacen("http://", "", 1)).await.unwrap();
    // A server that has seen enough may close before it has read everything.
    let _ = raw.write_all(request.as_bytes()).await;
    let mut answer = vec![0; 4_096];
    let length = raw.read(&mut answer).await.unwrap_or(0);
    String::from_utf8_lossy(&answer[..length]).into_owned()
}

/// S14. Protects secrets from compression: nothing is remembered from message to message, and the setting turns it off.
#[tokio::test]
async fn compression_is_agreed_on_without_memory_and_only_where_it_is_on() {
    let request = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                   Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\
                   Sec-WebSocket-Extensions: x-unknown, permessage-deflate; client_max_window_bits\r\n\r\n";
    let agreed = |answer: &str| {
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
        let lines = answer.lines().filter_map(|line| line.split_once(": "));
        let extensions = lines.filter(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-extensions"));
        extensions.map(|(_, value)| value.to_owned()).collect::<Vec<_>>()
    };
    let on = TestServer::start().await;
    let expected = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
    assert_eq!(agreed(&raw_answer(&on, request.to_owned()).await), [expected]);
    let off = TestServer::start_with(|config| config.server.compression_threshold_bytes = 0).await;
    assert_eq!(agreed(&raw_answer(&off, request.to_owned()).await), [] as [&str; 0]);
}

/// S16, S17. Protects against what was not asked for: heads that fill memory, HTTP/2 floods.
#[tokio::test]
async fn nothing_is_read_that_was_not_meant() {
    let server = TestServer::start().await;
    let address = server.origin().replacen("http://", "", 1);
    let answer = |request: String| raw_answer(&server, request);
    let head = format!("GET / HTTP/1.1\r\nHost: {address}\r\n");
    let many: String = (0..2_000).map(|number| format!("X-{number}: x\r\n")).collect();
    assert!(answer(format!("{head}{many}\r\n")).await.starts_with("HTTP/1.1 431"));
    let long = format!("X-Long: {}\r\n", "x".repeat(1_000_000));
    assert!(answer(format!("{head}{long}\r\n")).await.starts_with("HTTP/1.1 431"));
    let http2 = answer("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_owned()).await;
    assert!(http2.is_empty() || http2.starts_with("HTTP/1.1 4"), "HTTP/2 was spoken: {http2:?}");
    let upwards = answer(format!("GET /pkg/../../../Cargo.toml HTTP/1.1\r\nHost: {address}\r\n\r\n")).await;
    assert!(upwards.starts_with("HTTP/1.1 404"), "{upwards}");
}

/// Protects from requests that a proxy and this server could take for two different ones (RFC 9112, section 3.2).
#[tokio::test]
async fn http_1_1_must_name_its_host_once() {
    let server = TestServer::start().await;
    for (hosts, status) in [("", 400), ("Host: a\r\nHost: b\r\n", 400), ("Host: a b\r\n", 400), ("Host: a\r\n", 200)] {
        let answer = raw_answer(&server, format!("GET /healthz HTTP/1.1\r\n{hosts}\r\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{hosts:?}: {answer}");
    }
    assert!(raw_answer(&server, "GET /healthz HTTP/1.0\r\n\r\n".to_owned()).await.contains(" 200 "));
}

/// S13. Protects memory from bodies that are too large, and tells so.
#[tokio::test]
async fn a_body_over_the_limit_is_refused() {
    let server = TestServer::start_with(|config| config.limits.request_bytes = 1_000).await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let text = "x".repeat(2_000);
    let response = alice.post("/r/lobby/post", &[("text", &text), ("post_id", "x")]).await;
    assert_eq!(response.status(), 413);
}

/// S34. Protects operators: nothing but the documented routes answers.
#[tokio::test]
async fn nothing_for_operators_is_public() {
    let server = TestServer::start().await;
    for path in ["/metrics", "/debug", "/admin", "/api", "/api/v1", "/.git/config", "/Leptos.toml"] {
        assert_eq!(server.browser().get(path).await.status(), 404, "{path}");
    }
    assert_eq!(server.browser().get("/healthz").await.text().await.unwrap(), "ok\n");
}

/// Protects a room from its own echo: ping floods are answered and cost nobody else.
#[tokio::test]
async fn pings_are_answered() {
    let server = TestServer::start().await;
    let mut alice = server.member("Alice").await;
    alice.socket.send(Message::Ping(vec![1, 2, 3].into())).await.unwrap();
    loop {
        if let Message::Pong(payload) = alice.socket.next().await.unwrap().unwrap() {
            assert_eq!(&payload[..], [1, 2, 3]);
            return;
        }
    }
}
