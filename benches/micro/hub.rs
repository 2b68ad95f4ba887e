//! Publishing to a room of a thousand, without sockets: what the hub itself costs a delivery, and how much of it a second
//! lane takes over. Not here: the system call that a delivery is (`benches/load`).

use std::cell::RefCell;
use std::sync::Arc;
use std::thread;

use divan::{Bencher, counter::ItemsCount};
use teahouse::protocol::{MessageNo, RoomSlug, Seq};
use teahouse::server::config::ServerConfig;
use teahouse::server::delivery::frame::Wire;
use teahouse::server::delivery::hub::Hub;
use teahouse::server::delivery::sendq::{Outgoing, Sendq, SendqLimits, WhenFull};
use teahouse::server::log::{Committed, RoomRecord};

use super::material::committed;

const FOLLOWERS: usize = 1_000;

/// Rooms with a thousand followers each.
struct House {
    hub: Hub,
    rooms: Vec<RoomSlug>,
    sendqs: Vec<Arc<Sendq>>,
    seq: Seq,
}

impl House {
    fn new(lanes: usize, rooms: usize) -> Self {
        let config = ServerConfig { fan_out_threads: lanes, compression_threshold_bytes: 0, ..ServerConfig::default() };
        let hub = Hub::new(&config);
        let slug = |number| RoomSlug::parse(&format!("room-{number}")).expect("a slug");
        let rooms: Vec<_> = (0..rooms).map(slug).collect();
        let mut sendqs = Vec::new();
        for slug in &rooms {
            hub.open_room(&RoomRecord {
                slug: slug.clone(),
                title: slug.to_string(),
                head: Seq::ZERO,
                message_no: MessageNo::ZERO,
            });
            for _ in 0..FOLLOWERS {
                let sendq = Arc::new(Sendq::new(SendqLimits { bytes: 0, frames: 0 }, WhenFull::FallBehind));
                let id = hub.connect(Arc::clone(&sendq), None);
                hub.follow_live(id, slug, Wire::Member).expect("it was opened above");
                sendqs.push(sendq);
            }
        }
        Self { hub, rooms, sendqs, seq: Seq::ZERO }
    }

    /// So many lines to each room.
    fn publish(&mut self, lines: usize) {
        for _ in 0..lines {
            self.seq = self.seq.next();
            for room in &self.rooms {
                let mut line: Committed = committed();
                (line.room, line.event.seq) = (room.clone(), self.seq);
                self.hub.publish(line);
            }
        }
    }

    /// Takes what the followers were sent; every one must have something.
    fn drain(&self) {
        for sendq in &self.sendqs {
            assert!(matches!(sendq.try_next(), Some(Outgoing::Frames(_))), "a follower was sent nothing");
        }
    }
}

/// So many lines that wait together, to everybody in one room, and out of everybody's queue again.
#[divan::bench(args = [1, 16, 256])]
fn publish(bencher: Bencher<'_, '_>, lines: usize) {
    let mut house = House::new(1, 1);
    bencher.counter(ItemsCount::new(lines * FOLLOWERS)).bench_local(|| {
        house.publish(lines);
        house.hub.send_queued();
        house.drain();
    });
}

/// A line to each of many rooms, by so many threads, each a lane; their start is in the time.
#[divan::bench(args = [1, 2])]
fn lanes(bencher: Bencher<'_, '_>, lanes: usize) {
    const ROOMS: usize = 64;
    let house = RefCell::new(House::new(lanes, ROOMS));
    house.borrow_mut().publish(1);
    house.borrow().hub.send_queued();
    let next_line = || {
        house.borrow().drain();
        house.borrow_mut().publish(1);
    };
    bencher.counter(ItemsCount::new(ROOMS * FOLLOWERS)).with_inputs(next_line).bench_local_values(|()| {
        let hub = &house.borrow().hub;
        thread::scope(|scope| (0..lanes).for_each(|lane| drop(scope.spawn(move || hub.send_queued_on(lane)))));
    });
}
