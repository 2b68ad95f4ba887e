//! The proof of "an acknowledged line is on disk, exactly once", on the real program: `make crash` builds the release
//! with the feature `faults`, and this kills it, fails its disk and reads its system calls. Each proof has a mutant that
//! breaks the promise, and must find it guilty. Not here: what needs no faults (`tests/it`).
//!
//! `TEAHOUSE_BIN` names the program; without it, it is the one that cargo built for the tests. `TEAHOUSE_CRASH_SEED` and
//! `TEAHOUSE_CRASH_ROUNDS` repeat a run and lengthen it.

#![expect(clippy::unwrap_used, reason = "a proof that cannot go on has failed, and says where")]

mod audit;
mod crowd;
mod disk;
mod kills;
mod ledger;
mod moment;
mod order;
mod program;
mod reader;
mod strace;
mod support;
mod sync_order;
