//! What the followers of one room can still know by name when names are cut: a plain synchronous struct. Not here: who is
//! here (`roll`), sending (`presence`).

use crate::protocol::limits::ROSTER_NAMES_MAX;

/// A crowd is told by its number, with a few names; the others come with the next snapshot, which does not list them all
/// either. Thousands who come at once would otherwise be told two hundred names each time, each of them.
const CROWD_NAMES_MAX: usize = 20;

/// What the followers know from the names that they were told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Naming {
    /// Everybody who is here.
    #[default]
    All,
    /// Some of a crowd, all of whom are here.
    Some,
    /// Some of a crowd, among them people whose leaving was not told.
    Outdated,
}

impl Naming {
    /// Takes a change of `left` people after which `online` are here, and returns whether the roster must be sent with it:
    /// changes alone never name whom they left out. It is sent when a crowd has become few, and when a crowd of which many
    /// left at once has come to rest, so that a crowd on the move is never sent two hundred names with each change.
    pub fn change(&mut self, online: u32, left: usize) -> bool {
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

/// Most names in each list of a change after which so many are here.
pub fn names_max(online: u32) -> usize {
    if is_crowd(online) { CROWD_NAMES_MAX } else { ROSTER_NAMES_MAX }
}

/// Whether more are here than a roster names.
fn is_crowd(online: u32) -> bool {
    online as usize > ROSTER_NAMES_MAX
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the roster goes with each of these changes: how many are here, and how many left.
    fn rosters<const CHANGES: usize>(changes: [(u32, usize); CHANGES]) -> [bool; CHANGES] {
        let mut naming = Naming::default();
        changes.map(|(online, left)| naming.change(online, left))
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
