//! Looks how much space the disk has left, and says when that is too little and when it is enough again. Not here: what is
//! refused then (`committer`).

use super::Committer;
use crate::server::log::sqlite::space;

impl Committer {
    pub(super) fn look_at_space(&mut self) {
        // Whether a write fits now is shown by the next one.
        self.condition.set_full(false);
        self.look_at_reserve();
    }

    pub(super) fn look_at_reserve(&mut self) {
        match space::free_bytes(&self.files.folder) {
            Ok(free) => {
                let was_touched = self.condition.is_below_reserve();
                self.condition.set_below_reserve(self.reserve.is_touched(free, was_touched));
            }
            Err(error) => tracing::warn!(%error, "the free space of the data folder cannot be told"),
        }
        if self.condition.is_below_reserve() {
            self.log_low_space();
        }
    }

    pub(super) fn log_low_space(&mut self) {
        if !self.logged_low_space {
            self.logged_low_space = true;
            tracing::error!(
                folder = %self.files.folder.display(),
                "the disk is full, or down to store.disk_reserve_mb: posting is refused and reading goes on; free space"
            );
        }
    }
}
