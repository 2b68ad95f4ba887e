//! A lane: one of the threads that send, and the queue of what it is to send. A connection belongs to one lane, so that its
//! frames keep their order. The followers of a large room are spread over all lanes, so that its fan-out uses every
//! processor. Not here: the sending (`fan_out`), the thread itself (`housekeeping`).

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::batch::{Batch, Broadcast};
use super::registry::ConnectionId;
use crate::protocol::RoomSlug;
use crate::server::delivery::frame::Frame;

/// What a lane sends next.
pub struct Work {
    /// All broadcasts that were queued, each with its room.
    pub broadcasts: Vec<(RoomSlug, Broadcast)>,
    /// The broadcast to all members that is to be continued, if there is one.
    pub to_members: Option<MemberBroadcast>,
}

/// A frame for every connection that sent `hello`. It is sent to a few connections at a time, between the broadcasts to
/// rooms, so that no message waits until thousands have been sent the room list.
#[derive(Clone)]
pub struct MemberBroadcast {
    /// The frame.
    pub frame: Frame,
    /// The last connection that was sent it.
    pub last: Option<ConnectionId>,
}

/// The queue of one lane.
#[derive(Default)]
pub struct Lane {
    /// Nothing is called under this lock.
    queue: Mutex<Queue>,
    not_empty: Condvar,
}

/// Bound of `broadcasts`: events by the permits of the hub (`server.fan_out_queue`), notices by a few per room and tick.
#[derive(Default)]
struct Queue {
    broadcasts: Vec<(RoomSlug, Broadcast)>,
    /// The first of them has begun.
    to_members: VecDeque<MemberBroadcast>,
    is_closed: bool,
}

impl Lane {
    /// Appends a broadcast to a room. Never waits.
    pub fn enqueue(&self, room: RoomSlug, broadcast: Broadcast) {
        let mut queue = self.lock();
        queue.broadcasts.push((room, broadcast));
        // The lane takes all broadcasts at once, so it sleeps only while there is none.
        if queue.broadcasts.len() == 1 {
            drop(queue);
            self.not_empty.notify_one();
        }
    }

    /// Appends a broadcast to all members. Never waits.
    pub fn enqueue_to_members(&self, frame: Frame) {
        self.lock().to_members.push_back(MemberBroadcast { frame, last: None });
        self.not_empty.notify_one();
    }

    /// Notes the last connection that the present broadcast to members reached; `None` ends that broadcast.
    pub fn advance_to_members(&self, last: Option<ConnectionId>) {
        let to_members = &mut self.lock().to_members;
        match (last, to_members.front_mut()) {
            (Some(_), Some(present)) => present.last = last,
            _ => drop(to_members.pop_front()),
        }
    }

    /// Whether a broadcast to members has not reached everybody yet.
    pub fn is_broadcasting_to_members(&self) -> bool {
        !self.lock().to_members.is_empty()
    }

    /// Takes what is queued, if anything is.
    pub fn take(&self) -> Option<Work> {
        self.lock().take()
    }

    /// Waits until something is queued, and takes it. `None` when the lane was closed and is empty.
    pub fn wait(&self) -> Option<Work> {
        let queue = self.not_empty.wait_while(self.lock(), |queue| queue.is_empty() && !queue.is_closed);
        queue.unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Lets [`Lane::wait`] end when the queue is empty.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.not_empty.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // A push or a take leaves the queue whole.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn is_empty(&self) -> bool {
        self.broadcasts.is_empty() && self.to_members.is_empty()
    }

    fn take(&mut self) -> Option<Work> {
        if self.is_empty() {
            return None;
        }
        Some(Work { broadcasts: std::mem::take(&mut self.broadcasts), to_members: self.to_members.front().cloned() })
    }
}

