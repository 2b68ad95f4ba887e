//! Makes rows one after the other: which begins a day, which opens a group. Used by `layout` only.

use std::sync::Arc;

use super::source::{OutgoingRow, RowSource};
use super::{KeyedRow, RowReader};
use crate::model::calendar::{self, CivilDate, Clock};
use crate::model::rows::{
    Continuation, Delivery, MessageRow, MessageRowId, Names, NoticeRow, Ownership, ReactionRow, ReplyRow, Row,
};
use crate::protocol::{EventBody, HistoryItem, Message, Origin, Person, ReactionSummary, Timestamp, UserId};

/// A group of messages ends this long after its first one, and where the clock goes back, so that the time shown is never
/// further off.
const GROUP_MS: i64 = 5 * 60 * 1_000;

/// What a row depends on of those before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RowContext {
    day: Option<CivilDate>,
    /// The message that opened the group which the last row belongs to.
    group: Option<Arc<Opener>>,
    /// Whether what is new has begun.
    is_new: bool,
}

/// Whose message opened a group, and when.
#[derive(Debug, PartialEq, Eq)]
struct Opener {
    sender: Option<UserId>,
    nickname: String,
    at: Timestamp,
}

/// Makes the rows of what follows others.
pub(super) struct RowBuilder<'a> {
    reader: RowReader<'a>,
    before: RowContext,
    rows: Vec<Arc<KeyedRow>>,
}

impl<'a> RowBuilder<'a> {
    pub(super) const fn new(reader: RowReader<'a>, before: RowContext) -> Self {
        Self { reader, before, rows: Vec::new() }
    }

    /// What the next row depends on, and the rows.
    pub(super) fn end(self) -> (RowContext, Vec<Arc<KeyedRow>>) {
        (self.before, self.rows)
    }

    pub(super) fn add(&mut self, source: &RowSource) {
        match source {
            RowSource::Item { item, delivery } => self.item(item, *delivery),
            RowSource::Notice(notice) => self.interrupt(Row::Notice(NoticeRow::from(&**notice))),
            RowSource::Hole(hole) => self.interrupt(Row::Hole(*hole)),
            RowSource::Outgoing(outgoing) => self.outgoing(outgoing),
        }
    }

    fn item(&mut self, item: &HistoryItem, delivery: Delivery) {
        let event = &item.event;
        let clock = self.begin(event.at_ms);
        match &event.body {
            EventBody::Message(message) => self.message(item, message, delivery, clock),
            // A change is no item.
            EventBody::Reaction(_) | EventBody::Edited(_) | EventBody::Deleted(_) | EventBody::Restored(_) => {}
            EventBody::RoomCreated => {
                let creator = event.by.as_ref().map(|creator| creator.nickname.clone());
                self.interrupt(Row::RoomCreated { seq: event.seq, creator, clock });
            }
            EventBody::Unknown(_) => self.interrupt(Row::Newer { seq: event.seq }),
        }
    }

    fn message(&mut self, item: &HistoryItem, message: &Message, delivery: Delivery, clock: Clock) {
        let event = &item.event;
        let Some(sender) = &event.by else { return self.interrupt(Row::Newer { seq: event.seq }) };
        if let Some(after) = self.reader.new_after.filter(|after| event.seq > *after && !self.before.is_new) {
            self.before.is_new = true;
            self.interrupt(Row::New { after });
        }
        let own = self.reader.me.is_some_and(|me| me.id == sender.id);
        let continuation = self.continue_group(Some(&sender.id), &sender.nickname, event.at_ms);
        let (me, zone) = (self.reader.me, self.reader.zone);
        // Of a deleted message nothing else is shown.
        let reactions: &[_] = if message.is_deleted() { &[] } else { &item.reactions };
        let edited = item.edited_ms.filter(|_| !message.is_deleted());
        self.push(Row::Message(MessageRow {
            id: MessageRowId::Stored(event.seq),
            nickname: sender.nickname.clone(),
            author: Some(sender.id.clone()),
            origin: sender.origin,
            text: message.text.clone(),
            reply: message
                .reply_to
                .filter(|_| !message.is_deleted())
                .map(|to| ReplyRow { to, quote: message.quote.as_deref().cloned() }),
            edited: edited.map(|at| calendar::clock(at, zone(at))),
            clock,
            continuation,
            delivery,
            ownership: if own { Ownership::Own } else { Ownership::Other },
            reactions: reactions.iter().map(|reaction| reaction_row(reaction, me)).collect(),
        }));
    }

    fn outgoing(&mut self, outgoing: &OutgoingRow) {
        let clock = self.begin(outgoing.created);
        let me = self.reader.me;
        let nickname = me.map_or("", |me| &me.nickname);
        let continuation = self.continue_group(me.map(|me| &me.id), nickname, outgoing.created);
        self.push(Row::Message(MessageRow {
            id: MessageRowId::Outgoing(outgoing.id.clone()),
            nickname: nickname.to_owned(),
            author: me.map(|me| me.id.clone()),
            origin: Origin::Web,
            text: outgoing.text.clone(),
            reply: outgoing.reply.clone(),
            edited: None,
            clock,
            continuation,
            delivery: outgoing.delivery,
            ownership: Ownership::Own,
            reactions: Vec::new(),
        }));
    }

    /// Begins a new day where there is one; never an earlier one, whatever the clock of this machine says.
    fn begin(&mut self, at: Timestamp) -> Clock {
        let zone_minutes = (self.reader.zone)(at);
        let date = calendar::date(at, zone_minutes);
        if self.before.day.is_none_or(|day| date > day) {
            self.before.day = Some(date);
            self.interrupt(Row::Day { date });
        }
        calendar::clock(at, zone_minutes)
    }

    /// Adds a row that ends the group before it.
    fn interrupt(&mut self, row: Row) {
        self.before.group = None;
        self.push(row);
    }

    fn push(&mut self, row: Row) {
        self.rows.push(Arc::new(row.into()));
    }

    fn continue_group(&mut self, sender: Option<&UserId>, nickname: &str, at: Timestamp) -> Continuation {
        let follows = self.before.group.as_ref().is_some_and(|opener| {
            opener.sender.as_ref() == sender
                && opener.nickname == nickname
                && (0..GROUP_MS).contains(&(at.unix_ms() - opener.at.unix_ms()))
        });
        if follows {
            return Continuation::Following;
        }
        let opener = Opener { sender: sender.cloned(), nickname: nickname.to_owned(), at };
        self.before.group = Some(Arc::new(opener));
        Continuation::First
    }
}

fn reaction_row(summary: &ReactionSummary, me: Option<&Person>) -> ReactionRow {
    let own = me.is_some_and(|me| summary.people.iter().any(|person| person.id == me.id));
    ReactionRow {
        emoji: summary.emoji.clone(),
        count: summary.count,
        people: Names::of_some(&summary.people, summary.count),
        ownership: if own { Ownership::Own } else { Ownership::Other },
    }
}
