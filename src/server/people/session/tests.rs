//! Protects: a person who is signed in stays it, whatever else is in the browser's cookies.

use super::*;

const MONTH: Duration = Duration::from_secs(30 * 24 * 60 * 60);

fn cookies() -> SessionCookies {
    SessionCookies::new("0badcafe", MONTH)
}

fn headers(lines: &[&[u8]]) -> HeaderMap {
    lines.iter().map(|line| (header::COOKIE, HeaderValue::from_bytes(line).unwrap())).collect()
}

/// The tokens that are tried, each by its first character.
fn tried(lines: &[&[u8]], scheme: Scheme) -> Vec<char> {
    let candidates = cookies().candidates(&headers(lines), scheme);
    candidates.iter().map(|candidate| candidate.token.0.chars().next().unwrap()).collect()
}

fn pair(name: &str, digit: char) -> String {
    format!("{name}={}", digit.to_string().repeat(64))
}

#[test]
fn ids_of_lines_are_in_the_order_of_time_and_differ_within_a_millisecond() {
    let draw = |ms| draw_post_id(Timestamp::from_unix_ms(ms));
    let [first, same_time, later] = [1_764_000_000_000, 1_764_000_000_000, 1_764_000_000_001].map(draw);
    assert_ne!(first, same_time);
    assert!(first.as_str() < later.as_str() && same_time.as_str() < later.as_str());
}

#[test]
fn a_token_survives_the_way_through_the_browser() {
    let (cookies, token) = (cookies(), SessionToken::draw());
    let set = cookies.set(&token, Scheme::Https);
    let set = set.to_str().unwrap();
    assert!(set.starts_with("__Host-teahouse_0badcafe="), "{set}");
    for attribute in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Secure", "; Max-Age=2592000"] {
        assert!(set.contains(attribute), "{attribute} is missing in {set}");
    }
    let pair = set.split(';').next().unwrap();
    let back = cookies.candidates(&headers(&[format!("other=1; {pair}").as_bytes()]), Scheme::Https);
    assert_eq!((back.len(), back[0].token.hash(), back[0].cookie), (1, token.hash(), CookieName::Own));
}

#[test]
fn our_cookie_is_found_among_foreign_stale_and_broken_ones() {
    let (ours, other, former) = ("teahouse_0badcafe", "teahouse_00000000", "teahouse");
    let line =
        format!("a=\u{e9}; {}; {}; {}; =; ;;{}", pair(ours, '1'), pair(other, '2'), pair(former, '3'), pair(ours, '4'));
    assert_eq!(tried(&[line.as_bytes()], Scheme::Http), ['1', '4', '3'], "ours first, then that of earlier versions");
    let raw = [b"neighbour=\xe9\xff; ".as_slice(), pair(ours, '5').as_bytes()].concat();
    assert_eq!(tried(&[&raw], Scheme::Http), ['5'], "bytes beyond ASCII");
    assert_eq!(tried(&[b"x=1", pair(ours, '6').as_bytes()], Scheme::Http), ['6'], "in another line");
    let broken = format!("{ours}=short; {ours}={}; {ours}=; {}", "g".repeat(64), pair(ours, '7'));
    assert_eq!(tried(&[broken.as_bytes()], Scheme::Http), ['7'], "those of another shape are none");
    let many = vec![pair(ours, '8'); 100].join("; ");
    assert_eq!(tried(&[many.as_bytes()], Scheme::Http).len(), CANDIDATES_MAX);
}

#[test]
fn the_cookie_of_plain_http_does_not_count_behind_https() {
    let plain = pair("teahouse_0badcafe", '1');
    assert_eq!(tried(&[plain.as_bytes()], Scheme::Http), ['1']);
    assert!(tried(&[plain.as_bytes()], Scheme::Https).is_empty());
    let secure = pair("__Host-teahouse_0badcafe", '1');
    assert_eq!(tried(&[secure.as_bytes()], Scheme::Https), ['1']);
}

#[test]
fn two_draws_differ_and_two_retries_do_not() {
    assert_ne!(SessionToken::draw().hash(), SessionToken::draw().hash());
    assert_ne!(draw_user_id(), draw_user_id());
    let cookies = cookies();
    let [one, other] = ["a", "b"].map(|digit| JoinAttempt::parse(&digit.repeat(32)).unwrap());
    assert_eq!(cookies.first(&one).hash(), cookies.first(&one).hash());
    assert_ne!(cookies.first(&one).hash(), cookies.first(&other).hash());
    assert_eq!(user_id_of(&one), user_id_of(&one));
    assert_ne!(user_id_of(&one), user_id_of(&other));
    let (first, second) = ([1; 32], [2; 32]);
    assert_eq!(cookies.successor(&first).hash(), cookies.successor(&first).hash());
    assert_ne!(cookies.successor(&first).hash(), cookies.successor(&second).hash());
}

#[test]
fn nobody_else_can_compute_a_successor() {
    let (here, elsewhere) = (cookies(), cookies());
    assert_ne!(here.successor(&[1; 32]).hash(), elsewhere.successor(&[1; 32]).hash());
}
