//! Faults on order, for the proof program in `tests/crash`: places where the server stands still until it is killed, and
//! mutants that break a promise, so that the proof can show that it notices. Only builds with the feature `faults` obey;
//! in all others the first `if` of each function is `if false`, and nothing of this is left in the program.
//!
//! It concerns the process as a whole. So it reads the environment by itself, as nothing else but `config` does, and
//! keeps its one static.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

/// Whether this build takes orders.
const ARMED: bool = cfg!(feature = "faults");

/// Names a [`Point`] and at which visit to it the process stands still, such as `before_commit:37`.
pub const POINT_VARIABLE: &str = "TEAHOUSE_FAULT";

/// Names a [`Mutant`].
pub const MUTANT_VARIABLE: &str = "TEAHOUSE_MUTANT";

/// What the program says on standard error when it stands still; the name of the point follows.
pub const HOLDING: &str = "fault: holding at ";

/// Declares an enum whose variants have names in the environment.
macro_rules! named {
    ($(#[$about:meta])* $type:ident { $($(#[$doc:meta])* $variant:ident = $name:literal,)+ }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $type {
            $($(#[$doc])* $variant,)+
        }

        impl $type {
            /// The name in the environment.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            fn of_name(name: &str) -> Option<Self> {
                match name {
                    $($name => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }
    };
}

named! {
    /// Where the process can be told to stand still, to be killed there.
    Point {
        /// The rows of a batch are written, its transaction is open.
        BeforeCommit = "before_commit",
        /// A batch is on disk, nobody was answered.
        AfterCommitBeforeAck = "after_commit_before_ack",
        /// The senders of a batch were answered, nobody was shown it.
        AfterAckBeforeFanOut = "after_ack_before_fan_out",
        /// The first visit: everybody was sent `reconnect`. The second: the connections are closed, the store is not.
        InDrain = "in_drain",
    }
}

named! {
    /// A promise that the process can be told to break.
    Mutant {
        /// Acknowledges a batch before its commit.
        AckBeforeCommit = "ack_before_commit",
        /// Syncs at checkpoints only, not at commits.
        SynchronousNormal = "synchronous_normal",
    }
}

/// The orders of this process.
static ORDERS: LazyLock<Orders> = LazyLock::new(|| {
    Orders::read(|variable| std::env::var(variable).ok())
        .expect("TEAHOUSE_FAULT and TEAHOUSE_MUTANT, where set, are orders that src/server/ground/faults.rs knows")
});

/// Marks a place. Returns, unless the process was told to stand still at this visit: then it never does.
pub fn reach(point: Point) {
    if ARMED && ORDERS.end_at(point) {
        hold(point);
    }
}

/// Whether the process was told to be this mutant.
#[must_use]
pub fn is_mutant(mutant: Mutant) -> bool {
    ARMED && ORDERS.mutant == Some(mutant)
}

/// Stands still instead of ending: whoever watches kills the process for good when it sees the words, and the other
/// threads have until then to do what they should not.
fn hold(point: Point) -> ! {
    eprintln!("{HOLDING}{}", point.name());
    loop {
        thread::park();
    }
}

/// What the environment asks for.
#[derive(Default)]
struct Orders {
    point: Option<Point>,
    /// Visits to `point` until it holds.
    visits_left: AtomicU32,
    mutant: Option<Mutant>,
}

impl Orders {
    /// `None` when one of them means nothing here.
    fn read(variable: impl Fn(&str) -> Option<String>) -> Option<Self> {
        let mutant = match variable(MUTANT_VARIABLE) {
            Some(name) => Some(Mutant::of_name(&name)?),
            None => None,
        };
        let Some(order) = variable(POINT_VARIABLE) else { return Some(Self { mutant, ..Self::default() }) };
        let (point, visits) = order.split_once(':')?;
        let visits_left = AtomicU32::new(visits.parse().ok()?);
        Some(Self { point: Some(Point::of_name(point)?), visits_left, mutant })
    }

    /// Counts a visit; whether it is the one to stop at.
    fn end_at(&self, point: Point) -> bool {
        self.point == Some(point) && self.visits_left.fetch_sub(1, Ordering::Relaxed) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orders(point: Option<&str>, mutant: Option<&str>) -> Option<Orders> {
        Orders::read(|variable| match variable {
            POINT_VARIABLE => point.map(str::to_owned),
            _ => mutant.map(str::to_owned),
        })
    }

    #[test]
    fn a_point_holds_at_the_visit_that_was_ordered_and_at_no_other() {
        let orders = orders(Some("before_commit:3"), None).unwrap();
        assert!(!orders.end_at(Point::InDrain));
        let visits = [(); 5].map(|()| orders.end_at(Point::BeforeCommit));
        assert_eq!(visits, [false, false, true, false, false]);
    }

    #[test]
    fn without_orders_nothing_happens() {
        let orders = orders(None, None).unwrap();
        assert!(!orders.end_at(Point::BeforeCommit));
        assert_eq!(orders.mutant, None);
    }

    #[test]
    fn a_mutant_is_known_by_its_name() {
        assert_eq!(orders(None, Some("ack_before_commit")).unwrap().mutant, Some(Mutant::AckBeforeCommit));
    }

    #[test]
    fn an_order_that_means_nothing_is_refused() {
        for point in ["", "before_commit", "before_commit:", "before_commit:x", "before_lunch:1"] {
            assert!(orders(Some(point), None).is_none(), "{point}");
        }
        assert!(orders(None, Some("ack")).is_none());
    }
}
