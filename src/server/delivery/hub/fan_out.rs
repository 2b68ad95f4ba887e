//! The fan-out: broadcasts are queued on the lanes, and each lane sends them to its share of the connections. Not here: who
//! follows what (`hub`), the threads of the lanes (`housekeeping`).

use std::sync::Arc;
use std::thread;
use std::time::Instant;

use parking_lot::MutexGuard;

use super::batch::{Batch, Broadcast, DropPolicy};
use super::lane::{Lane, MemberBroadcast, Work, gather};
use super::permits::Permit;
use super::publication::Publication;
use super::registry::ConnectionId;
use super::{Hub, Room};
use crate::protocol::{RoomSlug, Seq};
use crate::server::delivery::frame::{Frame, Wire};
use crate::server::log::Committed;

/// After so many connections a lane gives the lock to whoever waits for it. That is a millisecond or less.
const CONNECTIONS_AT_A_TIME: usize = 64;
/// A lane with so many broadcasts per batch is under load, so that resting gathers more.
const BROADCASTS_UNDER_LOAD: usize = 24;

impl Hub {
    /// Takes a committed event as it comes, and queues what is to be published now for everybody who follows the room: each
    /// seq once, and in order. Answers with the room when earlier events are lacking, which are to be read from the log.
    pub fn publish(&self, committed: Committed) -> Option<RoomSlug> {
        self.admit(committed, None)
    }

    /// The same as soon as fewer than `server.fan_out_queue` events are queued: blocks the thread until then. So whoever
    /// commits more than can be sent is slowed down, and memory stays bounded.
    pub fn publish_blocking(&self, committed: Committed) -> Option<RoomSlug> {
        let permit = self.permits.acquire()?;
        self.admit(committed, Some(permit))
    }

    /// The first event of a room that is lacking here, when a later one is known.
    #[must_use]
    pub fn missing(&self, room: &RoomSlug) -> Option<Seq> {
        self.room(room)?.sequence.lock().missing()
    }

    /// Notes that a room has events up to `head`. Answers with the first of them that is lacking here.
    pub fn note_head(&self, room: &RoomSlug, head: Seq) -> Option<Seq> {
        let room = self.room(room)?;
        let mut sequence = room.sequence.lock();
        sequence.note_head(head);
        sequence.missing()
    }

    fn admit(&self, committed: Committed, permit: Option<Permit>) -> Option<RoomSlug> {
        let slug = committed.room.clone();
        // Nobody follows a room that is not open. Whoever opens it reads the log.
        let room = self.room(&slug)?;
        if let Some(position) = committed.event.body.message_no() {
            room.note_message(position);
        }
        let mut sequence = room.sequence.lock();
        let publication = Publication::new(committed, Arc::clone(&self.compressor), permit);
        let mut next = sequence.admit(publication);
        while let Some(publication) = next {
            self.enqueue(&slug, Broadcast::Event(Arc::new(publication)));
            next = sequence.pop();
        }
        sequence.missing().map(|_| slug)
    }

    /// Queues a frame that is not stored (presence, typing, leave notices) for the live followers of a room on one wire.
    pub fn broadcast(&self, room: &RoomSlug, wire: Wire, frame: Frame, drop_policy: DropPolicy) {
        self.enqueue(room, Broadcast::Notice(wire, frame, drop_policy));
    }

    /// Queues a frame for every connection that sent `hello` (the room list). A lane sends it to a few at a time, after the
    /// broadcasts to rooms; a slow reader is not sent it.
    pub fn broadcast_to_members(&self, frame: &Frame) {
        self.lanes.iter().for_each(|lane| lane.enqueue_to_members(frame.clone()));
    }

    /// Whether such a frame has not reached everybody yet.
    #[must_use]
    pub fn is_broadcasting_to_members(&self) -> bool {
        self.lanes.iter().any(Lane::is_broadcasting_to_members)
    }

    /// How many lanes there are.
    #[must_use]
    pub fn lanes(&self) -> usize {
        self.lanes.len()
    }

    /// Sends what is queued on a lane until the lanes are closed. To be called by a thread that has entered the runtime.
    ///
    /// A lane under load rests as long as it has worked, at most `server.fan_out_rest_ms`, so that more is gathered for the
    /// next write. At the same rate of messages it makes half as many system calls, and leaves the processor to those who
    /// post. The rest is short beside the time that it takes to send to a room in which this matters. A lane with little
    /// to do never rests.
    pub fn run_lane(&self, lane: usize) {
        while let Some(work) = self.lanes[lane].wait() {
            let (count, started) = (work.broadcasts.len(), Instant::now());
            let batches = self.send(lane, work);
            if count >= batches * BROADCASTS_UNDER_LOAD {
                thread::sleep(started.elapsed().min(self.rest_max));
            }
        }
    }

    /// Sends what is queued on all lanes, without their threads.
    pub fn send_queued(&self) {
        (0..self.lanes.len()).for_each(|lane| self.send_queued_on(lane));
    }

    /// Sends what is queued on one lane, without its thread.
    pub fn send_queued_on(&self, lane: usize) {
        while let Some(work) = self.lanes[lane].take() {
            self.send(lane, work);
        }
    }

    /// Lets the lanes end when they have sent what is queued. What is published later is sent to nobody.
    pub fn close_lanes(&self) {
        self.permits.close();
        self.lanes.iter().for_each(Lane::close);
    }

    fn enqueue(&self, room: &RoomSlug, broadcast: Broadcast) {
        let (first, others) = self.lanes.split_first().expect("there is a lane");
        others.iter().for_each(|lane| lane.enqueue(room.clone(), broadcast.clone()));
        first.enqueue(room.clone(), broadcast);
    }

    /// Answers with the number of batches, at least one.
    pub(super) fn send(&self, lane: usize, work: Work) -> usize {
        let batches = gather(work.broadcasts, self.batch_bytes_max);
        for (slug, batch) in &batches {
            if let Some(room) = self.room(slug) {
                room.send(lane, batch);
            }
        }
        if let Some(broadcast) = work.to_members {
            self.lanes[lane].advance_to_members(self.send_to_members(lane, &broadcast));
        }
        batches.len().max(1)
    }

    /// Sends the frame to the next few connections. Answers with the last of them; `None` when all have it.
    fn send_to_members(&self, lane: usize, broadcast: &MemberBroadcast) -> Option<ConnectionId> {
        let members = self.registry.members((lane, self.lanes.len()), broadcast.last, CONNECTIONS_AT_A_TIME);
        members.iter().for_each(|(_, sendq)| sendq.push_droppable(broadcast.frame.clone().into()));
        members.last().map(|(id, _)| *id)
    }
}

impl Room {
    fn send(&self, lane: usize, batch: &Batch) {
        let mut followers = self.lanes[lane].lock();
        let mut last: Option<ConnectionId> = None;
        loop {
            last = followers.send(batch, last, CONNECTIONS_AT_A_TIME);
            if last.is_none() {
                return;
            }
            MutexGuard::bump(&mut followers);
        }
    }
}
