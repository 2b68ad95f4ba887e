//! The page of a room as everybody without a session sees it, and what it takes to make the page of somebody else from it:
//! the text stays, and only what stands in its slots is drawn. Drawing the whole page anew takes many times as long.

use std::ops::Range;
use std::sync::Arc;

use leptos::prelude::*;

use super::drawing::nodes;
use super::handover;
use crate::model::calendar::Clocks;
use crate::model::conversation::Count;
use crate::model::conversation::outbox::Outbox;
use crate::model::conversation::timeline::Timeline;
use crate::model::rows::{KeyedRow, Layout, Row, RowReader, Rows, Window};
use crate::protocol::{HistoryPage, MessageNo, PageData, Person, ReadMark, RoomSlug, RoomSnapshot};
use crate::ui::components::{Composer, me_card, person_in_roster, row, unread_in_list};
use crate::ui::erased_view::{Erase, ErasedView};
use crate::ui::i18n::Language;
use crate::ui::slots::{Cut, Slot};
use crate::ui::state::{RoomState, provide_room_state};

/// What was drawn for readers without a session.
pub struct VisitorsDrawing {
    /// The document up to what belongs to one reader: the same text for everybody.
    pub start: String,
    /// How to make those of others from it.
    pub template: Template,
}

/// How the pages of readers differ from the one that visitors see.
pub struct Template {
    language: Language,
    /// What the slots are drawn from: the page without its rows and rooms, which are drawn already.
    frame: PageData,
    timeline: Timeline,
    /// The rooms of the list, each with its newest message.
    rooms_newest: Vec<(RoomSlug, MessageNo)>,
    /// The mounted rows, as visitors see them.
    rows: Vec<Arc<KeyedRow>>,
    positions: Positions,
}

/// Where things stand in a document.
pub(super) struct Positions {
    /// The slots of the page.
    pub slots: Vec<Cut>,
    /// The number of nodes of the application, which comes before it.
    pub nodes_at: Range<usize>,
    /// That number.
    pub nodes: usize,
}

impl Template {
    /// Of a document that was drawn from this page.
    pub(super) fn new(page: PageData, language: Language, positions: Positions) -> Self {
        let timeline = Timeline::new(&page.room.page);
        let rows = mounted(&timeline, None);
        let history = HistoryPage { items: Vec::new(), ..page.room.page };
        let room = RoomSnapshot { page: history, ..page.room };
        let rooms_newest = page.rooms.iter().map(|room| (room.slug.clone(), room.message_no)).collect();
        let frame = PageData { room, rooms: Vec::new(), ..page };
        Self { language, frame, timeline, rooms_newest, rows, positions }
    }

    /// The document for somebody with a session, up to what belongs to one reader. `start` is the one that visitors get.
    ///
    /// # Panics
    /// When it is another document.
    #[must_use]
    pub fn fill(&self, start: &[u8], me: &Person, marks: &[ReadMark]) -> Vec<u8> {
        let slots = self.draw_slots(me, marks);
        let Positions { nodes_at, nodes: all, .. } = &self.positions;
        let replaced: usize = slots.iter().map(|(range, _)| nodes(&start[range.clone()])).sum();
        let drawn: usize = slots.iter().map(|(_, html)| nodes(html.as_bytes())).sum();
        let number = (nodes_at.clone(), (all + drawn - replaced).to_string());

        let mut filled = Vec::with_capacity(start.len() + slots.iter().map(|(_, html)| html.len()).sum::<usize>());
        let mut copied = 0;
        for (range, text) in std::iter::once(&number).chain(&slots) {
            filled.extend_from_slice(&start[copied..range.start]);
            filled.extend_from_slice(text.as_bytes());
            copied = range.end;
        }
        filled.extend_from_slice(&start[copied..]);
        filled
    }

    /// What is not as visitors see it, in its order.
    fn draw_slots(&self, me: &Person, marks: &[ReadMark]) -> Vec<(Range<usize>, String)> {
        let rows = mounted(&self.timeline, Some(me));
        assert_eq!(rows.len(), self.rows.len(), "a page has as many rows for every reader");
        let frame = PageData { me: Some(me.clone()), ..self.frame.clone() };
        // Of its own, as for every page.
        let owner = Owner::new_root(None);
        let slots = owner.with(|| {
            provide_context(handover(frame, self.language));
            let state = provide_room_state();
            let draw = |cut: &Cut| Some((cut.range.clone(), self.view(cut, state, me, marks, &rows)?.to_html()));
            self.positions.slots.iter().filter_map(draw).collect()
        });
        owner.unset_with_forced_cleanup();
        slots
    }

    /// What a slot shows to its reader, unless that is what visitors see.
    fn view(
        &self,
        &Cut { slot, index, .. }: &Cut,
        state: RoomState,
        me: &Person,
        marks: &[ReadMark],
        rows: &Rows,
    ) -> Option<ErasedView> {
        match slot {
            Slot::Unread => {
                let (room, newest) = &self.rooms_newest[index];
                let mark = marks.iter().find(|mark| mark.room == *room)?;
                unread_in_list(state, Count::since(*newest, mark))
            }
            Slot::Foot => Some(view! { <Composer /> }.erase()),
            Slot::Me => Some(me_card(me.clone())),
            Slot::Row => (rows[index] != self.rows[index]).then(|| row(&rows[index])),
            Slot::Person => {
                let person = state.roster.with(|roster| roster.people()[index].clone());
                (person.id == me.id).then(|| person_in_roster(state, &person, Some(state.words().you)).erase())
            }
        }
    }

    /// Memory for it, about: the rows are held twice, and the names of those who are here.
    #[must_use]
    pub fn bytes(&self) -> usize {
        const ROW_BYTES: usize = 1_024;
        const PERSON_BYTES: usize = 256;
        let texts =
            self.rows.iter().map(|row| if let Row::Message(message) = &row.row { message.text.len() } else { 0 });
        2 * (texts.sum::<usize>() + self.rows.len() * ROW_BYTES) + self.frame.room.people.len() * PERSON_BYTES
    }
}

fn mounted(timeline: &Timeline, me: Option<&Person>) -> Vec<Arc<KeyedRow>> {
    // Until the page is alive, times are those of UTC.
    let reader = RowReader { me, clocks: Clocks::Utc, new_after: None, zone: &|_| 0 };
    let rows = Layout::default().lay_out(timeline, &Outbox::default(), reader);
    Window::default().of(&rows).to_vec()
}
