//! Protects: no page of another origin acts with the cookie of a person who visits it.

use super::*;

const HOST: (&str, &str) = ("host", "chat.example.org");
const COOKIE: (&str, &str) = ("cookie", "session=1");

fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in lines {
        headers.append(*name, value.parse().expect("a value"));
    }
    headers
}

fn policy(public_origin: Option<&str>, plain_origins: &[&str]) -> OriginPolicy {
    OriginPolicy::new(&ServerConfig {
        public_origin: public_origin.map(str::to_owned),
        allowed_origins: vec!["https://friend.example".to_owned()],
        plain_origins: plain_origins.iter().map(|origin| (*origin).to_owned()).collect(),
        ..ServerConfig::default()
    })
}

#[test]
fn the_member_socket_opens_for_our_own_page_and_named_friends_only() {
    let policy = policy(None, &["*"]);
    for (origin, allowed) in [
        ("https://chat.example.org", true),
        ("https://chat.example.org:443", true),
        ("HTTPS://CHAT.EXAMPLE.ORG", true),
        ("https://friend.example", true),
        ("null", false),
        ("http://chat.example.org", false),
        ("https://chat.example.org:8443", false),
        ("https://evil-chat.example.org", false),
        ("https://chat.example.org.evil.example", false),
        ("https://friend.example.evil.example", false),
        ("https://chat.example.org, https://evil.example", false),
        ("", false),
    ] {
        for cookie in [&[][..], &[COOKIE]] {
            let headers = headers(&[&[HOST, ("origin", origin)], cookie].concat());
            assert_eq!(policy.check_member_socket(&headers, Scheme::Https).is_ok(), allowed, "{origin:?}");
        }
    }
}

#[test]
fn a_cookie_without_an_origin_is_refused_and_a_program_without_both_is_let_in() {
    let policy = policy(None, &["*"]);
    assert_eq!(policy.check_member_socket(&headers(&[HOST, COOKIE]), Scheme::Https), Err(OriginRefused::CookieAlone));
    assert_eq!(policy.check_member_socket(&headers(&[HOST]), Scheme::Https), Ok(()));
}

#[test]
fn two_origin_headers_are_refused_even_if_one_is_right() {
    let own = ("origin", "https://chat.example.org");
    let both = headers(&[HOST, own, ("origin", "https://evil.example")]);
    assert_eq!(policy(None, &["*"]).check_member_socket(&both, Scheme::Https), Err(OriginRefused::ForeignPage));
}

#[test]
fn a_public_origin_replaces_what_the_host_header_says() {
    let policy = policy(Some("https://public.example"), &["*"]);
    let check = |origin| policy.check_member_socket(&headers(&[HOST, ("origin", origin)]), Scheme::Http);
    assert_eq!(check("https://public.example"), Ok(()));
    assert_eq!(check("http://chat.example.org"), Err(OriginRefused::ForeignPage), "the Host header may be anybody's");
}

#[test]
fn the_plain_socket_is_for_programs_our_own_pages_and_those_that_are_listed() {
    let ours = ServerConfig::default().plain_origins;
    let ours: Vec<&str> = ours.iter().map(String::as_str).collect();
    for (origin, by_default, loopback_only, named, any) in [
        (None, true, true, true, true),
        (Some("http://chat.example.org"), true, true, true, true),
        (Some("null"), false, false, false, true),
        (Some("file://"), false, false, false, true),
        (Some("http://localhost:5500"), true, true, false, true),
        (Some("https://127.0.0.1:3000"), true, true, false, true),
        (Some("http://[::1]"), true, true, false, true),
        (Some("https://class.example"), false, false, true, true),
        (Some("https://evil.example"), false, false, false, true),
        (Some("http://localhost.evil.example"), false, false, false, true),
        (Some("http://192.168.1.7"), false, false, false, true),
        (Some("nonsense"), false, false, false, true),
    ] {
        let mut lines = vec![HOST, COOKIE];
        lines.extend(origin.map(|origin| ("origin", origin)));
        let headers = headers(&lines);
        for (listed, expected) in [
            (ours.as_slice(), by_default),
            (&["loopback"], loopback_only),
            (&["https://class.example"], named),
            (&["*"], any),
        ] {
            let verdict = policy(None, listed).check_plain_socket(&headers, Scheme::Http);
            assert_eq!(verdict.is_ok(), expected, "{origin:?} where {listed:?} may");
        }
    }
}

#[test]
fn a_page_from_a_file_reaches_only_a_server_on_its_own_machine() {
    let policy = policy(None, &["file"]);
    for (host, expected) in [
        ("localhost:8080", Ok(())),
        ("127.0.0.1:8080", Ok(())),
        ("[::1]:8080", Ok(())),
        ("192.168.1.7:8080", Err(OriginRefused::ForeignPage)),
        ("chat.example.org", Err(OriginRefused::ForeignPage)),
        ("localhost.evil.example", Err(OriginRefused::ForeignPage)),
    ] {
        let lines = headers(&[("host", host), ("origin", "null")]);
        assert_eq!(policy.check_plain_socket(&lines, Scheme::Http), expected, "{host}");
    }
}

#[test]
fn only_our_own_pages_and_named_friends_change_things_over_http() {
    let policy = policy(None, &["*"]);
    let (own, friend, evil) = (
        ("origin", "https://chat.example.org"),
        ("origin", "https://friend.example"),
        ("origin", "https://evil.example"),
    );
    let site = |value| ("sec-fetch-site", value);
    for (lines, allowed) in [
        (vec![site("same-origin")], true),
        (vec![site("same-origin"), own], true),
        (vec![site("same-origin"), ("origin", "http://chat.example.org")], true),
        (vec![site("same-origin"), evil], false),
        (vec![site("same-origin"), friend], false),
        (vec![site("same-origin"), ("origin", "null")], false),
        (vec![site("same-origin"), own, evil], false),
        (vec![site("same-site"), evil], false),
        (vec![site("cross-site"), evil], false),
        (vec![site("cross-site"), friend], true),
        (vec![site("cross-site")], false),
        (vec![site("none")], false),
        (vec![site("nonsense"), own], false),
        (vec![own], true),
        (vec![friend], true),
        (vec![evil], false),
        (vec![("origin", "null")], false),
        (vec![], false),
    ] {
        let headers = headers(&[&[HOST, COOKIE], &lines[..]].concat());
        assert_eq!(policy.check_request(&Method::POST, &headers, Scheme::Https).is_ok(), allowed, "{lines:?}");
        assert_eq!(policy.check_request(&Method::GET, &headers, Scheme::Https), Ok(()), "reading: {lines:?}");
    }
    assert_eq!(policy.check_request(&Method::POST, &headers(&[HOST]), Scheme::Https), Ok(()), "a program");
}

#[test]
fn cross_origin_reading_is_for_named_friends() {
    let policy = policy(None, &["*"]);
    assert!(policy.is_allowed_origin("https://friend.example"));
    assert!(!policy.is_allowed_origin("https://evil.example") && !policy.is_allowed_origin("null"));
}
