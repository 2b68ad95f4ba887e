//! Who is writing in one room: a plain synchronous struct, with time as an argument.

use std::time::{Duration, Instant};

use crate::protocol::limits::TYPING_NAMES_MAX;
use crate::protocol::{Person, UserId};

/// How long one typing command is shown, here and by clients.
pub const SHOWN_FOR: Duration = Duration::from_secs(5);

/// Whoever goes on writing is told again before clients forget them.
const TOLD_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// The writers of a room.
#[derive(Default)]
pub struct Writers {
    /// The longest-writing first; at most as many as are here.
    writers: Vec<(Person, Instant)>,
    change: Change,
    told_at: Option<Instant>,
}

/// What followers are told.
#[derive(Debug, PartialEq, Eq)]
pub struct Writing {
    /// The longest-writing, at most [`TYPING_NAMES_MAX`].
    pub people: Vec<Person>,
    /// How many in all.
    pub count: u32,
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

    /// Forgets whose time has passed. `Some` with who is writing when that changed, or is to be told again; nothing within
    /// `pace` of the last time.
    pub fn tick(&mut self, pace: Duration, now: Instant) -> Option<Writing> {
        self.keep(|_, until| until > now);
        if self.told_at.is_some_and(|told_at| now < told_at + pace) {
            return None;
        }
        let stale = !self.writers.is_empty() && self.told_at.is_some_and(|told_at| now >= told_at + TOLD_AGAIN_AFTER);
        if self.change == Change::Told && !stale {
            return None;
        }
        self.change = Change::Told;
        self.told_at = Some(now);
        let people = self.writers.iter().take(TYPING_NAMES_MAX).map(|(writer, _)| writer.clone()).collect();
        Some(Writing { people, count: u32::try_from(self.writers.len()).unwrap_or(u32::MAX) })
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
    use crate::model::samples::named;

    fn alice() -> Person {
        named("a", "Alice")
    }

    const AT_ONCE: Duration = Duration::ZERO;

    fn told(people: &[Person]) -> Option<Writing> {
        Some(Writing { people: people.to_vec(), count: u32::try_from(people.len()).unwrap() })
    }

    #[test]
    fn a_crowd_of_writers_is_a_few_names_and_a_number() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        for number in 0..400 {
            writers.write(&Person { id: UserId::parse(&format!("u-{number}")).unwrap(), ..alice() }, now);
        }
        let told = writers.tick(AT_ONCE, now).unwrap();
        assert_eq!((told.people.len(), told.count), (TYPING_NAMES_MAX, 400));
        assert_eq!(told.people[0].id.as_str(), "u-0", "who began first is named");
    }

    #[test]
    fn a_crowd_is_told_at_its_pace() {
        let (mut writers, now, pace) = (Writers::default(), Instant::now(), Duration::from_secs(1));
        writers.write(&alice(), now);
        assert_eq!(writers.tick(pace, now), told(&[alice()]), "the first change is told at once");
        writers.stop(&alice().id);
        assert_eq!(writers.tick(pace, now + pace / 2), None);
        assert_eq!(writers.tick(pace, now + pace), told(&[]), "the last state is never lost");
    }

    #[test]
    fn writing_is_told_again_before_it_is_forgotten_and_fades() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        writers.write(&alice(), now);
        assert_eq!(writers.tick(AT_ONCE, now), told(&[alice()]));
        assert_eq!(writers.tick(AT_ONCE, now + SHOWN_FOR / 5), None, "told a moment ago");
        writers.write(&alice(), now + SHOWN_FOR / 2);
        assert_eq!(writers.tick(AT_ONCE, now + TOLD_AGAIN_AFTER), told(&[alice()]), "still writing");
        assert_eq!(writers.tick(AT_ONCE, now + SHOWN_FOR * 2), told(&[]));
        assert_eq!(writers.tick(AT_ONCE, now + SHOWN_FOR * 3), None);
    }

    #[test]
    fn whoever_writes_on_right_after_a_line_is_told_anew() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        writers.write(&alice(), now);
        writers.tick(AT_ONCE, now);
        writers.stop(&alice().id);
        writers.write(&alice(), now);
        assert_eq!(writers.tick(AT_ONCE, now), told(&[alice()]));
    }

    #[test]
    fn a_sent_line_ends_the_writing_at_once() {
        let (mut writers, now) = (Writers::default(), Instant::now());
        writers.write(&alice(), now);
        writers.tick(AT_ONCE, now);
        writers.stop(&alice().id);
        assert_eq!(writers.tick(AT_ONCE, now), told(&[]));
    }
}
