//! What the log brings: the answer to a join, publications, pages of history; and what is asked for next.

use super::timeline::{Hole, Joined, Published, Timeline};
use super::unread::Count;
use super::{Conversation, Effect, PageRequest, Part, ReachBack, TimerId, Wanted};
use crate::protocol::{Backlog, HistoryPage, LogEvent, Seq};

/// When a page that did not help is asked for again.
const REFRESH_RETRY_MS: u32 = 10_000;
/// How long "caught up" is worth telling.
const CAUGHT_UP_SHOWN_MS: u32 = 6_000;

impl Conversation {
    /// What the page lacked of the log.
    pub(super) fn take_backlog(&mut self, backlog: &Backlog) {
        let (head, followed) = (self.timeline.head(), self.timeline.cursor().seq);
        let joined = self.timeline.join(backlog);
        self.joins += 1;
        self.show(Part::Timeline);
        // Events behind the stream may have been others.
        if joined == Joined::BegunAnew || self.is_read_beyond(followed) {
            self.distrust_marks();
        }
        if joined == Joined::BegunAnew {
            // The place where the reader was is of another history.
            self.effect(Effect::ShowNewest);
            self.set_at_newest(true);
        }
        // Behind an older page that was opened without scripts, nothing is news.
        let is_news = !matches!(backlog, Backlog::Fresh { .. }) && self.ends_at_newest;
        self.set_ends_at_newest();
        self.set_arriving(false);
        self.has_joined = true;
        self.brought = Count::default();
        for event in backlog.events().filter(|event| is_news && event.seq > head) {
            let arrived = self.arrived(event);
            self.brought += arrived;
        }
        if is_news && matches!(backlog, Backlog::Gap { page } if page.covers.first > head.next()) {
            self.brought += Count { known: 0, or_more: true };
        }
        self.settle(backlog.events());
        self.timers[TimerId::Refresh as usize] = None;
        self.refresh();
    }

    /// The next event of the room: as the stream brings it, or as its ack tells of it.
    pub(super) fn publish(&mut self, event: LogEvent, add: fn(&mut Timeline, LogEvent) -> Published) {
        let published = add(&mut self.timeline, event.clone());
        if published == Published::Added {
            self.show(Part::Timeline);
            self.arrived(&event);
        }
        self.settle(std::iter::once(&event));
    }

    /// The same number as the unread count takes in.
    pub(super) fn show_caught_up(&mut self) {
        if !self.brought.is_none() {
            self.caught_up = Some(self.brought);
            self.show(Part::CaughtUp);
            self.timers[TimerId::CaughtUp as usize] = None;
            self.set_timer(TimerId::CaughtUp, Some(CAUGHT_UP_SHOWN_MS));
        }
    }

    /// Fetches the page before the oldest event held; also after a failure.
    pub(super) fn load_older(&mut self) {
        if let Some(oldest) = self.timeline.older_than() {
            self.load_until(oldest);
        }
    }

    /// Fetches the page that ends with an event that is held, which shows that both are of one history.
    pub(super) fn load_until(&mut self, held: Seq) {
        self.set_reach_back(ReachBack::Loading);
        self.fetch(Wanted::Older(held));
    }

    /// Fetches a page of what is missing, from its older end: the one that begins with the last item before it. A page that
    /// does not come is asked for again when the reader goes on.
    pub(super) fn fill_ahead(&mut self, hole: Hole) {
        if let Some(held) = self.timeline.last_item_before(hole).filter(|_| !self.is_filling) {
            self.is_filling = true;
            self.fetch(Wanted::Newer(held));
        }
    }

    pub(super) fn fetch(&mut self, wanted: Wanted) {
        let request = PageRequest { room: self.room.slug.clone(), wanted, joins: self.joins };
        self.effect(Effect::Fetch(request));
    }

    /// A page came, or did not. One for a room that is not open any more goes nowhere.
    pub(super) fn take_page(&mut self, PageRequest { room, wanted, joins }: PageRequest, page: Option<&HistoryPage>) {
        let page = page.filter(|_| self.is_open(&room)).map(|page| (page, joins));
        match wanted {
            Wanted::Older(held) if self.is_open(&room) => {
                // What was asked for may have been dropped meanwhile: then nothing is wrong with a page that does not fit.
                let is_done = page.is_some_and(|page| self.add_page(page) || self.timeline.item(held).is_none());
                self.set_reach_back(if is_done { ReachBack::Idle } else { ReachBack::Failed });
                self.refresh();
            }
            Wanted::Older(_) => {}
            Wanted::Newer(_) if self.is_open(&room) => {
                self.is_filling = false;
                page.map(|page| self.add_page(page));
                self.refresh();
            }
            Wanted::Newer(_) => {}
            Wanted::Again(held) => {
                self.is_refreshing = false;
                page.map(|page| self.add_page(page));
                // Where a page helped nothing, another try is for later; what comes with a join tries too.
                if self.is_open(&room) && self.timeline.outdated() == Some(held) {
                    self.set_timer(TimerId::Refresh, Some(REFRESH_RETRY_MS));
                } else {
                    self.refresh();
                }
            }
            Wanted::Newest => page.into_iter().for_each(|page| self.take_newest(page)),
        }
    }

    /// Takes a page that continues what is held. It may reach beyond what the stream has brought, unless another join came
    /// since the one behind which it was asked for.
    fn add_page(&mut self, (page, joins): (&HistoryPage, u32)) -> bool {
        let head = self.timeline.head();
        let is_late = joins < self.joins;
        let is_taken = if is_late { self.timeline.add_late_page(page) } else { self.timeline.add_page(page) };
        if is_taken {
            self.show(Part::Timeline);
            let reach = self.timeline.head();
            let items = page.items.iter().filter(|item| item.event.seq <= reach);
            for item in items.clone().filter(|item| item.event.seq > head) {
                self.arrived(&item.event);
            }
            self.settle(items.map(|item| &item.event));
        }
        is_taken
    }

    /// The newest page came by a request, where no connection brings what is new.
    fn take_newest(&mut self, (page, joins): (&HistoryPage, u32)) {
        let head = self.timeline.head();
        if page.as_of.epoch == self.timeline.cursor().epoch && page.covers.first > head {
            return self.take_backlog(&Backlog::Gap { page: page.clone() });
        }
        if !self.timeline.continues(page) {
            // Another history: there is no join that could say so.
            return self.effect(Effect::Reload);
        }
        self.add_page((page, joins));
    }

    /// Fetches again what is held and may have changed while this page was away: page by page, one at a time, beside
    /// whatever the reader reaches for.
    pub(super) fn refresh(&mut self) {
        let is_put_off = self.is_refreshing || self.timers[TimerId::Refresh as usize].is_some();
        if let Some(held) = self.timeline.outdated().filter(|_| !is_put_off) {
            self.is_refreshing = true;
            self.fetch(Wanted::Again(held));
        }
    }

    fn set_ends_at_newest(&mut self) {
        if !self.ends_at_newest {
            self.ends_at_newest = true;
            self.show(Part::EndsAtNewest);
        }
    }

    pub(super) fn set_arriving(&mut self, is_arriving: bool) {
        if self.arriving != is_arriving {
            self.arriving = is_arriving;
            self.show(Part::Arriving);
        }
    }

    pub(super) fn set_reach_back(&mut self, reach_back: ReachBack) {
        if self.reach_back != reach_back {
            self.reach_back = reach_back;
            self.show(Part::ReachBack);
        }
    }
}
