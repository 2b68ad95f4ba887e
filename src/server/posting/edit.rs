//! The kinds `edited`, `deleted` and `restored`: what is checked before they are queued. Whose message it is, and whether it
//! is too late, is for the store's transaction.

use super::text::checked_text;
use crate::protocol::{Deleted, Edited, Refusal, Restored, Seq};
use crate::server::config::{Config, LimitsConfig, limit};
use crate::server::log::ChangeWindows;

/// Checks the new text of a message as that of a new one.
pub(super) fn edited(limits: &LimitsConfig, target: Seq, text: &str) -> Result<Edited, Refusal> {
    Ok(Edited { target, text: checked_text(limits, text)? })
}

pub(super) const fn deleted(target: Seq) -> Deleted {
    Deleted { target }
}

/// The store knows the text.
pub(super) const fn restored(target: Seq) -> Restored {
    Restored { target, text: String::new() }
}

/// How long a message may be changed.
pub(super) fn windows(config: &Config) -> ChangeWindows {
    ChangeWindows {
        edit: limit(config.limits.edit_window),
        delete: limit(config.limits.delete_window),
        restore: config.rooms.restore_window,
    }
}
