use super::*;
use crate::model::samples;
use crate::protocol::Origin;

mod senders;

fn at(ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn id(name: &str) -> PostId {
    PostId::parse(name).expect("a good id")
}

fn person(name: &str) -> UserId {
    UserId::parse(name).expect("a good id")
}

fn room(name: &str) -> RoomSlug {
    RoomSlug::parse(name).expect("a good slug")
}

fn outbox(names: &[&str]) -> Outbox {
    let mut outbox = Outbox::default();
    for name in names {
        outbox.push(RoomSlug::lobby(), id(name), person("ada"), samples::text(&format!("text of {name}")), at(0));
    }
    outbox
}

/// The post as the log shows it.
fn event(name: &str, sender: &str, seq: u64) -> LogEvent {
    samples::message(seq, 0, samples::person(sender), name)
}

/// What storage holds of a post.
fn kept(outbox: &Outbox, name: &str) -> KeptPost {
    let json = serde_json::to_string(&KeptPost::from(outbox.post(&id(name)).expect("a post"))).expect("JSON");
    serde_json::from_str(&json).expect("what was written can be read")
}

fn next(outbox: &mut Outbox, now: i64) -> Option<String> {
    outbox.next_to_send(at(now)).map(|post| post.post_id.to_string())
}

fn states(outbox: &Outbox) -> Vec<PostState> {
    outbox.posts().iter().map(|post| post.state).collect()
}

#[test]
fn lines_go_one_by_one_in_the_order_of_typing() {
    let mut outbox = outbox(&["a", "b"]);
    assert_eq!(next(&mut outbox, 0).as_deref(), Some("a"));
    assert_eq!(next(&mut outbox, 1), None, "one in flight at a time");
    assert_eq!(states(&outbox), [PostState::Sending { since: at(0) }, PostState::Waiting]);
    outbox.acked(&id("a"));
    assert_eq!(next(&mut outbox, 2).as_deref(), Some("b"));
    assert_eq!(outbox.arrived([event("b", "ada", 7)].iter()), [id("b")]);
    assert_eq!(outbox, Outbox::default(), "the log is as good as an ack");
}

/// A post that cannot be brought to its room must not keep the open room from talking.
#[test]
fn rooms_do_not_wait_for_each_other_and_each_keeps_its_order() {
    let mut outbox = outbox(&["a", "b"]);
    outbox.push(room("garden"), id("c"), person("ada"), samples::text("elsewhere"), at(0));
    outbox.push(room("garden"), id("d"), person("ada"), samples::text("elsewhere"), at(0));
    assert_eq!(next(&mut outbox, 0).as_deref(), Some("a"));
    assert_eq!(next(&mut outbox, 0).as_deref(), Some("c"));
    assert_eq!(next(&mut outbox, 0), None, "one of each room is in flight at a time");
    outbox.acked(&id("c"));
    assert_eq!(next(&mut outbox, 1).as_deref(), Some("d"));
    outbox.refused(&id("d"), Refusal::retry_after(ErrorCode::TooFast, 2_000), at(2));
    outbox.acked(&id("a"));
    assert_eq!(next(&mut outbox, 3), None, "the server wants the person to wait, wherever they write");
    assert_eq!(outbox.wait_ms(at(3)), Some(1_999));
    assert_eq!(next(&mut outbox, 2_002).as_deref(), Some("b"));
    assert_eq!(next(&mut outbox, 2_002).as_deref(), Some("d"));
}

#[test]
fn a_room_is_marked_while_lines_of_it_wait_or_were_refused() {
    let mut outbox = outbox(&["a", "b"]);
    assert_eq!(outbox.unsent(&RoomSlug::lobby()), Some(Unsent::Waiting));
    assert_eq!(outbox.unsent(&room("garden")), None);
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::permanent(ErrorCode::RoomNotFound), at(1));
    assert_eq!(
        outbox.unsent(&RoomSlug::lobby()),
        Some(Unsent::Stuck),
        "the other one waits, but this one needs somebody"
    );
    outbox.discard(&id("a"));
    next(&mut outbox, 2);
    assert_eq!(outbox.unsent(&RoomSlug::lobby()), Some(Unsent::Waiting), "until it is answered");
    outbox.acked(&id("b"));
    assert_eq!(outbox.unsent(&RoomSlug::lobby()), None);
}

