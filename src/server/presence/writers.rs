//! Who is writing in one room: a plain synchronous struct, with time as an argument.

use std::time::{Duration, Instant};

use crate::protocol::{Person, UserId};

/// How long one typing command is shown, here and by clients.
pub const SHOWN_FOR: Duration = Duration::from_secs(5);

/// Whoever goes on writing is told again before clients forget them.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// The writers of a room, the longest-writing first.
#[derive(Default)]
pub struct Writers {
    writers: Vec<(Person, Instant)>,
    change: Change,
    told_at: Option<Instant>,
}

/// Whether the list differs from what was told. Stopping and starting again within one tick is a change too, since
/// clients forget a writer with the line that comes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Change {
    #[default]
    Told,
    Untold,
}

impl Writers {
    /// The person is writing, and is shown for `SHOWN_FOR` from now.
    pub fn write(&mut self, person: &Person, now: Instant) {
        let until = now + SHOWN_FOR;
        match self.writers.iter_mut().find(|(writer, _)| writer.id == person.id) {
            Some(entry) => entry.1 = until,
            None => {
                self.writers.push((person.clone(), until));
                self.change = Change::Untold;
            }
        }
    }

    /// The person sent the line or went away.
    pub fn stop(&mut self, user: &UserId) {
        self.keep(|writer, _| writer.id != *user);
    }

    /// Forgets whose time has passed. `Some` with everybody who is writing when that changed, or is to be told again.
    pub fn tick(&mut self, now: Instant) -> Option<Vec<Person>> {
        self.keep(|_, until| until > now);
        let stale = !self.writers.is_empty() && self.told_at.is_some_and(|told_at| now >= told_at + TOLD_AGAIN_AFTER);
        if self.change == Change::Told && !stale {
            return None;
        }
        self.change = Change::Told;
        self.told_at = Some(now);
        Some(self.writers.iter().map(|(writer, _)| writer.clone()).collect())
    }

    fn keep(&mut self, stays: impl Fn(&Person, Instant) -> bool) {
        let before = self.writers.len();
        self.writers.retain(|(writer, until)| stays(writer, *until));
        if self.writers.len() < before {
            self.change = Change::Untold;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Origin;

    fn alice() -> Person {
        Person { id: UserId::parse("a").unwrap(), nickname: "Alice".into(), origin: Origin::Web }
    }

    #[test]
    fn writing_is_told_again_before_it_is_forgotten_and_fades() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        writers.write(&alice(), now);
        assert_eq!(writers.tick(now), Some(vec![alice()]));
        assert_eq!(writers.tick(now + SHOWN_FOR / 5), None, "told a moment ago");
        writers.write(&alice(), now + SHOWN_FOR / 2);
        assert_eq!(writers.tick(now + TOLD_AGAIN_AFTER), Some(vec![alice()]), "still writing");
        assert_eq!(writers.tick(now + SHOWN_FOR * 2), Some(vec![]));
        assert_eq!(writers.tick(now + SHOWN_FOR * 3), None);
    }

    #[test]
    fn whoever_writes_on_right_after_a_line_is_told_anew() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        writers.write(&alice(), now);
        writers.tick(now);
        writers.stop(&alice().id);
        writers.write(&alice(), now);
        assert_eq!(writers.tick(now), Some(vec![alice()]));
    }

    #[test]
    fn a_sent_line_ends_the_writing_at_once() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        writers.write(&alice(), now);
        writers.tick(now);
        writers.stop(&alice().id);
        assert_eq!(writers.tick(now), Some(vec![]));
    }
}
