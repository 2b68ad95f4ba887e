use super::*;
use crate::protocol::ErrorCode;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn id(name: &str) -> ClientMessageId {
    ClientMessageId::parse(name).expect("a good id")
}

fn outbox(names: &[&str]) -> Outbox {
    let mut outbox = Outbox::default();
    for name in names {
        outbox.push(id(name), format!("text of {name}"), at(0));
    }
    outbox
}

fn next(outbox: &mut Outbox, now: i64) -> Option<String> {
    outbox.next_to_send(at(now)).map(|line| line.client_message_id.to_string())
}

fn states(outbox: &Outbox) -> Vec<LineState> {
    outbox.lines().iter().map(|line| line.state).collect()
}

#[test]
fn lines_go_one_by_one_in_the_order_of_typing() {
    let mut outbox = outbox(&["a", "b"]);
    assert_eq!(next(&mut outbox, 0).as_deref(), Some("a"));
    assert_eq!(next(&mut outbox, 1), None, "one in flight at a time");
    assert_eq!(states(&outbox), [LineState::Sending, LineState::Waiting]);
    outbox.acked(&id("a"));
    assert_eq!(next(&mut outbox, 2).as_deref(), Some("b"));
    outbox.seen(&id("b"));
    assert_eq!(outbox, Outbox { sent: Some(at(2)), ..Outbox::default() }, "the log is as good as an ack");
}

#[test]
fn a_line_without_an_answer_is_sent_again_under_the_same_id() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    assert_eq!(outbox.wait_ms(at(4_000)), Some(6_000));
    assert_eq!(next(&mut outbox, 9_999), None);
    assert_eq!(next(&mut outbox, 10_000).as_deref(), Some("a"));
    assert_eq!(next(&mut outbox, 10_001), None, "the ten seconds start over");
}

#[test]
fn a_lost_connection_makes_the_line_in_flight_wait_again() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    outbox.connection_lost();
    assert_eq!(states(&outbox), [LineState::Waiting, LineState::Waiting]);
    assert_eq!(next(&mut outbox, 1).as_deref(), Some("a"));
}

#[test]
fn a_temporary_refusal_holds_back_every_later_line() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::retry_after(ErrorCode::TooFast, 2_000), at(100));
    assert_eq!(states(&outbox), [LineState::Waiting, LineState::Waiting]);
    assert_eq!(outbox.wait_ms(at(1_100)), Some(1_000));
    assert_eq!(next(&mut outbox, 2_099), None, "not too early, and not out of order");
    assert_eq!(next(&mut outbox, 2_100).as_deref(), Some("a"));
}

#[test]
fn a_clock_that_was_set_back_stops_nothing() {
    let mut outbox = outbox(&["a"]);
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::retry_after(ErrorCode::Busy, 2_000), at(0));
    assert_eq!(next(&mut outbox, -3_600_000).as_deref(), Some("a"));
}

#[test]
fn a_permanent_refusal_keeps_the_line_and_lets_the_others_pass() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    let refusal = Refusal::permanent(ErrorCode::MessageTooLong);
    outbox.refused(&id("a"), refusal, at(1));
    assert_eq!(states(&outbox), [LineState::Failed(refusal), LineState::Waiting]);
    assert_eq!(next(&mut outbox, 2).as_deref(), Some("b"));
    outbox.acked(&id("b"));
    assert_eq!(next(&mut outbox, 3), None, "a failed line is not sent by itself");
    outbox.retry(&id("a"), at(4));
    assert_eq!(next(&mut outbox, 4).as_deref(), Some("a"));
}

#[test]
fn only_the_person_throws_a_line_away_and_gets_its_text_back() {
    let mut outbox = outbox(&["a"]);
    assert_eq!(outbox.discard(&id("a")).as_deref(), Some("text of a"));
    assert_eq!(outbox.discard(&id("a")), None);
    assert_eq!(outbox.lines(), []);
}

#[test]
fn a_line_older_than_a_day_asks_before_it_is_sent() {
    let mut outbox = outbox(&["a"]);
    let next_day = STALE_MS + 1;
    assert_eq!(next(&mut outbox, next_day), None);
    assert_eq!(states(&outbox), [LineState::Stale]);
    outbox.retry(&id("a"), at(next_day));
    assert_eq!(next(&mut outbox, next_day).as_deref(), Some("a"));
}

/// Stands for the browser's parser.
fn decode(line: &str) -> Option<KeptLine> {
    serde_json::from_str(line).ok()
}

#[test]
fn storage_keeps_every_line_and_what_became_of_it() {
    let mut outbox = outbox(&["a", "b"]);
    outbox.push(id("c"), "two\nlines, \"quoted\"".to_owned(), at(7));
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::permanent(ErrorCode::ForbiddenCharacter), at(1));
    next(&mut outbox, 2);
    let restored = Outbox::from_json(&outbox.to_json(), decode);
    outbox.connection_lost();
    assert_eq!(restored.lines(), outbox.lines(), "a reload is a lost connection");
}

#[test]
fn a_line_that_storage_spoiled_does_not_take_the_others_with_it() {
    let json = outbox(&["a", "b"]).to_json().replace("\"a\"", "\"not an id!\"");
    assert_eq!(Outbox::from_json(&json, decode).lines().len(), 1);
    assert_eq!(Outbox::from_json("", decode).lines(), []);
}
