//! The state, its deadlines and what it looks like. The transitions are in `connection` and `room`: a method for each
//! kind of input; `Step` collects what is to be done.

mod connection;
mod room;

use super::{ConnectionStatus, Input, Output};
use crate::model::backoff::Backoff;
use crate::protocol::{Command, Cursor, Event, Refusal, RoomSlug, TabId, Timestamp};

/// Opening, greeting and joining may take this long each.
const STEP_MS: i64 = 15_000;
/// Added to twice the heartbeat: silence longer than this is a dead connection.
const SILENCE_MARGIN_MS: i64 = 10_000;
/// How long a restart of the server may take. Until then the page tries again within [`RESTART_PAUSE_MS`].
const RESTART_MS: i64 = 30_000;
/// Most time between two attempts while the server restarts: the back-off is for servers that nobody expects to be away.
const RESTART_PAUSE_MS: u32 = 1_000;
/// A network that came back brings an attempt within this time. Attempts that the reader or the network ask for are at
/// least so far apart, however often they ask.
const SOON_MS: u32 = 1_000;
/// So many attempts without ever opening mean that something blocks WebSockets.
const BLOCKED_AFTER: u32 = 3;
/// Close code of a connection that the page itself ended (RFC 6455 §7.4.1).
const CLOSED_BY_US: u16 = 1000;

/// The connection of one tab, for the one room that is open in it.
#[derive(Clone, Debug)]
pub struct Connection {
    tab: TabId,
    room: RoomSlug,
    cursor: Option<Cursor>,
    phase: Phase,
    network: Network,
    history: History,
    backoff: Backoff,
    /// Attempts since the room was last live.
    attempts: u32,
    /// When the last attempt began.
    attempted: Timestamp,
    /// Since when the room is not live although it should be.
    lost: Option<Timestamp>,
    heard: Timestamp,
    heartbeat_ms: u32,
    /// When the server asked to leave for another connection.
    leave: Option<Timestamp>,
    /// Until when the server is expected to be back, since it announced that it stops.
    restart: Option<Timestamp>,
    /// The status that was reported last, so that only changes are reported.
    told: ConnectionStatus,
    /// When the timer rings.
    alarm: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Idle,
    Opening {
        since: Timestamp,
        cookie: Cookie,
    },
    Greeting {
        since: Timestamp,
    },
    /// The room was not joined yet on this connection.
    Joining {
        since: Timestamp,
    },
    /// The room is joined, but events are missing: joined again to get them.
    Repairing {
        since: Timestamp,
        live_since: Timestamp,
    },
    Live {
        since: Timestamp,
    },
    Refused {
        refusal: Refusal,
        again: Option<Timestamp>,
    },
    Waiting {
        until: Timestamp,
    },
    Ended {
        code: u16,
    },
}

