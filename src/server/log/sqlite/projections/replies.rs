//! What replies quote. There is no table of it: a quote is read from the message that it quotes whenever the reply is, so that
//! none is old, and none holds what was deleted.

use rusqlite::{Connection, Result};

use super::current::current_message;
use super::folded::Folded;
use crate::model::text::quote;
use crate::protocol::{EventBody, LogEvent, Message};
use crate::server::log::StoreError;

/// A message that is about to be inserted: if it replies to something, that is a message of the room, deleted or not.
pub(super) fn apply(database: &Connection, room_id: i64, message: &mut Message) -> Result<Folded> {
    let Some(target) = message.reply_to else { return Ok(Ok(None)) };
    let Some(quoted) = current_message(database, room_id, target)? else {
        return Ok(Err(StoreError::TargetNotFound));
    };
    message.quote = quote(&quoted.event).map(Box::new);
    Ok(Ok(None))
}

/// Fills in what the replies among these events quote, as it is in this snapshot.
pub(super) fn fill_in(snapshot: &Connection, room_id: i64, events: &mut [LogEvent]) -> Result<()> {
    for event in events {
        if let EventBody::Message(message) = &mut event.body
            && let Some(target) = message.reply_to
        {
            message.quote =
                current_message(snapshot, room_id, target)?.and_then(|quoted| quote(&quoted.event)).map(Box::new);
        }
    }
    Ok(())
}
