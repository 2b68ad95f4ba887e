//! The roster of one room: a plain synchronous struct, with time as an argument. Not here: sending (`presence`).

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Instant;

use crate::protocol::{Person, UserId};

/// Who is present, and which changes were not announced yet.
#[derive(Default)]
pub struct RoomRoster {
    present: HashMap<UserId, PresentPerson>,
    /// The same people in the order of display, so that taking the first few is cheap.
    by_name: BTreeMap<(String, UserId), Arc<Person>>,
    /// Whoever may differ from what was announced, so that the cost of a tick follows the number of changes.
    changed: Vec<UserId>,
}

struct PresentPerson {
    /// Shared with `by_name`: in a crowd of ten thousand this memory counts.
    person: Arc<Person>,
    /// The person as it was last announced. Any number of changes is announced as one difference to this.
    announced: Option<Arc<Person>>,
    attachment: Attachment,
    /// The names under which this person posted and whose leaving was not announced yet. Programs on the plain socket know
    /// only names that posted, and see messages before the next tick, so this does not depend on `announced`.
    posted_as: Vec<Person>,
}

/// Whether a person still has connections.
enum Attachment {
    Connected {
        connections: u32,
    },
    /// The last connection closed. The person leaves at this moment, unless another connection comes.
    Leaving {
        gone_at: Instant,
    },
}

/// What changed since the last tick.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresenceDiff {
    /// Who came. A person in both lists changed the nickname.
    pub joined: Vec<Person>,
    /// Who left, under the name that was announced.
    pub left: Vec<Person>,
    /// Names that posted here and are gone, for the plain socket.
    pub left_after_posting: Vec<Person>,
    /// How many are present now.
    pub online: u32,
}

impl PresenceDiff {
    /// Whether there is nothing to announce.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.joined.is_empty() && self.left.is_empty() && self.left_after_posting.is_empty()
    }
}

impl RoomRoster {
    /// Counts one more connection of this person. The newest nickname is shown.
    pub fn enter(&mut self, person: &Person) {
        let shared = Arc::new(person.clone());
        let present = self.present.entry(person.id.clone()).or_insert_with(|| PresentPerson {
            person: Arc::clone(&shared),
            announced: None,
            attachment: Attachment::Connected { connections: 0 },
            posted_as: Vec::new(),
        });
        self.by_name.remove(&name_key(&present.person));
        self.by_name.insert(name_key(person), Arc::clone(&shared));
        present.person = shared;
        present.attachment = match present.attachment {
            Attachment::Connected { connections } => Attachment::Connected { connections: connections + 1 },
            Attachment::Leaving { .. } => Attachment::Connected { connections: 1 },
        };
        self.changed.push(person.id.clone());
    }

    /// Counts one connection less. After the last one, the person is shown until `gone_at`.
    pub fn exit(&mut self, user: &UserId, gone_at: Instant) {
        let Some(present) = self.present.get_mut(user) else { return };
        present.attachment = match present.attachment {
            Attachment::Connected { connections } if connections > 1 => {
                Attachment::Connected { connections: connections - 1 }
            }
            Attachment::Connected { .. } => Attachment::Leaving { gone_at },
            Attachment::Leaving { gone_at } => Attachment::Leaving { gone_at },
        };
        self.changed.push(user.clone());
    }

    /// Notes that the person posted.
    pub fn posted(&mut self, user: &UserId) {
        let Some(present) = self.present.get_mut(user) else { return };
        if !present.posted_as.contains(&present.person) {
            present.posted_as.push(Person::clone(&present.person));
        }
    }

    /// Everybody who is present, by nickname.
    pub fn people(&self) -> impl Iterator<Item = &Person> {
        self.by_name.values().map(|person| &**person)
    }

    /// One of them.
    #[must_use]
    pub fn person(&self, user: &UserId) -> Option<&Person> {
        self.present.get(user).map(|present| &*present.person)
    }

    /// How many are present.
    #[must_use]
    pub fn online(&self) -> u32 {
        u32::try_from(self.present.len()).unwrap_or(u32::MAX)
    }

    /// Removes everybody whose grace period has passed, and returns the changes to announce.
    pub fn tick(&mut self, now: Instant) -> PresenceDiff {
        let mut diff = PresenceDiff::default();
        let mut waiting = Vec::new();
        self.changed.sort_unstable();
        self.changed.dedup();
        for user in std::mem::take(&mut self.changed) {
            match self.present.get(&user).map(|present| &present.attachment) {
                Some(Attachment::Leaving { gone_at }) if *gone_at > now => waiting.push(user),
                Some(Attachment::Leaving { .. }) => self.remove(&user, &mut diff),
                Some(Attachment::Connected { .. }) => self.announce(&user, &mut diff),
                None => {}
            }
        }
        self.changed = waiting;
        diff.online = self.online();
        diff
    }

