//! Who is here, as a client of a room sees it: a snapshot, then changes. Not here: who decides it (`server::presence`).

use crate::model::text::{self, unicode};
use crate::protocol::limits::ROSTER_NAMES_MAX;
use crate::protocol::{Person, RoomSnapshot, UserId};

/// Hues of seals, evenly around the circle.
const HUES: usize = 24;

/// How far the next hue is looked for, in steps: far enough to be told apart, and in the end every hue is met.
const HUE_STRIDE: usize = 7;

/// The people of one room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Roster {
    /// Sorted; at most [`ROSTER_NAMES_MAX`].
    people: Vec<Person>,
    /// The hue of each of them, in the same order; none for those who have just come.
    hues: Vec<Option<usize>>,
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
        for index in (0..self.people.len()).rev() {
            if replaced(&self.people[index]) {
                self.people.remove(index);
                self.hues.remove(index);
            }
        }
        for person in joined {
            let place = self.people.partition_point(|known| order(known) <= order(person));
            self.people.insert(place, person.clone());
            self.hues.insert(place, None);
        }
        self.people.truncate(ROSTER_NAMES_MAX);
        self.hues.truncate(ROSTER_NAMES_MAX);
        self.tell_apart();
        self.online = online;
    }

    /// Takes the whole roster in place of the one before. Whoever stays keeps the hue.
    pub fn replace(&mut self, people: &[Person], online: u32) {
        let came: Vec<Person> = people.iter().filter(|person| !self.people.contains(person)).cloned().collect();
        let left: Vec<Person> = self.people.iter().filter(|person| !people.contains(person)).cloned().collect();
        self.change(&came, &left, online);
    }

    /// The hue of a nickname's seal, below 24. Nobody of those who are here shares one as long as there are hues for all;
    /// beyond that, no two who stand next to each other do. Whoever is here keeps it.
    #[must_use]
    pub fn hue(&self, nickname: &str) -> usize {
        let index = self.people.iter().position(|person| person.nickname == nickname);
        index.and_then(|index| self.hues[index]).unwrap_or_else(|| wished_hue(nickname))
    }

    /// Gives a hue to those who have none, and another to those who have that of their neighbour: the one that the fewest
    /// have, from the one on that the nickname wishes. Only the order of the people decides, so that the server's HTML and
    /// the browser's first render agree.
    fn tell_apart(&mut self) {
        let mut bearers = [0_usize; HUES];
        self.hues.iter().flatten().for_each(|&hue| bearers[hue] += 1);
        for index in 0..self.hues.len() {
            let own = self.hues[index];
            let above = index.checked_sub(1).and_then(|above| self.hues[above]);
            if own.is_some() && own != above {
                continue;
            }
            let below = self.hues.get(index + 1).copied().flatten();
            let wished = wished_hue(&self.people[index].nickname);
            let hues = (0..HUES).map(|step| (wished + step * HUE_STRIDE) % HUES);
            let free = hues.filter(|&hue| Some(hue) != above && Some(hue) != below).min_by_key(|&hue| bearers[hue]);
            if let Some(hue) = free {
                bearers[hue] += 1;
                self.hues[index] = Some(hue);
            }
        }
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

    /// How many are here beyond the names; nobody while no names are known, since nobody is "more" then.
    #[must_use]
    pub fn unnamed(&self) -> u32 {
        if self.people.is_empty() {
            return 0;
        }
        self.online.saturating_sub(u32::try_from(self.people.len()).unwrap_or(u32::MAX))
    }
}

fn wished_hue(nickname: &str) -> usize {
    usize::from(text::hue(nickname)) * HUES / 360
}

/// People are put in their places one by one: a general sort is large, and a page gets few people at once.
fn order(person: &Person) -> (String, &UserId) {
    (unicode::lowercase(&person.nickname), &person.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::samples::named as person;

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
        roster.change(&[], &[person("2", "bo")], 898);
        assert_eq!((roster.online(), roster.unnamed()), (898, 0), "the count says it all");
    }

    fn hues(roster: &Roster) -> Vec<usize> {
        roster.people().iter().map(|person| roster.hue(&person.nickname)).collect()
    }

    #[test]
    fn everybody_has_a_hue_of_their_own_and_keeps_it_while_others_come_and_go() {
        let mut roster = Roster::default();
        let people: Vec<Person> = (0..24).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
        roster.change(&people[..12], &[], 12);
        let before: Vec<usize> = people[..12].iter().map(|person| roster.hue(&person.nickname)).collect();
        roster.change(&people[12..], &[], 24);
        let after: Vec<usize> = people[..12].iter().map(|person| roster.hue(&person.nickname)).collect();
        assert_eq!(before, after);
        let mut all = hues(&roster);
        all.sort_unstable();
        assert_eq!(all, (0..24).collect::<Vec<_>>());
    }

    #[test]
    fn in_a_crowd_neighbours_have_different_hues_also_after_some_have_left() {
        let mut roster = Roster::default();
        let crowd: Vec<Person> = (0..150).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
        roster.change(&crowd, &[], 150);
        let third: Vec<Person> = crowd.iter().step_by(3).cloned().collect();
        roster.change(&[], &third, 100);
        roster.change(&third[..20], &[], 120);
        assert!(hues(&roster).windows(2).all(|two| two[0] != two[1]), "{:?}", hues(&roster));
    }

    #[test]
    fn the_same_people_have_the_same_hues_everywhere_and_who_is_away_has_the_one_of_the_name() {
        let people: Vec<Person> = (0..60).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
        let (mut server, mut browser) = (Roster::default(), Roster::default());
        server.change(&people, &[], 60);
        browser.change(&people, &[], 60);
        assert_eq!(hues(&server), hues(&browser));
        assert_eq!(server.hue("somebody else"), Roster::default().hue("somebody else"));
    }

    #[test]
    fn a_crowd_is_counted_but_not_all_named() {
        let mut roster = Roster::default();
        let crowd: Vec<Person> = (0..300).map(|n| person(&n.to_string(), &format!("guest {n}"))).collect();
        roster.change(&crowd, &[], 300);
        assert_eq!(roster.people().len(), ROSTER_NAMES_MAX);
        assert_eq!(roster.unnamed(), 100);
    }

    #[test]
    fn a_whole_roster_takes_the_place_of_the_one_before_and_whoever_stays_keeps_the_hue() {
        let mut roster = Roster::default();
        roster.change(&[person("1", "ada"), person("2", "bo"), person("3", "cy")], &[], 300);
        let hues = [roster.hue("bo"), roster.hue("cy")];
        roster.replace(&[person("1", "ada lovelace"), person("2", "bo"), person("3", "cy"), person("4", "di")], 4);
        assert_eq!(nicknames(&roster), ["ada lovelace", "bo", "cy", "di"]);
        assert_eq!(([roster.hue("bo"), roster.hue("cy")], roster.unnamed()), (hues, 0));
        roster.replace(&[person("4", "di")], 1);
        assert_eq!((nicknames(&roster), roster.online()), (vec!["di"], 1));
    }
}
