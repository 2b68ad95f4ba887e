//! Lines that were typed and are not yet acknowledged: the local echo and its state. Not here: where they are kept
//! (`client::storage`) and how they travel (`client::link`).

use serde::{Deserialize, Serialize};

use crate::protocol::{ClientMessageId, Refusal, Timestamp};

/// An answer that did not come for this long is not waited for: the same line is sent again, under the same id.
pub const UNANSWERED_MS: i64 = 10_000;
/// A line that waited longer than this is not sent by itself any more: nobody likes yesterday's line today.
pub const STALE_MS: i64 = 24 * 60 * 60 * 1_000;

/// How far a line has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineState {
    /// Will be sent by itself, when its turn comes.
    Waiting,
    /// Sent, not yet answered.
    Sending,
    /// Refused for good: the person decides, retry or discard.
    Failed(Refusal),
    /// Waited for more than a day: the person decides, retry or discard.
    Stale,
}

/// A line on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutgoingLine {
    /// Its name for ever, also over retries.
    pub client_message_id: ClientMessageId,
    /// What was typed.
    pub text: String,
    /// When it was typed, or last retried by hand.
    pub created: Timestamp,
    /// How far it has come.
    pub state: LineState,
}

/// The lines of one room that are not known to be on disk, in the order of typing. Nothing leaves it silently:
/// only by [`Outbox::acked`], [`Outbox::seen`] or [`Outbox::discard`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    lines: Vec<OutgoingLine>,
    /// When the line that is `Sending` was sent; at most one is, which alone keeps the order of typing.
    sent: Option<Timestamp>,
    /// Set by a refusal that asked to wait: since when, and how long.
    pause: Option<(Timestamp, i64)>,
}

impl Outbox {
    /// Adds a line at the end.
    pub fn push(&mut self, client_message_id: ClientMessageId, text: String, now: Timestamp) {
        self.lines.push(OutgoingLine { client_message_id, text, created: now, state: LineState::Waiting });
    }

    /// The line to send now, marked as sending; none while one is in flight. A line unanswered for 10 s is given out
    /// again. Call it while the link is live: after `push`, `acked`, `refused`, `seen`, `retry`, `discard`, on becoming
    /// live, and when [`Outbox::wait_ms`] has passed.
    pub fn next_to_send(&mut self, now: Timestamp) -> Option<&OutgoingLine> {
        self.lines.iter_mut().filter(|line| line.state == LineState::Waiting).for_each(|line| line.age(now));
        let due = self.wait_ms(now)? == 0;
        let line = self
            .lines
            .iter_mut()
            .filter(|_| due)
            .find(|line| line.is_in_flight() || line.state == LineState::Waiting)?;
        line.state = LineState::Sending;
        self.sent = Some(now);
        self.pause = None;
        Some(line)
    }

    /// In how many milliseconds `next_to_send` is worth calling although nothing happens; none when nothing waits.
    #[must_use]
    pub fn wait_ms(&self, now: Timestamp) -> Option<u32> {
        if self.lines.iter().any(OutgoingLine::is_in_flight) {
            return Some(self.sent.map_or(0, |sent| remaining_ms(sent, UNANSWERED_MS, now)));
        }
        let waits = self.lines.iter().any(|line| line.state == LineState::Waiting);
        waits.then(|| self.pause.map_or(0, |(since, ms)| remaining_ms(since, ms, now)))
    }

    /// The server has it on disk.
    pub fn acked(&mut self, id: &ClientMessageId) {
        self.lines.retain(|line| line.client_message_id != *id);
    }

    /// The server did not take it: it fails, or waits as long as the refusal says, and every later line behind it.
    pub fn refused(&mut self, id: &ClientMessageId, refusal: Refusal, now: Timestamp) {
        let Some(line) = self.line_mut(id) else {
            return;
        };
        match refusal.retry_after_ms {
            None => line.state = LineState::Failed(refusal),
            Some(ms) => {
                line.state = LineState::Waiting;
                self.pause = Some((now, i64::from(ms)));
            }
        }
    }

    /// The line came back in the log as one's own: as good as an ack.
    pub fn seen(&mut self, id: &ClientMessageId) {
        self.acked(id);
    }

    /// Whatever was in flight may be lost: it waits again.
    pub fn connection_lost(&mut self) {
        for line in self.lines.iter_mut().filter(|line| line.is_in_flight()) {
            line.state = LineState::Waiting;
        }
    }

    /// The person wants a failed or stale line sent again.
    pub fn retry(&mut self, id: &ClientMessageId, now: Timestamp) {
        if let Some(line) = self.line_mut(id).filter(|line| !line.is_in_flight()) {
            line.state = LineState::Waiting;
            line.created = now;
        }
    }

    /// The person gives a line up; returns its text (to put it back into the composer, say).
    pub fn discard(&mut self, id: &ClientMessageId) -> Option<String> {
        let index = self.lines.iter().position(|line| line.client_message_id == *id)?;
        Some(self.lines.remove(index).text)
    }

    /// All lines, in the order of typing.
    #[must_use]
    pub fn lines(&self) -> &[OutgoingLine] {
        &self.lines
    }

    /// For storage: one JSON object a line, so that one that cannot be read later does not take the others with it.
    #[must_use]
    pub fn to_json(&self) -> String {
        let kept = self.lines.iter().map(KeptLine::from).filter_map(|kept| serde_json::to_string(&kept).ok());
        kept.collect::<Vec<_>>().join("\n")
    }

    /// From storage, where `decode` reads one line. Lines that were in flight wait again.
    #[must_use]
    pub fn from_json(json: &str, decode: fn(&str) -> Option<KeptLine>) -> Self {
        let kept = json.lines().filter_map(decode);
        Self { lines: kept.map(OutgoingLine::from).collect(), ..Self::default() }
    }

    fn line_mut(&mut self, id: &ClientMessageId) -> Option<&mut OutgoingLine> {
        self.lines.iter_mut().find(|line| line.client_message_id == *id)
    }
}

impl OutgoingLine {
    fn is_in_flight(&self) -> bool {
        self.state == LineState::Sending
    }

    fn age(&mut self, now: Timestamp) {
        if now.unix_ms() - self.created.unix_ms() > STALE_MS {
            self.state = LineState::Stale;
        }
    }
}

/// What is left of `ms` that began at `since`. A clock that was set back ends every wait rather than prolonging it.
fn remaining_ms(since: Timestamp, ms: i64, now: Timestamp) -> u32 {
    let elapsed = now.unix_ms() - since.unix_ms();
    if elapsed < 0 { 0 } else { u32::try_from(ms - elapsed).unwrap_or(0) }
}

/// A line as it is stored: what cannot be worked out again.
#[derive(Serialize, Deserialize)]
pub struct KeptLine {
    client_message_id: ClientMessageId,
    text: String,
    created_ms: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refusal: Option<Refusal>,
}

impl From<&OutgoingLine> for KeptLine {
    fn from(line: &OutgoingLine) -> Self {
        let refusal = match line.state {
            LineState::Failed(refusal) => Some(refusal),
            LineState::Waiting | LineState::Sending | LineState::Stale => None,
        };
        Self {
            client_message_id: line.client_message_id.clone(),
            text: line.text.clone(),
            created_ms: line.created,
            refusal,
        }
    }
}

impl From<KeptLine> for OutgoingLine {
    fn from(kept: KeptLine) -> Self {
        Self {
            client_message_id: kept.client_message_id,
            text: kept.text,
            created: kept.created_ms,
            state: kept.refusal.map_or(LineState::Waiting, LineState::Failed),
        }
    }
}

#[cfg(test)]
mod tests;
