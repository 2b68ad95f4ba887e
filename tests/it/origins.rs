//! Which pages may use what: cross-site WebSocket hijacking and cross-site requests.

use reqwest::header::{COOKIE, HeaderMap, HeaderValue};
use tokio_tungstenite::tungstenite::Error;

use crate::support::{Member, Program, TestServer, registered_server_functions};

async fn handshake(server: &TestServer, origin: Option<&str>, cookies: Option<&str>) -> u16 {
    match Member::connect(&server.socket_url("/ws"), origin, cookies).await {
        Ok(_) => 101,
        Err(error) => match *error {
            Error::Http(response) => response.status().as_u16(),
            other => panic!("no HTTP answer: {other}"),
        },
    }
}

/// S1. Protects a guest's session from pages of other origins.
#[tokio::test]
async fn only_our_own_page_may_open_the_member_socket() {
    let server = TestServer::start().await;
    let own = server.origin();
    let cookies = Some("teahouse=0000000000000000000000000000000000000000000000000000000000000000");
    assert_eq!(handshake(&server, Some(&own), cookies).await, 101);
    let https = own.replacen("http", "https", 1);
    let suffix = format!("{}.evil.example", own);
    for wrong in ["http://evil.example", "null", "http://127.0.0.1:1", "http://evil-127.0.0.1", &https, &suffix] {
        assert_eq!(handshake(&server, Some(wrong), cookies).await, 403, "{wrong}");
        assert_eq!(handshake(&server, Some(wrong), None).await, 403, "{wrong}, without cookie");
    }
    assert_eq!(handshake(&server, None, cookies).await, 403, "a cookie without an origin is no browser of ours");
    assert_eq!(handshake(&server, None, None).await, 101, "a bot has no session to steal");
}

/// Protects the setting that lets another origin in, and nobody else with it.
#[tokio::test]
async fn a_listed_origin_may_open_the_member_socket_and_read_the_api() {
    let friend = "https://friend.example";
    let server = TestServer::start_with(|config| config.server.allowed_origins = vec![friend.to_owned()]).await;
    assert_eq!(handshake(&server, Some(friend), None).await, 101);
    assert_eq!(handshake(&server, Some("https://stranger.example"), None).await, 403);
    for method in [reqwest::Method::GET, reqwest::Method::OPTIONS] {
        let allowed = async |origin: &str| {
            let request = reqwest::Client::new().request(method.clone(), server.url("/api/v1/rooms"));
            let preflight = request.header("origin", origin).header("access-control-request-method", "GET");
            let headers = preflight.send().await.unwrap().headers().clone();
            let varies = headers.get_all("vary").iter().any(|names| names.to_str().unwrap().contains("origin"));
            assert!(varies, "a cache would give the answer for one origin to another");
            assert!(!headers.contains_key("access-control-allow-credentials"), "what is public needs no cookie");
            headers.get("access-control-allow-origin").cloned()
        };
        assert_eq!(allowed(friend).await, Some(HeaderValue::from_static("https://friend.example")), "{method}");
        assert_eq!(allowed("https://stranger.example").await, None, "{method}");
    }
}

/// Protects a private server from the pages that its people visit, and the promise to programs: those without a page,
/// and pages from a file or from this machine, work as they are. Cookies do not count there.
#[tokio::test]
async fn the_plain_socket_serves_programs_and_local_pages_and_ignores_their_cookies() {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest;
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.choose_nickname("Alice").await;
    let open = async |path: &str, origin: &'static str| {
        let mut request = server.socket_url(path).into_client_request().unwrap();
        request.headers_mut().insert("origin", HeaderValue::from_static(origin));
        request.headers_mut().insert("cookie", browser.cookies().unwrap().parse().unwrap());
        tokio_tungstenite::connect_async(request).await
    };
    for path in ["/", "/plain/lobby"] {
        match open(path, "https://anywhere.example").await {
            Err(Error::Http(response)) => {
                let body = String::from_utf8(response.body().clone().unwrap()).unwrap();
                assert_eq!(response.status(), 403, "{path}");
                assert!(body.contains("server.plain_origins"), "what helps is named: {body}");
            }
            other => panic!("a page of another site was let in at {path}: {other:?}"),
        }
        for local in ["null", "http://localhost:5500"] {
            let (socket, _) = open(path, local).await.unwrap();
            let mut program = Program::from_socket(socket);
            program.say("Alice", "with her cookie").await;
            assert_eq!(program.refused().await, "nickname_taken");
        }
    }
}

