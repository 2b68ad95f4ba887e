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

    use super::super::publication::Wire;
    use super::super::run::Standing;
    use super::*;
    use crate::protocol::Seq;
    use crate::server::websocket::test_client::texts;
    use crate::server::websocket::{Form, Opcode, encode};

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
            move || std::iter::from_fn(|| lane.wait()).map(|posts| posts.len()).sum::<usize>()
        });
        for _ in 0..10_000 {
            lane.post(Post::ToMembers(encode(Opcode::Text, b"list")));
        }
        lane.close();
        assert_eq!(thread.join().unwrap(), 10_000);
    }
}
