//! Counts what the parser looks at, so that a test can say how the work grows without a clock.

use std::cell::Cell;

thread_local! {
    static STEPS: Cell<usize> = const { Cell::new(0) };
}

/// The parser has looked at so many bytes or entries.
pub(super) fn add(steps: usize) {
    STEPS.set(STEPS.get() + steps);
}

/// How many steps since it was asked last.
pub(super) fn take() -> usize {
    STEPS.replace(0)
}
