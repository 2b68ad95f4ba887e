//! Who is here, as a client of a room sees it: a snapshot, then changes. Not here: who decides it (`server::people::presence`).

use crate::model::text::{self, unicode};
use crate::protocol::limits::ROSTER_NAMES_MAX;
use crate::protocol::{Person, UserId};

/// Hues of seals, evenly around the circle.
const HUES: usize = 24;

/// How far the next hue is looked for, in steps: far enough to be distinguished, and in the end every hue is met.
const HUE_STRIDE: usize = 7;

/// Hues closer than this are not put side by side: 60 degrees.
const HUE_GAP: usize = 4;

/// Hues take turns in this many tones, from light to dark, for those who see few hues. With three, there is always one
/// that differs from both neighbours.
const TONES: usize = 3;

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
    pub fn new(people: &[Person], online: u32) -> Self {
        let mut roster = Self::default();
        roster.change(people, &[], online);
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

    /// The hue of a nickname's seal, below 24. Those who stand next to each other differ in hue by 60 degrees at least,
    /// and in tone. In a room of five nobody shares one. Whoever is here keeps it, except for a neighbour too much
    /// alike when somebody between them left.
    #[must_use]
    pub fn hue(&self, nickname: &str) -> usize {
        let index = self.people.iter().position(|person| person.nickname == nickname);
        index.and_then(|index| self.hues[index]).unwrap_or_else(|| wished_hue(nickname))
    }

    /// Gives a hue to those who have none, and another to those who are too much like their neighbour: the one that the
    /// fewest have, from the one on that the nickname wishes. Only the order of the people decides, so that the server's
    /// HTML and the browser's first render agree.
    fn tell_apart(&mut self) {
        let mut bearers = [0_usize; HUES];
        self.hues.iter().flatten().for_each(|&hue| bearers[hue] += 1);
        for index in 0..self.hues.len() {
            let own = self.hues[index];
            let above = index.checked_sub(1).and_then(|above| self.hues[above]);
            if own.is_some_and(|own| differs(own, above)) {
                continue;
            }
            let below = self.hues.get(index + 1).copied().flatten();
            let wished = wished_hue(&self.people[index].nickname);
            let hues = (0..HUES).map(|step| (wished + step * HUE_STRIDE) % HUES);
            let free = hues.filter(|&hue| differs(hue, above) && differs(hue, below));
            if let Some(hue) = free.min_by_key(|&hue| bearers[hue]) {
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

/// Whether a hue may stand beside another one, if there is one.
fn differs(hue: usize, neighbour: Option<usize>) -> bool {
    neighbour.is_none_or(|neighbour| {
        let apart = hue.abs_diff(neighbour);
        apart.min(HUES - apart) >= HUE_GAP && apart % TONES != 0
    })
}

fn wished_hue(nickname: &str) -> usize {
    usize::from(text::hue(nickname)) * HUES / 360
}

/// People are put in their places one by one: a general sort is large, and a page gets few people at once.
fn order(person: &Person) -> (String, &UserId) {
    (unicode::lowercase(&person.nickname), &person.id)
}

#[cfg(test)]
mod tests;
