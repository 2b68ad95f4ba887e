//! Publishing to a room of a thousand, without sockets: what the hub itself costs a delivery, and how much of it a second
//! lane takes over. Not here: the system call that a delivery is (`benches/load`).

use std::num::NonZeroUsize;
use std::sync::{Arc, Barrier};
use std::thread;

use divan::{Bencher, counter::ItemsCount};
use teahouse::protocol::{RoomSlug, Seq};
use teahouse::server::hub::Hub;
use teahouse::server::hub::publication::Wire;
use teahouse::server::hub::sendq::{Outgoing, Sendq, SendqLimits, WhenFull};
use teahouse::server::store::{Committed, RoomRecord};

use super::material::committed;

const FOLLOWERS: usize = 1_000;

struct Room {
    hub: Hub,
    sendqs: Vec<Arc<Sendq>>,
    seq: Seq,
}

impl Room {
    fn new(lanes: usize) -> Self {
        let hub = Hub::new(NonZeroUsize::new(lanes).expect("at least one"), 0);
        hub.open_room(&RoomRecord { slug: RoomSlug::lobby(), title: "Lobby".to_owned(), head: Seq::ZERO });
        let follow = |_| {
            let sendq = Arc::new(Sendq::new(SendqLimits { bytes: 0, frames: 0 }, WhenFull::FallBehind));
            let id = hub.connect(Arc::clone(&sendq), None);
            hub.follow_live(id, &RoomSlug::lobby(), Wire::Member);
            sendq
        };
        Self { sendqs: (0..FOLLOWERS).map(follow).collect(), hub, seq: Seq::ZERO }
    }

    fn publish(&mut self, lines: usize) {
        for _ in 0..lines {
            self.seq = self.seq.next();
            let mut line: Committed = committed();
            line.event.seq = self.seq;
            self.hub.publish(line);
        }
    }

    /// Takes what the followers were sent; every one must have something.
    fn drain(&self) {
        for sendq in &self.sendqs {
            assert!(matches!(sendq.try_next(), Some(Outgoing::Frames(_))), "a follower was sent nothing");
        }
    }
}

/// So many lines that wait together, to everybody, and out of everybody's queue again.
#[divan::bench(args = [1, 16, 256])]
fn publish(bencher: Bencher<'_, '_>, lines: usize) {
    let mut room = Room::new(1);
    bencher.counter(ItemsCount::new(lines * FOLLOWERS)).bench_local(|| {
        room.publish(lines);
        room.hub.send_posted();
        room.drain();
    });
}

/// The same line by so many threads, each a lane.
#[divan::bench(args = [1, 2])]
fn lanes(bencher: Bencher<'_, '_>, lanes: usize) {
    let mut room = Room::new(lanes);
    bencher.counter(ItemsCount::new(FOLLOWERS)).bench_local(|| {
        room.publish(1);
        let (hub, start) = (&room.hub, Barrier::new(lanes));
        thread::scope(|scope| {
            for lane in 0..lanes {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    hub.send_posted_to(lane);
                });
            }
        });
        room.drain();
    });
}
