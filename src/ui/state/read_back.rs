//! Reading back: which rows are mounted, older pages, holes, and the way to the newest row again.

use super::RoomState;
use crate::model::conversation::timeline::Hole;
use crate::model::conversation::{ReachBack, Update};
use crate::model::rows::{Rows, Window};

impl RoomState {
    /// The reader scrolled, to the end of the mounted rows or elsewhere: keeps up with where they are.
    pub fn scrolled(self, at_end: bool) {
        let hidden_below = self.rows.with_untracked(|rows| self.window.get_untracked().hidden_below(rows));
        if at_end && hidden_below == 0 {
            self.move_window(|window, _| *window = Window::Newest);
            return self.step(Update::AtNewest(true));
        }
        if self.at_newest.get_untracked() {
            self.step(Update::AtNewest(false));
            self.move_window(|window, rows| window.hold(rows));
        }
        if at_end {
            self.move_window(|window, rows| window.reach_forward(rows));
            let hole = self.rows.with_untracked(|rows| self.window.get_untracked().hole_ahead(rows));
            if let Some(hole) = hole {
                self.step(Update::HoleAhead(hole));
            }
        }
    }

    /// The reader is near the oldest mounted row: mounts older ones that are held, or fetches some.
    pub fn reach_older(self) {
        let hidden = self.rows.with_untracked(|rows| self.window.get_untracked().hidden_above(rows));
        if hidden > 0 {
            self.move_window(|window, rows| window.reach_back(rows));
            return;
        }
        if self.reach_back.get_untracked() == ReachBack::Idle {
            self.load_older();
        }
    }

    /// Fetches the page before the oldest event held; also after a failure.
    pub fn load_older(self) {
        self.step(Update::LoadOlder);
    }

    /// Fetches a page of what is missing, from the newer end.
    pub fn fill_hole(self, hole: Hole) {
        self.step(Update::FillHole(hole));
    }

    /// Mounts the newest rows and shows the last of them.
    pub fn show_newest(self) {
        self.show_newest_row();
        self.step(Update::AtNewest(true));
    }

    pub(super) fn show_newest_row(self) {
        self.window.set(Window::Newest);
        self.to_newest.update(|count| *count = count.wrapping_add(1));
    }

    fn move_window(self, change: impl FnOnce(&mut Window, &Rows)) {
        let mut window = self.window.get_untracked();
        self.rows.with_untracked(|rows| change(&mut window, rows));
        if window != self.window.get_untracked() {
            self.window.set(window);
            self.step(Update::ReadsFrom(window.first()));
        }
    }
}
