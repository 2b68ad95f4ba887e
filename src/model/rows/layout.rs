//! Lays out the rows of a conversation, and after each change only those that may have become others. What a row shows depends
//! on what it is made of ([`RowSource`]), on the rows before it ([`RowContext`]) and on the reader: while these stay, the row stays.

mod builder;
mod source;

use std::sync::Arc;

use self::builder::{RowBuilder, RowContext};
use self::source::{RowSource, RowSources};
use super::{Delivery, KeyedRow};
use crate::model::calendar::Clocks;
use crate::model::conversation::outbox::Outbox;
use crate::model::conversation::timeline::Timeline;
use crate::protocol::{Person, Seq, Timestamp};

/// Who reads, and by which clocks.
#[derive(Clone, Copy)]
pub struct RowReader<'a> {
    /// None before they have chosen a name.
    pub me: Option<&'a Person>,
    /// Another value whenever `zone` may give others.
    pub clocks: Clocks,
    /// The last event before what was new when they came.
    pub new_after: Option<Seq>,
    /// How many minutes east of UTC their clocks stand at a moment.
    pub zone: &'a dyn Fn(Timestamp) -> i32,
}

/// The rows of a conversation, and what they were laid out from.
#[derive(Debug, Default)]
pub struct Layout {
    /// For whom.
    reader: Option<(Option<Person>, Clocks, Option<Seq>)>,
    laid: Vec<Laid>,
    /// The rows of all parts, in order.
    rows: Vec<Arc<KeyedRow>>,
}

/// One part of a conversation as it was laid out.
#[derive(Debug)]
struct Laid {
    source: RowSource,
    before: RowContext,
    after: RowContext,
    /// How many rows it has: a day that begins with it, and its own.
    row_count: usize,
}

impl Layout {
    /// Brings the rows up to date.
    pub fn lay_out(&mut self, timeline: &Timeline, outbox: &Outbox, reader: RowReader<'_>) -> Vec<Arc<KeyedRow>> {
        let is_same = |(me, clocks, new_after): &(Option<Person>, Clocks, Option<Seq>)| {
            me.as_ref() == reader.me && *clocks == reader.clocks && *new_after == reader.new_after
        };
        if !self.reader.as_ref().is_some_and(is_same) {
            *self = Self { reader: Some((reader.me.cloned(), reader.clocks, reader.new_after)), ..Self::default() };
        }
        self.replace(RowSources::of(timeline, outbox, reader.me), reader);
        self.rows.clone()
    }

    /// Lays out what is new or stands behind something else than before. Most changes are at the end, so what stands before
    /// the first of them is not even moved.
    fn replace(&mut self, sources: RowSources<'_>, reader: RowReader<'_>) {
        let kept = sources.count_unchanged(self.laid.iter().map(|laid| &laid.source));
        let mut old = self.laid.split_off(kept).into_iter().peekable();
        let rows_kept = self.laid.iter().map(|laid| laid.row_count).sum();
        let mut old_rows = self.rows.split_off(rows_kept).into_iter();
        let mut before = self.laid.last().map(|laid| laid.after.clone()).unwrap_or_default();
        for source in sources.from(kept) {
            while let Some(gone) = old.next_if(|laid| laid.source.position() < source.position()) {
                old_rows.by_ref().take(gone.row_count).for_each(drop);
            }
            let laid = match old.next_if(|laid| laid.source.is_the_same(&source) && laid.before == before) {
                Some(same) => {
                    self.rows.extend(old_rows.by_ref().take(same.row_count));
                    same
                }
                None => self.build(source, before, reader),
            };
            before = laid.after.clone();
            self.laid.push(laid);
        }
    }

    /// Makes the rows of a part anew.
    fn build(&mut self, source: RowSource, before: RowContext, reader: RowReader<'_>) -> Laid {
        let mut builder = RowBuilder::new(reader, before.clone());
        builder.add(&source);
        let (after, rows) = builder.end();
        let row_count = rows.len();
        self.rows.extend(rows);
        Laid { source, before, after, row_count }
    }
}
