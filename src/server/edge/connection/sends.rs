//! Lines of one connection that wait for the store, so that whoever says many at once does not wait for the disk with each.
//! The store answers in the order in which they were said, so only the first is waited for. Not here: what an answer
//! means (`member`, `plain`).

use std::collections::VecDeque;
use std::task::{Context, Poll, ready};

use futures::future::BoxFuture;

/// More are not read from the socket until one is answered.
const IN_FLIGHT_MAX: usize = 32;

/// The lines, in their order, each as its answer to come.
pub struct Sends<T> {
    waiting: VecDeque<BoxFuture<'static, T>>,
}

impl<T> Default for Sends<T> {
    fn default() -> Self {
        Self { waiting: VecDeque::new() }
    }
}

impl<T> Sends<T> {
    /// Appends a line.
    pub fn push(&mut self, answer: impl Future<Output = T> + Send + 'static) {
        self.waiting.push_back(Box::pin(answer));
    }

    /// Whether another line may come.
    pub fn has_room(&self) -> bool {
        self.waiting.len() < IN_FLIGHT_MAX
    }

    /// Whether no line waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The next answer; pending as long as no line waits, too.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<T> {
        let Some(first) = self.waiting.front_mut() else { return Poll::Pending };
        let answer = ready!(first.as_mut().poll(context));
        self.waiting.pop_front();
        if self.waiting.is_empty() {
            // Whoever is silent owns no memory for what was said.
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
    fn answers_come_in_the_order_of_the_lines_and_leave_no_memory() {
        let (mut sends, mut context) = (Sends::default(), Context::from_waker(Waker::noop()));
        let (first, answer) = oneshot::channel();
        sends.push(async { answer.await.unwrap() });
        sends.push(async { 2 });
        assert_eq!(sends.poll_next(&mut context), Poll::Pending, "the second waits for the first");
        first.send(1).unwrap();
        assert_eq!(sends.poll_next(&mut context), Poll::Ready(1));
        assert_eq!(sends.poll_next(&mut context), Poll::Ready(2));
        assert_eq!(sends.poll_next(&mut context), Poll::Pending);
        assert_eq!(sends.waiting.capacity(), 0);
    }

    #[test]
    fn nobody_has_more_than_so_many_lines_on_their_way() {
        let mut sends = Sends::default();
        let lines = std::iter::from_fn(|| sends.has_room().then(|| sends.push(async {}))).count();
        assert_eq!(lines, IN_FLIGHT_MAX);
    }
}