#[test]
fn what_storage_gives_back_changes_nothing_that_is_known() {
    let mut outbox = outbox(&["a"]);
    let before = kept(&outbox, "a");
    next(&mut outbox, 0);
    outbox.restore(RoomSlug::lobby(), before);
    assert_eq!(states(&outbox), [PostState::Sending { since: at(0) }]);
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
    assert_eq!(states(&outbox), [PostState::Waiting, PostState::Waiting]);
    assert_eq!(next(&mut outbox, 1).as_deref(), Some("a"));
}

#[test]
fn a_temporary_refusal_holds_back_every_later_line() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::retry_after(ErrorCode::TooFast, 2_000), at(100));
    assert_eq!(states(&outbox), [PostState::Waiting, PostState::Waiting]);
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

/// What an ack says is shown at once when it is what comes next; the post goes when the log shows it, never before.
#[test]
fn an_acked_line_stays_in_sight_until_the_log_shows_it() {
    let ada = Person { id: person("ada"), nickname: "Ada".into(), origin: Origin::Web };
    let mut outbox = outbox(&["a", "b", "c"]);
    let next = outbox.placed(&id("a"), Seq::new(7), at(1), &ada, Seq::new(6)).expect("the next event");
    assert_eq!((next.seq, next.at_ms), (Seq::new(7), at(1)));
    assert_eq!(outbox.posts().len(), 3);
    assert_eq!(outbox.arrived([next].iter()), [], "its ack told of it already");
    assert_eq!(outbox.placed(&id("b"), Seq::new(9), at(2), &ada, Seq::new(7)), None, "seq 8 is missing before it");
    assert_eq!(outbox.posts().len(), 2);
    assert_eq!(outbox.placed(&id("b"), Seq::new(9), at(2), &ada, Seq::new(9)), None, "it is shown already");
    assert_eq!(outbox.posts().len(), 1);
}

/// The log may take long, as where no connection brings it: what is on disk is not sent again and again meanwhile.
#[test]
fn an_acked_post_is_not_sent_again_while_the_connection_holds() {
    let ada = Person { id: person("ada"), nickname: "Ada".into(), origin: Origin::Web };
    let mut outbox = outbox(&["a", "b"]);
    assert_eq!(next(&mut outbox, 0), Some("a".to_owned()));
    assert_eq!(outbox.placed(&id("a"), Seq::new(9), at(1), &ada, Seq::new(1)), None);
    assert_eq!(next(&mut outbox, 1), Some("b".to_owned()), "the next one need not wait for the log");
    outbox.acked(&id("b"));
    assert_eq!((next(&mut outbox, 60_000), outbox.wait_ms(at(60_000))), (None, None));
    outbox.refused(&id("a"), Refusal::permanent(ErrorCode::MessageTooLong), at(60_000));
    assert_eq!(states(&outbox), [PostState::Acked { seq: Seq::new(9) }], "only a repetition was refused");
    assert_eq!(outbox.messages().count(), 0, "nobody is asked about it");
    outbox.connection_lost();
    assert_eq!(next(&mut outbox, 60_001), Some("a".to_owned()), "its log may be another one");
    outbox.placed(&id("a"), Seq::new(9), at(60_002), &ada, Seq::new(1));
    outbox.shown(&room("lobby"), Seq::new(8));
    assert_eq!(outbox.posts().len(), 1);
    outbox.shown(&room("lobby"), Seq::new(9));
    assert_eq!(outbox.posts().len(), 0);
}

#[test]
fn a_line_of_somebody_else_under_the_same_id_is_not_ones_own() {
    let mut outbox = outbox(&["a"]);
    assert_eq!(outbox.arrived([event("a", "bob", 7)].iter()), []);
    assert_eq!(outbox.posts().len(), 1);
}

#[test]
fn a_permanent_refusal_keeps_the_line_and_lets_the_others_pass() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    let refusal = Refusal::permanent(ErrorCode::MessageTooLong);
    outbox.refused(&id("a"), refusal, at(1));
    assert_eq!(states(&outbox), [PostState::Failed(refusal), PostState::Waiting]);
    assert_eq!(next(&mut outbox, 2).as_deref(), Some("b"));
    outbox.acked(&id("b"));
    assert_eq!(next(&mut outbox, 3), None, "a failed post is not sent by itself");
    outbox.retry(&id("a"), &person("ada"), at(4));
    assert_eq!(next(&mut outbox, 4).as_deref(), Some("a"));
}

#[test]
fn only_the_person_throws_a_line_away_and_gets_its_text_back() {
    let mut outbox = outbox(&["a"]);
    assert_eq!(outbox.discard(&id("a")).as_deref(), Some("text of a"));
    assert_eq!(outbox.discard(&id("a")), None);
    assert_eq!(outbox.posts(), []);
}

