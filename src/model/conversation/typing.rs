//! Who is writing, with expiry; and when one's own writing is worth telling. Nothing here lasts or is acknowledged.

use crate::protocol::{Person, Timestamp, UserId};

/// How long somebody is shown as writing after the last word of it.
pub const SHOWN_MS: i64 = 5_000;
/// Least time between two frames that tell of one's own writing.
pub const TELL_EVERY_MS: i64 = 3_000;

/// Who is writing in one room, oneself excluded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typing {
    /// In the order in which they began, each with the time at which the name fades.
    writers: Vec<(Person, Timestamp)>,
    /// How many more are writing than were named.
    unnamed: u32,
}

impl Typing {
    /// Takes a `typing` event, which names the first of those who are writing, and counts all: whoever it does not name has
    /// stopped, or is one of the crowd.
    pub fn told(&mut self, people: &[Person], writing: u32, me: Option<&UserId>, now: Timestamp) {
        let fades = later(now, SHOWN_MS);
        self.unnamed = writing.saturating_sub(u32::try_from(people.len()).unwrap_or(u32::MAX));
        self.writers.retain(|(writer, _)| people.iter().any(|person| person.id == writer.id));
        for person in people.iter().filter(|person| Some(&person.id) != me) {
            match self.writers.iter_mut().find(|(writer, _)| writer.id == person.id) {
                Some(writer) => *writer = (person.clone(), fades),
                None => self.writers.push((person.clone(), fades)),
            }
        }
    }

    /// A message of theirs came, or they left: they are not writing any more.
    pub fn stopped(&mut self, person: &UserId) {
        self.writers.retain(|(writer, _)| writer.id != *person);
    }

    /// Forgets those who sent nothing for 5 s.
    pub fn expire(&mut self, now: Timestamp) {
        self.writers.retain(|(_, fades)| *fades > now);
    }

    /// The nicknames, longest writing first.
    pub fn nicknames(&self) -> impl Iterator<Item = &str> {
        self.writers.iter().map(|(writer, _)| writer.nickname.as_str())
    }

    /// How many are writing beyond those: they are shown as long as somebody of those is.
    #[must_use]
    pub const fn unnamed(&self) -> u32 {
        self.unnamed
    }

    /// In how many milliseconds `expire` will change something.
    #[must_use]
    pub fn wait_ms(&self, now: Timestamp) -> Option<u32> {
        let next = self.writers.iter().map(|(_, fades)| *fades).min()?;
        Some(u32::try_from(next.unix_ms() - now.unix_ms()).unwrap_or(0))
    }
}

/// When to tell others that one is writing: at the first key, then at most every 3 s.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TypingThrottle {
    told: Option<Timestamp>,
}

impl TypingThrottle {
    /// A key was pressed in a composer that is not empty. True when a notice is to be sent now.
    #[must_use]
    pub fn key(&mut self, now: Timestamp) -> bool {
        // A clock that was set back does not silence the writer.
        let due = self.told.is_none_or(|told| now < told || now >= later(told, TELL_EVERY_MS));
        if due {
            self.told = Some(now);
        }
        due
    }

    /// A message was sent, which ended the writing for everybody, or another room was opened: the next key is a first one.
    pub fn reset(&mut self) {
        self.told = None;
    }
}

fn later(at: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(at.unix_ms().saturating_add(ms))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::person;

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(ms)
    }

    fn names(typing: &Typing) -> Vec<&str> {
        typing.nicknames().collect()
    }

    #[test]
    fn a_writer_fades_five_seconds_after_the_last_word() {
        let mut typing = Typing::default();
        typing.told(&[person("ada")], 1, None, at(0));
        typing.told(&[person("ada"), person("bo")], 2, None, at(2_000));
        typing.told(&[person("bo"), person("ada")], 2, None, at(3_000));
        assert_eq!(names(&typing), ["ada", "bo"], "who began first stays first");
        assert_eq!(typing.wait_ms(at(3_000)), Some(5_000));
        typing.expire(at(7_999));
        assert_eq!(names(&typing), ["ada", "bo"], "who keeps writing does not fade");
        typing.expire(at(8_000));
        assert_eq!((names(&typing).len(), typing.wait_ms(at(8_000))), (0, None));
    }

    #[test]
    fn whoever_is_not_named_any_more_has_stopped() {
        let mut typing = Typing::default();
        typing.told(&[person("ada"), person("bo")], 2, None, at(0));
        typing.told(&[person("bo")], 1, None, at(1));
        assert_eq!(names(&typing), ["bo"]);
        typing.told(&[], 0, None, at(2));
        assert_eq!(typing, Typing::default());
    }

    #[test]
    fn nobody_is_told_that_they_write_themselves() {
        let mut typing = Typing::default();
        typing.told(&[person("ada"), person("bo")], 2, Some(&person("ada").id), at(0));
        assert_eq!(names(&typing), ["bo"]);
    }

    #[test]
    fn a_crowd_of_writers_is_a_few_names_and_a_number() {
        let mut typing = Typing::default();
        typing.told(&[person("ada"), person("bo")], 400, None, at(0));
        assert_eq!((names(&typing).len(), typing.unnamed()), (2, 398));
        typing.told(&[person("bo")], 1, None, at(1));
        assert_eq!((names(&typing), typing.unnamed()), (vec!["bo"], 0));
    }

    #[test]
    fn a_line_that_came_ends_the_writing() {
        let mut typing = Typing::default();
        typing.told(&[person("ada")], 1, None, at(0));
        typing.stopped(&person("ada").id);
        assert_eq!(names(&typing).len(), 0);
    }

    #[test]
    fn writing_is_told_at_the_first_key_and_then_every_three_seconds() {
        let mut throttle = TypingThrottle::default();
        let told: Vec<i64> = (0..70).map(|n| n * 100).filter(|ms| throttle.key(at(*ms))).collect();
        assert_eq!(told, [0, 3_000, 6_000]);
        assert!(throttle.key(at(-60_000)), "a clock that was set back does not silence the writer");
        throttle.reset();
        assert!(throttle.key(at(-59_999)));
    }
}
