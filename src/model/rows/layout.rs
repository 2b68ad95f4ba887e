//! Lays out the rows of a conversation, and after each change only those that may have become others. What a row shows depends
//! on what it is made of ([`RowSource`]), on the rows before it ([`Before`]) and on the reader: while these stay, the row stays.

mod builder;
mod source;

use std::ops::Deref;
use std::sync::Arc;

use self::builder::{Before, RowBuilder};
use self::source::RowSource;
use super::{Delivery, KeyedRow, Rows};
use crate::model::calendar::Clocks;
use crate::model::conversation::outbox::Outbox;
use crate::model::conversation::reactions::Pending;
use crate::model::conversation::timeline::Timeline;
use crate::protocol::{Person, Timestamp};

/// Who reads, and by which clocks.
#[derive(Clone, Copy)]
pub struct RowReader<'a> {
    /// None before they have chosen a name.
    pub me: Option<&'a Person>,
    /// Another value whenever `zone` may give others.
    pub clocks: Clocks,
    /// How many minutes east of UTC their clocks stand at a moment.
    pub zone: &'a dyn Fn(Timestamp) -> i32,
}

/// The rows of a conversation, and what they were laid out from.
#[derive(Debug, Default)]
pub struct Layout {
    /// For whom.
    reader: Option<(Option<Person>, Clocks)>,
    laid: Vec<Laid>,
    rows: Vec<Arc<KeyedRow>>,
}

/// One part of a conversation as it was laid out.
#[derive(Debug)]
struct Laid {
    source: RowSource,
    before: Before,
    after: Before,
    /// How many rows it has: a day that begins with it is one of them.
    rows: usize,
}

impl Deref for Layout {
    type Target = Rows;

    fn deref(&self) -> &Rows {
        &self.rows
    }
}

impl Layout {
    /// Brings the rows up to date.
    pub fn lay_out(&mut self, timeline: &Timeline, outbox: &Outbox, reader: RowReader<'_>) {
        let is_same = |(me, clocks): &(Option<Person>, Clocks)| me.as_ref() == reader.me && *clocks == reader.clocks;
        if !self.reader.as_ref().is_some_and(is_same) {
            *self = Self { reader: Some((reader.me.cloned(), reader.clocks)), ..Self::default() };
        }
        let pending = Pending::of(outbox, timeline.room(), reader.me);
        let mut sources = RowSource::all(timeline, outbox, &pending).peekable();
        // Most changes are at the end: whatever stands before the first of them is not even moved.
        let kept = self.laid.iter().take_while(|laid| sources.next_if_eq(&laid.source).is_some()).count();
        let kept_rows = self.laid[..kept].iter().map(|laid| laid.rows).sum();
        let (laid, rows) = (self.laid.split_off(kept), self.rows.split_off(kept_rows));
        self.replace(laid, rows, sources, reader);
    }

    /// Adds rows for what is to come, and takes those of `laid` that stay.
    fn replace(
        &mut self,
        laid: Vec<Laid>,
        rows: Vec<Arc<KeyedRow>>,
        sources: impl Iterator<Item = RowSource>,
        reader: RowReader<'_>,
    ) {
        let (mut laid, mut rows) = (laid.into_iter().peekable(), rows.into_iter());
        let mut before = self.laid.last().map(|laid| laid.after.clone()).unwrap_or_default();
        for source in sources {
            while let Some(gone) = laid.next_if(|laid| laid.source.position() < source.position()) {
                rows.by_ref().take(gone.rows).for_each(drop);
            }
            let next = laid.next_if(|laid| laid.source == source && laid.before == before).inspect(|laid| {
                self.rows.extend(rows.by_ref().take(laid.rows));
            });
            let next = next.unwrap_or_else(|| {
                let count = self.rows.len();
                let mut builder = RowBuilder::new(reader, before.clone(), &mut self.rows);
                builder.add(&source);
                let (before, after) = (before.clone(), builder.end());
                Laid { source, before, after, rows: self.rows.len() - count }
            });
            before.clone_from(&next.after);
            self.laid.push(next);
        }
    }
}
