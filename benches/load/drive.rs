//! When lines are said: at a fixed rate whatever happens (open loop), so many at once (closed loop), or all together
//! (burst); and what came of it.

use std::time::{Duration, Instant};

use super::crowd::{Crowd, Settled};
use super::dialect::Dialect;
use super::fault::Fault;
use super::ledger::Tally;
use super::server::Server;
use super::watch::{GENERATOR_SHARE_MAX, Watch, disturbance};

/// When nothing at all has come for so long, nothing more will come. A disk may stand still for a second or two.
const SILENCE_MAX: Duration = Duration::from_secs(5);
/// Silence after which everything has come that will come; heartbeats do not break it.
const QUIET: Duration = Duration::from_millis(400);
/// The longest wait for what is under way when a run ends.
const DRAIN_MAX: Duration = Duration::from_secs(15);
/// A server that is so far behind does not hold the rate; the rest of the run would only take time.
const LAG_MAX: Duration = Duration::from_secs(1);
const LAG_CHECK_PERIOD: Duration = Duration::from_millis(100);

/// A server with its crowd.
pub struct Stage {
    pub server: Server,
    pub crowd: Crowd,
    /// Who takes turns in speaking.
    pub speakers: Vec<usize>,
    next_speaker: usize,
}

/// What came of a run.
pub struct Measured {
    pub tally: Tally,
    /// From the first line until the last one was heard.
    pub duration: Duration,
    /// Deliveries that did not come.
    pub missing: u64,
    pub drain: Drain,
    /// Sockets that the server closed, or to which it gave up lines.
    pub closed: usize,
    /// What the server's processor did meanwhile.
    pub server_time: Duration,
    /// How much of its processor the generator used.
    pub generator_share: f64,
    /// How much of a processor everything else on the machine used.
    pub others_share: f64,
    pub pace: Pace,
}

/// Whether the whole run took place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    Kept,
    /// The server was too far behind.
    GivenUp,
}

/// How the wait for what was under way ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drain {
    /// Nothing came any more: what is missing is lost.
    Complete,
    /// Lines still came after all that time: what is missing may only be late.
    CutShort,
}

/// What was so at the start of a run.
pub struct Start {
    at: Instant,
    watch: Watch,
    server_time: Duration,
    closed: usize,
}

impl Stage {
    /// A server without people.
    pub fn new(server: Server, dialect: Dialect) -> Result<Self, Fault> {
        let crowd = Crowd::new(server.address, dialect)?;
        Ok(Self { server, crowd, speakers: Vec::new(), next_speaker: 0 })
    }

    /// Says lines at a fixed rate. Each is due at its moment, even if the generator or the server is late.
    pub fn open_loop(&mut self, rate: f64, warm_up: Duration, window: Duration) -> Result<Measured, Fault> {
        if self.pace(rate, warm_up)? == Pace::GivenUp {
            let start = self.start_measuring()?;
            return self.finish(&start, Pace::GivenUp);
        }
        let start = self.start_measuring()?;
        let pace = self.pace(rate, window)?;
        self.finish(&start, pace)
    }

    /// Keeps so many lines under way: one is said when one was heard by everybody.
    pub fn closed_loop(&mut self, in_flight: usize, warm_up: Duration, window: Duration) -> Result<Measured, Fault> {
        self.keep_in_flight(in_flight, warm_up)?;
        let start = self.start_measuring()?;
        let pace = self.keep_in_flight(in_flight, window)?;
        self.finish(&start, pace)
    }

    /// Every speaker keeps so many lines without an ack.
    pub fn acked_loop(&mut self, in_flight: u32, warm_up: Duration, window: Duration) -> Result<Measured, Fault> {
        let pace = self.keep_unacknowledged(in_flight, warm_up)?;
        let start = self.start_measuring()?;
        if pace == Pace::Kept {
            self.keep_unacknowledged(in_flight, window)?;
        }
        self.finish(&start, pace)
    }

    /// Says so many lines at once.
    pub fn burst(&mut self, lines: usize) -> Result<Measured, Fault> {
        let start = self.start_measuring()?;
        for _ in 0..lines {
            self.say(start.at)?;
        }
        self.finish(&start, Pace::Kept)
    }

    /// The next speaker says a line that is due at this moment.
    pub fn say(&mut self, due: Instant) -> Result<(), Fault> {
        let speaker = self.speakers[self.next_speaker % self.speakers.len()];
        self.next_speaker += 1;
        self.crowd.say(speaker, due)
    }

    fn pace(&mut self, rate: f64, duration: Duration) -> Result<Pace, Fault> {
        let started = Instant::now();
        let interval = Duration::from_secs_f64(1.0 / rate);
        let lines = (rate * duration.as_secs_f64()).ceil() as u32;
        let mut lag_checked_at = started;
        for number in 0..lines {
            let due = started + interval * number;
            let mut now = Instant::now();
            while now < due {
                self.crowd.turn(due)?;
                now = Instant::now();
            }
            self.say(due)?;
            if now.saturating_duration_since(lag_checked_at) > LAG_CHECK_PERIOD {
                lag_checked_at = now;
                if self.crowd.ledger.lag(now) > LAG_MAX {
                    return Ok(Pace::GivenUp);
                }
            }
        }
        Ok(Pace::Kept)
    }

