//! The delivery of lines under every fault that the network, the disk's timing and the operator can bring: clients and
//! server run as they do in production (`Connection`, `Conversation`; `Member`, `Hub`, `posting`), over a network that cuts,
//! loses, repeats and reorders, and over a store whose commits, acks and fan-out come when the script says.
//!
//! A script is a row of numbers, so that a failing one is shrunk to the shortest that fails, and kept in
//! `simulation.seeds`, which is replayed first. `TEAHOUSE_CASES` and `TEAHOUSE_SEED` choose how many and which.

mod audit;
mod calm;
mod changes;
mod client;
mod faults;
mod history;
mod lookups;
mod network;
mod script;
mod search;
mod store;
mod unread;
mod world;

use std::cell::RefCell;

use proptest::prelude::*;
use proptest::test_runner::{Config, FileFailurePersistence, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use audit::Met;
use world::World;

/// Cases that everybody runs. A night of them is `TEAHOUSE_CASES=1000000`.
const CASES: u32 = 2_000;
/// Numbers of a script: a step takes one to three.
const SCRIPT_LENGTH: std::ops::Range<usize> = 0..600;

/// Protects the promise: acknowledged is on disk and reaches everybody once, in one order; missed is noticed and fetched;
/// typed is never lost.
#[test]
fn no_line_is_lost_or_doubled_whatever_breaks() {
    let cases = setting("TEAHOUSE_CASES").map_or(CASES, |cases| u32::try_from(cases).unwrap());
    let seed = setting("TEAHOUSE_SEED").unwrap_or_else(rand::random);
    println!("simulation: {cases} cases from TEAHOUSE_SEED={seed}");
    let persistence = FileFailurePersistence::Direct("tests/it/simulation.seeds");
    let config = Config {
        cases,
        failure_persistence: Some(Box::new(persistence)),
        max_shrink_iters: 4_000,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let script = prop::collection::vec(any::<u16>(), SCRIPT_LENGTH);
    let met = RefCell::new(Met::default());
    let outcome = runner.run(&script, |script| {
        met.borrow_mut().add(&World::play(&script).map_err(TestCaseError::fail)?);
        Ok(())
    });
    println!("simulation: met {:?}", met.borrow());
    if let Err(error) = outcome {
        panic!("TEAHOUSE_SEED={seed}: {error}");
    }
    // A simulation that meets no trouble proves nothing.
    assert!(cases < CASES || met.borrow().is_complete(), "TEAHOUSE_SEED={seed}: a trouble was never met");
}

fn setting(name: &str) -> Option<u64> {
    let value = std::env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is not a number: {value}")))
}
