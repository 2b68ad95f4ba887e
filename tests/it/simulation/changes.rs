//! What changes do to a log in memory: which are refused, and where deleted texts go.

use teahouse::model::text::quote;
use teahouse::protocol::{EventBody, LogEvent, RoomSlug, Seq};
use teahouse::server::log::{Draft, StoreError};

use super::store::Disk;

impl Disk {
    /// Whether a change can be made, as a store decides it that allows every author every change at any time.
    pub(super) fn check_target(&self, draft: &Draft) -> Result<(), StoreError> {
        let Some(target) = draft.body.target().or(draft.body.reply_to()) else { return Ok(()) };
        let items = self.items(&draft.room);
        let item = items.iter().find(|item| item.event.seq == target);
        let item =
            item.filter(|item| matches!(item.event.body, EventBody::Message(_))).ok_or(StoreError::TargetNotFound)?;
        let is_own = item.event.by.as_ref().is_some_and(|by| by.id == draft.by.id);
        let is_deleted = item.event.body.text().is_empty();
        match &draft.body {
            EventBody::Edited(_) | EventBody::Deleted(_) | EventBody::Restored(_) if !is_own => {
                Err(StoreError::NotYours)
            }
            EventBody::Message(_) => Ok(()),
            EventBody::Edited(_) | EventBody::Reaction(_) if is_deleted => Err(StoreError::MessageDeleted),
            EventBody::Restored(_) if !is_deleted => Err(StoreError::NotDeleted),
            _ => Ok(()),
        }
    }

    /// The body of a post with what the store knows of it, about to be written: a deletion takes the text out of the log, and a
    /// restoration brings it back.
    pub(super) fn changed(&mut self, draft: &Draft) -> EventBody {
        let mut body = draft.body.clone();
        match &mut body {
            EventBody::Deleted(deleted) => self.take_text(&draft.room, deleted.target),
            EventBody::Restored(restored) => {
                let text = self.deleted.remove(&(draft.room.clone(), restored.target));
                restored.text = text.expect("what was deleted is kept");
            }
            _ => {}
        }
        body
    }

    /// Takes the text of a message out of all its events.
    fn take_text(&mut self, room: &RoomSlug, target: Seq) {
        let items = self.items(room);
        let item = items.iter().find(|item| item.event.seq == target).expect("it was checked");
        let text = item.event.body.text().to_owned();
        if !text.is_empty() {
            self.deleted.insert((room.clone(), target), text);
        }
        for event in self.logs.get_mut(room).expect("it was checked") {
            match &mut event.body {
                EventBody::Message(message) if event.seq == target => message.text.clear(),
                EventBody::Edited(edited) if edited.target == target => edited.text.clear(),
                EventBody::Restored(restored) if restored.target == target => restored.text.clear(),
                _ => {}
            }
        }
    }

    /// Fills in what replies quote, as the log stands now.
    pub(super) fn quote(&self, room: &RoomSlug, events: &mut [LogEvent]) {
        let replies = events.iter_mut().filter_map(|event| match &mut event.body {
            EventBody::Message(message) => Some((message.reply_to?, message)),
            _ => None,
        });
        let mut items = None;
        for (target, reply) in replies {
            let items = items.get_or_insert_with(|| self.folded(room));
            let quoted = items.iter().find(|item| item.event.seq == target).expect("it was checked");
            reply.quote = quote(&quoted.event).map(Box::new);
        }
    }

    /// The newest event of a room, which has just been written: a reaction with how many people have it then.
    pub(super) fn counted(&mut self, room: &RoomSlug) -> LogEvent {
        let items = self.items(room);
        let event = self.logs.get_mut(room).and_then(|log| log.last_mut()).expect("one was written");
        if let EventBody::Reaction(reaction) = &mut event.body {
            let item = items.iter().find(|item| item.event.seq == reaction.target).expect("it was checked");
            let summary = item.reactions.iter().find(|summary| summary.emoji == reaction.emoji);
            reaction.count = summary.map_or(0, |summary| summary.count);
        }
        let mut event = event.clone();
        self.quote(room, std::slice::from_mut(&mut event));
        event
    }
}