    fn keep_in_flight(&mut self, in_flight: usize, duration: Duration) -> Result<Pace, Fault> {
        let end = Instant::now() + duration;
        let mut spoken_at = Instant::now();
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(Pace::Kept);
            }
            while self.crowd.ledger.unheard_lines() < in_flight {
                self.say(now)?;
                spoken_at = now;
            }
            if now.saturating_duration_since(spoken_at).min(self.crowd.silence()) > SILENCE_MAX {
                return Ok(Pace::GivenUp);
            }
            self.crowd.turn(now + Duration::from_millis(10))?;
        }
    }

    fn keep_unacknowledged(&mut self, in_flight: u32, duration: Duration) -> Result<Pace, Fault> {
        let end = Instant::now() + duration;
        let speakers = self.speakers.clone();
        loop {
            let now = Instant::now();
            if now >= end {
                return Ok(Pace::Kept);
            }
            for &speaker in &speakers {
                while self.crowd.people[speaker].unacknowledged < in_flight {
                    self.crowd.say(speaker, now)?;
                }
            }
            self.crowd.turn(now + Duration::from_millis(10))?;
        }
    }

    /// From now on everything counts.
    pub fn start_measuring(&mut self) -> Result<Start, Fault> {
        self.crowd.ledger.start_measuring();
        let watch = Watch::start(&self.server.process)?;
        Ok(Start {
            at: Instant::now(),
            watch,
            server_time: self.server.process.processor_time()?,
            closed: self.crowd.closed_by_server,
        })
    }

    /// Waits for what is under way, and adds everything up.
    pub fn finish(&mut self, start: &Start, pace: Pace) -> Result<Measured, Fault> {
        let drain_started = Instant::now();
        while self.crowd.ledger.unheard_lines() > 0
            && self.crowd.silence().min(drain_started.elapsed()) < SILENCE_MAX
            && drain_started.elapsed() < DRAIN_MAX
        {
            self.crowd.turn(Instant::now() + Duration::from_millis(10))?;
        }
        let silence = self.crowd.silence().min(drain_started.elapsed());
        let duration = start.at.elapsed().saturating_sub(silence);
        let own_time = start.watch.own_time()?;
        let server_time = self.server.process.processor_time()? - start.server_time;
        let others_share = start.watch.others_share(&self.server.process)?;
        let missing = self.crowd.ledger.missing_deliveries();
        self.crowd.ledger.write_off();
        let tally = self.crowd.ledger.start_measuring();
        Ok(Measured {
            duration,
            missing,
            drain: if silence < SILENCE_MAX { Drain::CutShort } else { Drain::Complete },
            closed: self.crowd.closed_by_server - start.closed,
            server_time,
            generator_share: own_time.as_secs_f64() / duration.as_secs_f64().max(f64::EPSILON),
            others_share,
            pace,
            tally,
        })
    }

    /// Waits until the server has dealt with everything.
    pub fn settle(&mut self) -> Result<Settled, Fault> {
        self.crowd.settle(QUIET, DRAIN_MAX)
    }
}

impl Measured {
    /// What was wrong with the deliveries; `None` when everybody heard every line once and in order.
    pub fn fault(&self) -> Option<String> {
        let counts = [
            (if self.drain == Drain::Complete { "LOST" } else { "STILL UNDER WAY" }, self.missing),
            ("DOUBLE", self.tally.doubled),
            ("DISORDERED", self.tally.disordered),
            ("REFUSED", self.tally.refusals),
            ("NOT RESUMED", self.tally.unresumed),
            ("CLOSED", self.closed as u64),
        ];
        let mut wrong: Vec<String> =
            counts.iter().filter(|(_, count)| *count > 0).map(|(name, count)| format!("{name} {count}")).collect();
        if self.pace == Pace::GivenUp {
            wrong.insert(0, "GIVEN UP, the server was too far behind".to_owned());
        }
        (!wrong.is_empty()).then(|| wrong.join(", "))
    }

    pub fn is_generator_saturated(&self) -> bool {
        self.generator_share > GENERATOR_SHARE_MAX
    }

    /// What else the machine did, if it was too much.
    pub fn disturbance(&self) -> Option<String> {
        disturbance(self.others_share)
    }

    pub fn deliveries_per_second(&self) -> f64 {
        self.tally.deliveries as f64 / self.duration.as_secs_f64()
    }

    /// What one delivery cost the server's processor.
    pub fn server_time_per_delivery(&self) -> Duration {
        self.server_time.div_f64(self.tally.deliveries.max(1) as f64)
    }
}
