//! A bulletin is a hint: over a broker that drops, repeats and reorders bulletins, everybody is shown every message once and
//! in order all the same, since the hub repairs gaps from the log.

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use teahouse::protocol::{Command, PostBody, PostId, RoomSlug, Seq};
use teahouse::server::delivery::broker::{Broker, Bulletin, Subscriber};
use tempfile::TempDir;

use crate::support::{Program, TestServer};

/// What becomes of the next committed events, over and over.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Told,
    Dropped,
    Repeated,
    /// Told after the next one that is told.
    Overtaken,
}

/// A broker between nodes that keeps no promise but to tell some of the bulletins.
struct BadBroker {
    subscriber: OnceLock<Subscriber>,
    fates: Mutex<std::iter::Cycle<std::vec::IntoIter<Fate>>>,
    overtaken: Mutex<Vec<Bulletin>>,
    resync_period: Duration,
}

impl BadBroker {
    fn new(fates: Vec<Fate>, resync_period: Duration) -> Arc<Self> {
        Arc::new(Self {
            subscriber: OnceLock::new(),
            fates: Mutex::new(fates.into_iter().cycle()),
            overtaken: Mutex::default(),
            resync_period,
        })
    }

    fn tell(&self, bulletin: Bulletin) {
        self.subscriber.get().unwrap()(bulletin);
        let overtaken = std::mem::take(&mut *self.overtaken.lock().unwrap());
        overtaken.into_iter().for_each(|bulletin| self.subscriber.get().unwrap()(bulletin));
    }
}

impl Broker for BadBroker {
    fn publish(&self, bulletin: Bulletin) {
        // What makes up for a lost one of another kind takes half a minute, or more nodes.
        if !matches!(bulletin, Bulletin::Committed(_)) {
            return self.tell(bulletin);
        }
        match self.fates.lock().unwrap().next().unwrap() {
            Fate::Told => self.tell(bulletin),
            Fate::Dropped => {}
            Fate::Repeated => {
                self.tell(bulletin.clone());
                self.tell(bulletin);
            }
            Fate::Overtaken => self.overtaken.lock().unwrap().push(bulletin),
        }
    }

    fn subscribe(&self, subscriber: Subscriber) {
        assert!(self.subscriber.set(subscriber).is_ok());
    }

    fn resync_period(&self) -> Option<Duration> {
        Some(self.resync_period)
    }
}

/// Long enough that no test waits for it.
const NEVER: Duration = Duration::from_secs(3_600);

async fn server_over(broker: Arc<BadBroker>) -> TestServer {
    TestServer::start_with_broker(broker, TempDir::new().unwrap(), |_| {}).await
}

/// Protects everybody on another node from what a broker loses, repeats and brings in another order.
#[tokio::test]
async fn everybody_is_shown_every_message_once_and_in_order_whatever_the_broker_does() {
    use Fate::{Dropped, Overtaken, Repeated, Told};
    let fates =
        vec![Told, Dropped, Repeated, Overtaken, Told, Overtaken, Overtaken, Dropped, Dropped, Repeated, Dropped];
    let server = server_over(BadBroker::new(fates, Duration::from_millis(100))).await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    let mut program = Program::connect(&server.socket_url("/")).await;
    for number in 0..300 {
        alice.say("lobby", &format!("n{number}"), &format!("message {number}")).await.unwrap();
    }
    let first = bob.line().await;
    assert_eq!((first.1.as_str(), first.2.as_str()), ("Alice", "message 0"));
    for number in 1..300 {
        let expected = (first.0 + number, "Alice".to_owned(), format!("message {number}"));
        assert_eq!(bob.line().await, expected);
    }
    for number in 0..300 {
        assert_eq!(program.line().await, ("Alice".to_owned(), format!("message {number}"), 1));
    }
}

/// Protects the memory and the patience of a node that was cut off from the broker: more was said meanwhile than a page of
/// the log holds.
#[tokio::test]
async fn a_gap_larger_than_a_page_of_the_log_is_repaired_when_the_next_bulletin_comes() {
    let missed = 500;
    let fates = std::iter::repeat_n(Fate::Dropped, missed).chain([Fate::Told]).collect();
    let server = server_over(BadBroker::new(fates, NEVER)).await;
    let mut alice = server.member("Alice").await;
    let mut bob = server.member("Bob").await;
    for number in 0..=missed {
        alice.say_nowait("lobby", &format!("n{number}"), &format!("message {number}")).await;
    }
    for number in 0..=missed {
        assert_eq!(bob.line().await.2, format!("message {number}"));
    }
}

/// Protects programs from reading of a reaction without the message that it is for, which no bulletin brought.
#[tokio::test]
async fn a_repaired_reaction_reaches_programs_in_words() {
    let server = server_over(BadBroker::new(vec![Fate::Dropped], Duration::from_millis(100))).await;
    let mut alice = server.member("Alice").await;
    let mut program = Program::connect(&server.socket_url("/")).await;
    let seq = alice.say("lobby", "n1", "tea?").await.unwrap();
    assert_eq!(program.line().await.1, "tea?");
    let body = PostBody::Reaction { target: Seq::new(seq), emoji: "🍵".to_owned(), on: true };
    alice.send(&Command::Post { room: RoomSlug::lobby(), id: PostId::parse("n2").unwrap(), body }).await;
    assert_eq!(program.line().await.1, "🍵 → Alice: tea?");
}
