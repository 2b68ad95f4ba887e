//! Who is here, as a client of a room sees it: a snapshot, then changes. Not here: who decides it (`server::presence`).

use crate::model::text::unicode;
use crate::protocol::limits::ROSTER_NAMES_MAX;
use crate::protocol::{Person, RoomSnapshot, UserId};

/// The people of one room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Sorted; at most [`ROSTER_NAMES_MAX`].
    people: Vec<Person>,
    online: u32,
}

impl Roster {
    /// Seeds from the page or from `joined`.
    #[must_use]
    pub fn new(snapshot: &RoomSnapshot) -> Self {
        let mut roster = Self::default();
        roster.change(&snapshot.people, &[], snapshot.summary.online);
        roster
    }

    /// Takes a presence change. `online` is the whole count, which the server knows better than the names tell.
    pub fn change(&mut self, joined: &[Person], left: &[Person], online: u32) {
        let replaced = |person: &Person| joined.iter().chain(left).any(|other| other.id == person.id);
        self.people.retain(|person| !replaced(person));
        for person in joined {
            let place = self.people.partition_point(|known| order(known) <= order(person));
            self.people.insert(place, person.clone());
        }
        self.people.truncate(ROSTER_NAMES_MAX);
        self.online = online;
    }

    /// Those whose names are known, sorted by nickname without regard to case.
    #[must_use]
    pub fn people(&self) -> &[Person] {
        &self.people
    }

    /// How many are here; may exceed the names.
    #[must_use]
    pub const fn online(&self) -> u32 {
        self.online
    }

    /// How many are here beyond the names.
    #[must_use]
    pub fn unnamed(&self) -> u32 {
        self.online.saturating_sub(u32::try_from(self.people.len()).unwrap_or(u32::MAX))
    }
}

/// People are put in their places one by one: a general sort is large, and a page gets few people at once.
fn order(person: &Person) -> (String, &UserId) {
    (unicode::lowercase(&person.nickname), &person.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::Origin;

    fn person(id: &str, nickname: &str) -> Person {
        Person { id: UserId::parse(id).expect("a good id"), nickname: nickname.to_owned(), origin: Origin::Web }
    }

    fn nicknames(roster: &Roster) -> Vec<&str> {
        roster.people().iter().map(|person| person.nickname.as_str()).collect()
    }

    #[test]
    fn people_are_sorted_without_regard_to_case() {
        let mut roster = Roster::default();
        roster.change(&[person("1", "bo"), person("2", "Ada"), person("3", "茶"), person("4", "Émile")], &[], 4);
        assert_eq!(nicknames(&roster), ["Ada", "bo", "Émile", "茶"]);
    }

    #[test]
    fn somebody_who_comes_again_is_listed_once_under_the_new_name() {
        let mut roster = Roster::default();
        roster.change(&[person("1", "ada")], &[], 1);
        roster.change(&[person("1", "ada lovelace")], &[], 1);
        assert_eq!(nicknames(&roster), ["ada lovelace"]);
    }

    #[test]
    fn somebody_who_left_is_gone_and_the_servers_count_is_believed() {
        let mut roster = Roster::default();
        roster.change(&[person("1", "ada"), person("2", "bo")], &[], 900);
        roster.change(&[], &[person("1", "ada")], 899);
        assert_eq!(nicknames(&roster), ["bo"]);
        assert_eq!((roster.online(), roster.unnamed()), (899, 898));
    }

    #[test]
    fn a_crowd_is_counted_but_not_all_named() {
        let mut roster = Roster::default();
        let crowd: Vec<Person> = (0..300).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
        roster.change(&crowd, &[], 300);
        assert_eq!(roster.people().len(), ROSTER_NAMES_MAX);
        assert_eq!(roster.unnamed(), 100);
    }
}
