//! Who is typing in one room: a plain synchronous struct, with time as an argument.

use std::time::{Duration, Instant};

use crate::protocol::limits::TYPING_NAMES_MAX;
use crate::protocol::{Person, UserId};

/// How long one `typing` command is shown, by this server and by clients.
pub const SHOWN_FOR: Duration = Duration::from_secs(5);

/// A notice is repeated after this time, before clients forget who is typing.
const REPEATED_AFTER: Duration = Duration::from_secs(3);

/// The people who are typing in a room.
#[derive(Default)]
pub struct TypingPeople {
    /// Whoever began first comes first, with the end of being shown. Bound: the people who are present.
    typing: Vec<(Person, Instant)>,
    change: Change,
    announced_at: Option<Instant>,
}

/// The notice for the followers.
#[derive(Debug, PartialEq, Eq)]
pub struct TypingNotice {
    /// Who began first, at most [`TYPING_NAMES_MAX`].
    pub people: Vec<Person>,
    /// How many there are in all.
    pub count: u32,
}

/// Whether the list differs from the last notice. Stopping and starting again within one tick is a change too, since
/// clients forget who was typing when their message comes.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Change {
    #[default]
    Announced,
    Pending,
}

impl TypingPeople {
    /// Notes that the person is typing, and is shown for `SHOWN_FOR` from now.
    pub fn start(&mut self, person: &Person, now: Instant) {
        let until = now + SHOWN_FOR;
        match self.typing.iter_mut().find(|(typing, _)| typing.id == person.id) {
            Some(entry) => entry.1 = until,
            None => {
                self.typing.push((person.clone(), until));
                self.change = Change::Pending;
            }
        }
    }

    /// Notes that the person posted the message or left.
    pub fn stop(&mut self, user: &UserId) {
        self.keep(|person, _| person.id != *user);
    }

    /// Forgets everybody whose time has passed. Returns a notice when the list changed or must be repeated, but none within
    /// `pace` of the last one.
    pub fn tick(&mut self, pace: Duration, now: Instant) -> Option<TypingNotice> {
        self.keep(|_, until| until > now);
        if self.announced_at.is_some_and(|announced_at| now < announced_at + pace) {
            return None;
        }
        let stale = !self.typing.is_empty()
            && self.announced_at.is_some_and(|announced_at| now >= announced_at + REPEATED_AFTER);
        if self.change == Change::Announced && !stale {
            return None;
        }
        self.change = Change::Announced;
        self.announced_at = Some(now);
        let people = self.typing.iter().take(TYPING_NAMES_MAX).map(|(person, _)| person.clone()).collect();
        Some(TypingNotice { people, count: u32::try_from(self.typing.len()).unwrap_or(u32::MAX) })
    }

    fn keep(&mut self, stays: impl Fn(&Person, Instant) -> bool) {
        let before = self.typing.len();
        self.typing.retain(|(person, until)| stays(person, *until));
        if self.typing.len() < before {
            self.change = Change::Pending;
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

    fn told(people: &[Person]) -> Option<TypingNotice> {
        Some(TypingNotice { people: people.to_vec(), count: u32::try_from(people.len()).unwrap() })
    }

    #[test]
    fn a_crowd_that_is_typing_is_a_few_names_and_a_number() {
        let (mut typing, now) = (TypingPeople::default(), Instant::now());
        for number in 0..400 {
            typing.start(&Person { id: UserId::parse(&format!("u-{number}")).unwrap(), ..alice() }, now);
        }
        let told = typing.tick(AT_ONCE, now).unwrap();
        assert_eq!((told.people.len(), told.count), (TYPING_NAMES_MAX, 400));
        assert_eq!(told.people[0].id.as_str(), "u-0", "who began first is named");
    }

    #[test]
    fn a_crowd_is_announced_at_its_pace() {
        let (mut typing, now, pace) = (TypingPeople::default(), Instant::now(), Duration::from_secs(1));
        typing.start(&alice(), now);
        assert_eq!(typing.tick(pace, now), told(&[alice()]), "the first change is told at once");
        typing.stop(&alice().id);
        assert_eq!(typing.tick(pace, now + pace / 2), None);
        assert_eq!(typing.tick(pace, now + pace), told(&[]), "the last state is never lost");
    }

    #[test]
    fn writing_is_told_again_before_it_is_forgotten_and_fades() {
        let (mut typing, now) = (TypingPeople::default(), Instant::now());
        typing.start(&alice(), now);
        assert_eq!(typing.tick(AT_ONCE, now), told(&[alice()]));
        assert_eq!(typing.tick(AT_ONCE, now + SHOWN_FOR / 5), None, "told a moment ago");
        typing.start(&alice(), now + SHOWN_FOR / 2);
        assert_eq!(typing.tick(AT_ONCE, now + REPEATED_AFTER), told(&[alice()]), "still writing");
        assert_eq!(typing.tick(AT_ONCE, now + SHOWN_FOR * 2), told(&[]));
        assert_eq!(typing.tick(AT_ONCE, now + SHOWN_FOR * 3), None);
    }

    #[test]
    fn whoever_writes_on_right_after_a_line_is_told_anew() {
        let (mut typing, now) = (TypingPeople::default(), Instant::now());
        typing.start(&alice(), now);
        typing.tick(AT_ONCE, now);
        typing.stop(&alice().id);
        typing.start(&alice(), now);
        assert_eq!(typing.tick(AT_ONCE, now), told(&[alice()]));
    }

    #[test]
    fn a_sent_line_ends_the_writing_at_once() {
        let (mut typing, now) = (TypingPeople::default(), Instant::now());
        typing.start(&alice(), now);
        typing.tick(AT_ONCE, now);
        typing.stop(&alice().id);
        assert_eq!(typing.tick(AT_ONCE, now), told(&[]));
    }
}
