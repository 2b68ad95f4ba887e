//! A contiguous part of a log as it is held: which events it accounts for, and its items as they stand.
//! Used by `timeline` only.

use std::ops::Range;
use std::sync::Arc;

use super::edits::set_text;
use super::reactions::ReactionChange;
use super::replies::{changed_text, set_quote};
use crate::protocol::{EventBody, HistoryItem, HistoryPage, LogEvent, Seq, UserId};

/// What is held of a log between two places, both included.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The first event that it accounts for; an item, but where a room was entered that nothing was held of.
    pub(super) first: Seq,
    /// The last event that it accounts for.
    pub(super) last: Seq,
    /// By their places.
    items: Vec<Held>,
}

#[derive(Clone, Debug)]
struct Held {
    /// Another one after each change, so that whoever draws it can tell by the pointer that it is still the same.
    item: Arc<HistoryItem>,
    /// The last change that is folded into the item: a change applies if its seq is greater, so it never applies twice.
    as_of: Seq,
    state: State,
}

/// Whether all changes to an item are known, as far as the stream was followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Current,
    /// Some may have been missed.
    Outdated,
}

impl Segment {
    pub(super) fn of(page: &HistoryPage) -> Self {
        let held =
            |item: &HistoryItem| Held { item: Arc::new(item.clone()), as_of: page.as_of.seq, state: State::Current };
        Self { first: page.covers.first, last: page.covers.last, items: page.items.iter().map(held).collect() }
    }

    /// Nothing, up to where an event is going to be added.
    pub(super) const fn before(first: Seq) -> Self {
        Self { first, last: first.previous(), items: Vec::new() }
    }

    /// Adds the next event.
    pub(super) fn push(&mut self, event: LogEvent) {
        self.last = event.seq;
        if event.body.target().is_none() {
            let as_of = event.seq;
            self.items.push(Held { as_of, item: Arc::new(HistoryItem::new(event)), state: State::Current });
        }
    }

    /// Applies a change to its target and to the replies to that, as far as they are held here and do not know it yet.
    pub(super) fn change(&mut self, event: &LogEvent, reader: Option<&UserId>) {
        let target = event.body.target();
        if let Some(place) = target.and_then(|target| self.place(target).ok()) {
            self.items[place].change(event, reader);
        }
        if let Some(text) = changed_text(&event.body) {
            let is_reply = |held: &&mut Held| held.item.event.body.reply_to() == target;
            for held in self.items.iter_mut().filter(is_reply) {
                if let Some(item) = held.before(event) {
                    set_quote(item, text);
                }
            }
        }
    }

    /// From now on its items may lack changes.
    pub(super) fn outdate(&mut self) {
        self.items.iter_mut().for_each(|held| held.state = State::Outdated);
    }

    /// The newest item that may lack changes.
    pub(super) fn outdated(&self) -> Option<Seq> {
        let outdated = self.items.iter().rev().find(|held| held.state == State::Outdated);
        outdated.map(|held| held.item.event.seq)
    }

    /// Forgets what is behind a place, and distrusts items that know of changes there.
    pub(super) fn truncate(&mut self, last: Seq) {
        self.items.retain(|held| held.item.event.seq <= last);
        self.items.iter_mut().filter(|held| held.as_of > last).for_each(|held| held.state = State::Outdated);
        self.last = self.last.min(last);
    }

    /// Joins two segments that touch or overlap. Of an item that both hold, the one that knows more stays.
    pub(super) fn merge(self, other: Self) -> Self {
        let (mut merged, less) = if self.items.len() < other.items.len() { (other, self) } else { (self, other) };
        merged.first = merged.first.min(less.first);
        merged.last = merged.last.max(less.last);
        for held in less.items {
            match merged.place(held.item.event.seq) {
                Ok(place) if held.knows_more_than(&merged.items[place]) => merged.items[place] = held,
                Ok(_) => {}
                Err(place) => merged.items.insert(place, held),
            }
        }
        merged
    }

    pub(super) fn item(&self, seq: Seq) -> Option<&Arc<HistoryItem>> {
        self.place(seq).ok().map(|place| &self.items[place].item)
    }

    pub(super) fn items(&self) -> impl DoubleEndedIterator<Item = &Arc<HistoryItem>> {
        self.items.iter().map(|held| &held.item)
    }

    /// How many items it holds.
    pub(super) const fn len(&self) -> usize {
        self.items.len()
    }

    /// What is left without some of its items: what is older than those, and what is newer.
    pub(super) fn without(mut self, gone: Range<usize>) -> [Option<Self>; 2] {
        if gone.is_empty() {
            return [Some(self), None];
        }
        let items = self.items.split_off(gone.end);
        let newer = items.first().map(|held| held.item.event.seq).map(|first| Self { first, last: self.last, items });
        self.items.truncate(gone.start);
        let last = self.items.last().map(|held| held.item.event.seq);
        [last.map(|last| Self { last, ..self }), newer]
    }

    fn place(&self, seq: Seq) -> Result<usize, usize> {
        self.items.binary_search_by_key(&seq, |held| held.item.event.seq)
    }
}

impl Held {
    /// The item, if it does not know this change yet; from now on it does.
    fn before(&mut self, change: &LogEvent) -> Option<&mut HistoryItem> {
        if self.as_of >= change.seq {
            return None;
        }
        self.as_of = change.seq;
        Some(Arc::make_mut(&mut self.item))
    }

    /// Applies a change to this item.
    fn change(&mut self, event: &LogEvent, reader: Option<&UserId>) {
        let Some(item) = self.before(event) else { return };
        match (&event.body, &event.by) {
            (EventBody::Reaction(reaction), Some(by)) => {
                let (emoji, count, is_own) = (&reaction.emoji, Some(reaction.count), reader == Some(&by.id));
                ReactionChange { by, emoji, on: reaction.on, count, is_own }.apply(&mut item.reactions);
            }
            (EventBody::Edited(edited), _) => set_text(item, &edited.text, Some(event.at_ms)),
            (EventBody::Deleted(_), _) => set_text(item, "", None),
            (EventBody::Restored(restored), _) => set_text(item, &restored.text, None),
            _ => {}
        }
    }

    fn knows_more_than(&self, other: &Self) -> bool {
        match (self.state, other.state) {
            (State::Current, State::Outdated) => true,
            (State::Outdated, State::Current) => false,
            _ => self.as_of > other.as_of,
        }
    }
}
