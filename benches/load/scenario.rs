//! The scenarios: what people do, and which servers are watched while they do it.

pub mod burst;
pub mod durable;
pub mod fanout;
pub mod idle;
pub mod page;
pub mod ramp;
pub mod rooms;
pub mod slow_readers;
pub mod steady;
pub mod storm;

use std::path::PathBuf;
use std::time::Duration;

use super::contestant::Contestant;
use super::dialect::RoomNumber;
use super::drive::Stage;
use super::fault::Fault;
use super::person::{Role, Seat};
use super::row::{Measure, Row};
use super::server::Server;

/// What may wait for one connection, on every server that can be told. More than any scenario needs that must not lose.
const BACKLOG_BYTES: usize = 16 * 1024 * 1024;
/// Open files that a process needs for something else than people.
const SOCKETS_SPARE: usize = 1_000;
/// How many people come in at once.
const HANDSHAKES_AT_ONCE: usize = 64;
const GATHER_PATIENCE: Duration = Duration::from_secs(30);
/// How many people take turns in speaking, where there are so many.
const SPEAKERS: usize = 64;
/// How long a rate is held to count.
const WINDOW: Duration = Duration::from_secs(3);
/// A generator that receives each line for itself pays as much for it as the server does for sending, and is saturated
/// first: a thousand people who are read every 4 ms cost it a whole processor. Where a server is driven to its limit,
/// sockets fill for so long before they are read; it is small beside the latency that is allowed there.
const BREATH: Duration = Duration::from_millis(10);

/// How much time there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// About two minutes for one scenario: to see the effect of a change.
    Quick,
    /// About twenty minutes for all of them: to publish.
    Full,
}

/// What all runs have in common.
pub struct Bench {
    pub profile: Profile,
    /// Where servers keep their data: it should be on a disk, not in memory.
    pub folder: PathBuf,
    /// Sockets that a process may have open.
    pub sockets_max: usize,
}

type Run = fn(&Bench, &'static str, Contestant) -> Result<Row, Fault>;

/// Something that happens in a chat.
pub struct Scenario {
    pub name: &'static str,
    pub title: &'static str,
    /// Its most important figure: the first column, and what ratios are taken of.
    pub headline: Measure,
    pub contestants: &'static [Contestant],
    /// How often it is done, the servers in turn. A machine has better and worse minutes: where figures lie close
    /// together, the median of several rounds says more than one.
    pub rounds: usize,
    pub run: Run,
}

const EVERYBODY: &[Contestant] = &Contestant::ALL;
/// Two peers are left out where they would only take time: they are far behind, and the room of a thousand shows it.
const LEADERS: &[Contestant] = &[
    Contestant::TeahousePlain,
    Contestant::TeahouseMember,
    Contestant::UWebSockets,
    Contestant::WsPrebuilt,
    Contestant::Floor,
];
/// The floor knows one room only and waits for slow readers, and an idle one shows nothing.
const SERVERS: &[Contestant] =
    &[Contestant::TeahousePlain, Contestant::TeahouseMember, Contestant::UWebSockets, Contestant::WsPrebuilt];

pub const SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "fanout-1000",
        title: "one room of 1,000",
        headline: Measure::LinesHeld,
        contestants: EVERYBODY,
        rounds: 1,
        run: fanout::of_1000,
    },
    Scenario {
        name: "steady",
        title: "60 lines/s in one room of 1,000",
        headline: Measure::ProcessorPerDelivery,
        contestants: EVERYBODY,
        rounds: 5,
        run: steady::run,
    },
    Scenario {
        name: "fanout-100",
        title: "one room of 100",
        headline: Measure::LinesHeld,
        contestants: LEADERS,
        rounds: 1,
        run: fanout::of_100,
    },
    Scenario {
        name: "fanout-10000",
        title: "one room of 10,000 (held: p99 ≤ 500 ms)",
        headline: Measure::LinesHeld,
        contestants: LEADERS,
        rounds: 1,
        run: fanout::of_10000,
    },
    Scenario {
        name: "rooms",
        title: "1,000 rooms of 20, or as many as there are sockets",
        headline: Measure::LinesHeld,
        contestants: SERVERS,
        rounds: 1,
        run: rooms::run,
    },
    Scenario {
        name: "burst",
        title: "1,000 lines at once to 1,000 people",
        headline: Measure::BurstDeliveries,
        contestants: EVERYBODY,
        rounds: 1,
        run: burst::run,
    },
    Scenario {
        name: "slow-readers",
        title: "1 of 100 people does not read: the others, at 60 lines/s of 6 KB to 1,000",
        headline: Measure::Latency99,
        contestants: SERVERS,
        rounds: 1,
        run: slow_readers::run,
    },
    Scenario {
        name: "idle",
        title: "10,000 and 19,000 silent people in one room",
        headline: Measure::BytesPerConnection10000,
        contestants: SERVERS,
        rounds: 1,
        run: idle::run,
    },
    Scenario {
        name: "storm",
        title: "10,000 people lose their network and come back",
        headline: Measure::BackAgain,
        contestants: SERVERS,
        rounds: 1,
        run: storm::run,
    },
    Scenario {
        name: "durable",
        title: "50 people write as fast as they are acknowledged, from disk",
        headline: Measure::DurableSends,
        contestants: &[Contestant::TeahouseMember],
        rounds: 1,
        run: durable::run,
    },
    Scenario {
        name: "page",
        title: "16 browsers ask for the page of a room with 50 messages; every answer is checked",
        headline: Measure::PagesWithoutSession,
        contestants: &[Contestant::TeahouseMember],
        rounds: 3,
        run: page::run,
    },
];

