//! One room in one lane: who follows it there, and how far each was sent. A plain state machine: what it is told comes as
//! arguments, what it sends goes to the followers' sendqs, and it knows neither clock nor store. Not here: which rooms
//! there are and who is connected (`hub`), who may follow (`connection`).

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::batch::{Run, Standing};
use super::registry::ConnectionId;
use crate::protocol::Seq;
use crate::server::delivery::frame::{Frame, Wire};
use crate::server::delivery::sendq::{Sendq, Signal};

/// The followers of a room.
pub(super) struct Room {
    /// The newest event that was published here or read by somebody who joined.
    head: Seq,
    /// In an order that stays, so that a long walk over them can be interrupted.
    followers: BTreeMap<ConnectionId, Follower>,
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
    Buffering(Box<Collected>),
    /// More was published while its backlog was read than may wait for it.
    Overrun,
    /// Everything up to `after` was sent. The fan-out runs behind the commits, so it may still bring what the backlog held.
    Live { after: Seq },
    /// Something was given up. Nothing more is sent until the connection follows anew.
    Behind,
}

/// What was published while a backlog is read.
#[derive(Default)]
struct Collected {
    frames: Vec<(Seq, Frame)>,
    bytes: usize,
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
        Self { head, followers: BTreeMap::new() }
    }

    pub(super) fn head(&self) -> Seq {
        self.head
    }

    pub(super) fn is_followed(&self) -> bool {
        !self.followers.is_empty()
    }

    pub(super) fn signal_followers(&self, signal: Signal) {
        for follower in self.followers.values() {
            follower.sendq.signal(signal);
        }
    }

    /// Starts collecting for a connection, whatever it was before.
    pub(super) fn follow(&mut self, id: ConnectionId, sendq: Arc<Sendq>, wire: Wire) {
        self.followers.insert(id, Follower { sendq, wire, stage: Stage::Buffering(Box::default()) });
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
            Stage::Buffering(collected) => {
                collected.frames.into_iter().for_each(|(seq, frame)| follower.send_collected(seq, frame));
                Seam::Closed
            }
            Stage::Overrun => {
                follower.stage = Stage::Behind;
                Seam::Gap(self.head)
            }
            Stage::Live { .. } | Stage::Behind => Seam::Closed,
        }
    }

    /// Sends a run to the next followers, at most `most` of them, behind the one that was the last before. Answers with
    /// the last of these; `None` when there are no more.
    ///
    /// Whoever comes in the middle of such a walk misses nothing: what is published was committed before, so it is in the
    /// backlog that is read after the follow.
    pub(super) fn send(&mut self, run: &Run, behind: Option<ConnectionId>, most: usize) -> Option<ConnectionId> {
        self.head = self.head.max(run.last_seq().unwrap_or(self.head));
        let start = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let mut last = None;
        for (id, follower) in self.followers.range_mut((start, Bound::Unbounded)).take(most) {
            follower.send(run);
            last = Some(*id);
        }
        last
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
            Stage::Buffering(_) | Stage::Overrun => None,
        }
    }
}

impl Follower {
    /// Sends what this follower does not have already; what comes before it is live is kept for it.
    fn send(&mut self, run: &Run) {
        match &mut self.stage {
            Stage::Live { after } => {
                let image = run.image(self.wire, self.sendq.form(), *after);
                *after = run.last_seq().map_or(*after, |last| last.max(*after));
                match run.standing() {
                    _ if image.frames == 0 => {}
                    Standing::Kept => self.sendq.push_of_room(image),
                    Standing::Ephemeral => self.sendq.push_ephemeral(image),
                }
            }
            Stage::Buffering(_) => self.collect(run),
            Stage::Overrun | Stage::Behind => {}
        }
    }

    fn collect(&mut self, run: &Run) {
        let Stage::Buffering(collected) = &mut self.stage else { return };
        for event in run.events() {
            if let Some(frame) = event.frame(self.wire, self.sendq.form()) {
                collected.bytes += frame.len();
                collected.frames.push((event.seq(), frame.clone()));
            }
        }
        if collected.frames.len() > 1 && self.sendq.is_too_much(collected.bytes, collected.frames.len()) {
            self.stage = Stage::Overrun;
        }
    }

    /// Sends one of those that were collected, unless the backlog held it.
    fn send_collected(&mut self, seq: Seq, frame: Frame) {
        if let Stage::Live { after } = &mut self.stage
            && seq > *after
        {
            *after = seq;
            self.sendq.push_of_room(frame.into());
        }
    }
}
