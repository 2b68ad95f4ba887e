//! The memory of a silent connection.

use super::{member, plain};

/// tokio allocates tasks in steps of so many bytes, each aligned to two cache lines.
const STEP_BYTES: usize = 128;
/// The bytes that tokio keeps beside the future of a task.
const TASK_BYTES: usize = 104;

/// The bytes of a task that runs what a function of three arguments gives back.
fn task_of_three<A, B, C, Future>(_: impl Fn(A, B, C) -> Future) -> usize {
    (size_of::<Future>() + TASK_BYTES).next_multiple_of(STEP_BYTES)
}

/// The same of four arguments.
fn task_of_four<A, B, C, D, Future>(_: impl Fn(A, B, C, D) -> Future) -> usize {
    (size_of::<Future>() + TASK_BYTES).next_multiple_of(STEP_BYTES)
}

/// A member may cost 4 KiB in all and a program 2.5 KiB, and the task is the largest part of that. A future is as large as
/// the largest state that it awaits in, so rare large states are boxed.
#[test]
fn the_task_of_a_silent_connection_stays_small() {
    assert!(task_of_three(member::serve) <= 768, "a member's task has {} bytes", task_of_three(member::serve));
    assert!(task_of_four(plain::serve) <= 640, "a program's task has {} bytes", task_of_four(plain::serve));
}
