//! Reading back: older pages, holes, and the way to the newest row again.

use leptos::task::spawn_local;

use super::{ReachBack, RoomState};
use crate::client::history::{self, HistoryError};
use crate::model::conversation::timeline::Hole;
use crate::model::rows::Window;
use crate::protocol::{HistoryPage, RoomSlug, Seq};

/// Messages asked for at once when reading back.
const PAGE_ITEMS: u32 = 100;

/// When a page that did not come is asked for again.
const REFRESH_RETRY_MS: u32 = 10_000;

impl RoomState {
    /// The reader scrolled, to the end of the mounted rows or elsewhere: keeps up with where they are.
    pub fn scrolled(self, at_end: bool) {
        let hidden_below = self.rows.with_untracked(|rows| self.window.get_untracked().hidden_below(rows));
        if at_end && hidden_below == 0 {
            self.move_window(|window, _| *window = Window::Newest);
            if !self.at_newest.get_untracked() {
                self.at_newest.set(true);
            }
            return self.saw_newest();
        }
        if self.at_newest.get_untracked() {
            self.at_newest.set(false);
            self.move_window(|window, rows| window.hold(rows));
        }
        if at_end {
            self.move_window(|window, rows| window.reach_forward(rows));
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
        if let Some(oldest) = self.timeline.with_untracked(|timeline| timeline.older_than()) {
            self.load_until(oldest);
        }
    }

    /// Fetches a page of what is missing, from the newer end.
    pub fn fill_hole(self, hole: Hole) {
        self.load_until(hole.before);
    }

    /// Fetches the page that ends with an event that is held, which shows that both are of one history.
    fn load_until(self, held: Seq) {
        let room = self.slug();
        self.reach_back.set(ReachBack::Loading);
        spawn_local(async move {
            let page = history::before(&room, held.next(), PAGE_ITEMS).await;
            self.take_page(&room, page);
        });
    }

    fn take_page(self, room: &RoomSlug, page: Result<HistoryPage, HistoryError>) {
        if !self.is_open(room) {
            return;
        }
        let taken = page.is_ok_and(|page| self.timeline.update(|timeline| timeline.add_page(&page)));
        self.reach_back.set(if taken { ReachBack::Idle } else { ReachBack::Failed });
    }

    /// Fetches again what is held and may have changed while this page was away: page by page, one at a time, beside
    /// whatever the reader reaches for.
    pub(super) fn refresh_outdated(self) {
        let Some(held) = self.outdated() else { return };
        if self.quietly(|quiet| std::mem::replace(&mut quiet.refreshes, true)) {
            return;
        }
        let room = self.slug();
        spawn_local(async move {
            let page = history::before(&room, held.next(), PAGE_ITEMS).await;
            self.quietly(|quiet| quiet.refreshes = false);
            if let Ok(page) = page
                && self.is_open(&room)
            {
                self.timeline.update(|timeline| timeline.add_page(&page));
            }
            // Where a page helped nothing, another try is for later; what comes with a join tries too.
            if self.outdated() == Some(held) {
                let again = move || self.refresh_outdated();
                self.quietly(|quiet| quiet.timers.refresh.set(REFRESH_RETRY_MS, again));
            } else {
                self.refresh_outdated();
            }
        });
    }

    fn outdated(self) -> Option<Seq> {
        self.timeline.with_untracked(|timeline| timeline.outdated())
    }

    /// Mounts the newest rows and shows the last of them.
    pub fn show_newest(self) {
        self.window.set(Window::Newest);
        self.at_newest.set(true);
        self.saw_newest();
        self.to_newest.update(|count| *count = count.wrapping_add(1));
    }

    fn move_window(self, change: impl FnOnce(&mut Window, &[crate::model::rows::Row])) {
        let mut window = self.window.get_untracked();
        self.rows.with_untracked(|rows| change(&mut window, rows));
        if window != self.window.get_untracked() {
            self.window.set(window);
        }
    }
}
