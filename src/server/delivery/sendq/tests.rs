use super::*;
use crate::server::net::websocket::test_client::texts;
use crate::server::net::websocket::{Opcode, encode};

fn text(text: &str) -> Frame {
    encode(Opcode::Text, text.as_bytes())
}

fn room_frames(line: &str) -> Frames {
    text(line).into()
}

fn sendq(bytes: usize, frames: usize) -> Sendq {
    Sendq::new(SendqLimits { bytes, frames }, WhenFull::FallBehind)
}

fn frames(outgoing: Option<Outgoing>) -> Vec<String> {
    match outgoing {
        Some(Outgoing::Frames(frames)) => texts(&frames),
        other => panic!("frames were expected and this came: {other:?}"),
    }
}

#[test]
fn everything_pending_is_taken_at_once_in_order() {
    let sendq = sendq(100, 10);
    sendq.push(text("a"));
    sendq.push_room_frames(room_frames("b"));
    assert_eq!(frames(sendq.try_next()), ["a", "b"]);
    sendq.push_room_frames(room_frames("c"));
    assert_eq!(frames(sendq.try_next()), ["c"]);
}

#[test]
fn a_reader_that_is_too_slow_falls_behind_and_keeps_its_answers() {
    let sendq = sendq(0, 3);
    sendq.push_room_frames(room_frames("line 1"));
    sendq.push(text("ack"));
    sendq.push_room_frames(room_frames("line 2"));
    sendq.push_room_frames(room_frames("line 3"));
    sendq.push_room_frames(room_frames("line 4"));
    assert_eq!(frames(sendq.try_next()), ["ack"]);
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Behind)));
    sendq.push_room_frames(room_frames("line 5"));
    assert_eq!(
        sendq.try_next(),
        Some(Outgoing::Signal(Signal::Behind)),
        "nothing of its rooms is taken before that was seen to"
    );
    sendq.resume();
    sendq.push_room_frames(room_frames("line 6"));
    assert_eq!(frames(sendq.try_next()), ["line 6"]);
}

/// A join is answered by a frame that may be larger than all that may wait: it must not make its reader fall behind.
#[test]
fn a_large_answer_takes_no_room_from_what_the_rooms_send() {
    let sendq = sendq(8, 0);
    sendq.push(text("a long snapshot"));
    sendq.push_room_frames(room_frames("line 1"));
    assert_eq!(frames(sendq.try_next()), ["a long snapshot", "line 1"]);
    assert_eq!(sendq.try_next(), None);
}

#[test]
fn a_client_that_does_not_take_its_answers_is_closed_and_holds_no_memory() {
    let sendq = sendq(4, 0);
    sendq.push(text("1234"));
    sendq.push(text("5"));
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Close(CloseCode::Slow))));
    assert!(sendq.lock().queue.is_empty());
    sendq.push(text("6"));
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Close(CloseCode::Slow))));
}

#[test]
fn a_reader_that_has_no_way_to_fetch_anything_is_closed() {
    let sendq = Sendq::new(SendqLimits { bytes: 0, frames: 1 }, WhenFull::Close);
    sendq.push_room_frames(room_frames("line 1"));
    sendq.push_room_frames(room_frames("line 2"));
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Close(CloseCode::Slow))));
}

#[test]
fn one_frame_larger_than_the_queue_reaches_a_reader_that_is_not_behind() {
    let sendq = sendq(4, 0);
    sendq.push(text("a long snapshot"));
    assert_eq!(frames(sendq.try_next()), ["a long snapshot"]);
}

#[test]
fn what_was_queued_before_the_end_still_arrives() {
    let sendq = sendq(0, 0);
    sendq.push(text("ack"));
    sendq.close(CloseCode::Drain);
    sendq.push(text("too late"));
    assert_eq!(frames(sendq.try_next()), ["ack"]);
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Close(CloseCode::Drain))));
}

/// The hub and a connection that began during a drain may both signal it: a client that is told twice when to come back
/// would not know which holds.
#[test]
fn a_drain_is_told_once() {
    let sendq = sendq(0, 0);
    sendq.signal(Signal::Drain);
    sendq.signal(Signal::Drain);
    assert_eq!(sendq.try_next(), Some(Outgoing::Signal(Signal::Drain)));
    sendq.signal(Signal::Drain);
    assert_eq!(sendq.try_next(), None);
}

#[test]
fn ephemeral_frames_go_first_and_close_nobody() {
    let sendq = sendq(0, 2);
    sendq.push_room_frames(room_frames("kept"));
    sendq.push_droppable(room_frames("dropped"));
    sendq.push_room_frames(room_frames("kept too"));
    assert_eq!(frames(sendq.try_next()), ["kept", "kept too"]);
    assert_eq!(sendq.try_next(), None, "the reader has not fallen behind");
}

#[test]
fn without_limits_nothing_is_dropped() {
    let sendq = sendq(0, 0);
    for _ in 0..10_000 {
        sendq.push_droppable(room_frames("x"));
    }
    assert_eq!(frames(sendq.try_next()).len(), 10_000);
}
