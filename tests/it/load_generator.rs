//! The judgement of the load generator: if it overlooked a lost line, all its figures would be worthless. Its parts carry
//! their tests with them; a benchmark cannot run them, so they are brought into this test program. Not here: the figures.

#![expect(dead_code, reason = "the benchmark uses more of these modules than their tests do")]

#[path = "../../benches/load/dialect.rs"]
mod dialect;
#[path = "../../benches/load/fault.rs"]
mod fault;
#[path = "../../benches/load/histogram.rs"]
mod histogram;
#[path = "../../benches/load/ledger.rs"]
mod ledger;
#[path = "../../benches/load/wire.rs"]
mod wire;
