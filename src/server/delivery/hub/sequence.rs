//! The committed events of one room, put in order: what comes twice is dropped, what comes early is held, and what does not
//! come is named, so that it can be read from the log. A plain state machine. Not here: reading the log (`app`), and what
//! followers lack, who may be behind for other reasons (`followers`).

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::publication::Publication;
use crate::protocol::Seq;

/// So many early events of a room are held. When there are more, the latest of them are read from the log as well.
const HELD_MAX: usize = 64;

/// How far a room was published on this node.
pub(super) struct Sequence {
    /// The seq that is published next.
    next: Seq,
    /// The greatest seq that is known.
    known_head: Seq,
    /// Bound: [`HELD_MAX`].
    held: BTreeMap<Seq, Publication>,
}

impl Sequence {
    /// A room whose events up to `head` are in the log, for everybody who joins to read there.
    pub(super) fn new(head: Seq) -> Self {
        Self { next: head.next(), known_head: head, held: BTreeMap::new() }
    }

    /// Takes an event as it comes, and gives it back if it is to be published now. Then [`Sequence::pop`] gives out what was
    /// held for it.
    pub(super) fn admit(&mut self, mut event: Publication) -> Option<Publication> {
        let seq = event.seq();
        self.note_head(seq);
        match seq.cmp(&self.next) {
            Ordering::Less => None,
            Ordering::Equal => {
                self.next = seq.next();
                Some(event)
            }
            Ordering::Greater => {
                event.release_permit();
                self.held.entry(seq).or_insert(event);
                if self.held.len() > HELD_MAX {
                    self.held.pop_last();
                }
                None
            }
        }
    }

    /// The next event in order, if it is held.
    pub(super) fn pop(&mut self) -> Option<Publication> {
        let event = self.held.remove(&self.next)?;
        self.next = self.next.next();
        if self.held.is_empty() {
            // A room in order owns no memory for events.
            self.held = BTreeMap::new();
        }
        Some(event)
    }

    /// Notes that the room has events up to this one.
    pub(super) fn note_head(&mut self, seq: Seq) {
        self.known_head = self.known_head.max(seq);
    }

    /// The first event that is lacking, when a later one is known.
    pub(super) fn missing(&self) -> Option<Seq> {
        (self.known_head >= self.next).then_some(self.next)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::samples;
    use crate::protocol::RoomSlug;
    use crate::server::delivery::compressor::Compressor;
    use crate::server::log::Committed;

    fn event(seq: u64) -> Publication {
        let event = samples::message(seq, 0, samples::named("a", "Alice"), "x");
        let committed = Committed { room: RoomSlug::lobby(), event, target: None, author_mark: None };
        Publication::new(committed, Arc::new(Compressor::new(0)), None)
    }

    /// What is published when events come in this order to a room with two events.
    fn published(seqs: &[u64]) -> (Vec<u64>, Option<u64>) {
        let mut sequence = Sequence::new(Seq::new(2));
        let mut out = Vec::new();
        for seq in seqs {
            let admitted = sequence.admit(event(*seq));
            let held = std::iter::from_fn(|| sequence.pop());
            out.extend(admitted.into_iter().chain(held).map(|event| event.seq().get()));
        }
        (out, sequence.missing().map(Seq::get))
    }

    #[test]
    fn events_are_published_once_and_in_order_however_they_come() {
        assert_eq!(published(&[3, 4, 5]), (vec![3, 4, 5], None));
        assert_eq!(published(&[5, 4, 3]), (vec![3, 4, 5], None));
        assert_eq!(published(&[1, 3, 3, 2, 4, 3]), (vec![3, 4], None));
    }

    #[test]
    fn an_event_that_does_not_come_is_named() {
        assert_eq!(published(&[3, 5, 6]), (vec![3], Some(4)));
        assert_eq!(published(&[3, 5, 6, 4]), (vec![3, 4, 5, 6], None));
    }

    #[test]
    fn the_last_event_is_missed_when_its_seq_is_heard_of() {
        let mut sequence = Sequence::new(Seq::new(2));
        sequence.note_head(Seq::new(2));
        assert_eq!(sequence.missing(), None);
        sequence.note_head(Seq::new(3));
        assert_eq!(sequence.missing(), Some(Seq::new(3)));
    }

    #[test]
    fn a_large_gap_costs_no_more_memory_than_a_small_one() {
        let early: Vec<_> = (10..10_000).rev().collect();
        let mut sequence = Sequence::new(Seq::new(2));
        early.iter().for_each(|seq| assert!(sequence.admit(event(*seq)).is_none()));
        assert_eq!((sequence.held.len(), sequence.missing()), (HELD_MAX, Some(Seq::new(3))));
        assert_eq!(sequence.held.keys().next(), Some(&Seq::new(10)), "the nearest events are held");
    }
}
