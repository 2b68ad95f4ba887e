//! The truth about a run: which line was said when and by whom, and who still has to hear it. Everybody in a room must
//! hear every line exactly once, those of one speaker in the order in which they were said, and all of them in the same
//! order as everybody else.

use std::time::{Duration, Instant};

use super::dialect::RoomNumber;
use super::histogram::Histogram;

/// A line; the numbers of a ledger start at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineNumber(pub u32);

struct Line {
    /// When it should have been said: latency counts from here, so that a late speaker cannot hide a slow server.
    due: Instant,
    /// Who should have heard it and did not yet.
    missing: u32,
}

#[derive(Clone, Default)]
struct Room {
    /// The lines in the order in which somebody heard them first.
    order: Vec<LineNumber>,
    /// How many people count here.
    listeners: u32,
}

/// How far one person has come in the order of a room.
#[derive(Clone, Copy, Debug, Default)]
pub struct Position(usize);

/// What was said and heard.
#[derive(Default)]
pub struct Ledger {
    lines: Vec<Line>,
    rooms: Vec<Room>,
    /// The newest line heard of each speaker, and who spoke each line.
    speakers: Vec<u32>,
    newest_of_speaker: Vec<Option<LineNumber>>,
    /// Lines that somebody has not heard yet.
    unheard_lines: usize,
    /// From this line on, what happens is measured.
    measured_from: LineNumber,
    /// Lines before this one are no longer waited for.
    written_off: LineNumber,
    pub tally: Tally,
}

/// What happened to the lines that are measured.
#[derive(Clone, Default)]
pub struct Tally {
    /// From the moment when a line was due until somebody heard it.
    pub latency: Histogram,
    /// From the moment when a line was due until it was acknowledged.
    pub ack_latency: Histogram,
    pub deliveries: u64,
    /// Deliveries of lines that had come before.
    pub doubled: u64,
    /// Deliveries in another order than that of the speaker or of everybody else.
    pub disordered: u64,
    pub refusals: u64,
    /// How often somebody came back and was not brought what was missed.
    pub unresumed: u64,
    pub acks: u64,
}

impl Ledger {
    /// Somebody who counts comes into a room.
    pub fn enter(&mut self, room: RoomNumber) -> Position {
        if self.rooms.len() <= room.0 {
            self.rooms.resize(room.0 + 1, Room::default());
        }
        let room = &mut self.rooms[room.0];
        room.listeners += 1;
        Position(room.order.len())
    }

    /// Somebody who counted no longer does.
    pub fn leave(&mut self, room: RoomNumber) {
        self.rooms[room.0].listeners -= 1;
    }

    /// Somebody says a line that was due at this moment.
    pub fn say(&mut self, speaker: usize, room: RoomNumber, due: Instant) -> LineNumber {
        let number = self.next_line();
        let missing = self.rooms[room.0].listeners;
        self.lines.push(Line { due, missing });
        self.speakers.push(u32::try_from(speaker).expect("a run has less than four thousand million people"));
        self.unheard_lines += usize::from(missing > 0);
        number
    }

    /// Somebody who has come so far hears a line.
    pub fn hear(&mut self, number: LineNumber, room: RoomNumber, position: &mut Position, now: Instant) {
        let order = &mut self.rooms[room.0].order;
        match order.get(position.0) {
            Some(expected) if *expected == number => {}
            None => {
                order.push(number);
                self.check_speaker(number);
            }
            Some(_) => return self.hear_out_of_order(number, room, position, now),
        }
        position.0 += 1;
        self.count(number, now);
    }

    /// The line is not the next one: either some before it are lost, or it has come before, or the order is wrong.
    fn hear_out_of_order(&mut self, number: LineNumber, room: RoomNumber, position: &mut Position, now: Instant) {
        let order = &mut self.rooms[room.0].order;
        if let Some(ahead) = order[position.0..].iter().position(|line| *line == number) {
            // What was skipped stays missing, unless it comes later and is counted as disordered then.
            position.0 += ahead + 1;
            self.count(number, now);
        } else if order[..position.0].contains(&number) {
            self.tally.doubled += 1;
        } else {
            self.tally.disordered += 1;
        }
    }

    fn check_speaker(&mut self, number: LineNumber) {
        let Some(speaker) = self.speakers.get(number.0 as usize).map(|speaker| *speaker as usize) else { return };
        if self.newest_of_speaker.len() <= speaker {
            self.newest_of_speaker.resize(speaker + 1, None);
        }
        if self.newest_of_speaker[speaker] >= Some(number) {
            self.tally.disordered += 1;
        }
        self.newest_of_speaker[speaker] = Some(number);
    }

    fn count(&mut self, number: LineNumber, now: Instant) {
        if number < self.written_off {
            return;
        }
        let Some(line) = self.lines.get_mut(number.0 as usize).filter(|line| line.missing > 0) else {
            self.tally.doubled += 1;
            return;
        };
        line.missing -= 1;
        self.unheard_lines -= usize::from(line.missing == 0);
        if number >= self.measured_from {
            self.tally.deliveries += 1;
            self.tally.latency.record(now.saturating_duration_since(line.due));
        }
    }

    /// A line of one's own is on disk.
    pub fn acknowledge(&mut self, number: LineNumber, now: Instant) {
        let Some(line) = self.lines.get(number.0 as usize) else { return };
        if number >= self.measured_from {
            self.tally.acks += 1;
            self.tally.ack_latency.record(now.saturating_duration_since(line.due));
        }
    }

    /// From now on lines are measured; returns what was measured before.
    pub fn start_measuring(&mut self) -> Tally {
        self.measured_from = self.next_line();
        std::mem::take(&mut self.tally)
    }

    /// Forgets what people still have to hear: a run that failed must not make the next one wait.
    pub fn write_off(&mut self) {
        for line in &mut self.lines {
            line.missing = 0;
        }
        self.unheard_lines = 0;
        self.written_off = self.next_line();
    }

    /// How many lines somebody has not heard yet.
    pub fn unheard_lines(&self) -> usize {
        self.unheard_lines
    }

    /// How many deliveries of measured lines are missing.
    pub fn missing_deliveries(&self) -> u64 {
        self.lines.iter().skip(self.measured_from.0 as usize).map(|line| u64::from(line.missing)).sum()
    }

    fn next_line(&self) -> LineNumber {
        LineNumber(u32::try_from(self.lines.len()).expect("a run has less than four thousand million lines"))
    }

    /// How late the oldest line is that somebody has not heard.
    pub fn lag(&self, now: Instant) -> Duration {
        let measured = &self.lines[self.measured_from.0 as usize..];
        let oldest = measured.iter().find(|line| line.missing > 0);
        oldest.map_or(Duration::ZERO, |line| now.saturating_duration_since(line.due))
    }
}
