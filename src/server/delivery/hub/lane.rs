//! A lane: one of the threads that send, and what was posted to it. A connection belongs to one lane, so that its frames
//! keep their order; the followers of a large room are spread over all lanes, so that its fan-out uses every processor.
//! Not here: the sending (`fan_out`), the thread itself (`housekeeping`).

use std::collections::{HashMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::batch::{Piece, Run};
use super::registry::ConnectionId;
use crate::protocol::RoomSlug;
use crate::server::delivery::frame::Frame;

/// What a lane does next.
pub struct Work {
    /// What was posted, each to a room.
    pub posts: Vec<(RoomSlug, Piece)>,
    /// A round that is to go on.
    pub round: Option<Round>,
}

/// A frame for every connection that said hello. They are sent it a few at a time, between the posts, so that no line
/// waits until thousands have been sent the room list.
#[derive(Clone)]
pub struct Round {
    /// The frame.
    pub frame: Frame,
    /// The last connection that was sent it.
    pub last: Option<ConnectionId>,
}

/// The queue of one lane.
#[derive(Default)]
pub struct Lane {
    /// Nothing is called under this lock.
    waiting: Mutex<Waiting>,
    came: Condvar,
}

#[derive(Default)]
struct Waiting {
    posts: Vec<(RoomSlug, Piece)>,
    /// The first of them has begun.
    rounds: VecDeque<Round>,
    is_closed: bool,
}

impl Lane {
    /// Appends something for a room. Never waits.
    pub fn post(&self, room: RoomSlug, piece: Piece) {
        let mut waiting = self.lock();
        waiting.posts.push((room, piece));
        // The lane takes all posts, so it sleeps only while there is none.
        if waiting.posts.len() == 1 {
            drop(waiting);
            self.came.notify_one();
        }
    }

    /// Appends a round. Never waits.
    pub fn begin_round(&self, frame: Frame) {
        self.lock().rounds.push_back(Round { frame, last: None });
        self.came.notify_one();
    }

    /// Notes how far the present round came; it is over when it came to nobody.
    pub fn go_on(&self, last: Option<ConnectionId>) {
        let rounds = &mut self.lock().rounds;
        match (last, rounds.front_mut()) {
            (Some(_), Some(round)) => round.last = last,
            _ => drop(rounds.pop_front()),
        }
    }

    /// Whether a round is not over yet.
    pub fn is_on_a_round(&self) -> bool {
        !self.lock().rounds.is_empty()
    }

    /// What there is to do, if anything.
    pub fn next(&self) -> Option<Work> {
        self.lock().work()
    }

    /// Waits for something to do. `None` when nothing will come any more.
    pub fn wait(&self) -> Option<Work> {
        let waiting = self.came.wait_while(self.lock(), |waiting| waiting.is_empty() && !waiting.is_closed);
        waiting.unwrap_or_else(PoisonError::into_inner).work()
    }

    /// Lets [`Lane::wait`] end, after what was posted.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.came.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A push or a take leaves the queue whole.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn is_empty(&self) -> bool {
        self.posts.is_empty() && self.rounds.is_empty()
    }

    fn work(&mut self) -> Option<Work> {
        let is_idle = self.is_empty();
        let work = || Work { posts: std::mem::take(&mut self.posts), round: self.rounds.front().cloned() };
        (!is_idle).then(work)
    }
}

/// Gathers what was posted to the same room into runs of about so many bytes at most, in the order of each room. Between
/// rooms there is no order.
pub fn gather(pieces: impl IntoIterator<Item = (RoomSlug, Piece)>, run_bytes_max: usize) -> Vec<(RoomSlug, Run)> {
    let mut runs: Vec<(RoomSlug, Run)> = Vec::new();
    let mut open: HashMap<RoomSlug, usize> = HashMap::new();
    for (room, piece) in pieces {
        let piece = match open.get(&room) {
            Some(index) => match runs[*index].1.append(piece, run_bytes_max) {
                Ok(()) => continue,
                Err(piece) => piece,
            },
            None => piece,
        };
        open.insert(room.clone(), runs.len());
        runs.push((room, Run::new(piece)));
    }
    runs
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::thread;

    use super::super::batch::Standing;
    use super::*;
    use crate::protocol::Seq;
    use crate::server::delivery::frame::Wire;
    use crate::server::net::websocket::test_client::texts;
    use crate::server::net::websocket::{Form, Opcode, encode};

    fn notice(text: &str, standing: Standing) -> Piece {
        Piece::Notice(Wire::Plain, encode(Opcode::Text, text.as_bytes()), standing)
    }

    fn room(slug: &str) -> RoomSlug {
        RoomSlug::parse(slug).unwrap()
    }

    fn texts_of(run: &Run) -> Vec<String> {
        texts(&[run.image(Wire::Plain, Form::Plain, Seq::ZERO).bytes])
    }

    #[test]
    fn what_waits_for_a_room_leaves_together_and_in_order() {
        let pieces = [("tea", "1"), ("lobby", "2"), ("tea", "3"), ("lobby", "4")];
        let runs = gather(pieces.map(|(slug, text)| (room(slug), notice(text, Standing::Kept))), usize::MAX);
        let found: Vec<_> = runs.iter().map(|(slug, run)| (slug.as_str(), texts_of(run))).collect();
        let expected = [("tea", vec!["1", "3"]), ("lobby", vec!["2", "4"])];
        assert_eq!(found, expected.map(|(slug, texts)| (slug, texts.iter().map(ToString::to_string).collect())));
    }

    #[test]
    fn what_may_be_lost_goes_by_itself_and_keeps_its_place() {
        let pieces = [("1", Standing::Kept), ("2", Standing::Ephemeral), ("3", Standing::Kept), ("4", Standing::Kept)];
        let runs = gather(pieces.map(|(text, standing)| (room("tea"), notice(text, standing))), usize::MAX);
        let found: Vec<_> = runs.iter().map(|(_, run)| (run.standing(), texts_of(run).concat())).collect();
        let expected = [(Standing::Kept, "1"), (Standing::Ephemeral, "2"), (Standing::Kept, "34")];
        assert_eq!(found, expected.map(|(standing, text)| (standing, text.to_owned())));
    }

    #[test]
    fn a_run_ends_before_it_is_too_large_to_be_on_its_way() {
        let piece = (room("tea"), notice(&"x".repeat(1_000), Standing::Kept));
        let runs = gather(vec![piece; 200], 64 * 1024);
        assert_eq!(runs.len(), 4);
        assert_eq!(runs.iter().map(|(_, run)| texts_of(run).len()).sum::<usize>(), 200);
    }

    #[test]
    fn a_lane_wakes_for_every_post_and_ends_after_the_last() {
        let lane = Arc::new(Lane::default());
        let thread = thread::spawn({
            let lane = Arc::clone(&lane);
            move || std::iter::from_fn(|| lane.wait()).map(|work| work.posts.len()).sum::<usize>()
        });
        for _ in 0..10_000 {
            lane.post(room("tea"), notice("line", Standing::Kept));
        }
        lane.close();
        assert_eq!(thread.join().unwrap(), 10_000);
    }
}
