//! Which rows are mounted: at most [`ROWS_MOUNTED_MAX`], at the newest end or where the reader is reading back.
//! Anchored by an event, not by an index, so that rows which come above or below move nothing.

use std::ops::Range;

use super::{Row, Rows};
use crate::model::conversation::timeline::{Hole, Kept};
use crate::protocol::Seq;

/// Most rows in the document at once.
pub const ROWS_MOUNTED_MAX: usize = 300;

/// So many rows at most are fewer than [`ROWS_MOUNTED_MAX`] while the window follows the newest row: the oldest ones are
/// taken from the document together, which costs less than one with each message.
const BATCH: usize = 20;

/// How far the window moves at once when the reader does.
const STRIDE: usize = ROWS_MOUNTED_MAX / 3;

/// The mounted part of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Window {
    /// Follows the newest row.
    #[default]
    Newest,
    /// Starts at this event; new rows do not move it.
    From(Seq),
}

impl Window {
    /// The mounted rows.
    #[must_use]
    pub fn of<'a>(&self, rows: &'a Rows) -> &'a Rows {
        &rows[self.range(rows)]
    }

    /// Whether so many mounted rows are all that fit.
    #[must_use]
    pub const fn is_full(mounted: usize) -> bool {
        mounted > ROWS_MOUNTED_MAX - BATCH
    }

    /// The first event that is mounted, while the reader reads back.
    #[must_use]
    pub const fn first(self) -> Option<Seq> {
        match self {
            Self::Newest => None,
            Self::From(seq) => Some(seq),
        }
    }

    /// How many rows are held above the mounted ones. When it is 0, older ones are to be fetched.
    #[must_use]
    pub fn hidden_above(&self, rows: &Rows) -> usize {
        self.range(rows).start
    }

    /// The first hole that a reader who goes forward is about to come to.
    #[must_use]
    pub fn hole_ahead(&self, rows: &Rows) -> Option<Hole> {
        let Range { start, end } = self.range(rows);
        let near = &rows[start.max(end.saturating_sub(STRIDE))..rows.len().min(end + STRIDE)];
        near.iter().find_map(|row| if let Row::Hole(hole) = row.row { Some(hole) } else { None })
    }

    /// How many rows are held below the mounted ones.
    #[must_use]
    pub fn hidden_below(&self, rows: &Rows) -> usize {
        rows.len() - self.range(rows).end
    }

    /// Stops following: the mounted rows stay the mounted ones when new ones come.
    pub fn hold(&mut self, rows: &Rows) {
        self.start_at(self.range(rows).start, rows);
    }

    /// Moves up by a third of a window, as far as rows are held.
    pub fn reach_back(&mut self, rows: &Rows) {
        self.start_at(self.range(rows).start.saturating_sub(STRIDE), rows);
    }

    /// Moves down by a third of a window, as far as rows are held. It does not follow again: the reader is not at the newest
    /// row before they have scrolled to it.
    pub fn reach_forward(&mut self, rows: &Rows) {
        let last = rows.len().saturating_sub(ROWS_MOUNTED_MAX);
        let start = (self.range(rows).start + STRIDE).min(last);
        self.start_at(start, rows);
        if start == last && self.hidden_below(rows) > 0 {
            // A day above the first event is mounted with it, and takes the place of the newest row.
            self.start_at(last + 1, rows);
        }
    }

    fn range(self, rows: &Rows) -> Range<usize> {
        match self {
            Self::Newest => rows.len().saturating_sub(ROWS_MOUNTED_MAX).next_multiple_of(BATCH)..rows.len(),
            Self::From(seq) => {
                let start = start_of(seq, rows);
                start..rows.len().min(start + ROWS_MOUNTED_MAX)
            }
        }
    }

    /// Starts at the first event at or after an index; a conversation without one has nothing to hold on to.
    fn start_at(&mut self, index: usize, rows: &Rows) {
        if let Some(seq) = rows[index..].iter().find_map(|row| row.seq()) {
            *self = Self::From(seq);
        }
    }
}

/// The index where the mounted rows begin for an event: with the day that it opens, and with everything above the first
/// event of all.
fn start_of(seq: Seq, rows: &Rows) -> usize {
    let Some(index) = rows.iter().position(|row| row.seq().is_some_and(|other| other >= seq)) else {
        return 0;
    };
    let above = &rows[..index];
    match above.last().map(|row| &row.row) {
        _ if above.iter().all(|row| row.seq().is_none()) => 0,
        Some(Row::Day { .. }) => index - 1,
        _ => index,
    }
}

