//! Transitions of the connection itself: opened, lost, waited for, given up.

use super::{CLOSED_BY_US, History, Link, Network, Phase, RESTART_MS, RESTART_PAUSE_MS, SOON_MS, Turn, later};
use crate::model::backoff;
use crate::model::connection::Output;
use crate::protocol::error::Reconnect;
use crate::protocol::limits::PROTOCOL_VERSION;
use crate::protocol::{CloseCode, Command};

impl Link {
    pub(super) fn open(&mut self, turn: &mut Turn) {
        self.leave = None;
        self.attempted = turn.now;
        self.phase = Phase::Opening { since: turn.now };
        turn.push(Output::OpenSocket);
    }

    pub(super) fn opened(&mut self, turn: &mut Turn) {
        if !matches!(self.phase, Phase::Opening { .. }) {
            return;
        }
        self.network = Network::Up;
        self.history = History::Opened;
        self.heard = turn.now;
        self.phase = Phase::Greeting { since: turn.now };
        turn.send(Command::Hello { protocol: PROTOCOL_VERSION, tab: self.tab.clone() });
    }

    pub(super) fn closed(&mut self, code: u16, turn: &mut Turn) {
        if !self.has_socket() {
            return;
        }
        if code == CloseCode::Drain.number() {
            self.expect_restart(0, turn);
        }
        match CloseCode::reconnect(code) {
            Reconnect::No => self.phase = Phase::Ended { code },
            Reconnect::Yes => self.wait(turn),
        }
    }

    /// The socket is gone: waits before the next attempt, as the server asked or by the back-off.
    pub(super) fn wait(&mut self, turn: &mut Turn) {
        if let Phase::Live { since } | Phase::Repairing { live_since: since, .. } = self.phase {
            self.backoff.connection_ended(turn.now.unix_ms() - since.unix_ms());
        }
        self.lost.get_or_insert(turn.now);
        self.attempts = self.attempts.saturating_add(1);
        let until = match self.leave.take() {
            Some(leave) if leave > turn.now => leave,
            _ => later(turn.now, i64::from(self.pause_ms(turn))),
        };
        self.phase = Phase::Waiting { until };
    }

    /// How long to wait before the next attempt.
    fn pause_ms(&mut self, turn: &Turn) -> u32 {
        match self.restart {
            Some(until) if until > turn.now => backoff::share(RESTART_PAUSE_MS, turn.chance),
            _ => self.backoff.delay_ms(turn.chance),
        }
    }

    /// The server said that it stops, in so many milliseconds or already.
    pub(super) fn expect_restart(&mut self, in_ms: u32, turn: &Turn) {
        self.restart = Some(later(turn.now, i64::from(in_ms) + RESTART_MS));
    }

    pub(super) fn drop_socket(&mut self, turn: &mut Turn) {
        if self.has_socket() {
            turn.push(Output::CloseSocket);
            self.wait(turn);
        }
    }

    pub(super) fn tick(&mut self, turn: &mut Turn) {
        self.alarm = None;
        let Some(deadline) = self.deadline().filter(|deadline| *deadline <= turn.now) else {
            return;
        };
        match self.phase {
            Phase::Waiting { .. } => self.open(turn),
            Phase::Refused { again: Some(again), .. } if again <= deadline => self.join(turn),
            // The server asked for it, so that no back-off is due.
            Phase::Live { .. } | Phase::Repairing { .. } if self.leave.is_some_and(|leave| leave <= turn.now) => {
                turn.push(Output::CloseSocket);
                self.wait(turn);
                self.open(turn);
            }
            _ => self.drop_socket(turn),
        }
    }

    /// The network or the reader came back: an attempt is due within `most_ms`, and a dead connection is found out at once.
    pub(super) fn look_again(&mut self, most_ms: u32, turn: &mut Turn) {
        if let Phase::Waiting { until } = self.phase {
            let wished = later(turn.now, i64::from(backoff::share(most_ms, turn.chance)));
            let soon = wished.max(later(self.attempted, i64::from(SOON_MS)));
            self.phase = Phase::Waiting { until: until.min(soon) };
        } else if self.deadline().is_some_and(|deadline| deadline <= turn.now) {
            self.drop_socket(turn);
        }
    }

    /// Comes back at once under the new cookie, also from an end that the old one brought about.
    pub(super) fn identity_changed(&mut self, turn: &mut Turn) {
        if self.phase == Phase::Idle || self.phase == (Phase::Ended { code: CLOSED_BY_US }) {
            return;
        }
        if self.has_socket() {
            turn.push(Output::CloseSocket);
        }
        self.open(turn);
    }

    pub(super) fn close(&mut self, turn: &mut Turn) {
        if self.has_socket() {
            turn.push(Output::CloseSocket);
        }
        self.phase = Phase::Ended { code: CLOSED_BY_US };
    }
}
