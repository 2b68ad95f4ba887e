//! The roll of one room: a plain synchronous struct, with time as an argument. Not here: sending (`presence`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use crate::protocol::{Person, UserId};

/// Who is here, and what has not been told yet.
#[derive(Default)]
pub struct Roll {
    present: HashMap<UserId, Attendance>,
    /// The same people in the order in which they are shown, so that the first few cost as much as they are.
    by_name: BTreeMap<(String, UserId), Arc<Person>>,
    /// Whoever may differ from what was told, so that a tick costs as much as changed.
    touched: Vec<UserId>,
}

struct Attendance {
    /// Shared with the list by name, since a crowd of ten thousand weighs by this.
    person: Arc<Person>,
    /// What the followers were last told. Telling the difference to this makes any number of changes one change.
    told: Option<Arc<Person>>,
    stay: Stay,
    /// The names under which this person was heard and not yet told as gone. Programs on the plain socket know nobody
    /// else, and learn of lines before the next tick, so this does not depend on what was told.
    heard_as: Vec<Person>,
}

enum Stay {
    Connected {
        connections: u32,
    },
    /// The last connection closed; gone at this moment unless another one comes.
    Leaving {
        gone_at: Instant,
    },
}

/// What changed since the last tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresenceDiff {
    /// Who came. A person in both lists changed the nickname.
    pub joined: Vec<Person>,
    /// Who went, under the name that was told.
    pub left: Vec<Person>,
    /// Names that had said something here and are gone, for the plain socket.
    pub left_after_speaking: Vec<Person>,
    /// How many are here now.
    pub online: u32,
}

impl PresenceDiff {
    /// Whether there is nothing to tell.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty() && self.left.is_empty() && self.left_after_speaking.is_empty()
    }
}

impl Roll {
    /// One more connection of this person; the newest nickname counts.
    pub fn enter(&mut self, person: &Person) {
        let shared = Arc::new(person.clone());
        let attendance = self.present.entry(person.id.clone()).or_insert_with(|| Attendance {
            person: Arc::clone(&shared),
            told: None,
            stay: Stay::Connected { connections: 0 },
            heard_as: Vec::new(),
        });
        self.by_name.remove(&name_key(&attendance.person));
        self.by_name.insert(name_key(person), Arc::clone(&shared));
        attendance.person = shared;
        attendance.stay = match attendance.stay {
            Stay::Connected { connections } => Stay::Connected { connections: connections + 1 },
            Stay::Leaving { .. } => Stay::Connected { connections: 1 },
        };
        self.touched.push(person.id.clone());
    }

    /// One connection less; after the last one the person is shown until `gone_at`.
    pub fn exit(&mut self, user: &UserId, gone_at: Instant) {
        let Some(attendance) = self.present.get_mut(user) else { return };
        attendance.stay = match attendance.stay {
            Stay::Connected { connections } if connections > 1 => Stay::Connected { connections: connections - 1 },
            Stay::Connected { .. } => Stay::Leaving { gone_at },
            Stay::Leaving { gone_at } => Stay::Leaving { gone_at },
        };
        self.touched.push(user.clone());
    }

    /// The person was heard.
    pub fn spoke(&mut self, user: &UserId) {
        let Some(attendance) = self.present.get_mut(user) else { return };
        if !attendance.heard_as.contains(&attendance.person) {
            attendance.heard_as.push(Person::clone(&attendance.person));
        }
    }

    /// Everybody who is here, by nickname.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.by_name.values().map(|person| &**person)
    }

    /// How many are here.
    #[must_use]
    pub fn online(&self) -> u32 {
        u32::try_from(self.present.len()).unwrap_or(u32::MAX)
    }

    /// Removes whoever's grace has passed and returns what to tell.
    pub fn tick(&mut self, now: Instant) -> PresenceDiff {
        let mut diff = PresenceDiff::default();
        let mut waiting = Vec::new();
        self.touched.sort_unstable();
        self.touched.dedup();
        for user in std::mem::take(&mut self.touched) {
            match self.present.get(&user).map(|attendance| &attendance.stay) {
                Some(Stay::Leaving { gone_at }) if *gone_at > now => waiting.push(user),
                Some(Stay::Leaving { .. }) => self.remove(&user, &mut diff),
                Some(Stay::Connected { .. }) => self.tell(&user, &mut diff),
                None => {}
            }
        }
        self.touched = waiting;
        diff.online = self.online();
        diff
    }

    fn remove(&mut self, user: &UserId, diff: &mut PresenceDiff) {
        if let Some(attendance) = self.present.remove(user) {
            self.by_name.remove(&name_key(&attendance.person));
            diff.left_after_speaking.extend(attendance.heard_as);
            diff.left.extend(attendance.told.as_deref().cloned());
        }
    }

    fn tell(&mut self, user: &UserId, diff: &mut PresenceDiff) {
        let Some(attendance) = self.present.get_mut(user) else { return };
        let person = &attendance.person;
        diff.left_after_speaking.extend(attendance.heard_as.extract_if(.., |heard| *heard != **person));
        if attendance.told.as_ref() != Some(person) {
            diff.joined.push(Person::clone(person));
            diff.left.extend(attendance.told.replace(Arc::clone(person)).as_deref().cloned());
        }
    }
}

