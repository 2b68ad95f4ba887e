//! The one place that knows how timers are made. Only used in the browser.

use std::time::Duration;

use leptos::prelude::*;

use crate::model::conversation;

/// A timer that is set one at a time: setting it again replaces it.
#[derive(Debug, Default)]
pub struct Timer(Option<TimeoutHandle>);

impl Timer {
    /// Rings once, after this long.
    pub fn set(&mut self, delay_ms: u32, ring: impl FnOnce() + 'static) {
        self.stop();
        self.0 = set_timeout_with_handle(ring, Duration::from_millis(u64::from(delay_ms))).ok();
    }

    /// Whether it was set and not stopped since. One that has rung counts until it is stopped.
    pub const fn is_set(&self) -> bool {
        self.0.is_some()
    }

    /// Does not ring any more.
    pub fn stop(&mut self) {
        if let Some(handle) = self.0.take() {
            handle.clear();
        }
    }
}

/// The timers of a page.
#[derive(Debug, Default)]
pub struct Timers {
    /// Those of the conversation.
    pub conversation: [Timer; conversation::TimerId::COUNT],
    /// Looks at the clock again.
    pub clock: Timer,
    /// Keeps a long draft.
    pub draft: Timer,
    /// Lets out what a screen reader announces.
    pub announcement: Timer,
}
