//! Micro benchmarks: each step on a message's way through the server by itself, without sockets, tasks or a disk, but for
//! `appends`, `fan_out` and `store`, which are about them.
//!
//! They compare two versions on one machine: how long a step takes, and how often it asks for memory. The second does not
//! depend on what else the machine does; counting it costs some nanoseconds each time. What a server of these steps can
//! do is for the load generator (`benches/load`).
//!
//! One file an area, declared here; a function with `#[divan::bench]` in it is found by itself. What is measured is
//! checked once before, so that no figure is of a step that fails early.

mod appends;
mod decode;
mod encode;
mod fan_out;
mod hub;
mod material;
mod parse;
mod publication;
mod store;

use std::time::Duration;

use divan::{AllocProfiler, Divan};

/// Long enough for the median to stand still; `--min-time` says otherwise.
const MIN_TIME: Duration = Duration::from_millis(500);

#[global_allocator]
static ALLOCATOR: AllocProfiler = AllocProfiler::system();

fn main() {
    Divan::default().min_time(MIN_TIME).config_with_args().main();
}
