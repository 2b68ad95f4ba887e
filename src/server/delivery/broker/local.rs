//! The broker of a single node: a bounded queue in memory from the store's writer to the hub. It neither drops nor
//! repeats; when the hub falls behind, the queue fills and the writer waits.

use tokio::sync::mpsc;

use super::Broker;
use crate::server::log::Committed;

/// The sending end.
pub struct LocalBroker {
    publications: mpsc::Sender<Committed>,
}

impl LocalBroker {
    /// A broker that holds at most `queue` (at least one) committed events for the receiver.
    #[must_use]
    pub fn new(queue: usize) -> (Self, mpsc::Receiver<Committed>) {
        let (publications, receiver) = mpsc::channel(queue.max(1));
        (Self { publications }, receiver)
    }
}

impl Broker for LocalBroker {
    fn publish(&self, committed: Committed) {
        // Without a receiver nobody is shown anything any more, and the log has the event.
        let _ = self.publications.blocking_send(committed);
    }
}

#[cfg(test)]
mod tests {
    use std::thread;

    use super::*;
    use crate::protocol::{EventBody, LogEvent, RoomSlug, Seq, Timestamp};

    fn committed(seq: u64) -> Committed {
        let event = LogEvent {
            seq: Seq::new(seq),
            at_ms: Timestamp::default(),
            by: None,
            id: None,
            body: EventBody::RoomCreated,
        };
        Committed { room: RoomSlug::lobby(), event, target: None }
    }

    #[tokio::test]
    async fn a_full_queue_makes_the_writer_wait_and_loses_nothing() {
        let (broker, mut receiver) = LocalBroker::new(1);
        let writer = thread::spawn(move || (1..=100).map(committed).for_each(|event| broker.publish(event)));
        let mut seqs = Vec::new();
        while let Some(Committed { event, .. }) = receiver.recv().await {
            seqs.push(event.seq.get());
        }
        assert_eq!(seqs, (1..=100).collect::<Vec<_>>());
        writer.join().unwrap();
    }

    #[test]
    fn publishing_to_nobody_returns_at_once() {
        let (broker, receiver) = LocalBroker::new(1);
        drop(receiver);
        broker.publish(committed(1));
        broker.publish(committed(2));
    }

    #[test]
    fn a_receiver_that_goes_away_sets_a_waiting_writer_free() {
        let (broker, receiver) = LocalBroker::new(1);
        let writer = thread::spawn(move || (1..=10).map(committed).for_each(|event| broker.publish(event)));
        drop(receiver);
        writer.join().unwrap();
    }
}
