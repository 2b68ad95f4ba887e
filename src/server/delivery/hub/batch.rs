//! A batch: what one room is sent in one write. Everything that waits when a fan-out begins is joined into one piece of
//! memory, once for each kind of receiver. So an event is sent at once under little load, and many events leave in one
//! write under heavy load (the corking of uWebSockets, without its delay). Not here: who receives it (`followers`).

use std::cell::OnceCell;
use std::sync::Arc;

use bytes::BytesMut;

use super::publication::Publication;
use crate::protocol::Seq;
use crate::server::delivery::frame::{Frame, Frames, Wire};
use crate::server::net::websocket::FrameEncoding;

/// What happens to frames when a reader is slow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DropPolicy {
    /// They wait in the sendq, and count towards its overflow.
    Keep,
    /// They are dropped in silence, before anything else is (typing).
    DropFirst,
}

/// What is sent to the followers of a room.
#[derive(Clone)]
pub enum Broadcast {
    /// An event of the log, for both wires.
    Event(Arc<Publication>),
    /// A notice that is not stored, for the live followers on one wire.
    Notice(Wire, Frame, DropPolicy),
}

/// Broadcasts to one room, in their order.
pub struct Batch {
    drop_policy: DropPolicy,
    broadcasts: Vec<Broadcast>,
    bytes: usize,
    /// All frames, for each pair of wire and form. Joined when the first receiver of that kind needs them.
    joined: [OnceCell<Frames>; 4],
}

impl Broadcast {
    fn drop_policy(&self) -> DropPolicy {
        match self {
            Self::Event(_) => DropPolicy::Keep,
            Self::Notice(_, _, drop_policy) => *drop_policy,
        }
    }

    fn approximate_bytes(&self) -> usize {
        match self {
            Self::Event(publication) => publication.approximate_bytes(),
            Self::Notice(_, frame, _) => frame.len(),
        }
    }

    /// Its frame for a receiver that has everything up to `after`.
    fn frame(&self, wire: Wire, form: FrameEncoding, after: Seq) -> Option<&Frame> {
        match self {
            Self::Event(publication) if publication.seq() > after => publication.frame(wire, form),
            Self::Notice(its_wire, frame, _) if *its_wire == wire => Some(frame),
            Self::Event(_) | Self::Notice(..) => None,
        }
    }
}

impl Batch {
    /// A batch of one broadcast.
    #[must_use]
    pub fn new(broadcast: Broadcast) -> Self {
        let (drop_policy, bytes) = (broadcast.drop_policy(), broadcast.approximate_bytes());
        Self { drop_policy, broadcasts: vec![broadcast], bytes, joined: Default::default() }
    }

    /// Appends a broadcast with the same drop policy, unless the batch has `bytes_max` bytes already. The size is limited
    /// because bytes that a socket has begun to take cannot be dropped, however slow its reader turns out to be.
    ///
    /// # Errors
    /// The broadcast, which must start another batch.
    pub fn append(&mut self, broadcast: Broadcast, bytes_max: usize) -> Result<(), Broadcast> {
        if broadcast.drop_policy() != self.drop_policy || self.bytes >= bytes_max {
            return Err(broadcast);
        }
        self.bytes += broadcast.approximate_bytes();
        self.broadcasts.push(broadcast);
        Ok(())
    }

    /// What happens to it when a reader is slow.
    #[must_use]
    pub fn drop_policy(&self) -> DropPolicy {
        self.drop_policy
    }

    /// The seq of its newest event.
    #[must_use]
    pub fn last_seq(&self) -> Option<Seq> {
        self.events().last().map(|event| event.seq())
    }

    /// Its events in their order.
    pub fn events(&self) -> impl DoubleEndedIterator<Item = &Publication> {
        self.broadcasts.iter().filter_map(|broadcast| match broadcast {
            Broadcast::Event(publication) => Some(&**publication),
            Broadcast::Notice(..) => None,
        })
    }

    /// The frames that are new to a receiver that has everything up to `after`. Receivers that lack the whole batch share
    /// the same bytes.
    pub fn frames(&self, wire: Wire, form: FrameEncoding, after: Seq) -> Frames {
        let lacks_all = self.events().next().is_none_or(|first| first.seq() > after);
        if lacks_all {
            let joined = &self.joined[(wire as usize) * 2 + form as usize];
            joined.get_or_init(|| self.join(wire, form, after)).clone()
        } else {
            self.join(wire, form, after)
        }
    }

    fn join(&self, wire: Wire, form: FrameEncoding, after: Seq) -> Frames {
        let frames: Vec<_> =
            self.broadcasts.iter().filter_map(|broadcast| broadcast.frame(wire, form, after)).collect();
        match frames[..] {
            [only] => only.clone().into(),
            _ => {
                let mut bytes = BytesMut::with_capacity(frames.iter().map(|frame| frame.len()).sum());
                frames.iter().for_each(|frame| bytes.extend_from_slice(frame));
                Frames { bytes: bytes.freeze(), count: frames.len() }
            }
        }
    }
}
