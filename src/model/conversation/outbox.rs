//! Lines that were typed and are not yet acknowledged, of all rooms: the local echo and its state. All tabs of a browser
//! share what is kept of them; each tab has an outbox of its own over it. Two tabs that send the same line do no harm,
//! since its id is the same; that they rarely do is only thrift. Not here: where lines are kept (`client::storage`) and how
//! they travel (`ui::state`).

mod gone_rooms;
mod kept;
mod line;
mod reactions;

pub use kept::KeptLine;
pub use line::{LineState, OutgoingLine, STALE_MS, Unsent};

use crate::protocol::{
    ClientMessageId, ErrorCode, EventBody, LogEvent, Message, Person, PostBody, Refusal, RoomSlug, Seq, Timestamp,
    UserId,
};

/// An answer that did not come for this long is not waited for: the same line is sent again, under the same id.
pub const UNANSWERED_MS: i64 = 10_000;
/// A line that another tab was seen to keep is left to that tab for this long. It may have been closed since.
pub const ELSEWHERE_MS: i64 = 15_000;

/// The lines that are not known to be on disk, in the order of typing. Nothing leaves it silently: only by
/// [`Outbox::acked`], [`Outbox::placed`], [`Outbox::arrived`] or [`Outbox::discard`], here or in another tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbox {
    /// At most one of each room is `Sending`, which alone keeps the order of typing. Rooms do not wait for each other.
    lines: Vec<OutgoingLine>,
    /// Set by a refusal that asked to wait: since when, and what it was.
    pause: Option<(Timestamp, Refusal)>,
}

impl Outbox {
    /// Adds a line at the end.
    pub fn push(
        &mut self,
        room: RoomSlug,
        client_message_id: ClientMessageId,
        sender: UserId,
        body: PostBody,
        now: Timestamp,
    ) {
        let state = LineState::Waiting;
        let (created, wanted, may_have_arrived) = (now, now, false);
        let line = OutgoingLine { room, client_message_id, sender, body, created, wanted, state, may_have_arrived };
        self.lines.push(line);
    }

    /// A line to send now, marked as sending; none of a room while one of it is in flight. A line unanswered for 10 s is
    /// given out again. Call it until it gives none, while the server can be reached: after `push`, `acked`, `placed`,
    /// `refused`, `arrived`, `retry`, `discard`, on becoming live, and when [`Outbox::wait_ms`] has passed.
    pub fn next_to_send(&mut self, now: Timestamp) -> Option<&OutgoingLine> {
        self.lines.iter_mut().for_each(|line| line.age(now));
        self.pause = self.pause.filter(|pause| pause_ms(*pause, now) > 0);
        let line = (0..self.lines.len()).find(|place| self.line_wait_ms(&self.lines[*place], now) == Some(0))?;
        self.lines[line].state = LineState::Sending { since: now };
        self.lines[line].may_have_arrived = true;
        Some(&self.lines[line])
    }

    /// In how many milliseconds `next_to_send` is worth calling although nothing happens; none when nothing waits.
    #[must_use]
    pub fn wait_ms(&self, now: Timestamp) -> Option<u32> {
        self.lines.iter().filter_map(|line| self.line_wait_ms(line, now)).min()
    }

    /// In how many milliseconds a line may be given out; none while that is not a matter of time.
    fn line_wait_ms(&self, line: &OutgoingLine, now: Timestamp) -> Option<u32> {
        let is_before = |other: &OutgoingLine| other.is_in_flight() && other.room == line.room;
        match line.state {
            LineState::Sending { since } => Some(remaining_ms(since, UNANSWERED_MS, now)),
            LineState::Waiting if self.lines.iter().any(is_before) => None,
            LineState::Waiting => Some(self.pause.map_or(0, |pause| pause_ms(pause, now))),
            LineState::Elsewhere { until } => Some(u32::try_from(until.unix_ms() - now.unix_ms()).unwrap_or(0)),
            LineState::Failed(_) | LineState::Stale => None,
        }
    }