#[test]
fn a_line_older_than_a_day_asks_before_it_is_sent() {
    let mut outbox = outbox(&["a"]);
    let next_day = STALE_MS + 1;
    assert_eq!(next(&mut outbox, next_day), None);
    assert_eq!(states(&outbox), [PostState::Stale]);
    outbox.retry(&id("a"), &person("ada"), at(next_day));
    assert_eq!(next(&mut outbox, next_day).as_deref(), Some("a"));
}

#[test]
fn storage_keeps_every_line_and_what_became_of_it() {
    let mut outbox = outbox(&["a", "b"]);
    outbox.push(RoomSlug::lobby(), id("c"), person("ada"), samples::text("two\nlines, \"quoted\""), at(7));
    next(&mut outbox, 0);
    outbox.refused(&id("a"), Refusal::permanent(ErrorCode::ForbiddenCharacter), at(1));
    next(&mut outbox, 2);
    let mut restored = Outbox::default();
    for name in ["c", "a", "b"] {
        restored.restore(RoomSlug::lobby(), kept(&outbox, name));
    }
    outbox.connection_lost();
    // Nor does it know what was sent.
    outbox.posts.iter_mut().for_each(|post| post.may_have_arrived = true);
    assert_eq!(restored.posts(), outbox.posts(), "a reload is a lost connection, and storage has no order");
}

#[test]
fn a_retried_line_keeps_its_place_over_a_reload() {
    let mut outbox = outbox(&["a"]);
    outbox.push(RoomSlug::lobby(), id("b"), person("ada"), samples::text("later"), at(5));
    next(&mut outbox, 6);
    outbox.refused(&id("a"), Refusal::permanent(ErrorCode::MessageTooLong), at(7));
    outbox.retry(&id("a"), &person("ada"), at(8));
    let mut restored = Outbox::default();
    restored.restore(RoomSlug::lobby(), kept(&outbox, "b"));
    restored.restore(RoomSlug::lobby(), kept(&outbox, "a"));
    assert_eq!(next(&mut restored, 9).as_deref(), Some("a"));
}

#[test]
fn a_line_that_another_tab_is_sending_is_left_to_it_for_a_while() {
    let elsewhere = outbox(&["a"]);
    let mut here = Outbox::default();
    here.kept_elsewhere(RoomSlug::lobby(), kept(&elsewhere, "a"), at(100));
    here.push(RoomSlug::lobby(), id("b"), person("ada"), samples::text("typed here"), at(200));
    assert_eq!(next(&mut here, 200).as_deref(), Some("b"), "posts of two tabs do not wait for each other");
    here.acked(&id("b"));
    assert_eq!(here.wait_ms(at(300)), Some(14_800));
    assert_eq!(next(&mut here, 100 + ELSEWHERE_MS - 1), None);
    assert_eq!(next(&mut here, 100 + ELSEWHERE_MS).as_deref(), Some("a"), "that tab may have been closed");
}

#[test]
fn what_became_of_a_line_in_another_tab_is_known_here() {
    let mut elsewhere = outbox(&["a", "b", "c"]);
    let mut here = outbox(&["a", "b", "c"]);
    next(&mut here, 0);
    here.gone_elsewhere(&id("a"));
    assert_eq!(here.posts().len(), 3, "it is on its way from here too, and its answer will come");
    here.gone_elsewhere(&id("b"));
    next(&mut elsewhere, 0);
    elsewhere.acked(&id("a"));
    next(&mut elsewhere, 1);
    elsewhere.acked(&id("b"));
    next(&mut elsewhere, 2);
    let refusal = Refusal::permanent(ErrorCode::MessageTooLong);
    elsewhere.refused(&id("c"), refusal, at(3));
    here.kept_elsewhere(RoomSlug::lobby(), kept(&elsewhere, "c"), at(3));
    assert_eq!(states(&here), [PostState::Sending { since: at(0) }, PostState::Failed(refusal)]);
}

#[test]
fn waiting_lines_know_why_the_server_wants_them_to_wait_and_until_when() {
    let mut outbox = outbox(&["a", "b"]);
    next(&mut outbox, 0);
    assert_eq!(outbox.pause(), None, "what waits for the post before it waits for nothing else");
    outbox.refused(&id("a"), Refusal::retry_after(ErrorCode::TooFast, 2_000), at(100));
    assert_eq!(outbox.pause(), Some((Refusal::permanent(ErrorCode::TooFast), at(2_100))));
    assert_eq!(next(&mut outbox, 2_100).as_deref(), Some("a"));
    assert_eq!(outbox.pause(), None, "the wait is over");
}