    fn remove(&mut self, user: &UserId, diff: &mut PresenceDiff) {
        if let Some(present) = self.present.remove(user) {
            self.by_name.remove(&name_key(&present.person));
            diff.left_after_posting.extend(present.posted_as);
            diff.left.extend(present.announced.as_deref().cloned());
        }
    }

    fn announce(&mut self, user: &UserId, diff: &mut PresenceDiff) {
        let Some(present) = self.present.get_mut(user) else { return };
        let person = &present.person;
        diff.left_after_posting.extend(present.posted_as.extract_if(.., |heard| *heard != **person));
        if present.announced.as_ref() != Some(person) {
            diff.joined.push(Person::clone(person));
            diff.left.extend(present.announced.replace(Arc::clone(person)).as_deref().cloned());
        }
    }
}

/// People are sorted by name, ignoring case; the id separates people with the same name.
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
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        roster.enter(&person("a", "Alice"));
        roster.enter(&person("a", "Alice"));
        let diff = roster.tick(now);
        assert_eq!((names(&diff.joined), diff.online), (vec!["Alice"], 1));
        roster.exit(&person("a", "Alice").id, now + GRACE);
        assert!(roster.tick(now + GRACE * 2).is_empty());
        assert_eq!(roster.online(), 1);
    }

    #[test]
    fn a_reload_within_the_grace_is_not_seen_by_anybody() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        let alice = person("a", "Alice");
        roster.enter(&alice);
        roster.tick(now);
        roster.exit(&alice.id, now + GRACE);
        assert!(roster.tick(now + GRACE / 2).is_empty());
        roster.enter(&alice);
        assert!(roster.tick(now + GRACE * 2).is_empty());
        assert_eq!(roster.online(), 1);
    }

    #[test]
    fn a_closed_tab_leaves_when_the_grace_has_passed() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        let alice = person("a", "Alice");
        roster.enter(&alice);
        roster.tick(now);
        roster.exit(&alice.id, now + GRACE);
        let diff = roster.tick(now + GRACE);
        assert_eq!((names(&diff.left), diff.online), (vec!["Alice"], 0));
        assert!(diff.left_after_posting.is_empty(), "nobody heard Alice");
    }

    #[test]
    fn whoever_came_and_went_between_two_ticks_is_not_told() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        let alice = person("a", "Alice");
        roster.enter(&alice);
        roster.exit(&alice.id, now);
        assert!(roster.tick(now).is_empty());
    }

    #[test]
    fn a_new_nickname_is_told_as_the_old_one_going_and_the_new_one_coming() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        roster.enter(&person("a", "Alice"));
        roster.tick(now);
        roster.posted(&person("a", "Alice").id);
        roster.enter(&person("a", "Alicia"));
        let diff = roster.tick(now);
        assert_eq!((names(&diff.left), names(&diff.joined)), (vec!["Alice"], vec!["Alicia"]));
        assert_eq!((names(&diff.left_after_posting), diff.online), (vec!["Alice"], 1));
    }

    #[test]
    fn whoever_spoke_between_two_ticks_and_went_is_told_to_those_who_heard() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        let ann = person("a", "Ann");
        roster.enter(&ann);
        roster.posted(&ann.id);
        roster.exit(&ann.id, now);
        roster.enter(&person("a", "Anna"));
        roster.posted(&ann.id);
        roster.exit(&ann.id, now);
        let diff = roster.tick(now);
        assert_eq!(names(&diff.left_after_posting), ["Ann", "Anna"]);
        assert!(diff.joined.is_empty() && diff.left.is_empty() && !diff.is_empty());
    }

    #[test]
    fn people_are_listed_by_name_and_once_whatever_they_were_called_before() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        for (id, nickname) in [("b", "bob"), ("c", "Carol"), ("a", "alice"), ("a", "Zoe")] {
            roster.enter(&person(id, nickname));
        }
        assert_eq!(roster.people().map(|person| person.nickname.as_str()).collect::<Vec<_>>(), ["bob", "Carol", "Zoe"]);
        roster.exit(&person("c", "Carol").id, now);
        roster.tick(now);
        assert_eq!(roster.people().count(), 2);
    }

    #[test]
    fn a_crowd_is_one_change() {
        let (mut roster, now) = (RoomRoster::default(), Instant::now());
        for number in 0..1_000 {
            roster.enter(&person(&format!("u{number}"), &format!("Guest {number}")));
        }
        let diff = roster.tick(now);
        assert_eq!((diff.joined.len(), diff.online), (1_000, 1_000));
        assert!(roster.tick(now).is_empty());
    }
}
