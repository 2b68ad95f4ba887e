//! The reader's clock and calendar: looked at every minute, and when the reader comes back to the page.

use super::RoomState;
use crate::client::local_time;
use crate::model::calendar::{self, Clocks};

impl RoomState {
    /// A new day, another time zone or a clock that was set shows at the latest with the next minute.
    pub(super) fn follow_clock(self) {
        let now = local_time::now();
        let zone_minutes = local_time::zone_minutes(now);
        let clocks = Clocks::Local { today: calendar::date(now, zone_minutes), zone_minutes };
        if self.clocks.get_untracked() != clocks {
            self.clocks.set(clocks);
        }
        self.quietly(|quiet| {
            quiet.timers.clock.set(calendar::to_next_minute_ms(now), move || self.follow_clock());
        });
    }
}
