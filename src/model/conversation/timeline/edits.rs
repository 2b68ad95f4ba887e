//! What an edit, a deletion and a restoration change of their message. Used by `timeline`, for those that the log has, and by
//! `conversation::pending`, for those that are on their way; the server folds the same in its projection.

use crate::protocol::{EventBody, HistoryItem, Timestamp};

/// Gives a message another text; none deletes it. `edited` is when, where that is an edit.
pub(in crate::model::conversation) fn set_text(item: &mut HistoryItem, text: &str, edited: Option<Timestamp>) {
    if let EventBody::Message(message) = &mut item.event.body {
        text.clone_into(&mut message.text);
        item.edited_ms = edited.or(item.edited_ms);
    }
}