    /// The server has the line, and its room is not open here.
    pub fn acked(&mut self, id: &ClientMessageId) {
        self.lines.retain(|line| line.client_message_id != *id);
    }

    /// The server did not take it: it fails, or waits as long as the refusal says, and every later line behind it.
    pub fn refused(&mut self, id: &ClientMessageId, refusal: Refusal, now: Timestamp) {
        let Some(line) = self.line_mut(id) else {
            return;
        };
        match refusal.retry_after_ms {
            // Its author is not who the server knows this browser by.
            None if refusal.code == ErrorCode::NicknameRequired => line.state = LineState::Stale,
            None => line.state = LineState::Failed(refusal),
            Some(_) => {
                line.state = LineState::Waiting;
                self.pause = Some((now, refusal));
            }
        }
    }

    /// The server has the line at `seq`, and the log as far as `head` is on the screen. When the line is the next event,
    /// this is that event, to be shown at once; it leaves the outbox when the log shows it, so that it is in sight at
    /// every moment.
    pub fn placed(
        &mut self,
        id: &ClientMessageId,
        seq: Seq,
        at: Timestamp,
        me: &Person,
        head: Seq,
    ) -> Option<LogEvent> {
        if seq <= head {
            self.acked(id);
        }
        let line = self.line(id).filter(|line| seq == head.next() && line.sender == me.id)?;
        let body = EventBody::Message(Message { text: line.text()?.to_owned(), sender_time: None });
        Some(LogEvent { seq, at_ms: at, by: Some(me.clone()), id: Some(id.clone()), body })
    }

