//! Transitions of the connection itself: opened, lost, waited for, ended.

use super::{
    CLOSED_BY_US, Connection, Cookie, History, Network, Phase, RESTART_MS, RESTART_PAUSE_MS, SOON_MS, Step, later,
};
use crate::model::backoff;
use crate::model::connection::Output;
use crate::protocol::error::Reconnect;
use crate::protocol::limits::PROTOCOL_VERSION;
use crate::protocol::{CloseCode, Command};

impl Connection {
    pub(super) fn open(&mut self, step: &mut Step) {
        self.leave = None;
        self.attempted = step.now;
        self.phase = Phase::Opening { since: step.now, cookie: Cookie::Current };
        step.push(Output::OpenSocket);
    }

    pub(super) fn opened(&mut self, step: &mut Step) {
        let Phase::Opening { cookie, .. } = self.phase else { return };
        if cookie == Cookie::Outdated {
            step.push(Output::CloseSocket);
            return self.open(step);
        }
        self.network = Network::Up;
        self.history = History::Opened;
        self.heard = step.now;
        self.phase = Phase::Greeting { since: step.now };
        step.send(Command::Hello { protocol: PROTOCOL_VERSION, tab: self.tab.clone() });
    }

    pub(super) fn closed(&mut self, code: u16, step: &mut Step) {
        if !self.has_socket() {
            return;
        }
        if code == CloseCode::Drain.number() {
            self.expect_restart(0, step);
        }
        match CloseCode::reconnect(code) {
            Reconnect::No => self.phase = Phase::Ended { code },
            Reconnect::Yes => self.wait(step),
        }
    }

    /// The socket is gone: waits before the next attempt, as the server asked or by the back-off.
    pub(super) fn wait(&mut self, step: &mut Step) {
        if let Phase::Live { since } | Phase::Repairing { live_since: since, .. } = self.phase {
            self.backoff.connection_ended(step.now.unix_ms() - since.unix_ms());
        }
        self.lost.get_or_insert(step.now);
        self.attempts = self.attempts.saturating_add(1);
        let until = match self.leave.take() {
            Some(leave) if leave > step.now => leave,
            _ => later(step.now, i64::from(self.pause_ms(step))),
        };
        self.phase = Phase::Waiting { until };
    }

    /// How long to wait before the next attempt.
    fn pause_ms(&mut self, step: &Step) -> u32 {
        match self.restart {
            Some(until) if until > step.now => backoff::share(RESTART_PAUSE_MS, step.chance),
            _ => self.backoff.delay_ms(step.chance),
        }
    }

    /// The server announced that it stops, in so many milliseconds or already.
    pub(super) fn expect_restart(&mut self, in_ms: u32, step: &Step) {
        self.restart = Some(later(step.now, i64::from(in_ms) + RESTART_MS));
    }

    pub(super) fn drop_socket(&mut self, step: &mut Step) {
        if self.has_socket() {
            step.push(Output::CloseSocket);
            self.wait(step);
        }
    }

    pub(super) fn tick(&mut self, step: &mut Step) {
        self.alarm = None;
        let Some(deadline) = self.deadline().filter(|deadline| *deadline <= step.now) else {
            return;
        };
        match self.phase {
            Phase::Waiting { .. } => self.open(step),
            Phase::Refused { again: Some(again), .. } if again <= deadline => self.join(step),
            // The server asked for it, so that no back-off is due.
            Phase::Live { .. } | Phase::Repairing { .. } if self.leave.is_some_and(|leave| leave <= step.now) => {
                step.push(Output::CloseSocket);
                self.wait(step);
                self.open(step);
            }
            _ => self.drop_socket(step),
        }
    }

    /// The network or the reader came back: an attempt is due within `most_ms`, and a dead connection is found out at once.
    pub(super) fn look_again(&mut self, most_ms: u32, step: &mut Step) {
        if let Phase::Waiting { until } = self.phase {
            let wished = later(step.now, i64::from(backoff::share(most_ms, step.chance)));
            let soon = wished.max(later(self.attempted, i64::from(SOON_MS)));
            self.phase = Phase::Waiting { until: until.min(soon) };
        } else if self.deadline().is_some_and(|deadline| deadline <= step.now) {
            self.drop_socket(step);
        }
    }

    /// Comes back at once under the new cookie, also from an end that the old one brought about.
    pub(super) fn identity_changed(&mut self, step: &mut Step) {
        if self.phase == Phase::Idle || self.phase == (Phase::Ended { code: CLOSED_BY_US }) {
            return;
        }
        if let Phase::Opening { cookie, .. } = &mut self.phase {
            *cookie = Cookie::Outdated;
            return;
        }
        if self.has_socket() {
            step.push(Output::CloseSocket);
        }
        self.open(step);
    }

    pub(super) fn close(&mut self, step: &mut Step) {
        if self.has_socket() {
            step.push(Output::CloseSocket);
        }
        self.phase = Phase::Ended { code: CLOSED_BY_US };
    }
}
