//! Pages of history as the promises of `Store` describe them, folded anew from the whole log each time.

use teahouse::protocol::{
    Covers, Cursor, Deleted, Edited, EventBody, HistoryItem, HistoryPage, ReactionSummary, Restored, RoomSlug, Seq,
};
use teahouse::server::log::{EventRange, RoomRecord};

use super::store::Disk;
use super::unread::newest_message;

fn item_at(items: &mut [HistoryItem], target: Seq) -> &mut HistoryItem {
    items.iter_mut().find(|item| item.event.seq == target).expect("it was checked")
}

fn set_text(item: &mut HistoryItem, text: &str) {
    if let EventBody::Message(message) = &mut item.event.body {
        text.clone_into(&mut message.text);
    }
}

impl Disk {
    /// The content events of a room as they stand, folded anew from its whole log: what every page must agree with.
    pub fn items(&self, room: &RoomSlug) -> Vec<HistoryItem> {
        let mut items = self.folded(room);
        items.iter_mut().for_each(|item| self.quote(room, std::slice::from_mut(&mut item.event)));
        items
    }

    /// The same without what replies quote.
    pub(super) fn folded(&self, room: &RoomSlug) -> Vec<HistoryItem> {
        let mut items: Vec<HistoryItem> = Vec::new();
        for event in self.log(room) {
            match (&event.body, &event.by) {
                (EventBody::Reaction(reaction), Some(by)) => {
                    let item = item_at(&mut items, reaction.target);
                    let others = |summary: &mut ReactionSummary| summary.people.retain(|person| person.id != by.id);
                    item.reactions.iter_mut().filter(|summary| summary.emoji == reaction.emoji).for_each(others);
                    if reaction.on {
                        let known = item.reactions.iter_mut().find(|summary| summary.emoji == reaction.emoji);
                        match known {
                            Some(summary) => summary.people.push(by.clone()),
                            None => item.reactions.push(ReactionSummary {
                                emoji: reaction.emoji.clone(),
                                count: 1,
                                people: vec![by.clone()],
                            }),
                        }
                    }
                    item.reactions.retain(|summary| !summary.people.is_empty());
                    let count =
                        |summary: &mut ReactionSummary| summary.count = u32::try_from(summary.people.len()).unwrap();
                    item.reactions.iter_mut().for_each(count);
                }
                (EventBody::Edited(Edited { target, text }), _) => {
                    let item = item_at(&mut items, *target);
                    set_text(item, text);
                    item.edited_ms = Some(event.at_ms);
                }
                (EventBody::Deleted(Deleted { target }), _) => set_text(item_at(&mut items, *target), ""),
                (EventBody::Restored(Restored { target, text }), _) => set_text(item_at(&mut items, *target), text),
                _ => items.push(HistoryItem::new(event.clone())),
            }
        }
        items
    }

    /// A page of history as the store reads it.
    pub fn history(&self, room: &RoomSlug, range: EventRange, limit: usize) -> HistoryPage {
        let (log, all) = (self.log(room), self.items(room));
        let head = log.last().map_or(Seq::ZERO, |event| event.seq);
        let as_of = log.last().map_or_else(|| Cursor::start(self.epoch.clone()), |event| event.cursor(&self.epoch));
        let inside = |item: &&HistoryItem| match range {
            EventRange::Newest => true,
            EventRange::Before(seq) => item.event.seq < seq,
            EventRange::After(seq) => item.event.seq > seq,
            EventRange::From(seq) => item.event.seq >= seq,
        };
        let inside: Vec<HistoryItem> = all.iter().filter(inside).cloned().collect();
        let left_out = inside.len().saturating_sub(limit);
        let mut covers = Covers { first: Seq::new(1), last: head };
        let items = match range {
            EventRange::Newest | EventRange::Before(_) => {
                if let EventRange::Before(seq) = range {
                    covers.last = seq.previous().min(head);
                }
                let items = inside[left_out..].to_vec();
                covers.first = if left_out > 0 { items[0].event.seq } else { covers.first };
                items
            }
            EventRange::After(seq) | EventRange::From(seq) => {
                covers.first = if matches!(range, EventRange::From(_)) { seq } else { seq.next() };
                let items = inside[..inside.len() - left_out].to_vec();
                covers.last = if left_out > 0 { items.last().unwrap().event.seq } else { covers.last };
                items
            }
        };
        let (has_older, has_newer) = (covers.first > Seq::new(1), covers.last < head);
        HistoryPage { room: room.clone(), as_of, covers, items, has_older, has_newer }
    }
}

/// A room of the list.
pub(super) fn record(disk: &Disk, slug: &RoomSlug) -> Option<RoomRecord> {
    let log = disk.logs.get(slug)?;
    let head = log.last().map_or(Seq::ZERO, |event| event.seq);
    Some(RoomRecord { slug: slug.clone(), title: slug.as_str().to_owned(), head, message_no: newest_message(log) })
}