/// The cookie under which a socket is being opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cookie {
    Current,
    /// It was changed meanwhile. A socket that is closed before it is open makes browsers complain, so it is opened first.
    Outdated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Network {
    Up,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum History {
    NeverOpened,
    Opened,
}

/// One step: the time and chance that it may use, and what it wants done.
struct Step {
    now: Timestamp,
    chance: f64,
    outputs: Vec<Output>,
}

impl Step {
    fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    fn send(&mut self, command: Command) {
        self.push(Output::Send(command));
    }

    fn deliver(&mut self, event: Event) {
        self.push(Output::Deliver(Box::new(event)));
    }
}

impl Connection {
    /// A connection that has done nothing yet.
    #[must_use]
    pub fn new(tab: TabId, room: RoomSlug, cursor: Option<Cursor>) -> Self {
        Self {
            tab,
            room,
            cursor,
            phase: Phase::Idle,
            network: Network::Up,
            history: History::NeverOpened,
            backoff: Backoff::default(),
            attempts: 0,
            attempted: Timestamp::default(),
            lost: None,
            heard: Timestamp::default(),
            heartbeat_ms: 0,
            leave: None,
            restart: None,
            told: ConnectionStatus::Connecting,
            alarm: None,
        }
    }

    /// Takes an input. `now` is the wall clock, which goes on while a laptop sleeps; `chance` is drawn from 0..1.
    pub fn step(&mut self, input: Input, now: Timestamp, chance: f64) -> Vec<Output> {
        let mut step = Step { now, chance, outputs: Vec::new() };
        match input {
            Input::Start if self.phase == Phase::Idle => self.open(&mut step),
            Input::Start => {}
            Input::Opened => self.opened(&mut step),
            Input::Frame(event) => self.frame(*event, &mut step),
            Input::Closed { code } => self.closed(code, &mut step),
            Input::Tick => self.tick(&mut step),
            Input::Online => {
                self.network = Network::Up;
                self.look_again(SOON_MS, &mut step);
            }
            Input::Offline => {
                self.network = Network::Down;
                self.drop_socket(&mut step);
            }
            Input::Attended => self.look_again(0, &mut step),
            Input::SwitchRoom { room, cursor } => self.switch_room(room, cursor, &mut step),
            Input::IdentityChanged => self.identity_changed(&mut step),
            Input::Send(command) => self.send(command, &mut step),
            Input::Close => self.close(&mut step),
        }
        self.set_alarm(&mut step);
        let status = self.status();
        if status != self.told {
            self.told = status;
            step.push(Output::Status(status));
        }
        step.outputs
    }

    /// The state to show.
    #[must_use]
    pub fn status(&self) -> ConnectionStatus {
        match (self.phase, self.lost) {
            (Phase::Ended { code }, _) => ConnectionStatus::Ended { code },
            (Phase::Refused { refusal, .. }, _) => ConnectionStatus::Refused(refusal),
            (Phase::Live { .. } | Phase::Repairing { .. }, _) => ConnectionStatus::Live,
            (_, None) => ConnectionStatus::Connecting,
            (_, Some(since)) if self.network == Network::Down => ConnectionStatus::Offline { since },
            _ if self.history == History::NeverOpened && self.attempts >= BLOCKED_AFTER => ConnectionStatus::Blocked,
            (phase, Some(since)) => {
                let at = match phase {
                    Phase::Waiting { until } => until,
                    Phase::Opening { since, .. } | Phase::Greeting { since } | Phase::Joining { since } => since,
                    _ => since,
                };
                ConnectionStatus::Reconnecting { attempt: self.attempts, at, since }
            }
        }
    }

    fn has_socket(&self) -> bool {
        !matches!(self.phase, Phase::Idle | Phase::Waiting { .. } | Phase::Ended { .. })
    }

    /// When the machine wants to be woken although nothing happens.
    fn deadline(&self) -> Option<Timestamp> {
        let silence = later(self.heard, 2 * i64::from(self.heartbeat_ms) + SILENCE_MARGIN_MS);
        match self.phase {
            Phase::Idle | Phase::Ended { .. } => None,
            Phase::Waiting { until } => Some(until),
            Phase::Opening { since, .. } | Phase::Greeting { since } | Phase::Joining { since } => {
                Some(later(since, STEP_MS))
            }
            Phase::Repairing { since, .. } => Some(later(since, STEP_MS)),
            Phase::Refused { again, .. } => Some(again.map_or(silence, |again| again.min(silence))),
            Phase::Live { .. } => Some(self.leave.map_or(silence, |leave| leave.min(silence))),
        }
    }

    /// Sets the timer when none is set, or when it would ring too late. One that rings too early does no harm, which
    /// saves a new timer for every frame.
    fn set_alarm(&mut self, step: &mut Step) {
        let Some(deadline) = self.deadline() else {
            return;
        };
        if self.alarm.is_none_or(|alarm| deadline < alarm) {
            self.alarm = Some(deadline);
            let ms = deadline.unix_ms() - step.now.unix_ms();
            step.push(Output::Wait { ms: u32::try_from(ms.max(0)).unwrap_or(u32::MAX) });
        }
    }
}

fn later(at: Timestamp, ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(at.unix_ms().saturating_add(ms))
}
