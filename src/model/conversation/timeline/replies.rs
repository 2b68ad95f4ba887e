//! What an edit, a deletion and a restoration change of the messages that quote their message. Used by `timeline` only; the
//! server reads quotes anew for every page.

use crate::model::text::excerpt;
use crate::protocol::{Edited, EventBody, HistoryItem, Restored};

/// What a message says after this change, where the change is one of its text; none deletes it.
pub(super) fn changed_text(change: &EventBody) -> Option<&str> {
    match change {
        EventBody::Edited(Edited { text, .. }) | EventBody::Restored(Restored { text, .. }) => Some(text),
        EventBody::Deleted(_) => Some(""),
        EventBody::Message(_) | EventBody::Reaction(_) | EventBody::RoomCreated | EventBody::Unknown(_) => None,
    }
}

/// What a reply quotes says something else now.
pub(super) fn set_quote(item: &mut HistoryItem, text: &str) {
    if let EventBody::Message(message) = &mut item.event.body
        && let Some(quote) = &mut message.quote
    {
        quote.text = excerpt(text);
    }
}