impl Bench {
    /// A server of its own with people in its lobby, who have nothing to do yet.
    fn lobby(&self, contestant: Contestant, people: usize) -> Result<Stage, Fault> {
        self.stage(contestant, BACKLOG_BYTES, vec![listener(RoomNumber::LOBBY); people])
    }

    fn stage(&self, contestant: Contestant, backlog_bytes: usize, seats: Vec<Seat>) -> Result<Stage, Fault> {
        self.check_sockets(seats.len())?;
        let server = Server::start(contestant, backlog_bytes, &self.folder)?;
        let mut stage = Stage::new(server, contestant.dialect())?;
        stage.speakers = (0..seats.len().min(SPEAKERS)).collect();
        stage.gather(seats)?;
        Ok(stage)
    }

    /// Sockets that a process has for people.
    fn seats_max(&self) -> usize {
        self.sockets_max.saturating_sub(SOCKETS_SPARE)
    }

    fn check_sockets(&self, wanted: usize) -> Result<(), Fault> {
        let available = self.seats_max();
        if wanted > available { Err(Fault::TooFewSockets { wanted, available }) } else { Ok(()) }
    }

    /// How long a closed loop runs.
    fn short_window(&self) -> Duration {
        Duration::from_secs(match self.profile {
            Profile::Quick => 1,
            Profile::Full => 2,
        })
    }
}

impl Stage {
    /// Lets people in and waits until the server has told everybody about everybody.
    fn gather(&mut self, seats: Vec<Seat>) -> Result<(), Fault> {
        let gathered = self.crowd.gather(seats, HANDSHAKES_AT_ONCE, GATHER_PATIENCE);
        if gathered.is_err() {
            self.server.show_log();
        }
        gathered?;
        self.settle()?;
        Ok(())
    }
}

fn listener(room: RoomNumber) -> Seat {
    Seat { room, role: Role::Listener, cookie: None, cursor: None }
}

fn onlooker(room: RoomNumber) -> Seat {
    Seat { room, role: Role::Onlooker, cookie: None, cursor: None }
}

fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

fn microseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e6
}