/// Gathers broadcasts to the same room into batches of about `batch_bytes_max` bytes. The order within a room is kept;
/// between rooms there is no order.
pub fn gather(
    broadcasts: impl IntoIterator<Item = (RoomSlug, Broadcast)>,
    batch_bytes_max: usize,
) -> Vec<(RoomSlug, Batch)> {
    let mut batches: Vec<(RoomSlug, Batch)> = Vec::new();
    let mut newest: HashMap<RoomSlug, usize> = HashMap::new();
    for (room, broadcast) in broadcasts {
        let broadcast = match newest.get(&room) {
            Some(index) => match batches[*index].1.append(broadcast, batch_bytes_max) {
                Ok(()) => continue,
                Err(broadcast) => broadcast,
            },
            None => broadcast,
        };
        newest.insert(room.clone(), batches.len());
        batches.push((room, Batch::new(broadcast)));
    }
    batches
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::super::batch::DropPolicy;
    use super::*;
    use crate::protocol::Seq;
    use crate::server::delivery::frame::Wire;
    use crate::server::net::websocket::test_client::texts;
    use crate::server::net::websocket::{FrameEncoding, Opcode, encode};

    fn notice(text: &str, drop_policy: DropPolicy) -> Broadcast {
        Broadcast::Notice(Wire::Plain, encode(Opcode::Text, text.as_bytes()), drop_policy)
    }

    fn room(slug: &str) -> RoomSlug {
        RoomSlug::parse(slug).unwrap()
    }

    fn texts_of(batch: &Batch) -> Vec<String> {
        texts(&[batch.frames(Wire::Plain, FrameEncoding::Plain, Seq::ZERO).bytes])
    }

    #[test]
    fn broadcasts_to_a_room_are_batched_in_order() {
        let broadcasts = [("tea", "1"), ("lobby", "2"), ("tea", "3"), ("lobby", "4")];
        let batches = gather(broadcasts.map(|(slug, text)| (room(slug), notice(text, DropPolicy::Keep))), usize::MAX);
        let found: Vec<_> = batches.iter().map(|(slug, batch)| (slug.as_str(), texts_of(batch))).collect();
        let expected = [("tea", vec!["1", "3"]), ("lobby", vec!["2", "4"])];
        assert_eq!(found, expected.map(|(slug, texts)| (slug, texts.iter().map(ToString::to_string).collect())));
    }

    #[test]
    fn frames_that_are_dropped_first_get_a_batch_of_their_own_in_order() {
        let broadcasts =
            [("1", DropPolicy::Keep), ("2", DropPolicy::DropFirst), ("3", DropPolicy::Keep), ("4", DropPolicy::Keep)];
        let batches =
            gather(broadcasts.map(|(text, drop_policy)| (room("tea"), notice(text, drop_policy))), usize::MAX);
        let found: Vec<_> = batches.iter().map(|(_, batch)| (batch.drop_policy(), texts_of(batch).concat())).collect();
        let expected = [(DropPolicy::Keep, "1"), (DropPolicy::DropFirst, "2"), (DropPolicy::Keep, "34")];
        assert_eq!(found, expected.map(|(drop_policy, text)| (drop_policy, text.to_owned())));
    }

    #[test]
    fn a_batch_ends_at_its_size_limit() {
        let broadcast = (room("tea"), notice(&"x".repeat(1_000), DropPolicy::Keep));
        let batches = gather(vec![broadcast; 200], 64 * 1024);
        assert_eq!(batches.len(), 4);
        assert_eq!(batches.iter().map(|(_, batch)| texts_of(batch).len()).sum::<usize>(), 200);
    }

    #[test]
    fn a_lane_wakes_for_every_broadcast_and_ends_after_the_last() {
        let lane = Arc::new(Lane::default());
        let thread = thread::spawn({
            let lane = Arc::clone(&lane);
            move || std::iter::from_fn(|| lane.wait()).map(|work| work.broadcasts.len()).sum::<usize>()
        });
        for _ in 0..10_000 {
            lane.enqueue(room("tea"), notice("text", DropPolicy::Keep));
        }
        lane.close();
        assert_eq!(thread.join().unwrap(), 10_000);
    }
}