const _: () = {
    assert!(
        Kept::STANDARD.below >= ROWS_MOUNTED_MAX + STRIDE,
        "what is mounted and the next step forward are not dropped"
    );
    assert!(Kept::STANDARD.newest >= ROWS_MOUNTED_MAX, "what is mounted at the newest row is not dropped");
};

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::calendar::Clock;
    use crate::model::rows::KeyedRow;

    fn rows(seqs: std::ops::RangeInclusive<u64>) -> Vec<Arc<KeyedRow>> {
        let clock = Clock { hour: 0, minute: 0 };
        seqs.map(|seq| Arc::new(KeyedRow::from(Row::RoomCreated { seq: Seq::new(seq), creator: None, clock })))
            .collect()
    }

    fn mounted(window: Window, rows: &Rows) -> (u64, u64) {
        let seqs: Vec<u64> = window.of(rows).iter().filter_map(|row| row.seq()).map(Seq::get).collect();
        (seqs[0], seqs[seqs.len() - 1])
    }

    #[test]
    fn a_short_conversation_is_mounted_whole() {
        let rows = rows(1..=20);
        assert_eq!(mounted(Window::Newest, &rows), (1, 20));
        assert_eq!(Window::Newest.of(&[]), []);
    }

    #[test]
    fn following_mounts_the_newest_rows_only() {
        let rows = rows(1..=1_000);
        assert_eq!(mounted(Window::Newest, &rows), (701, 1_000));
        assert_eq!(Window::Newest.hidden_above(&rows), 700);
    }

    #[test]
    fn following_takes_the_oldest_rows_away_twenty_at_once() {
        let starts: Vec<u64> = (300..=341).map(|last| mounted(Window::Newest, &rows(1..=last)).0).collect();
        assert_eq!(starts[0], 1);
        assert_eq!(starts[1..=20], [21; 20]);
        assert_eq!(starts[21..=40], [41; 20]);
        assert_eq!(starts[41], 61);
        assert!(Window::is_full(281) && !Window::is_full(280));
    }

    #[test]
    fn who_reads_back_is_not_moved_by_new_or_older_rows() {
        let mut window = Window::Newest;
        window.hold(&rows(501..=1_000));
        window.reach_back(&rows(501..=1_000));
        let before = mounted(window, &rows(501..=1_000));
        assert_eq!(before, (601, 900));
        assert_eq!(mounted(window, &rows(301..=1_050)), before);
        assert_eq!(window.hidden_below(&rows(301..=1_050)), 150);
    }

    #[test]
    fn reaching_back_ends_at_the_oldest_row_and_forward_at_the_newest_without_following() {
        let rows = rows(1..=650);
        let mut window = Window::Newest;
        for _ in 0..10 {
            window.reach_back(&rows);
        }
        assert_eq!((mounted(window, &rows), window.hidden_above(&rows)), ((1, 300), 0));
        for _ in 0..3 {
            window.reach_forward(&rows);
        }
        assert_eq!(mounted(window, &rows), (301, 600));
        window.reach_forward(&rows);
        assert_eq!((mounted(window, &rows), window.hidden_below(&rows)), ((351, 650), 0));
    }

    #[test]
    fn who_has_walked_forward_is_not_moved_by_new_rows_before_they_are_at_the_newest_one() {
        let mut window = Window::From(Seq::new(251));
        window.reach_forward(&rows(1..=650));
        assert_eq!(mounted(window, &rows(1..=900)), (351, 650));
    }

    #[test]
    fn the_newest_row_is_reached_though_a_day_begins_where_the_window_does() {
        let mut all = rows(1..=400);
        let day = Row::Day { date: crate::model::calendar::CivilDate { year: 2026, month: 1, day: 2 } };
        all.insert(100, Arc::new(KeyedRow::from(day)));
        let mut window = Window::From(Seq::new(1));
        for _ in 0..3 {
            window.reach_forward(&all);
        }
        assert_eq!(window.hidden_below(&all), 0);
        assert!(window.of(&all).len() <= ROWS_MOUNTED_MAX);
    }

    #[test]
    fn an_empty_conversation_holds_on_to_nothing() {
        let mut window = Window::Newest;
        window.hold(&[]);
        window.reach_back(&[]);
        window.reach_forward(&[]);
        assert_eq!(window, Window::Newest);
    }
}
