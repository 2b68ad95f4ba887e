//! A lane: one of the threads that send, and what was posted to it. A connection belongs to one lane, so that its frames
//! keep their order; the followers of a large room are spread over all lanes, so that its fan-out uses every processor.
//! Not here: what a post does (`hub`), the thread itself (`housekeeping`).

use std::collections::HashMap;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use super::publication::Frame;
use super::run::{Piece, Run};
use crate::protocol::RoomSlug;

/// Something to send.
#[derive(Clone)]
pub enum Post {
    /// To a room.
    ToRoom(RoomSlug, Piece),
    /// To every connection that said hello.
    ToMembers(Frame),
}

/// The queue of one lane.
#[derive(Default)]
pub struct Lane {
    /// Nothing is called under this lock.
    posts: Mutex<Posts>,
    posted: Condvar,
}

#[derive(Default)]
struct Posts {
    waiting: Vec<Post>,
    is_closed: bool,
}

impl Lane {
    /// Appends a post. Never waits.
    pub fn post(&self, post: Post) {
        let mut posts = self.lock();
        posts.waiting.push(post);
        // The lane takes all there is, so it sleeps only while there is nothing.
        if posts.waiting.len() == 1 {
            drop(posts);
            self.posted.notify_one();
        }
    }

    /// All that was posted, perhaps nothing.
    pub fn take(&self) -> Vec<Post> {
        std::mem::take(&mut self.lock().waiting)
    }

    /// Waits for something and takes all there is. `None` when nothing will come any more.
    pub fn wait(&self) -> Option<Vec<Post>> {
        let posts = self.posted.wait_while(self.lock(), |posts| posts.waiting.is_empty() && !posts.is_closed);
        let waiting = std::mem::take(&mut posts.unwrap_or_else(PoisonError::into_inner).waiting);
        (!waiting.is_empty()).then_some(waiting)
    }

    /// Lets [`Lane::wait`] end, after what was posted.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.posted.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, Posts> {
        // A push or a take leaves the queue whole.
        self.posts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gathers what was posted to the same room into runs, in the order of each room. Between rooms there is no order.
pub fn gather(pieces: impl IntoIterator<Item = (RoomSlug, Piece)>) -> Vec<(RoomSlug, Run)> {
    let mut runs: Vec<(RoomSlug, Run)> = Vec::new();
    let mut open: HashMap<RoomSlug, usize> = HashMap::new();
    for (room, piece) in pieces {
        let piece = match open.get(&room) {
            Some(index) => match runs[*index].1.append(piece) {
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
