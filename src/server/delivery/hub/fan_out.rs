//! Sending: what is to be sent is posted to the lanes, and each lane sends it to its share of the connections. Not here:
//! who follows what (`hub`), the threads of the lanes (`housekeeping`).

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use parking_lot::MutexGuard;
use tokio::sync::OwnedSemaphorePermit;

use super::batch::{Piece, Run, Standing};
use super::lane::{Lane, Round, Work, gather};
use super::publication::Publication;
use super::registry::ConnectionId;
use super::{Hub, OpenRoom};
use crate::protocol::RoomSlug;
use crate::server::delivery::frame::{Frame, Wire};
use crate::server::log::Committed;

/// How many connections are sent something before whoever waits for a lock gets a turn: a millisecond or less.
const CONNECTIONS_AT_A_TIME: usize = 64;
/// So many pieces in a run mean that a lane is under load, and that resting gathers more.
const PIECES_UNDER_LOAD: usize = 24;

impl Hub {
    /// Posts a committed event to everybody who follows its room, encoded once per wire format.
    pub fn publish(&self, committed: Committed) {
        self.post_event(committed, None);
    }

    /// The same as soon as fewer than `server.fan_out_queue` wait for the lanes: whoever commits more than can be
    /// sent is slowed down, and memory stays bounded.
    pub async fn publish_in_turn(&self, committed: Committed) {
        let place = Arc::clone(&self.places).acquire_owned().await.ok();
        self.post_event(committed, place);
    }

    fn post_event(&self, committed: Committed, place: Option<OwnedSemaphorePermit>) {
        let room = committed.room.clone();
        let publication = Publication::new(committed, Arc::clone(&self.compressor), place);
        self.post(&room, Piece::Event(Arc::new(publication)));
    }

    /// Posts a frame that does not last (presence, typing, leave notices) to the live followers of a room on one wire.
    pub fn broadcast(&self, room: &RoomSlug, wire: Wire, frame: Frame, standing: Standing) {
        self.post(room, Piece::Notice(wire, frame, standing));
    }

    /// Posts a frame to every connection that said hello. A lane sends it to a few at a time, after what was posted to rooms;
    /// it is the first to go when a reader is slow (room list).
    pub fn broadcast_to_members(&self, frame: &Frame) {
        self.lanes.iter().for_each(|lane| lane.begin_round(frame.clone()));
    }

    /// Whether such a frame is still on its way to some.
    #[must_use]
    pub fn is_telling_members(&self) -> bool {
        self.lanes.iter().any(Lane::is_on_a_round)
    }

    /// How many lanes there are.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// Sends what is posted to a lane until the lanes are closed. For a thread of its own, which enters the runtime.
    ///
    /// A lane under load rests as long as it has worked, so that more gathers for the next write: at the same rate of lines
    /// it makes half as many system calls, and leaves the processor to those who speak. What `server.fan_out_rest_ms` adds to
    /// a line's way is little beside what it takes to send it to a room in which this matters. A lane with little to do
    /// never rests.
    pub fn run_lane(&self, lane: usize) {
        while let Some(work) = self.lanes[lane].wait() {
            let (count, started) = (work.posts.len(), Instant::now());
            let runs = self.send(lane, work);
            if count >= runs * PIECES_UNDER_LOAD {
                thread::sleep(started.elapsed().min(self.rest_max));
            }
        }
    }

    /// Sends what was posted to all lanes, without their threads.
    pub fn send_posted(&self) {
        (0..self.lanes.len()).for_each(|lane| self.send_posted_to(lane));
    }

    /// Sends what was posted to one lane, without its thread.
    pub fn send_posted_to(&self, lane: usize) {
        while let Some(work) = self.lanes[lane].next() {
            self.send(lane, work);
        }
    }

    /// Lets the lanes end after what was posted.
    pub fn close_lanes(&self) {
        self.lanes.iter().for_each(Lane::close);
    }

    fn post(&self, room: &RoomSlug, piece: Piece) {
        let (first, others) = self.lanes.split_first().expect("there is a lane");
        others.iter().for_each(|lane| lane.post(room.clone(), piece.clone()));
        first.post(room.clone(), piece);
    }

    /// Answers with the number of runs, at least one.
    pub(super) fn send(&self, lane: usize, work: Work) -> usize {
        let runs = gather(work.posts, self.run_bytes_max);
        for (room, run) in &runs {
            if let Some(open) = self.room(room) {
                open.send(lane, run);
            }
        }
        if let Some(round) = work.round {
            self.lanes[lane].go_on(self.send_on_round(lane, &round));
        }
        runs.len().max(1)
    }

    /// Answers with the last connection of those that were sent the frame now; none when all have it.
    fn send_on_round(&self, lane: usize, round: &Round) -> Option<ConnectionId> {
        let members = self.registry.members((lane, self.lanes.len()), round.last, CONNECTIONS_AT_A_TIME);
        members.iter().for_each(|(_, sendq)| sendq.push_ephemeral(round.frame.clone().into()));
        members.last().map(|(id, _)| *id)
    }
}

impl OpenRoom {
    fn send(&self, lane: usize, run: &Run) {
        let mut room = self.lanes[lane].lock();
        let mut last: Option<ConnectionId> = None;
        loop {
            last = room.send(run, last, CONNECTIONS_AT_A_TIME);
            if last.is_none() {
                return;
            }
            MutexGuard::bump(&mut room);
        }
    }
}