/// Protects people from a page whose name points to this server, and which would count as a page of ours.
#[tokio::test]
async fn a_request_for_another_host_name_is_misdirected() {
    let server = TestServer::start_with(|config| config.server.hosts = vec!["chat.example.org".to_owned()]).await;
    let ask = async |path: &str, host: &str| {
        let request = reqwest::Client::new().get(server.url(path)).header("host", host);
        let response = request.send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    for path in ["/", "/api/v1/rooms", "/ws", "/nothing"] {
        let (status, body) = ask(path, "evil.example:8080").await;
        assert_eq!(status, 421, "{path}");
        assert!(body.contains("host_refused") && body.contains("server.hosts"), "{path}: {body}");
    }
    for host in ["chat.example.org", "CHAT.example.org:443", "localhost:1", "127.0.0.1", "[::1]:80", "192.0.2.1"] {
        assert_eq!(ask("/", host).await.0, 200, "{host}");
    }
    assert_eq!(ask("/healthz", "10-0-0-7.pods.example").await.0, 200, "supervisors ask under any name");
}

/// S11. Protects every state change from forms of other sites, and from links.
#[tokio::test]
async fn nothing_can_be_changed_from_another_site() {
    let server = TestServer::start().await;
    let alice = server.browser();
    alice.choose_nickname("Alice").await;
    let forms: [(&str, &[(&str, &str)]); 5] = [
        ("/r/lobby/post", &[("text", "forged"), ("post_id", "x")]),
        ("/nickname", &[("nickname", "Forged"), ("room", "lobby")]),
        ("/rooms", &[("title", "Forged"), ("room", "lobby")]),
        ("/sign-out", &[("room", "lobby")]),
        ("/language", &[("language", "zh-CN"), ("room", "lobby")]),
    ];
    for (path, fields) in forms {
        for origin in ["https://evil.example", "null"] {
            assert_eq!(alice.post_from(origin, path, fields).await.status(), 403, "{path} from {origin}");
        }
        assert_eq!(alice.get(path).await.status(), 303, "{path} by a link, which leads on to the room");
    }
    let functions = registered_server_functions();
    assert_eq!(functions.len(), 4, "a new server function must be thought of here: {functions:?}");
    for (path, method) in functions {
        assert_eq!(method, "POST", "{path} can be called by a link");
        assert_eq!(alice.post_from("https://evil.example", &path, &[]).await.status(), 403, "{path}");
    }
    let page = alice.get("/").await.text().await.unwrap();
    assert!(!page.contains("orged"), "something forged came through");
}

/// S12. Protects server functions, which are public endpoints: without a session none of them acts.
#[tokio::test]
async fn server_functions_without_a_session_do_nothing_that_needs_one() {
    let server = TestServer::start().await;
    let call = async |name: &str, fields: &[(&str, &str)]| {
        let mut headers = HeaderMap::new();
        headers.insert("origin", server.origin().parse().unwrap());
        let request = reqwest::Client::new().post(server.url(&format!("/api/fn/{name}"))).headers(headers);
        let response = request.form(fields).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let (_, body) = call(
        "post_message",
        &[("room", "lobby"), ("id", "x"), ("by", "x"), ("body", r#"{"kind":"message","text":"hi"}"#)],
    )
    .await;
    assert!(body.contains("nickname_required"), "{body}");
    let (_, body) = call("create_room", &[("title", "Garden")]).await;
    assert!(body.contains("nickname_required"), "{body}");
    let (status, _) = call("sign_out", &[]).await;
    assert_eq!(status, 200, "signing out nobody is fine");
    let history: serde_json::Value = server.browser().get("/api/v1/rooms/lobby/events").await.json().await.unwrap();
    assert_eq!(history["head"], 1);
}

/// S19. Protects limits from a forged address: the header of a stranger does not count.
#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
    let limits = |config: &mut teahouse::server::config::Config| {
        config.limits.reads_per_minute = 1;
        config.limits.reads_burst = 1;
    };
    let read = async |server: &TestServer, forwarded: &str| {
        let request = reqwest::Client::new().get(server.url("/api/v1/rooms")).header("x-forwarded-for", forwarded);
        request.send().await.unwrap().status().as_u16()
    };
    let direct = TestServer::start_with(limits).await;
    assert_eq!(read(&direct, "192.0.2.1").await, 200);
    assert_eq!(read(&direct, "192.0.2.2").await, 429);
    let proxied = TestServer::start_with(|config| {
        limits(config);
        config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    assert_eq!(read(&proxied, "192.0.2.1").await, 200);
    assert_eq!(read(&proxied, "192.0.2.2").await, 200);
    assert_eq!(read(&proxied, "9.9.9.9, 192.0.2.2").await, 429, "what the client itself wrote does not count");
}

/// Protects a session behind HTTPS from the cookie of plain HTTP.
#[tokio::test]
async fn behind_https_the_cookie_is_a_host_cookie() {
    let server =
        TestServer::start_with(|config| config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()]).await;
    let response = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap()
        .post(server.url("/nickname"))
        .header("x-forwarded-proto", "https")
        .header("sec-fetch-site", "same-origin")
        .header(COOKIE, "")
        .form(&[("nickname", "Alice"), ("room", "lobby")])
        .send()
        .await
        .unwrap();
    let cookie = response.headers()["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("__Host-teahouse_"), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"] {
        assert!(cookie.contains(attribute), "{attribute} is missing in {cookie}");
    }
}
