//! The followers of one room on one lane, and how far each was sent. A plain state machine: input comes as arguments, output
//! goes to the followers' sendqs, and it knows neither clock nor store. Not here: which rooms and connections there are
//! (`hub`), who may follow (`edge::connection`).

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

use super::batch::{Batch, DropPolicy};
use super::registry::ConnectionId;
use crate::protocol::Seq;
use crate::server::delivery::frame::{Frame, Wire};
use crate::server::delivery::sendq::{Sendq, Signal};

/// The followers of a room on one lane.
pub(super) struct LaneFollowers {
    /// The newest event that was published here, or read by somebody who joined.
    head: Seq,
    /// Sorted, so that a long walk over the followers can be interrupted and continued.
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
    /// Its backlog is being read. What is published meanwhile is buffered, so that nothing is lost in between.
    Buffering(Box<Buffer>),
    /// More was published while its backlog was read than may be buffered.
    Overflowed,
    /// Everything up to `after` was sent. The fan-out runs behind the commits, so it may still bring events of the backlog.
    Live { after: Seq },
    /// Frames of the room were dropped. Nothing more is sent until the connection follows again.
    Behind,
}

/// What is published while a backlog is read.
#[derive(Default)]
struct Buffer {
    frames: Vec<(Seq, Frame)>,
    bytes: usize,
}

/// The result of [`super::Hub::go_live`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// The follower is live and lacks nothing.
    Complete,
    /// Too much was published meanwhile. The follower lacks events up to this one, and is sent nothing more until it
    /// follows again.
    Gap(Seq),
}

impl LaneFollowers {
    pub(super) fn new(head: Seq) -> Self {
        Self { head, followers: BTreeMap::new() }
    }

    pub(super) fn head(&self) -> Seq {
        self.head
    }

    pub(super) fn is_empty(&self) -> bool {
        self.followers.is_empty()
    }

    pub(super) fn signal_all(&self, signal: Signal) {
        for follower in self.followers.values() {
            follower.sendq.signal(signal);
        }
    }

    /// Begins to buffer for a connection, whatever its stage was.
    pub(super) fn follow(&mut self, id: ConnectionId, sendq: Arc<Sendq>, wire: Wire) {
        self.followers.insert(id, Follower { sendq, wire, stage: Stage::Buffering(Box::default()) });
    }

    pub(super) fn unfollow(&mut self, id: ConnectionId) {
        self.followers.remove(&id);
    }

    /// Sends `first` (the backlog up to `head`), then what was buffered beyond `head`. From then on the follower is live.
    pub(super) fn go_live(&mut self, id: ConnectionId, first: Option<Frame>, head: Seq) -> CatchUp {
        self.head = self.head.max(head);
        let Some(follower) = self.followers.get_mut(&id) else { return CatchUp::Complete };
        if let Some(frame) = first {
            follower.sendq.push(frame);
        }
        match std::mem::replace(&mut follower.stage, Stage::Live { after: head }) {
            Stage::Buffering(buffer) => {
                buffer.frames.into_iter().for_each(|(seq, frame)| follower.send_buffered(seq, frame));
                CatchUp::Complete
            }
            Stage::Overflowed => {
                follower.stage = Stage::Behind;
                CatchUp::Gap(self.head)
            }
            Stage::Live { .. } | Stage::Behind => CatchUp::Complete,
        }
    }

    /// Sends a batch to the next followers behind `behind`, at most `most` of them. Answers with the last of these; `None`
    /// when there are no more.
    ///
    /// Whoever follows in the middle of such a walk misses nothing: what is published was committed before, so it is in the
    /// backlog that is read after the follow.
    pub(super) fn send(&mut self, batch: &Batch, behind: Option<ConnectionId>, most: usize) -> Option<ConnectionId> {
        self.head = self.head.max(batch.last_seq().unwrap_or(self.head));
        let start = behind.map_or(Bound::Unbounded, Bound::Excluded);
        let mut last = None;
        for (id, follower) in self.followers.range_mut((start, Bound::Unbounded)).take(most) {
            follower.send(batch);
            last = Some(*id);
        }
        last
    }

    /// Notes that frames for this follower were dropped. `Some` with the head if it lacks events now. A follower whose
    /// backlog is being read lacks nothing, since nothing of the room was in its sendq yet.
    pub(super) fn fall_behind(&mut self, id: ConnectionId) -> Option<Seq> {
        let follower = self.followers.get_mut(&id)?;
        matches!(follower.stage, Stage::Live { .. } | Stage::Behind).then(|| {
            follower.stage = Stage::Behind;
            self.head
        })
    }

    /// The position that a heartbeat may claim: what was sent, or for a follower that is behind, the head that it lacks.
    pub(super) fn position(&self, id: ConnectionId) -> Option<Seq> {
        match self.followers.get(&id)?.stage {
            Stage::Live { after } => Some(after),
            Stage::Behind => Some(self.head),
            Stage::Buffering(_) | Stage::Overflowed => None,
        }
    }
}

impl Follower {
    /// Sends what this follower does not have yet, or buffers it while the backlog is being read.
    fn send(&mut self, batch: &Batch) {
        match &mut self.stage {
            Stage::Live { after } => {
                let frames = batch.frames(self.wire, self.sendq.form(), *after);
                *after = batch.last_seq().map_or(*after, |last| last.max(*after));
                match batch.drop_policy() {
                    _ if frames.count == 0 => {}
                    DropPolicy::Keep => self.sendq.push_room_frames(frames),
                    DropPolicy::DropFirst => self.sendq.push_droppable(frames),
                }
            }
            Stage::Buffering(_) => self.buffer(batch),
            Stage::Overflowed | Stage::Behind => {}
        }
    }

    fn buffer(&mut self, batch: &Batch) {
        let Stage::Buffering(buffer) = &mut self.stage else { return };
        for event in batch.events() {
            if let Some(frame) = event.frame(self.wire, self.sendq.form()) {
                buffer.bytes += frame.len();
                buffer.frames.push((event.seq(), frame.clone()));
            }
        }
        if buffer.frames.len() > 1 && self.sendq.is_too_much(buffer.bytes, buffer.frames.len()) {
            self.stage = Stage::Overflowed;
        }
    }

    /// Sends a buffered frame, unless the backlog held its event.
    fn send_buffered(&mut self, seq: Seq, frame: Frame) {
        if let Stage::Live { after } = &mut self.stage
            && seq > *after
        {
            *after = seq;
            self.sendq.push_room_frames(frame.into());
        }
    }
}