    /// The log shows these events: lines that came back as one's own have arrived, which is as good as an ack. Returns
    /// their ids.
    pub fn arrived<'a>(&mut self, events: impl Iterator<Item = &'a LogEvent>) -> Vec<ClientMessageId> {
        let mut arrived = Vec::new();
        for event in events {
            if let Some(id) = &event.id
                && self.lines.iter().any(|line| event.is_post(&line.sender, &line.client_message_id))
            {
                self.acked(id);
                arrived.push(id.clone());
            }
        }
        arrived
    }

    /// Another tab keeps this line, or says what became of it there.
    pub fn kept_elsewhere(&mut self, room: RoomSlug, kept: KeptLine, now: Timestamp) {
        let mut line = kept.into_line(room);
        if line.state == LineState::Waiting {
            line.state = LineState::Elsewhere { until: Timestamp::from_unix_ms(now.unix_ms() + ELSEWHERE_MS) };
        }
        match self.line_mut(&line.client_message_id) {
            // It is on its way from here too: the answer will tell.
            Some(known) if known.is_in_flight() => {}
            Some(known) => *known = line,
            None => self.insert(line),
        }
    }

    /// Another tab has done with this line: it arrived, or was given up there.
    pub fn gone_elsewhere(&mut self, id: &ClientMessageId) {
        self.lines.retain(|line| line.client_message_id != *id || line.is_in_flight());
    }

    /// The person that the server knows this browser by, from now on. Lines of somebody else do not go by themselves any
    /// more: one that had arrived without an answer would be said again by another person.
    pub fn speak_as(&mut self, me: &UserId) {
        for line in self.lines.iter_mut().filter(|line| line.sender != *me) {
            if !matches!(line.state, LineState::Failed(_)) {
                line.state = LineState::Stale;
            }
        }
    }

    /// Whoever typed here lost the session without signing out, and is `me` from now on: what waits goes under the new
    /// name. Not what may have arrived under the old one, which would be said twice, nor what the person is asked about.
    /// Returns the ids of the lines that have changed.
    pub fn adopt(&mut self, me: &UserId) -> Vec<ClientMessageId> {
        let mut adopted = Vec::new();
        for line in &mut self.lines {
            if line.state == LineState::Waiting && !line.may_have_arrived {
                line.sender = me.clone();
                adopted.push(line.client_message_id.clone());
            }
        }
        adopted
    }

    /// Whatever was in flight may be lost: it waits again.
    pub fn connection_lost(&mut self) {
        for line in self.lines.iter_mut().filter(|line| line.is_in_flight()) {
            line.state = LineState::Waiting;
        }
    }

    /// The person, now known as `me`, wants a failed or stale line sent again.
    pub fn retry(&mut self, id: &ClientMessageId, me: &UserId, now: Timestamp) {
        if let Some(line) = self.line_mut(id).filter(|line| !line.is_in_flight()) {
            line.state = LineState::Waiting;
            line.sender = me.clone();
            line.wanted = now;
        }
    }

    /// The person gives a line up; returns its text (to put it back into the composer, say).
    pub fn discard(&mut self, id: &ClientMessageId) -> Option<String> {
        let index = self.lines.iter().position(|line| line.client_message_id == *id)?;
        self.lines.remove(index).text().map(str::to_owned)
    }

    /// Why the server wants every waiting line to wait, and until when.
    #[must_use]
    pub fn pause(&self) -> Option<(Refusal, Timestamp)> {
        let (since, refusal) = self.pause?;
        Some((Refusal::permanent(refusal.code), Timestamp::from_unix_ms(since.unix_ms() + wait_of(refusal))))
    }

    /// All lines, in the order of typing.
    #[must_use]
    pub fn lines(&self) -> &[OutgoingLine] {
        &self.lines
    }

    /// Those that a person typed, and is asked about.
    pub fn messages(&self) -> impl Iterator<Item = &OutgoingLine> {
        self.lines.iter().filter(|line| line.text().is_some())
    }

    /// A line by its name.
    #[must_use]
    pub fn line(&self, id: &ClientMessageId) -> Option<&OutgoingLine> {
        self.lines.iter().find(|line| line.client_message_id == *id)
    }

    /// What a reader is told about a room whose lines are not in sight. What another tab is sending is told there.
    #[must_use]
    pub fn unsent(&self, room: &RoomSlug) -> Option<Unsent> {
        let lines = self.messages().filter(|line| line.room == *room);
        let unsent = lines.filter_map(|line| match line.state {
            LineState::Waiting | LineState::Sending { .. } => Some(Unsent::Waiting),
            LineState::Failed(_) | LineState::Stale => Some(Unsent::Stuck),
            LineState::Elsewhere { .. } => None,
        });
        unsent.max()
    }

    /// Takes a line from storage, unless it is known: it waits, or has failed, as it had there.
    pub fn restore(&mut self, room: RoomSlug, kept: KeptLine) {
        let line = kept.into_line(room);
        if self.line(&line.client_message_id).is_none() {
            self.insert(line);
        }
    }

    fn insert(&mut self, line: OutgoingLine) {
        let place = self.lines.partition_point(|known| known.place() <= line.place());
        self.lines.insert(place, line);
    }

    fn line_mut(&mut self, id: &ClientMessageId) -> Option<&mut OutgoingLine> {
        self.lines.iter_mut().find(|line| line.client_message_id == *id)
    }
}

fn pause_ms((since, refusal): (Timestamp, Refusal), now: Timestamp) -> u32 {
    remaining_ms(since, wait_of(refusal), now)
}

fn wait_of(refusal: Refusal) -> i64 {
    refusal.retry_after_ms.map_or(0, i64::from)
}

/// What is left of `ms` that began at `since`. A clock that was set back ends every wait rather than prolonging it.
fn remaining_ms(since: Timestamp, ms: i64, now: Timestamp) -> u32 {
    let elapsed = now.unix_ms() - since.unix_ms();
    if elapsed < 0 { 0 } else { u32::try_from(ms - elapsed).unwrap_or(0) }
}

#[cfg(test)]
mod tests;
