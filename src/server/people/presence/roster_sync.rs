//! Whether the followers of one room still know all names, although notices to crowds leave names out: a plain synchronous
//! struct. Not here: who is present (`roster`), sending (`presence`).

use crate::protocol::limits::ROSTER_NAMES_MAX;

/// A notice to a crowd holds the number of people and a few names. Otherwise thousands who come at once would each be sent
/// two hundred names with every notice.
const CROWD_NAMES_MAX: usize = 20;

/// What the followers know from the names that they were sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RosterSync {
    /// All people who are present.
    #[default]
    All,
    /// Some people of a crowd, all of whom are present.
    Some,
    /// Some people of a crowd. The leaving of some of them was not announced.
    Outdated,
}

impl RosterSync {
    /// Takes a change by which `left` people left and after which `online` people are present. Returns whether the whole
    /// roster must be sent with it, since changes never name the people that they left out. The roster is sent when a crowd
    /// has become small, and when a crowd of which many left at once has come to rest. So a moving crowd is never sent two
    /// hundred names with each change.
    pub fn update(&mut self, online: u32, left: usize) -> bool {
        let is_crowd = is_crowd(online);
        let before = *self;
        *self = match before {
            _ if !is_crowd => Self::All,
            _ if left > names_max(online) => Self::Outdated,
            _ => Self::Some,
        };
        match before {
            Self::All => false,
            Self::Some => !is_crowd,
            Self::Outdated => *self != Self::Outdated,
        }
    }
}

/// Most names in each list of a change after which so many people are present.
pub fn names_max(online: u32) -> usize {
    if is_crowd(online) { CROWD_NAMES_MAX } else { ROSTER_NAMES_MAX }
}

/// Whether more people are present than a roster names.
fn is_crowd(online: u32) -> bool {
    online as usize > ROSTER_NAMES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the roster is sent with each of these changes: how many are present, and how many left.
    fn rosters<const CHANGES: usize>(changes: [(u32, usize); CHANGES]) -> [bool; CHANGES] {
        let mut roster_sync = RosterSync::default();
        changes.map(|(online, left)| roster_sync.update(online, left))
    }

    #[test]
    fn the_roster_is_sent_once_when_a_crowd_has_become_few() {
        assert_eq!(rosters([(262, 0), (62, 200), (61, 1)]), [false, true, false]);
        assert_eq!(rosters([(201, 0), (200, 1), (201, 0), (200, 1)]), [false, true, false, true]);
    }

    #[test]
    fn a_room_that_never_was_a_crowd_is_told_by_changes_alone() {
        assert_eq!(rosters([(200, 0), (0, 200), (200, 0)]), [false; 3]);
    }

    #[test]
    fn a_crowd_that_many_left_at_once_is_sent_its_roster_when_it_has_come_to_rest() {
        let changes = [(1_000, 0), (900, 100), (800, 100), (800, 0), (800, 0), (790, 10)];
        assert_eq!(rosters(changes), [false, false, false, true, false, false]);
        assert_eq!(rosters([(1_000, 0), (900, 100), (100, 800), (99, 1)]), [false, false, true, false]);
    }

    #[test]
    fn a_crowd_that_comes_is_told_by_its_number_alone() {
        assert_eq!(rosters([(1_000, 0), (5_000, 0), (5_000, 20), (5_000, 0)]), [false; 4]);
    }
}
