//! One room on this node: who follows it, and how far each was sent. A plain state machine: what it is told comes as
//! arguments, what it sends goes to the followers' sendqs, and it knows neither clock nor store. Not here: which rooms
//! there are and who is connected (`hub`), who may follow (`connection`).

use std::collections::HashMap;
use std::sync::Arc;

use super::ConnectionId;
use super::publication::{Frame, Publication, Wire};
use super::sendq::Sendq;
use crate::protocol::Seq;

/// The followers of a room.
pub(super) struct Room {
    /// The newest event that was published here or read by somebody who joined.
    head: Seq,
    followers: HashMap<ConnectionId, Follower>,
}

/// One connection that follows the room.
struct Follower {
    sendq: Arc<Sendq>,
    wire: Wire,
    stage: Stage,
}

/// How far a follower is.
enum Stage {
    /// Its backlog is being read: what is published meanwhile is collected, so that nothing falls in between.
    Buffering { collected: Vec<(Seq, Frame)>, bytes: usize },
    /// More was published while its backlog was read than may wait for it.
    Overrun,
    /// Everything up to `after` was sent. The fan-out runs behind the commits, so it may still bring what the backlog held.
    Live { after: Seq },
    /// Something was given up. Nothing more is sent until the connection follows anew.
    Behind,
}

/// How a follower came out of [`super::Hub::go_live`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seam {
    /// It is live, with nothing missing.
    Closed,
    /// Too much was published meanwhile: it is behind this event, and gets nothing more until it follows anew.
    Gap(Seq),
}

impl Room {
    pub(super) fn new(head: Seq) -> Self {
        Self { head, followers: HashMap::new() }
    }

    pub(super) fn head(&self) -> Seq {
        self.head
    }

    /// Starts collecting for a connection, whatever it was before.
    pub(super) fn follow(&mut self, id: ConnectionId, sendq: Arc<Sendq>, wire: Wire) {
        self.followers
            .insert(id, Follower { sendq, wire, stage: Stage::Buffering { collected: Vec::new(), bytes: 0 } });
    }

    pub(super) fn unfollow(&mut self, id: ConnectionId) {
        self.followers.remove(&id);
    }

    /// Sends `first` (the backlog up to `head`), then what was collected beyond `head`; then the follower is live.
    pub(super) fn go_live(&mut self, id: ConnectionId, first: Option<Frame>, head: Seq) -> Seam {
        self.head = self.head.max(head);
        let Some(follower) = self.followers.get_mut(&id) else { return Seam::Closed };
        if let Some(frame) = first {
            follower.sendq.push(frame);
        }
        match std::mem::replace(&mut follower.stage, Stage::Live { after: head }) {
            Stage::Buffering { collected, .. } => {
                collected.into_iter().for_each(|(seq, frame)| follower.send(seq, frame));
                Seam::Closed
            }
            Stage::Overrun => {
                follower.stage = Stage::Behind;
                Seam::Gap(self.head)
            }
            Stage::Live { .. } | Stage::Behind => Seam::Closed,
        }
    }

    /// Sends an event to every follower, in the encoding of its wire.
    pub(super) fn publish(&mut self, seq: Seq, publication: &Publication<'_>) {
        self.head = self.head.max(seq);
        for follower in self.followers.values_mut() {
            if let Some(frame) = publication.frame(follower.wire) {
                follower.send(seq, frame);
            }
        }
    }

    /// Frames for this follower were given up: `Some` is the head that it is behind. One whose backlog is being read has
    /// lost nothing, since what it is to be sent was not in its sendq yet.
    pub(super) fn fall_behind(&mut self, id: ConnectionId) -> Option<Seq> {
        let follower = self.followers.get_mut(&id)?;
        matches!(follower.stage, Stage::Live { .. } | Stage::Behind).then(|| {
            follower.stage = Stage::Behind;
            self.head
        })
    }

    /// What a heartbeat may claim to have sent; for a follower that fell behind, what it lacks.
    pub(super) fn position(&self, id: ConnectionId) -> Option<Seq> {
        match self.followers.get(&id)?.stage {
            Stage::Live { after } => Some(after),
            Stage::Behind => Some(self.head),
            Stage::Buffering { .. } | Stage::Overrun => None,
        }
    }

    /// The sendqs of the followers on one wire to whom everything is sent that happens here.
    pub(super) fn live_sendqs(&self, wire: Wire) -> impl Iterator<Item = &Sendq> {
        let is_live = move |follower: &&Follower| follower.wire == wire && matches!(follower.stage, Stage::Live { .. });
        self.followers.values().filter(is_live).map(|follower| &*follower.sendq)
    }
}

impl Follower {
    /// Sends an event once: what this follower has already is left out, and what comes before it is live is kept for it.
    fn send(&mut self, seq: Seq, frame: Frame) {
        match &mut self.stage {
            Stage::Live { after } if seq > *after => {
                *after = seq;
                self.sendq.push_of_room(frame);
            }
            Stage::Buffering { collected, bytes } => {
                *bytes += frame.len();
                collected.push((seq, frame));
                if collected.len() > 1 && self.sendq.is_too_much(*bytes, collected.len()) {
                    self.stage = Stage::Overrun;
                }
            }
            Stage::Live { .. } | Stage::Overrun | Stage::Behind => {}
        }
    }
}
