//! Lost connections: noticed, waited for, come back from, given up.

use super::*;

#[test]
fn silence_ends_a_connection_and_frames_prolong_it() {
    let mut bench = Bench::live();
    assert_eq!(bench.sleep(30_000), "");
    bench.feed(heartbeat(5));
    assert_eq!(bench.sleep(SILENCE_MS - 1), "", "heard of less than a minute ago");
    assert_eq!(bench.sleep(1), "close, Reconnecting");
    assert_eq!(bench.sleep(500), "open");
}

#[test]
fn a_laptop_that_wakes_up_finds_its_dead_connection_at_once() {
    let mut bench = Bench::live();
    assert_eq!(bench.after(SILENCE_MS - 1, Input::Attended), "");
    assert_eq!(bench.after(1, Input::Attended), "close, Reconnecting");
}

#[test]
fn after_a_loss_the_room_catches_up_and_says_how_much_it_missed() {
    let mut bench = Bench::live();
    let since = Timestamp::from_unix_ms(bench.now);
    assert_eq!(bench.feed(Input::Closed { code: 1006 }), "Reconnecting");
    let at = Timestamp::from_unix_ms(bench.now + 500);
    assert_eq!(bench.connection.status(), ConnectionStatus::Reconnecting { attempt: 1, at, since });
    bench.sleep(500);
    assert_eq!(bench.feed(Input::Opened), "hello");
    assert_eq!(bench.feed(welcome()), "deliver, join lobby 5");
    assert_eq!(bench.feed(joined("lobby", 12)), "deliver, caught-up 7, Live");
}

#[test]
fn the_wait_grows_with_every_failure() {
    let mut bench = Bench::live();
    for wait in [500, 1_000, 2_000, 4_000] {
        bench.feed(Input::Closed { code: 1006 });
        assert_eq!(bench.sleep(wait - 1), "");
        assert_eq!(bench.sleep(1), "open");
    }
}

#[test]
fn a_handshake_that_hangs_is_given_up() {
    let mut bench = Bench::new();
    bench.feed(Input::Start);
    assert_eq!(bench.sleep(15_000), "close, Reconnecting");
}

#[test]
fn the_servers_wish_to_reconnect_is_obeyed_in_its_time() {
    let mut bench = Bench::live();
    assert_eq!(bench.feed(frame(Event::Reconnect { in_ms: 3_000 })), "");
    assert_eq!(bench.feed(Input::Send(line("lobby"))), "post", "until then the connection is good");
    assert_eq!(bench.sleep(3_000), "close, open, Reconnecting");
}

#[test]
fn a_server_that_closes_before_the_time_it_named_is_still_given_that_time() {
    let mut bench = Bench::live();
    bench.feed(frame(Event::Reconnect { in_ms: 3_000 }));
    assert_eq!(bench.after(1_000, Input::Closed { code: CloseCode::Drain.number() }), "Reconnecting");
    assert_eq!(bench.sleep(2_000), "open");
}

/// The last attempt was long ago when somebody presses send: that one is worth an attempt. Presses that follow each other
/// quickly are no storm.
#[test]
fn whoever_turns_to_the_page_need_not_wait_for_the_back_off_and_starts_at_most_an_attempt_a_second() {
    let mut bench = Bench::live();
    for wait in [500, 1_000, 2_000, 4_000, 8_000] {
        bench.feed(Input::Closed { code: 1006 });
        assert_eq!(bench.sleep(wait), "open");
    }
    bench.feed(Input::Closed { code: 1006 });
    assert_eq!(bench.sleep(9_000), "", "the back-off says sixteen seconds");
    bench.feed(Input::Attended);
    assert_eq!(bench.sleep(0), "open");
    let mut attempts = 0;
    for _ in 0..100 {
        bench.feed(Input::Closed { code: 1006 });
        bench.feed(Input::Attended);
        attempts += usize::from(bench.sleep(100) == "open");
    }
    assert_eq!(attempts, 10, "in ten seconds");
}

/// The back-off is for servers that nobody expects to be away: it would keep the page out long after the restart.
#[test]
fn while_the_server_restarts_the_page_tries_again_within_a_second() {
    let mut bench = Bench::live();
    bench.feed(frame(Event::Reconnect { in_ms: 2_000 }));
    assert_eq!(bench.sleep(2_000), "close, open, Reconnecting");
    for _ in 0..29 {
        bench.feed(Input::Closed { code: 1006 });
        assert_eq!(bench.sleep(1_000), "open");
    }
    bench.sleep(1_000);
    for wait in [500, 1_000, 2_000, 4_000] {
        bench.feed(Input::Closed { code: 1006 });
        assert_eq!(bench.sleep(wait - 1), "", "a server that stays away is not a restart");
        assert_eq!(bench.sleep(1), "open");
    }
}

#[test]
fn a_page_that_was_closed_by_the_stop_comes_back_as_soon() {
    let mut bench = Bench::live();
    bench.feed(Input::Closed { code: CloseCode::Drain.number() });
    for _ in 0..10 {
        assert_eq!(bench.sleep(1_000), "open");
        bench.feed(Input::Closed { code: 1006 });
    }
}

#[test]
fn every_close_code_is_treated_as_its_class_says() {
    for code in CloseCode::ALL {
        let mut bench = Bench::live();
        bench.feed(Input::Closed { code: code.number() });
        let ended = bench.connection.status() == ConnectionStatus::Ended { code: code.number() };
        assert_eq!(ended, code.number() >= 4100, "{code:?}");
        bench.feed(Input::Attended);
        assert_eq!(ended, bench.sleep(3_600_000).is_empty(), "{code:?}: an end is an end, and everything else is not");
    }
}

#[test]
fn without_a_network_the_page_says_since_when_and_comes_back_soon_after() {
    let mut bench = Bench::live();
    let since = Timestamp::from_unix_ms(bench.now);
    assert_eq!(bench.feed(Input::Offline), "close, Offline");
    assert_eq!(bench.connection.status(), ConnectionStatus::Offline { since });
    bench.sleep(500);
    bench.feed(Input::Closed { code: 1006 });
    bench.feed(Input::Closed { code: 1006 });
    assert_eq!(bench.connection.status(), ConnectionStatus::Offline { since }, "still");
    for _ in 0..5 {
        bench.sleep(30_000);
        bench.feed(Input::Closed { code: 1006 });
    }
    assert_eq!(bench.feed(Input::Online), "Reconnecting");
}

#[test]
fn three_attempts_that_never_opened_mean_that_something_blocks_websockets() {
    let mut bench = Bench::new();
    bench.feed(Input::Start);
    for wait in [500, 1_000] {
        bench.feed(Input::Closed { code: 1006 });
        assert_eq!(bench.sleep(wait), "open");
    }
    assert_eq!(bench.feed(Input::Closed { code: 1006 }), "Blocked");
    assert_eq!(bench.sleep(2_000), "open", "attempts go on");
    assert_eq!(bench.feed(Input::Opened), "hello, Reconnecting");
    let mut once_open = Bench::live();
    for _ in 0..5 {
        once_open.feed(Input::Closed { code: 1006 });
        once_open.sleep(30_000);
    }
    assert_ne!(once_open.connection.status(), ConnectionStatus::Blocked, "it worked before: the server is away");
}
