//! Counts the publications that are queued, so that whoever commits more than can be sent waits. Not here: the queues
//! themselves (`lane`).

use std::sync::Arc;

use parking_lot::{Condvar, Mutex};

/// A number of permits, each of which is held by one queued publication.
pub struct Permits {
    /// Innermost lock; nothing is called under it.
    state: Mutex<State>,
    freed: Condvar,
}

struct State {
    free: usize,
    /// How many threads wait for one.
    waiting: usize,
    is_closed: bool,
}

/// One permit. It is given back when it is dropped.
pub struct Permit(Arc<Permits>);

impl Permits {
    /// So many permits, all of them free.
    pub(super) fn new(count: usize) -> Self {
        Self { state: Mutex::new(State { free: count, waiting: 0, is_closed: false }), freed: Condvar::new() }
    }

    /// Takes a permit. Blocks the thread until one is free; `None` when the permits were closed.
    pub(super) fn acquire(self: &Arc<Self>) -> Option<Permit> {
        let mut state = self.state.lock();
        while state.free == 0 && !state.is_closed {
            state.waiting += 1;
            self.freed.wait(&mut state);
            state.waiting -= 1;
        }
        if state.is_closed {
            return None;
        }
        state.free -= 1;
        Some(Permit(Arc::clone(self)))
    }

    /// Lets nobody wait any more: what is published from now on is sent by nobody.
    pub(super) fn close(&self) {
        self.state.lock().is_closed = true;
        self.freed.notify_all();
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.free += 1;
        if state.waiting > 0 {
            self.0.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    /// Returns when a thread waits, which nothing but a permit or the end sets free.
    fn until_somebody_waits(permits: &Permits) {
        while permits.state.lock().waiting == 0 {
            thread::yield_now();
        }
    }

    #[test]
    fn whoever_asks_for_more_than_there_are_waits_for_one_to_come_back() {
        let permits = Arc::new(Permits::new(1));
        let first = permits.acquire();
        let (taken, is_taken) = mpsc::channel();
        let waiting = thread::spawn({
            let permits = Arc::clone(&permits);
            move || {
                let second = permits.acquire();
                taken.send(second.is_some()).unwrap();
            }
        });
        until_somebody_waits(&permits);
        assert_eq!(is_taken.try_recv(), Err(mpsc::TryRecvError::Empty));
        drop(first);
        assert_eq!(is_taken.recv(), Ok(true));
        waiting.join().unwrap();
    }

    #[test]
    fn closed_permits_set_free_whoever_waits() {
        let permits = Arc::new(Permits::new(1));
        let _only = permits.acquire();
        let waiting = thread::spawn({
            let permits = Arc::clone(&permits);
            move || permits.acquire().is_none()
        });
        until_somebody_waits(&permits);
        permits.close();
        assert!(waiting.join().unwrap());
    }
}
