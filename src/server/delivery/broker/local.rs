//! The broker of a single node: it calls the subscriber at once, on the thread of whoever publishes. So it neither drops nor
//! repeats nor reorders, and it needs no queue. Its only bound is that of the hub (`server.fan_out_queue`).

use std::sync::OnceLock;
use std::time::Duration;

use super::{Broker, Bulletin, Subscriber};

/// The broker within one process.
#[derive(Default)]
pub struct LocalBroker {
    subscriber: OnceLock<Subscriber>,
}

impl Broker for LocalBroker {
    fn publish(&self, bulletin: Bulletin) {
        if let Some(subscriber) = self.subscriber.get() {
            subscriber(bulletin);
        }
    }

    fn subscribe(&self, subscriber: Subscriber) {
        assert!(self.subscriber.set(subscriber).is_ok(), "one process is one node");
    }

    fn resync_period(&self) -> Option<Duration> {
        None
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::protocol::RoomSlug;
    use crate::server::delivery::broker::RoomsChange;

    fn removed(slug: &str) -> Bulletin {
        Bulletin::Rooms(RoomsChange::Removed(RoomSlug::parse(slug).unwrap()))
    }

    #[test]
    fn every_bulletin_is_there_when_publishing_returns() {
        let (broker, told) = (LocalBroker::default(), Arc::new(Mutex::new(Vec::new())));
        broker.publish(removed("before"));
        broker.subscribe(Box::new({
            let told = Arc::clone(&told);
            move |bulletin| told.lock().unwrap().push(format!("{bulletin:?}"))
        }));
        for slug in ["tea", "lobby"] {
            broker.publish(removed(slug));
        }
        assert_eq!(*told.lock().unwrap(), ["tea", "lobby"].map(|slug| format!("{:?}", removed(slug))));
    }
}
