//! Lays rows out one after the other: which opens a day, which opens a group.

use super::{Continuation, Delivery, Line, LineId, Names, Ownership, ReactionRow, Row};
use crate::model::calendar::{self, CivilDate, Clock};
use crate::model::conversation::outbox::OutgoingPost;
use crate::model::conversation::reactions::Pending;
use crate::protocol::{EventBody, HistoryItem, Message, Origin, Person, ReactionSummary, Timestamp, UserId};

/// A group of lines ends this long after its first one, so that the time shown is never further off.
const GROUP_MS: i64 = 5 * 60 * 1_000;

/// The rows laid out so far, and what the next one depends on.
pub(super) struct Layout<'a> {
    me: Option<&'a Person>,
    zone: &'a dyn Fn(Timestamp) -> i32,
    pending: &'a Pending<'a>,
    rows: Vec<Row>,
    day: Option<CivilDate>,
    /// Sender, nickname and time of the first line of the group that the last row belongs to.
    group: Option<(Option<&'a UserId>, &'a str, Timestamp)>,
}

impl<'a> Layout<'a> {
    pub(super) fn new(me: Option<&'a Person>, zone: &'a dyn Fn(Timestamp) -> i32, pending: &'a Pending<'a>) -> Self {
        Self { me, zone, pending, rows: Vec::new(), day: None, group: None }
    }

    pub(super) fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    pub(super) fn item(&mut self, item: &'a HistoryItem) {
        let event = &item.event;
        let clock = self.begin(event.at_ms);
        match &event.body {
            EventBody::Message(message) => self.message(item, message, clock),
            // A change is no item.
            EventBody::Reaction(_) => {}
            EventBody::RoomCreated => {
                let creator = event.by.as_ref().map(|creator| creator.nickname.clone());
                self.interrupt(Row::RoomCreated { seq: event.seq, creator, clock });
            }
            EventBody::Unknown(_) => self.interrupt(Row::Newer { seq: event.seq }),
        }
    }

    fn message(&mut self, item: &'a HistoryItem, message: &Message, clock: Clock) {
        let event = &item.event;
        let Some(sender) = &event.by else { return self.interrupt(Row::Newer { seq: event.seq }) };
        let own = self.me.is_some_and(|me| me.id == sender.id);
        let continuation = self.continue_group(Some(&sender.id), &sender.nickname, event.at_ms);
        self.rows.push(Row::Line(Line {
            id: LineId::Stored(event.seq),
            nickname: sender.nickname.clone(),
            author: Some(sender.id.clone()),
            origin: sender.origin,
            text: message.text.clone(),
            at: event.at_ms,
            clock,
            continuation,
            delivery: Delivery::Stored,
            ownership: if own { Ownership::Own } else { Ownership::Other },
            reactions: self.pending.over(item).iter().map(|reaction| self.reaction(reaction)).collect(),
        }));
    }

    pub(super) fn outgoing(&mut self, line: &OutgoingPost, text: &str, delivery: Delivery) {
        let clock = self.begin(line.created);
        let nickname = self.me.map_or("", |me| &me.nickname);
        let continuation = self.continue_group(self.me.map(|me| &me.id), nickname, line.created);
        self.rows.push(Row::Line(Line {
            id: LineId::Outgoing(line.post_id.clone()),
            nickname: nickname.to_owned(),
            author: self.me.map(|me| me.id.clone()),
            origin: Origin::Web,
            text: text.to_owned(),
            at: line.created,
            clock,
            continuation,
            delivery,
            ownership: Ownership::Own,
            reactions: Vec::new(),
        }));
    }

    fn reaction(&self, summary: &ReactionSummary) -> ReactionRow {
        let own = self.me.is_some_and(|me| summary.people.iter().any(|person| person.id == me.id));
        ReactionRow {
            emoji: summary.emoji.clone(),
            count: summary.count,
            people: Names::of_some(&summary.people, summary.count),
            ownership: if own { Ownership::Own } else { Ownership::Other },
        }
    }

    /// Opens a new day where one begins; never an earlier one, whatever the clock of this machine says.
    fn begin(&mut self, at: Timestamp) -> Clock {
        let zone_minutes = (self.zone)(at);
        let date = calendar::date(at, zone_minutes);
        if self.day.is_none_or(|day| date > day) {
            self.day = Some(date);
            self.interrupt(Row::Day { date });
        }
        calendar::clock(at, zone_minutes)
    }

    /// Adds a row that ends the group before it.
    pub(super) fn interrupt(&mut self, row: Row) {
        self.group = None;
        self.rows.push(row);
    }

    fn continue_group(&mut self, sender: Option<&'a UserId>, nickname: &'a str, at: Timestamp) -> Continuation {
        let follows = self.group.is_some_and(|(group_sender, group_nickname, first)| {
            group_sender == sender && group_nickname == nickname && at.unix_ms() - first.unix_ms() < GROUP_MS
        });
        if follows {
            return Continuation::Following;
        }
        self.group = Some((sender, nickname, at));
        Continuation::First
    }
}