/// People are listed by name whatever its case; the id tells apart who shares one.
fn name_key(person: &Person) -> (String, UserId) {
    (person.nickname.to_lowercase(), person.id.clone())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::samples::named as person;

    const GRACE: Duration = Duration::from_secs(5);

    fn names(people: &[Person]) -> Vec<&str> {
        people.iter().map(|person| person.nickname.as_str()).collect()
    }

    #[test]
    fn a_second_tab_is_not_a_second_person() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        roll.enter(&person("a", "Alice"));
        roll.enter(&person("a", "Alice"));
        let diff = roll.tick(now);
        assert_eq!((names(&diff.joined), diff.online), (vec!["Alice"], 1));
        roll.exit(&person("a", "Alice").id, now + GRACE);
        assert!(roll.tick(now + GRACE * 2).is_empty());
        assert_eq!(roll.online(), 1);
    }

    #[test]
    fn a_reload_within_the_grace_is_not_seen_by_anybody() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        let alice = person("a", "Alice");
        roll.enter(&alice);
        roll.tick(now);
        roll.exit(&alice.id, now + GRACE);
        assert!(roll.tick(now + GRACE / 2).is_empty());
        roll.enter(&alice);
        assert!(roll.tick(now + GRACE * 2).is_empty());
        assert_eq!(roll.online(), 1);
    }

    #[test]
    fn a_closed_tab_leaves_when_the_grace_has_passed() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        let alice = person("a", "Alice");
        roll.enter(&alice);
        roll.tick(now);
        roll.exit(&alice.id, now + GRACE);
        let diff = roll.tick(now + GRACE);
        assert_eq!((names(&diff.left), diff.online), (vec!["Alice"], 0));
        assert!(diff.left_after_speaking.is_empty(), "nobody heard Alice");
    }

    #[test]
    fn whoever_came_and_went_between_two_ticks_is_not_told() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        let alice = person("a", "Alice");
        roll.enter(&alice);
        roll.exit(&alice.id, now);
        assert!(roll.tick(now).is_empty());
    }

    #[test]
    fn a_new_nickname_is_told_as_the_old_one_going_and_the_new_one_coming() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        roll.enter(&person("a", "Alice"));
        roll.tick(now);
        roll.spoke(&person("a", "Alice").id);
        roll.enter(&person("a", "Alicia"));
        let diff = roll.tick(now);
        assert_eq!((names(&diff.left), names(&diff.joined)), (vec!["Alice"], vec!["Alicia"]));
        assert_eq!((names(&diff.left_after_speaking), diff.online), (vec!["Alice"], 1));
    }

    #[test]
    fn whoever_spoke_between_two_ticks_and_went_is_told_to_those_who_heard() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        let ann = person("a", "Ann");
        roll.enter(&ann);
        roll.spoke(&ann.id);
        roll.exit(&ann.id, now);
        roll.enter(&person("a", "Anna"));
        roll.spoke(&ann.id);
        roll.exit(&ann.id, now);
        let diff = roll.tick(now);
        assert_eq!(names(&diff.left_after_speaking), ["Ann", "Anna"]);
        assert!(diff.joined.is_empty() && diff.left.is_empty() && !diff.is_empty());
    }

    #[test]
    fn people_are_listed_by_name_and_once_whatever_they_were_called_before() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        for (id, nickname) in [("b", "bob"), ("c", "Carol"), ("a", "alice"), ("a", "Zoe")] {
            roll.enter(&person(id, nickname));
        }
        assert_eq!(roll.people().map(|person| person.nickname.as_str()).collect::<Vec<_>>(), ["bob", "Carol", "Zoe"]);
        roll.exit(&person("c", "Carol").id, now);
        roll.tick(now);
        assert_eq!(roll.people().count(), 2);
    }

    #[test]
    fn a_crowd_is_one_change() {
        let (mut roll, now) = (Roll::default(), Instant::now());
        for number in 0..1_000 {
            roll.enter(&person(&format!("u{number}"), &format!("Guest {number}")));
        }
        let diff = roll.tick(now);
        assert_eq!((diff.joined.len(), diff.online), (1_000, 1_000));
        assert!(roll.tick(now).is_empty());
    }
}
