use std::time::Duration;

use super::*;
use crate::protocol::ErrorCode;
use crate::server::config::Config;

fn budgets(change: impl FnOnce(&mut LimitsConfig)) -> Budgets {
    let mut limits = Config::default().limits;
    change(&mut limits);
    Budgets::new(&limits)
}

fn address(text: &str) -> Address {
    Address::of(text.parse().expect("an address"))
}

fn program(home: &str, name: &str) -> Payer {
    Payer { person: Some(PersonKey::Program(address(home), name.to_owned())), address: address(home) }
}

/// How many times in a row an action passes, up to a thousand.
fn passes(budgets: &mut Budgets, action: Action, payer: &Payer, now: Instant) -> usize {
    (0..1_000).take_while(|_| budgets.charge(action, 100, payer, now).is_ok()).count()
}

#[test]
fn many_names_behind_one_address_share_what_the_address_may_post() {
    let mut budgets = budgets(|limits| {
        (limits.sends_burst, limits.sends_burst_per_address, limits.network_factor) = (5, 12, 2);
    });
    let now = Instant::now();
    let said = ["a", "b", "c", "d"].map(|name| passes(&mut budgets, Action::Post, &program("192.0.2.1", name), now));
    assert_eq!(said, [5, 5, 2, 0]);
    assert_eq!(passes(&mut budgets, Action::Post, &program("192.0.3.1", "e"), now), 5, "another network is not asked");
}

#[test]
fn many_addresses_of_one_network_share_what_the_network_may() {
    let mut budgets = budgets(|limits| (limits.reads_burst, limits.network_factor) = (10, 3));
    let now = Instant::now();
    let read =
        (0..5).map(|host| passes(&mut budgets, Action::Read, &address(&format!("2001:db8:7:{host}::1")).into(), now));
    assert_eq!(read.collect::<Vec<_>>(), [10, 10, 10, 0, 0]);
    assert_eq!(passes(&mut budgets, Action::Read, &address("2001:db8:8::1").into(), now), 10);
}

#[test]
fn joins_reads_and_drawn_pages_are_paid_from_one_budget() {
    let mut budgets = budgets(|limits| limits.reads_burst = 3);
    let (now, payer) = (Instant::now(), address("192.0.2.1").into());
    let outcome = [Action::Join, Action::DrawPage, Action::Read, Action::Join]
        .map(|action| budgets.charge(action, 0, &payer, now).is_ok());
    assert_eq!(outcome, [true, true, true, false]);
}

#[test]
fn a_refused_action_costs_nobody_anything() {
    let mut budgets = budgets(|limits| (limits.sends_burst, limits.sends_burst_per_address) = (1, 3));
    let (now, loud, quiet) = (Instant::now(), program("192.0.2.1", "loud"), program("192.0.2.1", "quiet"));
    assert_eq!(passes(&mut budgets, Action::Post, &loud, now), 1);
    assert!((0..50).all(|_| budgets.charge(Action::Post, 100, &loud, now).is_err()));
    assert!(budgets.charge(Action::Post, 100, &quiet, now).is_ok(), "the refused ones did not use up the address");
}

#[test]
fn bytes_are_counted_beside_messages_and_the_longest_wait_is_told() {
    let mut budgets = budgets(|limits| {
        (limits.send_bytes_per_minute, limits.send_bytes_burst) = (6_000, 1_000);
    });
    let (now, payer) = (Instant::now(), program("192.0.2.1", "a"));
    assert!(budgets.charge(Action::Post, 1_000, &payer, now).is_ok());
    let overdrawn = budgets.charge(Action::Post, 500, &payer, now).expect_err("the bytes are used up");
    assert_eq!(overdrawn.refusal(), Refusal::retry_after(ErrorCode::TooFast, 5_000));
    assert_eq!(overdrawn.setting(), "limits.send_bytes_per_minute");
    assert!(budgets.charge(Action::Post, 500, &payer, now + Duration::from_secs(5)).is_ok());
}

#[test]
fn zero_turns_a_budget_off_and_that_of_the_networks_with_it() {
    let mut budgets = budgets(|limits| limits.reads_per_minute = 0);
    assert!(!budgets.count(Action::Read) && budgets.count(Action::Post));
    assert_eq!(passes(&mut budgets, Action::Join, &address("192.0.2.1").into(), Instant::now()), 1_000);
}

#[test]
fn a_classroom_behind_one_address_is_not_held_up() {
    let mut budgets = budgets(|_| {});
    let start = Instant::now();
    let pupils: Vec<_> = (0..40).map(|number| program("192.0.2.1", &number.to_string())).collect();
    for (second, pupil) in (0..60).flat_map(|second| pupils.iter().map(move |pupil| (second, pupil))) {
        let now = start + Duration::from_secs(second);
        if second % 10 == 0 {
            assert!(budgets.charge(Action::Post, 200, pupil, now).is_ok(), "a message each ten seconds");
        }
        if second == 0 {
            let arrival = [Action::DrawPage, Action::ClaimNickname, Action::Handshake, Action::Join];
            assert!(arrival.iter().all(|action| budgets.charge(*action, 0, pupil, now).is_ok()));
        }
    }
}
