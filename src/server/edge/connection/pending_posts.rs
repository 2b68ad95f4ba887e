//! The posts of one connection that wait for the store. A client may have several under way, so that it does not wait for
//! the disk with each. The store answers in their order, so only the first is polled. Not here: what an answer means
//! (`member`, `plain`).

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use futures::future::BoxFuture;

/// When so many posts wait, the socket is not read until one is answered.
const IN_FLIGHT_MAX: usize = 32;

/// The posts in their order, each as the future of its answer.
pub struct PendingPosts<T> {
    waiting: VecDeque<BoxFuture<'static, T>>,
}

impl<T> Default for PendingPosts<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<T> PendingPosts<T> {
    /// Appends a post.
    pub fn push(&mut self, answer: impl Future<Output = T> + Send + 'static) {
        self.waiting.push_back(Box::pin(answer));
    }

    /// Whether another post may come.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < IN_FLIGHT_MAX
    }

    /// Whether no post waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next answer. Pending also while no post waits.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<T> {
        let Some(first) = self.waiting.front_mut() else { return Poll::Pending };
        let answer = ready!(first.as_mut().poll(context));
        self.waiting.pop_front();
        if self.waiting.is_empty() {
            // A silent connection owns no memory for posts.
            self.waiting = VecDeque::new();
        }
        Poll::Ready(answer)
    }
}

#[cfg(test)]
mod tests {
    use std::task::Waker;

    use tokio::sync::oneshot;

    use super::*;

    #[test]
    fn answers_come_in_the_order_of_the_posts_and_leave_no_memory() {
        let (mut pending_posts, mut context) = (PendingPosts::default(), Context::from_waker(Waker::noop()));
        let (first, answer) = oneshot::channel();
        pending_posts.push(async { answer.await.unwrap() });
        pending_posts.push(async { 2 });
        assert_eq!(pending_posts.poll_next(&mut context), Poll::Pending, "the second waits for the first");
        first.send(1).unwrap();
        assert_eq!(pending_posts.poll_next(&mut context), Poll::Ready(1));
        assert_eq!(pending_posts.poll_next(&mut context), Poll::Ready(2));
        assert_eq!(pending_posts.poll_next(&mut context), Poll::Pending);
        assert_eq!(pending_posts.waiting.capacity(), 0);
    }

    #[test]
    fn a_connection_has_a_limited_number_of_posts_under_way() {
        let mut pending_posts = PendingPosts::default();
        let posts = std::iter::from_fn(|| pending_posts.has_room().then(|| pending_posts.push(async {}))).count();
        assert_eq!(posts, IN_FLIGHT_MAX);
    }
}
